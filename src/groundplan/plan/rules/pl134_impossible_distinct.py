"""An attribute is said to have a number of distinct values that it cannot have.

## What it does
Finds `distinct` counts above the number of rows, above what the type has (two for a boolean, the values of an enum),
and any count but that of the rows for a unique attribute.

## Why it matters
Indexes are chosen and synthetic rows made by this number. An impossible one makes both wrong.

## Example
```yaml
entities:
  User:
    rows: {now: 2K}
    attributes: {rating: {type: int, values: {distinct: 5K}}}
```

## Instead
```yaml
entities:
  User:
    rows: {now: 2K}
    attributes: {rating: {type: int, values: {distinct: 50}}}
```

## When to ignore
Where the number means a later day and `rows` today.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.model import Attribute
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.types import Boolean, Enum, Integer


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find counts of distinct values that cannot be."""
    for entity in examined.scope.entities.values():
        for attribute in entity.attributes:
            problem = _problem(attribute, rows=entity.rows.now)
            if problem is not None:
                yield RULE.found(
                    attribute.origin,
                    f'"{attribute.name}" cannot have {attribute.values.distinct} distinct values: {problem}',
                    help="mend `distinct`, or leave it out",
                )


def _problem(attribute: Attribute, *, rows: int | None) -> str | None:
    distinct = attribute.values.distinct
    if distinct is None:
        return None
    possible = _possible(attribute)
    if possible is not None and distinct > possible:
        return f"its type has {possible}"
    if rows is not None and distinct > rows:
        return f"there are {rows} rows"
    if rows is not None and attribute.is_unique and not attribute.is_optional and distinct != rows:
        return f"it is unique, so each of the {rows} rows has its own"
    return None


def _possible(attribute: Attribute) -> int | None:
    match attribute.type:
        case Boolean():
            return 2
        case Enum(values=values):
            return len(values)
        case Integer(minimum=int() as low, maximum=int() as high):
            return high - low + 1
        case _:
            return None


RULE = PlanRule(code="PL134", name="impossible_distinct", check=check, page=__doc__, severity=Severity.WARNING)
