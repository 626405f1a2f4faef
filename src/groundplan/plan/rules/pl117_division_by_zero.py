"""A formula divides by zero.

## What it does
Finds `/`, `%` and `mod()` with a divisor that is a constant and zero, in every formula.

## Why it matters
PostgreSQL refuses whatever evaluates it: every insert, where it is a default; every row, where it is a check. MongoDB
refuses it likewise.

## Example
```yaml
attributes:
  ratio: float = 1/0
```

## Instead
```yaml
attributes:
  ratio: float = 0
```
Where the divisor is an attribute that may be zero, `nullif(total, 0)` gives no value instead of an error.

## When to ignore
Never: no row can have such a value.

## Also known as
SQLSTATE 22012 (division_by_zero).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import DivisionByZero
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find divisions by a constant zero."""
    for defect in examined.defects_of(DivisionByZero):
        yield RULE.found(
            defect.origin,
            f"the formula in `{defect.what}` divides by zero",
            help="write the value itself, or divide by something that can be other than zero",
        )


RULE = PlanRule(code="PL117", name="division_by_zero", check=check, page=__doc__)
