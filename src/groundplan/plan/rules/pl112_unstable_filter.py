"""The filter of a unique set, or a computed attribute, changes with time.

## What it does
Finds functions such as `now()` and `date_trunc()` of a timestamp in the `where` of a unique set, and in computed
attributes.

## Why it matters
A partial index holds the rows for which its condition was true when they were written. A condition that time makes
true or false leaves rows in an index that do not belong there; PostgreSQL refuses it.

## Example
```yaml
unique:
  - {of: [room, day], where: day >= current_date}
```

## Instead
```yaml
unique:
  - {of: [room, day], where: status <> 'cancelled'}
```

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42P17 (functions in index predicate must be marked IMMUTABLE).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import UnstableCondition
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find functions that change with time in what an engine stores."""
    for defect in examined.defects_of(UnstableCondition):
        if defect.what != "checks":
            yield RULE.found(
                defect.origin,
                f"{defect.function}() changes with time, which `{defect.what}` cannot follow",
                help="use attributes of the row alone; ask for the time in the query",
            )


RULE = PlanRule(code="PL112", name="unstable_filter", check=check, page=__doc__)
