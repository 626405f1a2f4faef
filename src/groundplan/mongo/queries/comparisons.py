"""Comparisons of operands: what NULL, doubles, addresses and JSON ask for beside the operator."""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.queries.arithmetic import as_double
from groundplan.mongo.queries.constants import constant_value
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand, as_expression, both, constant, inverted, is_there, strict
from groundplan.mongo.queries.spans import span_of
from groundplan.mongo.queries.text_patterns import ANY_CASE, DOT_ALL, like_expression, posix_expression
from groundplan.plan.expressions import Binary, Expression, Literal, Operator
from groundplan.plan.kinds import Kind, kind_of
from groundplan.plan.resolve.typing import type_of
from groundplan.plan.types import (
    AttributeType,
    Decimal,
    Email,
    Float,
    Integer,
    Interval,
    Json,
    Money,
    Point,
    Polygon,
)

_SWAPPED = {
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
    Operator.EQUAL: Operator.EQUAL,
    Operator.NOT_EQUAL: Operator.NOT_EQUAL,
}
_NEGATED = {
    Operator.LESS: Operator.GREATER_EQUAL,
    Operator.LESS_EQUAL: Operator.GREATER,
    Operator.GREATER: Operator.LESS_EQUAL,
    Operator.GREATER_EQUAL: Operator.LESS,
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
}
COMPARISONS = {
    Operator.LESS: "$lt",
    Operator.LESS_EQUAL: "$lte",
    Operator.GREATER: "$gt",
    Operator.GREATER_EQUAL: "$gte",
    Operator.EQUAL: "$eq",
    Operator.NOT_EQUAL: "$ne",
}


def negated_comparison(operator: Operator) -> Operator:
    """Return the comparison that is true where this one is false."""
    return _NEGATED[operator]


def swapped_comparison(operator: Operator) -> Operator:
    """Return the comparison with its sides the other way round."""
    return _SWAPPED[operator]


def literal_operand(literal: Literal, *, beside: AttributeType | None = None) -> Operand:
    """Return a constant; `beside` is the type of the operand it stands beside."""
    of = beside or literal.type or type_of(literal)
    found = constant(constant_value(literal, of), of)
    if isinstance(of, Interval) and isinstance(literal.value, str):
        return replace(found, span=span_of(literal.value))
    return found


def other_text(side: Expression, other: Expression, operand: Operand) -> Operand:
    """Return `json ->> key` beside a constant: the text of an object or a list, which nothing gives, equals none."""
    match side, other:
        case Binary(Operator.GET_TEXT, whole, key), Literal(value=str() as text) if not text.startswith(("[", "{")):
            pass
        case _:
            return operand
    match operand.expression:
        case {"$toString": member}:
            return replace(operand, expression={"$convert": {"input": member, "to": "string", "onError": "{"}})
        case _:
            raise ValueError(f"{whole} ->> {key} is no text")


def type_beside(other: AttributeType | None, own: AttributeType | None) -> AttributeType | None:
    """Return the type that a constant takes beside an operand: a number takes the operand's, an address too."""
    match other, own:
        case Email(), _:
            return other
        case ((Float() | Decimal() | Money()), (None | Integer() | Decimal() | Money())):
            return other
        case _:
            return own or other


def guarded(test: Bson, *operands: Operand, is_wanted: bool) -> Bson:
    """Return the test that a condition over operands is true (or false), none of them being NULL."""
    guards = [is_there(operand) for operand in operands if operand.is_optional]
    return both([*guards, test if is_wanted else inverted(test)])


def comparison(operator: Operator, left: Operand, right: Operand) -> Bson:
    """Return the test that a comparison is true; NULL sorts below all, so only where it would pass is it looked for."""
    if any(side.constant is not None and side.constant.value is None for side in (left, right)):
        return False
    refuse_without_equality(left, right)
    left, right = same_numbers(*same_case(left, right))
    test: Bson = {COMPARISONS[operator]: (left.expression, right.expression)}
    match operator:
        case Operator.EQUAL:
            passing = [left] if left.is_optional and right.is_optional else []
        case Operator.NOT_EQUAL:
            passing = [side for side in (left, right) if side.is_optional]
        case Operator.LESS:
            passing = [left] if left.is_optional else []
        case Operator.GREATER:
            passing = [right] if right.is_optional else []
        case Operator.LESS_EQUAL:
            passing = [left] if left.is_optional else []
        case _:
            passing = [right] if right.is_optional else []
    return both([*map(is_there, passing), test])


def refuse_without_equality(left: Operand, right: Operand) -> None:
    """Refuse to compare JSON as a whole: objects compare with the order of their keys. Raises Inexpressible."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side.type, Json):
            value = other.constant.value if other.constant is not None else _UNKNOWN
            if not isinstance(value, str | int | float | bool):
                raise Inexpressible("JSON values are compared with the order of their keys")
    if any(isinstance(side.type, Point | Polygon) for side in (left, right)):
        raise Inexpressible("places are not compared with each other")


_UNKNOWN: Bson = {}


def same_case(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Return two texts so that they compare without case where one is an address, which is stored in lower case."""
    if isinstance(left.type, Email) == isinstance(right.type, Email):
        return left, right
    return _in_lower_case(left), _in_lower_case(right)


def _in_lower_case(operand: Operand) -> Operand:
    if isinstance(operand.type, Email) or operand.type is None or kind_of(operand.type) is not Kind.TEXT:
        return operand
    value = None if operand.constant is None else operand.constant.value
    if isinstance(value, str):
        return constant(value.lower(), operand.type)
    return replace(operand, expression=strict({"$toLower": operand.expression}, operand), constant=None)


def same_numbers(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Return two numbers of one sort: beside a double an exact number is a double (PostgreSQL manual 10.2)."""
    if isinstance(left.type, Float) != isinstance(right.type, Float):
        return _as_double(left), _as_double(right)
    return left, right


def _as_double(operand: Operand) -> Operand:
    if not isinstance(operand.type, Decimal | Money) or isinstance(operand.expression, float):
        return operand
    return replace(operand, expression=as_double(operand), constant=None, type=Float())


def text_match(operator: Operator, operand: Operand, pattern: Operand) -> dict[str, Bson]:
    """Return the `regex` and `options` of a text match; the pattern is a constant or the caller's."""
    if pattern.constant is None:
        raise Inexpressible("a pattern that a field holds has no counterpart")
    value = pattern.constant.value
    is_like = operator in (Operator.LIKE, Operator.ILIKE)
    options = DOT_ALL if operator in (Operator.LIKE, Operator.MATCHES) else DOT_ALL + ANY_CASE
    is_address = operator is Operator.LIKE and isinstance(operand.type, Email)
    if isinstance(value, str):
        # An address is stored in lower case, so a pattern in lower case does, and an index can serve its beginning.
        text: Bson = like_expression(value.lower() if is_address else value) if is_like else posix_expression(value)
    else:
        text = value
        options = DOT_ALL + ANY_CASE if is_address else options
    return {"regex": as_expression(text), "options": options}
