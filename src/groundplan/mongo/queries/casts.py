"""Casts: a value as one of another type."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as DecimalNumber

from groundplan.mongo.queries.arithmetic import CLOCK, as_double, as_exact, as_text, milliseconds_of_day
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand, constant
from groundplan.mongo.queries.spans import span_of
from groundplan.plan.kinds import Kind, kind_of
from groundplan.plan.types import AttributeType, Decimal, Float, Integer, Interval, Money, Text

_KEPT = frozenset({(Kind.DATE, Kind.TIMESTAMP), (Kind.IP, Kind.TEXT), (Kind.TEXT, Kind.IP)})


def cast_operand(operand: Operand, to: AttributeType) -> Operand:
    """Return `operand::to`. Raises Inexpressible."""
    target = kind_of(to)
    source = None if operand.type is None else kind_of(operand.type)
    if source is None or (source, target) in _KEPT or (source is target and source not in (Kind.NUMBER, Kind.TEXT)):
        return replace(operand, type=to)
    if operand.constant is not None and isinstance(operand.constant.value, str) and target is Kind.INTERVAL:
        span = span_of(operand.constant.value)
        return replace(constant(span.length, Interval()), span=span)
    return Operand(expression=_cast(operand, source, to), type=to, is_optional=operand.is_optional)


def _cast(operand: Operand, source: Kind, to: AttributeType) -> Bson:
    value = operand.expression
    match source, kind_of(to):
        case _, Kind.NUMBER:
            return _exact(operand, to)
        case _, Kind.FLOAT:
            return as_double(operand)
        case ((Kind.TEXT | Kind.JSON), Kind.BOOLEAN):
            return _boolean(value)
        case Kind.TEXT, (Kind.TIMESTAMP | Kind.DATE):
            return {"$dateFromString": {"dateString": value}}
        case Kind.BOOLEAN, Kind.TEXT:
            return {"$toString": value}
        case Kind.TEXT, Kind.TEXT if isinstance(to, Text) and to.maximum is not None:
            return {"$substrCP": (value, 0, to.maximum)} if not operand.is_optional else _cut(value, to.maximum)
        case _, Kind.TEXT:
            return as_text(operand)
        case Kind.TIMESTAMP, Kind.DATE:
            return {"$dateTrunc": {"date": value, "unit": "day"}}
        case Kind.TIMESTAMP, Kind.TIME:
            return {"$dateToString": {"date": value, "format": CLOCK}}
        case Kind.TIME, Kind.INTERVAL:
            return milliseconds_of_day(value)
        case Kind.INTERVAL, Kind.TIME:
            return {"$dateToString": {"date": {"$toDate": value}, "format": CLOCK}}
        case _:
            raise Inexpressible(f"{source.value} as {kind_of(to).value} has no counterpart")


def _cut(value: Bson, length: int) -> Bson:
    return {"$cond": ({"$gt": (value, None)}, {"$substrCP": (value, 0, length)}, None)}


def _boolean(value: Bson) -> Bson:
    words: tuple[Bson, ...] = ("true", "t", "yes", "y", "on", "1", True)
    return {"$cond": ({"$gt": (value, None)}, {"$in": (value, words)}, None)}


def _exact(operand: Operand, to: AttributeType) -> Bson:
    """Return an exact number, rounded as SQL does: halves away from zero, but those of a double to the even number."""
    match to:
        case Integer() if isinstance(operand.type, Float):
            return {"$toLong": {"$round": (operand.expression, 0)}}
        case Integer() if isinstance(operand.type, Integer):
            return operand.expression
        case Integer():
            return {"$toLong": rounded(as_exact(operand), 0)}
        case Money():
            return rounded(as_exact(operand), 4)
        case Decimal(precision=precision, scale=scale) if precision < 38:
            return rounded(as_exact(operand), scale)
        case _:
            return as_exact(operand)


def rounded(value: Bson, digits: int) -> Bson:
    """Return an exact number rounded to so many digits after the point, halves away from zero (`$round`: to even)."""
    half = DecimalNumber(5).scaleb(-digits - 1)
    away = {"$cond": ({"$lt": (value, 0)}, -half, half)}
    return {"$trunc": ({"$add": (value, away)}, digits)}
