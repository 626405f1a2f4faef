"""A check depends on the time at which it is made.

## What it does
Finds functions such as `now()` and `current_date` in `checks`.

## Why it matters
PostgreSQL checks a row when it is written and never again, so a row can come to violate its own check. A dump of such
a table may then refuse to load.

## Example
```yaml
checks: {future: starts_at > now()}
```

## Instead
```yaml
checks: {order: starts_at > created_at}
```

## When to ignore
Where time can only make the check truer, as in `born_on <= current_date`.

## Also known as
PostgreSQL manual 5.5.1 (check constraints are assumed to be immutable).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.defects import UnstableCondition
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find functions that change with time in checks."""
    for defect in examined.defects_of(UnstableCondition):
        if defect.what == "checks":
            yield RULE.found(
                defect.origin,
                f"the check depends on {defect.function}(), so a row can come to violate it without being changed",
                help="compare with an attribute of the row, such as created_at",
            )


RULE = PlanRule(code="PL113", name="unstable_check", check=check, page=__doc__, severity=Severity.WARNING)
