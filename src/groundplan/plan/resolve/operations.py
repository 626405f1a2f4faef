"""What operators take and give, by the types of their operands (PostgreSQL manual 9)."""

from __future__ import annotations

from typing import assert_never

from groundplan.plan.expressions import Operator
from groundplan.plan.kinds import MOMENTS, NUMBERS, WITHOUT_EQUALITY, WITHOUT_ORDER, Kind, are_alike, kind_of
from groundplan.plan.resolve.casts import UNBOUNDED_DECIMAL
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Date,
    Float,
    Integer,
    Interval,
    Json,
    ListOf,
    Money,
    Range,
    Text,
    Time,
    Timestamp,
)

Known = AttributeType | None
"""A type, or None where it is not known."""

EQUALITIES = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
COMPARISONS = EQUALITIES | {Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL}
ARITHMETIC = frozenset({Operator.PLUS, Operator.MINUS, Operator.TIMES, Operator.DIVIDE, Operator.MODULO})
TEXT_MATCHES = frozenset({Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE})
_CONTAINMENT = frozenset({Operator.CONTAINS, Operator.CONTAINED, Operator.OVERLAPS})


class NoOperation(Exception):
    """An operator that does not take operands of these types."""


def result_of(operator: Operator, left: Known, right: Known) -> Known:
    """Return the type of `left operator right`; None where it cannot be told.

    Raises NoOperation where no value of the one type stands with one of the other.
    """
    if operator in ARITHMETIC:
        return _arithmetic(operator, left, right)
    match operator:
        case Operator.CONCATENATE:
            return _concatenated(left, right)
        case Operator.GET:
            _demand(left, Kind.JSON)
            _demand(right, Kind.TEXT, Kind.NUMBER)
            return Json()
        case Operator.GET_TEXT:
            _demand(left, Kind.JSON)
            _demand(right, Kind.TEXT, Kind.NUMBER)
            return Text()
        case Operator.HAS_KEY:
            _demand(left, Kind.JSON)
            _demand(right, Kind.TEXT)
        case _ if operator in TEXT_MATCHES:
            _demand(left, Kind.TEXT)
            _demand(right, Kind.TEXT)
        case _ if operator in _CONTAINMENT:
            _contain(operator, left, right)
        case _:
            _compare(operator, left, right)
    return Boolean()


def _demand(operand: Known, *kinds: Kind) -> None:
    if operand is not None and kind_of(operand) not in kinds:
        raise NoOperation


def _compare(operator: Operator, left: Known, right: Known) -> None:
    without = WITHOUT_EQUALITY if operator in EQUALITIES else WITHOUT_ORDER
    if any(operand is not None and kind_of(operand) in without for operand in (left, right)):
        raise NoOperation
    if left is not None and right is not None and not are_alike(left, right):
        raise NoOperation


def _contain(operator: Operator, left: Known, right: Known) -> None:
    whole, part = (right, left) if operator is Operator.CONTAINED else (left, right)
    if whole is None or part is None:
        known = whole or part
        if operator is Operator.OVERLAPS or whole is not None:
            _demand(known, *((Kind.RANGE, Kind.LIST) if operator is Operator.OVERLAPS else _WHOLES))
        return
    match whole:
        case ListOf():
            is_possible = are_alike(whole, part)
        case Range():
            is_element = operator is not Operator.OVERLAPS and not isinstance(part, Range)
            is_possible = are_alike(whole.of, part) if is_element else are_alike(whole, part)
        case Json():
            is_possible = operator is not Operator.OVERLAPS and isinstance(part, Json)
        case _:
            kinds = (kind_of(whole), kind_of(part))
            is_possible = operator is not Operator.OVERLAPS and kinds == (Kind.POLYGON, Kind.POINT)
    if not is_possible:
        raise NoOperation


_WHOLES = (Kind.RANGE, Kind.LIST, Kind.JSON, Kind.POLYGON)


def _concatenated(left: Known, right: Known) -> Known:
    if isinstance(left, Json) or isinstance(right, Json):
        _demand(left, Kind.JSON)
        _demand(right, Kind.JSON)
        return Json()
    if isinstance(left, ListOf) or isinstance(right, ListOf):
        if left is not None and right is not None and not are_alike(left, right):
            raise NoOperation
        return left or right
    known = [operand for operand in (left, right) if operand is not None]
    if len(known) == 2 and all(kind_of(operand) is not Kind.TEXT for operand in known):
        raise NoOperation
    return Text()


