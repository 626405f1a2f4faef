"""What one condition of a read, update or delete asks of an index on the collection that its rows lie in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from groundplan.logical.constants import fixed_by
from groundplan.logical.model import Relation
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.partial_filters import Filter, NotPartial, partial_filter
from groundplan.plan.expressions import (
    Binary,
    Call,
    Expression,
    In,
    IsNull,
    Literal,
    Operator,
    Parameter,
    Path,
    paths,
)
from groundplan.plan.resolve.functions import ANY_OF
from groundplan.plan.types import Json, ListOf, Point, Polygon, Range, Vector

_RANGES = (Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL)
_MIRRORED = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
    Operator.OVERLAPS: Operator.OVERLAPS,
    Operator.CONTAINS: Operator.CONTAINED,
    Operator.CONTAINED: Operator.CONTAINS,
}
_NOT_COMPARED = (Json, ListOf, Point, Polygon, Range, Vector)
"""Types whose values a filter does not compare as SQL does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """`field` equals a value that the caller gives, or holds it where it is a list."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`field` lies above or below a value, or begins with a constant text."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """`field` is one of several values that the caller gives."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A condition on one row without parameters, the same in every query.

    `condition` is over `Local`s. `filter` is how a partial index says it, None where it cannot; `fixes` is the field
    that equals one value then, `needs` the attributes that cannot be NULL.
    """

    condition: Expression
    filter: Filter | None
    fixes: Field | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """The JSON in `field` holds constant values at these paths inside it."""

    field: Field
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """`field` is a place, compared with an area."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A condition on documents of other collections, along relationships."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A condition that no index serves; documents are looked at one by one."""

    condition: Expression


Asked = Equal | Between | OneOf | Constant | Contained | Located | Elsewhere | Unserved


def asked_by(condition: Expression, *, relation: Relation, fields: Fields) -> tuple[Asked, ...]:
    """Return what one condition of a pattern (over `Path`s) asks of an index on its rows' collection."""
    if any(fields.of(path) is None for path in paths(condition)):
        return (Elsewhere(condition=condition),)
    constant = _constant(condition, relation=relation, fields=fields)
    if constant is not None:
        return (constant,)
    match condition:
        case Binary():
            return _compared(condition, fields=fields)
        case In(operand=Path() as path, items=items, is_negated=False) if not any(paths(item) for item in items):
            found = _compared_fields(path, fields=fields)
            return (OneOf(field=found[0]),) if len(found) == 1 else (Unserved(condition=condition),)
        case _:
            return (Unserved(condition=condition),)


def _constant(condition: Expression, *, relation: Relation, fields: Fields) -> Constant | None:
    """Return a condition on the row itself that says the same in every query."""
    lookup = fields.facts.lookup
    match condition:
        case IsNull(operand=Path() as path):
            named, fixes = path, False
        case In(operand=Path() as path, items=items, is_negated=False) if all(isinstance(i, Literal) for i in items):
            named, fixes = path, False
        case Binary(operator=operator, left=Path() as path, right=Literal()) if operator in _RANGES:
            return None
        case _:
            fixed = fixed_by(condition)
            if fixed is None or fixed.value.value is None:
                return None
            named, fixes = fixed.path, True
    names = lookup.names(named)
    if names is None or len(names) != 1 or isinstance(named.type, _NOT_COMPARED):
        return None
    local = lookup.localize(condition)
    is_null = isinstance(condition, IsNull) and not condition.is_negated
    return Constant(
        condition=local,
        filter=_partial(local, relation=relation, fields=fields),
        fixes=fields.own(relation.name, names[0]) if fixes else None,
        needs=() if is_null else names,
    )


def _partial(condition: Expression, *, relation: Relation, fields: Fields) -> Filter | None:
    """Return a condition as a partial index says it; of elements of arrays none can."""
    if fields.places.place(relation.name).is_array:
        return None
    try:
        return partial_filter(condition, path=lambda name: fields.places.path(relation.name, name))
    except NotPartial:
        return None


def _compared(condition: Binary, *, fields: Fields) -> tuple[Asked, ...]:
    operator, left, right = condition.operator, condition.left, condition.right
    if paths(right) and not paths(left) and operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    if not isinstance(left, Path) or paths(right):
        return (Unserved(condition=condition),)
    unserved = (Unserved(condition=condition),)
    match operator:
        case Operator.EQUAL if isinstance(right, Call) and right.function == ANY_OF:
            found = _compared_fields(left, fields=fields)
            return (OneOf(field=found[0]),) if len(found) == 1 else unserved
        case Operator.EQUAL:
            return tuple(Equal(field=field) for field in _compared_fields(left, fields=fields)) or unserved
        case Operator.CONTAINS | Operator.CONTAINED | Operator.OVERLAPS:
            return _containment(operator, left, right, fields=fields) or unserved
        case Operator.LIKE if isinstance(right, Literal) and _begins_plainly(right.value):
            return tuple(Between(field=field) for field in _compared_fields(left, fields=fields)) or unserved
        case _ if operator in _RANGES:
            found = _compared_fields(left, fields=fields)
            return (Between(field=found[0]),) if len(found) == 1 else unserved
        case _:
            return unserved


def _compared_fields(path: Path, *, fields: Fields) -> tuple[Field, ...]:
    return () if isinstance(path.type, _NOT_COMPARED) else fields.of(path) or ()


def _containment(operator: Operator, left: Path, right: Expression, *, fields: Fields) -> tuple[Asked, ...]:
    found = fields.of(left)
    if found is None or len(found) != 1:
        return ()
    (field,) = found
    match left.type:
        case ListOf() if operator is Operator.CONTAINS and not isinstance(right, Parameter):
            # A list that the caller gives is compared as a whole, which no filter says.
            return (Equal(field=field),)
        case ListOf() if operator is Operator.OVERLAPS:
            return (OneOf(field=field),)
        case Json() if operator is Operator.CONTAINS and isinstance(right, Literal) and isinstance(right.value, str):
            members = _members(json.loads(right.value))
            return (Contained(field=field, members=members),) if members else ()
        case Point() | Polygon():
            return (Located(field=field),)
        case _:
            return ()


def _members(value: object, *, path: str = "") -> tuple[str, ...]:
    """Return the paths of the plain values in JSON that are not in lists: what a filter can ask for."""
    if not isinstance(value, Mapping):
        return (path,) if path and isinstance(value, str | bool | int | float) else ()
    found: list[str] = []
    for key, inner in value.items():
        if not key or "." in key or key.startswith("$"):
            return ()
        found += _members(inner, path=f"{path}.{key}" if path else key)
    return tuple(found)


def _begins_plainly(pattern: object) -> bool:
    return isinstance(pattern, str) and pattern[:1] not in ("", "%", "_", "\\")
