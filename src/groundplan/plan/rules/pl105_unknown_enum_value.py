"""A word beside an enum attribute is none of its values.

## What it does
Finds constants that are compared with, assigned to or the default of an enum attribute but are not one of its values.

## Why it matters
The comparison is never true and the assignment always refused. PostgreSQL says so for native enums; a text column with
a check would accept the comparison and return nothing.

## Example
```yaml
attributes: {status: enum(draft, published)}
# ...
recent: {read: Post, where: status = 'publised'}
```

## Instead
```yaml
recent: {read: Post, where: status = 'published'}
```

## When to ignore
Never: add the value to the enum if it is one.

## Also known as
SQLSTATE 22P02 (invalid_text_representation).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.plan.defects import UnknownEnumValue
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find constants that are no value of their enum."""
    for defect in examined.defects_of(UnknownEnumValue):
        whose = f" of {defect.attribute}" if defect.attribute else ""
        yield RULE.found(
            defect.origin,
            f'"{defect.value}" is not a value{whose}',
            help=did_you_mean(defect.value, defect.values, kind="values"),
        )


RULE = PlanRule(code="PL105", name="unknown_enum_value", check=check, page=__doc__)
