"""Shard keys: what each field would be worth as the one that spreads a collection over several machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation, RelationAttribute, Role, RowEstimate
from groundplan.mongo.design.indexing.fields import Fields
from groundplan.mongo.design.indexing.request import request_of
from groundplan.mongo.model import KEY, Collection, Index, IndexKey, KeyKind, ValueField
from groundplan.plan.expressions import conjuncts
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.quantities import CompoundGrowth, TimeUnit
from groundplan.plan.types import Arrival, Boolean, Enum, Integer, Uuid

MONTHS = 36
"""How far ahead a collection is looked at: to shard one that is full already means to copy it while it is used."""

MOST_BYTES = 2e12
"""What one machine is taken to hold: a member that joins copies all of it, which takes three hours at 200 MB/s."""

MOST_DOCUMENTS = 1e9
"""So many documents make an index of some 30 GB, beside which the others no longer fit the memory of one machine."""

CHUNK_BYTES = 128e6
"""The size of a range that the balancer moves (MongoDB manual, Data Partitioning with Chunks); one value is in one."""

LEAST_VALUES = 1_000
"""Fewer different values than this cannot be divided among machines for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A field as a shard key.

    `targeted` is the share of what reads and changes documents that names its value, and so asks one machine alone;
    `values` how many different ones there are, `largest` the bytes of all documents with the most frequent one.
    `is_rising` tells that new documents have larger values than old ones. `problem` says why it cannot be the key.
    """

    keys: tuple[IndexKey, ...]
    targeted: float
    values: float
    largest: float
    is_rising: bool
    problem: str | None = None


def rows_later(rows: RowEstimate, *, months: int = MONTHS) -> float:
    """Return how many rows there are so many months later."""
    if rows.growth is None:
        return float(rows.now)
    periods = float(TimeUnit.MONTH.value * months / rows.growth.per.value)
    if isinstance(rows.growth, CompoundGrowth):
        return float(rows.now * (1 + float(rows.growth.share)) ** periods)
    return rows.now + rows.growth.rows * periods


def spreads_of(collection: Collection, *, fields: Fields, document_bytes: float) -> tuple[Spread, ...]:
    """Return what every field that could be a shard key is worth, the best first."""
    relation = fields.facts.relations[collection.document.relation]
    asked = _asked(collection, fields=fields)
    total = sum(rate for _, rate in asked)
    worth = {KEY, *(path for paths, _ in asked for path in paths)}
    worth |= {index.keys[0].path for index in collection.indexes if index.is_unique}
    changed = _changed(relation, fields=fields)
    found: list[Spread] = []
    for field in collection.document.fields:
        if not isinstance(field, ValueField) or field.name not in worth:
            continue
        attribute = relation.attribute(field.attribute)
        if not _can_spread(attribute):
            continue
        named = sum(rate for paths, rate in asked if field.name in paths)
        spread = _spread(
            collection,
            relation,
            attribute,
            path=field.name,
            targeted=named / total if total else 0.0,
            document_bytes=document_bytes,
        )
        if attribute.name in changed:
            spread = replace(spread, problem=f"{changed[attribute.name]} changes it, and moves the document each time")
        found.append(spread)
    return tuple(sorted(found, key=_rank))


def _changed(relation: Relation, *, fields: Fields) -> dict[str, str]:
    """Return the attributes that updates set, with the first of them by name."""
    found: dict[str, str] = {}
    for pattern in fields.facts.updates:
        if fields.facts.lookup.of_source(pattern.entity).name == relation.name:
            for assignment in pattern.assignments:
                for name in fields.facts.lookup.names(assignment.target) or ():
                    found.setdefault(name, pattern.name)
    return found


def _rank(spread: Spread) -> tuple[bool, float, float, str]:
    return (spread.problem is not None, -spread.targeted, -spread.values, spread.keys[0].path)


def _can_spread(attribute: RelationAttribute) -> bool:
    """Tell whether a field is there in every document and can have many values; moments are nobody's key."""
    is_time = attribute.role in (Role.CREATED_AT, Role.UPDATED_AT, Role.DELETED_AT)
    return not attribute.is_optional and not is_time and not isinstance(attribute.type, Boolean)


