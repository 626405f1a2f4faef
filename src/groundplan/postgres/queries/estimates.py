"""How much of an entity a read goes through, from the plan's own numbers.

Only a choice between two right ways to write a query rests on it, so a guess within ten times is enough. The shares for
what the plan says nothing about are those of PostgreSQL's planner (selfuncs.h).
"""

from __future__ import annotations

from groundplan.logical.model import RelationAttribute
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Not,
    Operator,
    Parameter,
    Path,
    paths,
)
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.types import Boolean, Enum
from groundplan.postgres.queries.storage import Storage

SHARE_OF_EQUAL = 0.005
"""DEFAULT_EQ_SEL."""
SHARE_OF_RANGE = 1 / 3
"""DEFAULT_INEQ_SEL."""
SHARE_OF_MATCH = 0.005
"""DEFAULT_MATCH_SEL: patterns, containment, words, places."""
SHARE_OF_RELATED = 0.1
"""Rows that have a certain row beside them."""
SHARE_OF_NULL = 0.1
"""NULLs of an optional attribute of which the plan does not say how many there are."""

_TRUE = Literal(value=True)


def rows_of(entity: str, *, storage: Storage) -> int:
    """Return how many rows of an entity there are now."""
    return storage.relation(entity).rows.now


def share_read(pattern: ReadPattern, *, storage: Storage) -> float:
    """Estimate the share of an entity's rows that pass a read's condition, from 0 to 1."""
    share = 1.0 if pattern.where is None else _share(pattern.where, storage)
    if pattern.search is not None or pattern.near is not None:
        share *= SHARE_OF_MATCH
    return share


def _share(condition: Expression, storage: Storage) -> float:
    match condition:
        case Every(parts):
            share = 1.0
            for part in parts:
                share *= _share(part, storage)
            return share
        case AnyOf(parts):
            return min(1.0, sum(_share(part, storage) for part in parts))
        case Not(operand):
            return 1.0 - _share(operand, storage)
        case _ if any(path.is_many for path in paths(condition)):
            return SHARE_OF_RELATED
        case IsNull():
            nulls = _null_share(condition.operand, storage)
            return 1.0 - nulls if condition.is_negated else nulls
        case In():
            share = min(1.0, sum(_equal_share(condition.operand, item, storage) for item in condition.items))
            return 1.0 - share if condition.is_negated else share
        case Binary(operator, left, right):
            return _comparison_share(operator, left, right, storage)
        case Path():
            return _equal_share(condition, _TRUE, storage)
        case _:
            return SHARE_OF_RANGE


def _comparison_share(operator: Operator, left: Expression, right: Expression, storage: Storage) -> float:
    match operator:
        case Operator.EQUAL:
            return _equal_share(left, right, storage)
        case Operator.NOT_EQUAL:
            return 1.0 - _equal_share(left, right, storage)
        case Operator.LESS | Operator.LESS_EQUAL | Operator.GREATER | Operator.GREATER_EQUAL:
            return SHARE_OF_RANGE
        case _:
            return SHARE_OF_MATCH


def _equal_share(left: Expression, right: Expression, storage: Storage) -> float:
    match (left, right):
        case (Path() as path, Literal() | Parameter() as value) | (Literal() | Parameter() as value, Path() as path):
            return _value_share(path, value, storage)
        case _:
            return SHARE_OF_EQUAL


def _value_share(path: Path, value: Literal | Parameter, storage: Storage) -> float:
    places = storage.places(path)
    rows = max(1, rows_of(path.reached, storage=storage))
    if storage.is_unique(path.reached, {place.column.name for place in places}, is_alive=True):
        return 1 / rows
    attribute = storage.attribute(path)
    if attribute is None:
        return SHARE_OF_EQUAL
    match attribute.type:
        case Boolean() if attribute.values.trues is not None and isinstance(value, Literal):
            trues = float(attribute.values.trues)
            return trues if value.value is True else 1 - trues
        case Boolean():
            return 0.5
        case Enum(values=values):
            known = {each.name: each.share for each in values}
            share = known.get(value.value) if isinstance(value, Literal) and isinstance(value.value, str) else None
            return 1 / max(1, len(values)) if share is None else float(share)
        case _:
            return _distinct_share(attribute)


def _distinct_share(attribute: RelationAttribute) -> float:
    return SHARE_OF_EQUAL if attribute.values.distinct is None else 1 / max(1, attribute.values.distinct)


def _null_share(operand: Expression, storage: Storage) -> float:
    attribute = storage.attribute(operand) if isinstance(operand, Path) else None
    if attribute is None:
        return SHARE_OF_NULL
    if attribute.values.nulls is not None:
        return float(attribute.values.nulls)
    return SHARE_OF_NULL if attribute.is_optional else 0.0
