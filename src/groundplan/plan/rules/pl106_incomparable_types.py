"""An operator stands between values that do not go together.

## What it does
Finds comparisons, arithmetic and assignments between types for which neither engine has a meaning, such as a timestamp
compared with a number.

## Why it matters
PostgreSQL refuses the query when it is prepared. MongoDB compares values of different types by the order of the types,
and so answers with rows that nobody asked for.

## Example
```yaml
access:
  late: {read: Order, where: placed_at < total}
```

## Instead
```yaml
access:
  late: {read: Order, where: placed_at < now() - interval '30 days'}
```
A cast says what is meant where a value has to change its type: `code::int < 100`.

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42883 (undefined_function), 42804 (datatype_mismatch).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import IncomparableTypes
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find operators between values that do not go together."""
    for defect in examined.defects_of(IncomparableTypes):
        yield RULE.found(
            defect.origin,
            _message(defect),
            help=_advice(defect),
        )


def _advice(defect: IncomparableTypes) -> str:
    if defect.operator == "-" and defect.left is None:
        return "only numbers have a sign; to sort by the largest first, write desc behind it"
    return "compare values of one type; `value::type` changes the type of a value"


def _message(defect: IncomparableTypes) -> str:
    left, right = type_word(defect.left), type_word(defect.right)
    match defect.operator:
        case ":=":
            return f"an attribute of type {left} cannot hold a value of type {right}"
        case ",":
            return f"values of one type are expected here, not {left} and {right}"
        case "::":
            return f"{left} cannot be cast to {right}"
        case "-" if defect.left is None:
            return f"{right} cannot be negative"
        case operator:
            return f'"{operator}" does not stand between {left} and {right}'


RULE = PlanRule(code="PL106", name="incomparable_types", check=check, page=__doc__)
