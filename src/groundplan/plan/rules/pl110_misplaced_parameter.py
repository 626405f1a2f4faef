"""A parameter stands where no caller could give it a value.

## What it does
Finds `:name` in checks, filters of unique sets, defaults, sort orders and groups.

## Why it matters
Checks, defaults and partial indexes are stored once, before any caller is there. A sort order or group that depends on
a parameter has no index and no cursor.

## Example
```yaml
checks: {cheap: "price < :limit"}
```

## Instead
```yaml
checks: {cheap: price < 1000}
```

## When to ignore
Never: there is nobody to ask.

## Also known as
SQLSTATE 42P02 (undefined_parameter).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import MisplacedParameter
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find parameters where no caller gives one."""
    for defect in examined.defects_of(MisplacedParameter):
        yield RULE.found(
            defect.origin,
            f'the parameter ":{defect.name}" cannot stand in `{defect.what}`',
            help="parameters stand in `where`, `fields`, `set` and `near`; here write a constant",
        )


RULE = PlanRule(code="PL110", name="misplaced_parameter", check=check, page=__doc__)
