"""The type of an expression's value."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber
from typing import assert_never, get_args

from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Parameter,
    Path,
)
from groundplan.plan.resolve.casts import UNBOUNDED_DECIMAL
from groundplan.plan.resolve.functions import AGGREGATES, FUNCTIONS, common_type
from groundplan.plan.resolve.operations import Known, NoOperation, result_of
from groundplan.plan.types import AttributeType, Boolean, ElementType, Integer, ListOf, Text


def type_of(expression: Expression) -> Known:
    """Return the type of an expression's value; None where nothing tells it."""
    match expression:
        case Path() | Parameter() | Cast():
            return expression.type
        case Literal():
            return expression.type or _type_of_constant(expression)
        case Local():
            return None
        case Binary():
            try:
                return result_of(expression.operator, type_of(expression.left), type_of(expression.right))
            except NoOperation:
                return None
        case Every() | AnyOf() | Not() | IsNull() | In():
            return Boolean()
        case Negative():
            return type_of(expression.operand)
        case Call():
            given = tuple(type_of(argument) for argument in expression.arguments)
            function = FUNCTIONS.get(expression.function)
            signature = None if function is None else function.signature(given)
            return None if signature is None else signature.result(given)
        case Aggregate():
            return _type_of_aggregate(expression)
        case Case():
            values = (*(value for _, value in expression.branches), expression.otherwise)
            return common_type(tuple(None if value is None else type_of(value) for value in values))
        case _:
            assert_never(expression)


def _type_of_constant(literal: Literal) -> Known:
    match literal.value:
        case bool():
            return Boolean()
        case int():
            return Integer()
        case DecimalNumber():
            return UNBOUNDED_DECIMAL
        case str():
            return Text()
        case None:
            return None


def _type_of_aggregate(expression: Aggregate) -> Known:
    if expression.operand is None:
        return Integer()
    given = (type_of(expression.operand),)
    if expression.function == "array_agg":
        return None if given[0] is None else list_of(given[0])
    function = AGGREGATES.get(expression.function)
    signature = None if function is None else function.signature(given)
    return None if signature is None else signature.result(given)


def list_of(element: AttributeType) -> ListOf | None:
    """Return the type of a list of such values; None where a list cannot hold them."""
    return ListOf(of=element) if isinstance(element, get_args(ElementType)) else None
