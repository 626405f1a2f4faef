"""A constant can never be a value of the attribute it is for.

## What it does
Finds defaults and assigned constants outside the range, length or format of their attribute, `null` for a required
one, and constants of another type in comparisons (`total > '5'`, `id = 'abc'`).

## Why it matters
Every insert that relies on such a default is refused; every query that compares with such a constant is refused or
finds nothing.

## Example
```yaml
attributes:
  rating: int(1..5) = 0
```

## Instead
```yaml
attributes:
  rating: int(1..5) = 3
```

## When to ignore
Never: widen the type if the value is right.

## Also known as
SQLSTATE 22P02 (invalid_text_representation), 23514 (check_violation).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import ValueOutsideType
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find constants that their attribute can never hold."""
    for defect in examined.defects_of(ValueOutsideType):
        word = "" if defect.type is None else type_word(defect.type)
        whose = f"value of {defect.attribute}" if defect.attribute else f"value of type {word}"
        known = f" ({word})" if defect.attribute and word else ""
        yield RULE.found(defect.origin, f"{defect.value} is no {whose}{known}", help=f"it {defect.because}")


RULE = PlanRule(code="PL107", name="value_outside_type", check=check, page=__doc__)
