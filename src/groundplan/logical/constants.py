"""Conditions that fix an attribute to a constant, such as `status = 'published'` or `is_approved`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.plan.expressions import Binary, Expression, Literal, Not, Operator, Path
from groundplan.plan.types import Boolean


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """`path` equals `value` in every row."""

    path: Path
    value: Literal


def fixed_by(condition: Expression) -> Fixed | None:
    """Return what a condition fixes to a constant; None where it does not."""
    match condition:
        case Path(type=Boolean()):
            return Fixed(path=condition, value=Literal(value=True, type=Boolean()))
        case Not(operand=Path(type=Boolean()) as path):
            return Fixed(path=path, value=Literal(value=False, type=Boolean()))
        case Binary(operator=Operator.EQUAL, left=Path() as path, right=Literal() as value):
            return Fixed(path=path, value=value)
        case Binary(operator=Operator.EQUAL, left=Literal() as value, right=Path() as path):
            return Fixed(path=path, value=value)
        case _:
            return None


def fixed_among(conditions: Iterable[Expression]) -> tuple[Fixed, ...]:
    """Return everything that conditions fix to constants."""
    return tuple(found for found in map(fixed_by, conditions) if found is not None)
