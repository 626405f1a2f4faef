"""Conditions as `partialFilterExpression`s, which take less than queries do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from groundplan.plan.expressions import AnyOf, Binary, Every, Expression, In, IsNull, Literal, Local, Not, Operator
from groundplan.plan.types import Date, Email, Enum, Slug, Text, Timestamp, Url, Uuid

Filter = Mapping[str, object]

_COMPARISONS = {
    Operator.EQUAL: "$eq",
    Operator.LESS: "$lt",
    Operator.LESS_EQUAL: "$lte",
    Operator.GREATER: "$gt",
    Operator.GREATER_EQUAL: "$gte",
}
"""What a partial filter can compare by (MongoDB manual, Partial Indexes); `$ne` is not among it."""

_SEEN_FROM_THE_RIGHT = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
}


class NotPartial(Exception):
    """A partial index cannot say a condition."""


def partial_filter(condition: Expression, *, path: Callable[[str], str]) -> Filter:
    """Return a condition over the attributes of one row as a partial filter; `path` gives the field of an attribute.

    Raises NotPartial where the engine's language for such filters does not reach.
    """
    match condition:
        case Local(name=name):
            return {path(name): True}
        case Not(operand=Local(name=name)):
            return {path(name): False}
        case IsNull(operand=Local(name=name), is_negated=is_negated):
            return {path(name): {"$exists": True} if is_negated else None}
        case Binary(operator=operator, left=Local(name=name), right=Literal() as value) if operator in _COMPARISONS:
            return _comparison(path(name), operator, _constant(value))
        case Binary(operator=operator, left=Literal() as value, right=Local(name=name)) if operator in _COMPARISONS:
            return _comparison(path(name), _SEEN_FROM_THE_RIGHT[operator], _constant(value))
        case In(operand=Local(name=name), items=items, is_negated=False):
            return {path(name): {"$in": [_constant(item) for item in items]}}
        case Every(parts=parts):
            return all_of(partial_filter(part, path=path) for part in parts)
        case AnyOf(parts=parts):
            return {"$or": [partial_filter(part, path=path) for part in parts]}
        case _:
            raise NotPartial


def all_of(filters: Iterable[Filter]) -> Filter:
    """Return a filter for what passes all filters."""
    found = [one for one in filters if one]
    names = [name for one in found for name in one]
    if len(names) == len(set(names)):
        return {name: value for one in found for name, value in one.items()}
    return {"$and": found}


def _comparison(path: str, operator: Operator, value: object) -> Filter:
    return {path: value if operator is Operator.EQUAL else {_COMPARISONS[operator]: value}}


def _constant(expression: Expression) -> object:
    match expression:
        case Literal(value=str() as text, type=Timestamp()):
            return _moment(datetime.fromisoformat(text))
        case Literal(value=str() as text, type=Date()):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        case Literal(value=str() as text, type=Email()):
            return text.lower()
        case Literal(value=str() as text, type=Text() | Enum() | Slug() | Url() | None):
            return text
        case Literal(value=bool() | int() | Decimal() as value, type=of) if not isinstance(of, Uuid):
            return value
        case _:
            raise NotPartial


def _moment(found: datetime) -> datetime:
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
