"""Arithmetic and concatenation, by the types of the operands."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Moment
from groundplan.mongo.queries.operands import (
    Operand,
    any_optional,
    constant,
    strict,
)
from groundplan.mongo.queries.spans import Span
from groundplan.plan.expressions import Operator
from groundplan.plan.kinds import MOMENTS, NUMBERS, Kind, kind_of
from groundplan.plan.resolve.operations import NoOperation, result_of
from groundplan.plan.types import AttributeType, Decimal, Float, Integer, Json, ListOf, Money, Text

CLOCK = "%H:%M:%S.%L"
"""A time of day as it is stored."""

_SYMBOLS = {Operator.PLUS: "$add", Operator.MINUS: "$subtract", Operator.TIMES: "$multiply", Operator.MODULO: "$mod"}


def binary_operand(operator: Operator, left: Operand, right: Operand) -> Operand:
    """Return `left operator right`. Raises Inexpressible."""
    match operator:
        case Operator.CONCATENATE:
            return _concatenated(left, right)
        case Operator.GET:
            return _member(left, right)
        case Operator.GET_TEXT:
            found = _member(left, right)
            return Operand(expression={"$toString": found.expression}, type=Text(), is_optional=True)
        case _:
            return _arithmetic(operator, left, right)


def negative_operand(operand: Operand) -> Operand:
    """Return `-operand`."""
    value = None if operand.constant is None else operand.constant.value
    if isinstance(value, int | float | DecimalNumber) and not isinstance(value, bool):
        return constant(-value, operand.type)
    return Operand(
        expression={"$multiply": (operand.expression, -1)}, type=operand.type, is_optional=operand.is_optional
    )


def _arithmetic(operator: Operator, left: Operand, right: Operand) -> Operand:
    if left.type is None or right.type is None:
        raise Inexpressible(f"the types on both sides of {operator.value} are not known")
    try:
        of = result_of(operator, left.type, right.type)
    except NoOperation:
        of = None
    kinds = (kind_of(left.type), kind_of(right.type))
    if of is None:
        raise Inexpressible(f"{operator.value} of {kinds[0].value} and {kinds[1].value} has no counterpart")
    if set(kinds) <= NUMBERS:
        expression = _of_numbers(operator, left, right, of)
    elif kinds[0] in MOMENTS and kinds[1] is Kind.INTERVAL:
        return _moved(left, right, of, is_back=operator is Operator.MINUS)
    elif kinds[1] in MOMENTS and kinds[0] is Kind.INTERVAL:
        return _moved(right, left, of, is_back=False)
    else:
        expression = _of_times(operator, left, right, kinds)
    return Operand(expression=expression, type=of, is_optional=any_optional(left, right))


def _of_numbers(operator: Operator, left: Operand, right: Operand, of: AttributeType) -> Bson:
    first, second = (as_double(side) if isinstance(of, Float) else side.expression for side in (left, right))
    if operator is not Operator.DIVIDE:
        return {_SYMBOLS[operator]: (first, second)}
    if isinstance(of, Integer):
        # A double holds 53 bits; the quotient of two longs needs more.
        return {"$toLong": {"$trunc": {"$divide": ({"$toDecimal": first}, second)}}}
    return {"$divide": (first, second)}


def as_double(operand: Operand) -> Bson:
    """Return a number as a double."""
    if isinstance(operand.type, Float):
        return operand.expression
    value = None if operand.constant is None else operand.constant.value
    if isinstance(value, int | DecimalNumber) and not isinstance(value, bool):
        return float(value)
    return {"$toDouble": operand.expression}


def as_exact(operand: Operand) -> Bson:
    """Return a number as a decimal."""
    if isinstance(operand.type, Decimal | Money):
        return operand.expression
    return {"$toDecimal": operand.expression}


def _moved(moment: Operand, interval: Operand, of: AttributeType, *, is_back: bool) -> Operand:
    is_optional = any_optional(moment, interval)
    if interval.span is None:
        expression: Bson = {"$subtract" if is_back else "$add": (moment.expression, interval.expression)}
        return Operand(expression=expression, type=of, is_optional=is_optional)
    span = -interval.span if is_back else interval.span
    value = None if moment.constant is None else moment.constant.value
    if isinstance(value, Moment) and not value.is_day:
        both = Span(months=value.months, days=value.days, milliseconds=value.milliseconds) + span
        # Months are added first and days after them: `now() - 3 days + 1 month` is not the other way round.
        if not (span.months and (value.days or value.milliseconds)):
            return constant(Moment(months=both.months, days=both.days, milliseconds=both.milliseconds), of)
    found: Bson = moment.expression
    for unit, amount in (("month", span.months), ("day", span.days), ("millisecond", span.milliseconds)):
        if amount:
            found = {"$dateAdd": {"startDate": found, "unit": unit, "amount": amount}}
    return Operand(expression=found, type=of, is_optional=is_optional)


def _of_times(operator: Operator, left: Operand, right: Operand, kinds: tuple[Kind, Kind]) -> Bson:
    first, second = left.expression, right.expression
    symbol = _SYMBOLS.get(operator, "$divide")
    match kinds:
        case (Kind.DATE, Kind.DATE):
            return {"$dateDiff": {"startDate": second, "endDate": first, "unit": "day"}}
        case (Kind.DATE, Kind.NUMBER):
            amount: Bson = second if operator is Operator.PLUS else {"$multiply": (second, -1)}
            return {"$dateAdd": {"startDate": first, "unit": "day", "amount": amount}}
        case (Kind.NUMBER, Kind.DATE):
            return {"$dateAdd": {"startDate": second, "unit": "day", "amount": first}}
        case (Kind.TIME, Kind.TIME):
            return {"$subtract": (_on_a_day(first), _on_a_day(second))}
        case (Kind.TIME, Kind.INTERVAL):
            return {"$dateToString": {"date": {symbol: (_on_a_day(first), second)}, "format": CLOCK}}
        case (Kind.INTERVAL, _) | (_, Kind.INTERVAL) if operator in (Operator.TIMES, Operator.DIVIDE):
            return {"$toLong": {"$round": ({symbol: (first, second)}, 0)}}
        case _:
            return {symbol: (first, second)}


def _on_a_day(clock: Bson) -> Bson:
    return {"$dateFromString": {"dateString": {"$concat": ("1970-01-01T", clock, "Z")}}}


def milliseconds_of_day(clock: Bson) -> Bson:
    """Return how many milliseconds a time of day is after midnight."""
    return {"$toLong": _on_a_day(clock)}


def _concatenated(left: Operand, right: Operand) -> Operand:
    is_optional = any_optional(left, right)
    if isinstance(left.type, ListOf) or isinstance(right.type, ListOf):
        # To a list that is NULL the other is added all the same (array_cat).
        parts = tuple({"$ifNull": (side.expression, ())} if side.is_optional else side.expression
                      for side in (left, right))  # fmt: skip
        joined: Bson = {"$concatArrays": parts}
        is_optional = left.is_optional and right.is_optional
        if is_optional:
            joined = {"$cond": ({"$gt": ({"$ifNull": (left.expression, right.expression)}, None)}, joined, None)}
        return Operand(expression=joined, type=left.type or right.type, is_optional=is_optional)
    if isinstance(left.type, Json) or isinstance(right.type, Json):
        merged: Bson = {"$mergeObjects": (left.expression, right.expression)}
        return Operand(expression=strict(merged, left, right), type=Json(), is_optional=is_optional)
    return Operand(expression={"$concat": (as_text(left), as_text(right))}, type=Text(), is_optional=is_optional)


def as_text(operand: Operand) -> Bson:
    """Return text, or a whole number as text. Raises Inexpressible for types whose text the engines write otherwise."""
    match operand.type:
        case Integer():
            return {"$toString": operand.expression}
        case of if of is None or kind_of(of) in (Kind.TEXT, Kind.IP):
            return operand.expression
        case of:
            raise Inexpressible(f"a {kind_of(of).value} as text is spelled otherwise by MongoDB")


def _member(whole: Operand, key: Operand) -> Operand:
    """Return `whole -> key`: a missing value where there is no such member."""
    value = None if key.constant is None else key.constant.value
    match value:
        case str():
            found: Bson = {"$getField": {"field": value if not value.startswith("$") else {"$literal": value},
                                         "input": whole.expression}}  # fmt: skip
        case int():
            is_list = {"$isArray": (whole.expression,)}
            found = {"$cond": (is_list, {"$arrayElemAt": (whole.expression, value)}, "$$REMOVE")}
        case _:
            raise Inexpressible("a member of JSON is taken by a name that is known beforehand")
    return Operand(expression=found, type=Json(), is_optional=True)
