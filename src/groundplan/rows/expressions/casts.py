"""Casts of values, as PostgreSQL converts them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as DecimalNumber

from groundplan.plan.types import AttributeType, Boolean, Date, Decimal, Enum, Float, Integer, Money, Text, Timestamp
from groundplan.rows.expressions.functions import strict_function
from groundplan.rows.expressions.operators import Operand, midnight
from groundplan.rows.expressions.values import CannotEvaluate, read_constant


def cast_value(value: Operand, wanted: AttributeType) -> Operand:
    """Return a value that is not NULL as a value of another type.

    Raises CannotEvaluate for a cast that we do not know.
    """
    match wanted, value:
        case (Text() | Enum(), str()) | (Boolean(), bool()) | (Timestamp(), datetime()):
            return value
        case Text(), int() if not isinstance(value, bool):
            return str(value)
        case Timestamp(), date():
            return midnight(value)
        case Date(), datetime():
            return value.astimezone(UTC).date()
        case Integer(), int() if not isinstance(value, bool):
            return value
        case Integer(), (float() | DecimalNumber()):
            rounded = strict_function("round")((value,))
            return int(rounded) if isinstance(rounded, float | DecimalNumber) else rounded
        case Float(), (int() | float() | DecimalNumber()):
            return float(value)
        case ((Decimal() | Money()), (int() | DecimalNumber())):
            scale = wanted.scale if isinstance(wanted, Decimal) else 4
            return strict_function("round")((value, scale))
        case _, str():
            return read_constant(value, wanted)
    raise CannotEvaluate(f"a cast of {type(value).__name__}")
