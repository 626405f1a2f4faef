"""What one pattern asks of one collection, sorted by what an index can do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from groundplan.logical.model import Relation
from groundplan.logical.shares import share_of
from groundplan.mongo.design.indexing.conditions import (
    Asked,
    Between,
    Constant,
    Contained,
    Elsewhere,
    Equal,
    Located,
    OneOf,
    Unserved,
    asked_by,
)
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.partial_filters import Filter, all_of
from groundplan.mongo.design.passes.keep_unique import deletion_mark
from groundplan.mongo.model import IndexKey, KeyKind
from groundplan.plan.expressions import Aggregate, Expression, IsNull, Local, Path, every
from groundplan.plan.patterns import NullsOrder, OrderKey

PARTIAL_UP_TO_SHARE = 0.5
"""Constants that leave more of the documents than this become keys, which other values of the field are served by."""

LOOKED_AT_FROM_SHARE = 0.9
"""Constants that leave more than this are checked on the documents that are found: nearly all pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A condition that a partial index repeats, over the row's attributes and as its filter says it."""

    condition: Expression
    filter: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a pattern asks of the collection that the rows of `relation` lie in.

    `equal` are fields that one value is asked of, by the caller or by a constant; `order` are the keys that would spare
    a sort, empty where none is asked for or none would; `limit` is how many rows are taken at most. `needed` are
    attributes that cannot be NULL in the rows asked for, `back` fields that lead on from what is found, so that the
    index alone says where.
    """

    relation: Relation
    fields: Fields
    equal: tuple[Field, ...] = ()
    between: tuple[Field, ...] = ()
    one_of: tuple[Field, ...] = ()
    constants: tuple[Constant, ...] = ()
    contained: tuple[Contained, ...] = ()
    located: tuple[Field, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    needed: frozenset[str] = frozenset()
    order: tuple[IndexKey, ...] = ()
    limit: int | None = None
    back: tuple[Field, ...] = ()

    @property
    def equal_paths(self) -> frozenset[str]:
        """The paths of fields that are fixed to one value."""
        fixed = [found.fixes for found in self.constants if found.fixes is not None]
        return frozenset(field.path for field in (*self.equal, *fixed))

    @property
    def equal_names(self) -> tuple[str, ...]:
        """The attributes of the relation that are fixed to one value."""
        fixed = [found.fixes for found in self.constants if found.fixes is not None]
        inherited = self._inherited
        names = [
            inherited.get((field.relation, field.attribute), field.attribute)
            for field in (*self.equal, *fixed)
            if field.relation == self.relation.name or (field.relation, field.attribute) in inherited
        ]
        return tuple(dict.fromkeys(names))

    @property
    def _inherited(self) -> dict[tuple[str, str], str]:
        """The attributes of the row around this one that its reference to it repeats."""
        around = self.fields.places.embedded(self.relation.name)
        if around is None:
            return {}
        reference = self.fields.places.reference(self.relation.name, around.reference)
        pairs = zip(reference.target_attributes, reference.attributes, strict=True)
        return {(reference.target, there): here for there, here in pairs}

    @property
    def where(self) -> Filter | None:
        """The filter of a partial index for this request."""
        return all_of(found.filter for found in self.predicates) or None

    @property
    def share(self) -> float:
        """The share of rows that the predicates leave."""
        return share_of(every(tuple(found.condition for found in self.predicates)), self.relation)

    @property
    def asks_nothing(self) -> bool:
        """Tell whether every row is asked for, in any order."""
        found = (self.equal, self.between, self.one_of, self.constants, self.contained, self.located)
        return not any((*found, self.elsewhere, self.unserved))


def request_of(
    conditions: Iterable[Expression], *, relation: Relation, fields: Fields, is_alive: bool = True
) -> Request:
    """Sort the conditions of a pattern (over `Path`s from the relation's entity) by what an index can do about them.

    `is_alive` leaves soft-deleted rows out, as every read of an entity does.
    """
    request = Request(relation=relation, fields=fields)
    for condition in conditions:
        for asked in asked_by(condition, relation=relation, fields=fields):
            request = _with(request, asked)
    mark = deletion_mark(relation) if is_alive else None
    if mark is not None and not fields.places.place(relation.name).is_array:
        alive = Predicate(condition=IsNull(operand=Local(mark)), filter={fields.places.path(relation.name, mark): None})
        if alive not in request.predicates:
            request = replace(request, predicates=(alive, *request.predicates))
    ordered = sorted(request.predicates, key=lambda found: repr(found.filter))
    return replace(request, predicates=tuple(ordered), needed=_needed(request))


def _with(request: Request, asked: Asked) -> Request:
    match asked:
        case Equal():
            return replace(request, equal=(*request.equal, asked.field))
        case Between():
            return replace(request, between=(*request.between, asked.field))
        case OneOf():
            return replace(request, one_of=(*request.one_of, asked.field))
        case Constant():
            return _with_constant(replace(request, constants=(*request.constants, asked)), asked)
        case Contained():
            return replace(request, contained=(*request.contained, asked))
        case Located():
            return replace(request, located=(*request.located, asked.field))
        case Elsewhere():
            return replace(request, elsewhere=(*request.elsewhere, asked))
        case Unserved():
            return replace(request, unserved=(*request.unserved, asked))
        case _:
            assert_never(asked)


def _with_constant(request: Request, constant: Constant) -> Request:
    """Repeat a constant in the index where few documents pass it, make it a key where more do."""
    share = share_of(constant.condition, request.relation)
    if constant.filter is not None and share <= PARTIAL_UP_TO_SHARE:
        predicate = Predicate(condition=constant.condition, filter=constant.filter)
        return replace(request, predicates=(*request.predicates, predicate))
    if constant.fixes is not None and share < LOOKED_AT_FROM_SHARE:
        return replace(request, equal=(*request.equal, constant.fixes))
    return request


def _needed(request: Request) -> frozenset[str]:
    asked = (*request.equal, *request.between, *request.one_of)
    names = [field.attribute for field in asked if field.relation == request.relation.name]
    return frozenset((*names, *(name for found in request.constants for name in found.needs)))


def ordered(request: Request, order: tuple[OrderKey, ...], *, limit: int | None) -> Request:
    """Add the order of a read to a request, where an index on the collection can have it.

    Rows that lie in an array come out of their documents one by one, in an order that no index has.
    """
    request = replace(request, limit=limit)
    if request.fields.places.place(request.relation.name).is_array:
        return request
    keys: list[IndexKey] = []
    for wanted in order:
        found = _order_fields(wanted.expression, request)
        if found is None:
            return request
        for field in found:
            if field.arrays or not _lies_as_asked(field, wanted, request):
                return request
            if field.path not in request.equal_paths and all(key.path != field.path for key in keys):
                kind = KeyKind.DESCENDING if wanted.is_descending else KeyKind.ASCENDING
                keys.append(IndexKey(path=field.path, kind=kind))
    return replace(request, order=tuple(keys))


def _order_fields(expression: Expression, request: Request) -> tuple[Field, ...] | None:
    match expression:
        case Path():
            return request.fields.of(expression)
        case Aggregate():
            path = request.fields.counted(expression)
            return None if path is None else (Field(path=path, relation="", attribute=""),)
        case _:
            return None


def _lies_as_asked(field: Field, wanted: OrderKey, request: Request) -> bool:
    """Tell whether fields that are not there lie where NULLs are asked for: before all values, in ascending order."""
    if field.relation not in request.fields.facts.relations:
        return True
    attribute = request.fields.facts.relations[field.relation].attribute(field.attribute)
    is_own = field.relation == request.relation.name
    if is_own and (not attribute.is_optional or field.attribute in request.needed):
        return True
    if not is_own and not attribute.is_optional and not _may_be_missing(field, request):
        return True
    return (wanted.nulls is NullsOrder.FIRST) is not wanted.is_descending


def _may_be_missing(field: Field, request: Request) -> bool:
    """Tell whether the row that a field belongs to can be absent: it is not one around the row at hand."""
    return field.relation not in _around(request)


def _around(request: Request) -> frozenset[str]:
    found: list[str] = []
    around = request.fields.places.embedded(request.relation.name)
    relation = request.relation.name
    while around is not None:
        relation = request.fields.places.reference(relation, around.reference).target
        found.append(relation)
        around = request.fields.places.embedded(relation)
    return frozenset(found)