def _asked(collection: Collection, *, fields: Fields) -> list[tuple[frozenset[str], float]]:
    """Return for each pattern that finds documents of a collection the fields whose values it names, and its rate."""
    found: list[tuple[frozenset[str], float]] = []
    for pattern in fields.facts.patterns:
        if isinstance(pattern, RawPattern | InsertPattern):
            continue
        relation = fields.facts.lookup.of_source(pattern.entity)
        if fields.places.place(relation.name).collection != collection.name:
            continue
        rate = fields.facts.rate(pattern.name)
        found.append((_named(pattern, relation, fields=fields), 1.0 if rate is None else rate))
    return found


def _named(pattern: Pattern, relation: Relation, *, fields: Fields) -> frozenset[str]:
    match pattern:
        case ReadPattern() | UpdatePattern() | DeletePattern():
            request = request_of(conjuncts(pattern.where), relation=relation, fields=fields)
            return frozenset(field.path for field in request.equal if not field.arrays)
        case UpsertPattern():
            names = [name for path in pattern.on for name in fields.facts.lookup.names(path) or ()]
            equal = (fields.own(relation.name, name) for name in names or relation.primary_key)
            return frozenset(field.path for field in equal if not field.arrays)
        case InsertPattern() | RawPattern():
            return frozenset()


def _spread(
    collection: Collection,
    relation: Relation,
    attribute: RelationAttribute,
    *,
    path: str,
    targeted: float,
    document_bytes: float,
) -> Spread:
    reference = next((found for found in relation.references if found.attributes == (attribute.name,)), None)
    values, most = _frequency(relation, attribute, reference)
    largest = most * document_bytes
    unique = [index for index in collection.indexes if index.is_unique]
    is_rising = _is_rising(attribute, reference)
    # Among hashes no range is left to be unique in: a unique index needs its own first fields to be the shard key.
    kind = KeyKind.HASHED if is_rising and not unique else KeyKind.ASCENDING
    keys: tuple[IndexKey, ...] = (IndexKey(path=path, kind=kind),)
    if largest > CHUNK_BYTES and path != KEY:
        rest = unique[0].keys[1:] if len(unique) == 1 else (() if unique else (IndexKey(path=KEY),))
        keys = (*keys, *rest)
    return Spread(
        keys=keys,
        targeted=targeted,
        values=values,
        largest=largest,
        is_rising=is_rising,
        problem=_problem(path, unique, values=values, is_made_by_time=is_rising and reference is None),
    )


def _problem(path: str, unique: Sequence[Index], *, values: float, is_made_by_time: bool) -> str | None:
    for index in unique:
        if index.keys[0].path != path:
            return f"{index.name} could not be unique: it does not begin with {path}"
    if values < LEAST_VALUES:
        return f"{values:,.0f} different values cannot be divided among machines for long"
    if is_made_by_time and unique:
        return "every new document would go to the machine with the largest values, and hashes are not unique"
    return None


def _frequency(relation: Relation, attribute: RelationAttribute, reference: Reference | None) -> tuple[float, float]:
    """Return how many different values a field has, and how many documents have the most frequent one."""
    rows = float(relation.rows.now)
    if reference is not None:
        return rows / max(1.0, reference.fanout.mean), max(1.0, reference.fanout.max)
    keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys))
    if (attribute.name,) in keys:
        return rows, 1.0
    if isinstance(attribute.type, Enum):
        count = float(max(1, len(attribute.type.values)))
        return count, rows * max((float(value.share or 1 / count) for value in attribute.type.values), default=1.0)
    distinct = attribute.values.distinct
    if distinct is None:
        return rows / 10, rows / 100
    return float(distinct), rows / max(1, distinct)


def _is_rising(attribute: RelationAttribute, reference: Reference | None) -> bool:
    """Tell whether new documents have the largest values: keys that time makes, and references to new rows."""
    is_made = attribute.role is Role.SURROGATE and isinstance(attribute.type, Uuid | Integer)
    is_new = reference is not None and isinstance(attribute.type, Uuid | Integer)
    return is_made or is_new or attribute.values.arrives is Arrival.IN_ORDER