def _arithmetic(operator: Operator, left: Known, right: Known) -> Known:
    if left is None or right is None:
        known = left or right
        if known is not None:
            _demand(known, Kind.NUMBER, Kind.FLOAT, Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.INTERVAL)
        return known if known is not None and kind_of(known) in NUMBERS else None
    kinds = (kind_of(left), kind_of(right))
    if set(kinds) <= NUMBERS:
        if operator is Operator.MODULO and Kind.FLOAT in kinds:
            raise NoOperation  # PostgreSQL has no % for double precision (manual 9.3)
        return number_of(left, right)
    found = _MOMENTS.get((operator, *kinds))
    days = [of for of, kind in zip((left, right), kinds, strict=True) if kind is Kind.NUMBER]
    is_in_days = Kind.DATE not in kinds or all(isinstance(of, Integer) for of in days)
    if found is None or not is_in_days:
        raise NoOperation
    return found


def number_of(left: AttributeType, right: AttributeType) -> AttributeType:
    """Return the type of arithmetic on two numbers."""
    if isinstance(left, Float) or isinstance(right, Float):
        return Float()
    if isinstance(left, Integer) and isinstance(right, Integer):
        return Integer()
    return Money() if isinstance(left, Money) and isinstance(right, Money) else UNBOUNDED_DECIMAL


_MOMENTS: dict[tuple[Operator, Kind, Kind], AttributeType] = {
    (Operator.PLUS, Kind.DATE, Kind.NUMBER): Date(),
    (Operator.PLUS, Kind.NUMBER, Kind.DATE): Date(),
    (Operator.MINUS, Kind.DATE, Kind.NUMBER): Date(),
    (Operator.MINUS, Kind.DATE, Kind.DATE): Integer(),
    **{
        (operator, kind, Kind.INTERVAL): Timestamp() for operator in (Operator.PLUS, Operator.MINUS) for kind in MOMENTS
    },
    **{(Operator.PLUS, Kind.INTERVAL, kind): Timestamp() for kind in MOMENTS},
    (Operator.MINUS, Kind.TIMESTAMP, Kind.TIMESTAMP): Interval(),
    (Operator.MINUS, Kind.TIMESTAMP, Kind.DATE): Interval(),
    (Operator.MINUS, Kind.DATE, Kind.TIMESTAMP): Interval(),
    (Operator.PLUS, Kind.INTERVAL, Kind.INTERVAL): Interval(),
    (Operator.MINUS, Kind.INTERVAL, Kind.INTERVAL): Interval(),
    (Operator.MINUS, Kind.TIME, Kind.TIME): Interval(),
    (Operator.PLUS, Kind.TIME, Kind.INTERVAL): Time(),
    (Operator.MINUS, Kind.TIME, Kind.INTERVAL): Time(),
    **{(Operator.TIMES, kind, Kind.INTERVAL): Interval() for kind in NUMBERS},
    **{(Operator.TIMES, Kind.INTERVAL, kind): Interval() for kind in NUMBERS},
    **{(Operator.DIVIDE, Kind.INTERVAL, kind): Interval() for kind in NUMBERS},
}


def expected_beside(operator: Operator, other: Known, *, is_left: bool, wished: Known) -> Known:
    """Return the type that a constant or parameter takes beside an operand of type `other`.

    `is_left` tells that the constant stands on the left; `wished` is what the whole is expected to be.
    """
    match operator:
        case Operator.GET | Operator.GET_TEXT | Operator.HAS_KEY:
            return Json() if is_left else Text()
        case Operator.LIKE | Operator.ILIKE | Operator.MATCHES | Operator.MATCHES_ANY_CASE:
            return Text()
        case Operator.CONCATENATE:
            return other if isinstance(other, ListOf | Json) else Text()
        case Operator.CONTAINS | Operator.CONTAINED:
            is_part = is_left is (operator is Operator.CONTAINED)
            return other.of if isinstance(other, Range) and is_part else other
        case Operator.PLUS | Operator.MINUS:
            return _beside_sum(other, is_left=is_left, wished=wished)
        case Operator.TIMES | Operator.DIVIDE | Operator.MODULO:
            return UNBOUNDED_DECIMAL if isinstance(other, Money | Interval) else other
        case (
            Operator.EQUAL | Operator.NOT_EQUAL | Operator.LESS | Operator.LESS_EQUAL | Operator.GREATER
            | Operator.GREATER_EQUAL | Operator.OVERLAPS
        ):  # fmt: skip
            return other
        case _:
            assert_never(operator)


def _beside_sum(other: Known, *, is_left: bool, wished: Known) -> Known:
    if other is None:
        return wished
    match kind_of(other):
        case Kind.DATE:
            return Integer()
        case Kind.TIMESTAMP | Kind.TIME:
            return Interval()
        case Kind.INTERVAL if is_left:
            return wished if wished is not None and kind_of(wished) in MOMENTS else other
        case _:
            return other
