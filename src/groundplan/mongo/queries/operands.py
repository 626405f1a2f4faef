"""Operands: parts of an aggregation expression with what is known of them, and the tests that NULL asks for.

NULL is a field that is not there, and `null` where an expression gives it. Both sort below every other value, so
`{$gt: [x, null]}` tells that there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from groundplan.mongo.queries.model import Bson, Given, Moment, NewKey
from groundplan.mongo.queries.spans import Span
from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that is the same for all documents, as a filter takes it."""

    value: Bson


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """An aggregation expression; `is_optional` tells that it can be NULL, `constant` is set where it is one.

    `span` is the interval of which a constant is the length, with its months and days.
    """

    expression: Bson
    type: AttributeType | None
    is_optional: bool = False
    constant: Constant | None = None
    span: Span | None = None

    @property
    def path(self) -> str | None:
        """The dotted path of the field that this is in the document at hand; None for everything else."""
        text = self.expression
        return text[1:] if isinstance(text, str) and text.startswith("$") and not text.startswith("$$") else None


def constant(value: Bson, type: AttributeType | None, *, is_optional: bool = False) -> Operand:  # noqa: A002
    """Return a value as an operand."""
    return Operand(
        expression=as_expression(value),
        type=type,
        is_optional=is_optional or value is None,
        constant=Constant(value=value),
    )


def as_expression(value: Bson) -> Bson:
    """Return a value so that no part of it is taken for an expression: what callers give above all."""
    match value:
        case None | bool() | int() | float() | Decimal() | UUID() | datetime() | date() | Moment() | bytes():
            return value
        case str() if not value.startswith("$"):
            return value
        case str() | Given() | NewKey() | tuple() | Mapping():
            return {"$literal": value}


def is_there(operand: Operand) -> Bson:
    """Return the test that an operand is not NULL."""
    return {"$gt": (operand.expression, None)}


def is_missing(operand: Operand) -> Bson:
    """Return the test that an operand is NULL."""
    return {"$lte": (operand.expression, None)}


def both(tests: Sequence[Bson]) -> Bson:
    """Join tests with AND, flattened."""
    flat = [part for test in tests for part in _joined(test, "$and") if part is not True]
    if any(part is False for part in flat):
        return False
    return True if not flat else flat[0] if len(flat) == 1 else {"$and": tuple(flat)}


def either(tests: Sequence[Bson]) -> Bson:
    """Join tests with OR, flattened."""
    flat = [part for test in tests for part in _joined(test, "$or") if part is not False]
    if any(part is True for part in flat):
        return True
    return False if not flat else flat[0] if len(flat) == 1 else {"$or": tuple(flat)}


def _joined(test: Bson, word: str) -> tuple[Bson, ...]:
    match test:
        case {"$and": tuple() as parts, **rest} if word == "$and" and not rest:
            return parts
        case {"$or": tuple() as parts, **rest} if word == "$or" and not rest:
            return parts
        case _:
            return (test,)


def inverted(test: Bson) -> Bson:
    """Return the test that holds where this one does not."""
    match test:
        case bool():
            return not test
        case {"$not": [inner]}:
            return inner
        case _:
            return {"$not": (test,)}


def strict(expression: Bson, *operands: Operand) -> Bson:
    """Return an expression that is NULL where an operand is, for operators that are not so by themselves."""
    guards = [is_there(operand) for operand in operands if operand.is_optional]
    return {"$cond": (both(guards), expression, None)} if guards else expression


def any_optional(*operands: Operand) -> bool:
    """Tell whether one of the operands can be NULL."""
    return any(operand.is_optional for operand in operands)
