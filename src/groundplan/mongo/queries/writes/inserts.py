"""Inserts: a document of its own, or a part of the document of the row that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.mongo.model import EmbeddedDocuments, ValueField
from groundplan.mongo.queries.model import (
    Bson,
    Command,
    CompiledWrite,
    InsertDocuments,
    Operation,
    Refuse,
    TakeNumber,
    UpdateDocuments,
)
from groundplan.mongo.queries.writes.address import address, equal_to
from groundplan.mongo.queries.writes.context import Context, mark_of
from groundplan.mongo.queries.writes.documents import new_document
from groundplan.mongo.queries.writes.found import row_query
from groundplan.mongo.queries.writes.given import GivenRow, given_row, reference_values
from groundplan.mongo.queries.writes.kept import after_insert
from groundplan.mongo.queries.writes.references import Copies, checks, is_own, refusal
from groundplan.mongo.queries.writes.trail import ACTOR, trail_of_new
from groundplan.mongo.queries.writes.transactions import reason_for_transaction
from groundplan.plan.patterns import InsertPattern


def compile_insert(pattern: InsertPattern, *, context: Context) -> CompiledWrite:
    """Compile an insert; raises Inexpressible for a default that no driver can make."""
    row = given_row(pattern.entity, batch=pattern.batch, context=context)
    required, copies = checks(row, context, taken=(row.number,) if row.number else ())
    own = [name for name, reference in zip(_names(row), row.relation.references, strict=True) if is_own(row, reference)]
    before = [each for each in required if not any(each.message.startswith(f"{name}:") for name in own)]
    after = [each for each in required if each not in before]
    clashes = nested_clashes(row, context)
    operations: list[Operation] = [*number(row), *before, *clashes, insertion(row, copies, context), *after]
    operations += after_insert(row, copies, context.places)
    trail = trail_of_new(row)
    operations += trail
    return CompiledWrite(
        pattern=pattern.name,
        operations=tuple(operations),
        parameters=(*row.parameters, *((ACTOR,) if trail else ())),
        needs_transaction=None if _is_series(row, context) else reason_for_transaction(operations),
        each=row.batch if clashes else None,
    )


def _is_series(row: GivenRow, context: Context) -> bool:
    """Tell whether rows go into a time series, to which nothing can be written in a transaction."""
    return context.places.collection(row.relation.name).time_series is not None


def _names(row: GivenRow) -> list[str]:
    return [f"{row.relation.name}.{reference.name}" for reference in row.relation.references]


def number(row: GivenRow) -> tuple[TakeNumber, ...]:
    """Return the taking of a number for a key that is counted; nothing for other keys."""
    if row.number is None:
        return ()
    (key,) = row.relation.primary_key
    return (TakeNumber(name=row.number, counter=counter_of(row.relation.name, key), each=row.batch),)


def counter_of(relation: str, attribute: str) -> str:
    """Return the `_id` of the counter of a key."""
    return f"{relation}.{attribute}"


def insertion(row: GivenRow, copies: Copies, context: Context) -> InsertDocuments | UpdateDocuments:
    """Return the operation that adds a row where its relation lives."""
    place = context.places.place(row.relation.name)
    around = context.places.embedded(row.relation.name)
    document = new_document(place.document, row, copies=copies)
    if around is None:
        return InsertDocuments(collection=place.collection, document=document, each=row.batch)
    return _embedding(row, around, document, context)


def _embedding(row: GivenRow, around: EmbeddedDocuments, document: Command, context: Context) -> UpdateDocuments:
    reference = context.places.reference(row.relation.name, around.reference)
    parent = context.places.place(reference.target)
    found = address(parent, equal_to(context.places, reference.target, reference_values(row, reference)))
    clashes = _clashes(row, around, context) if not parent.is_array else ()
    where: Command = {**found.filter, **({"$nor": clashes} if clashes else {})}
    operator = "$push" if around.is_many else "$set"
    message = refusal(row.relation, reference)
    return UpdateDocuments(
        collection=parent.collection,
        filter=where,
        update={operator: {found.path(around.name): document}},
        array_filters=found.array_filters,
        each=row.batch,
        refusal=f"{message}, or it has one already" if clashes else message,
    )


def _clashes(row: GivenRow, around: EmbeddedDocuments, context: Context) -> tuple[Command, ...]:
    """Return the conditions on the document around that a row with the same unique key is in it already.

    A unique index keeps documents apart, not the elements of one array (MongoDB manual, Unique Indexes).
    """
    path = context.places.place(row.relation.name).path
    if not around.is_many:
        return ({path: {"$exists": True}},)
    mark = mark_of(row.relation)
    own = {field.attribute: field.name for field in around.document.fields if isinstance(field, ValueField)}
    found: list[Command] = []
    for key, is_primary in _told_keys(row):
        inner: dict[str, Bson] = {own[name]: row.values[name] for name in key if name in own}
        if inner:
            if mark is not None and not is_primary:
                inner[own[mark]] = None
            found.append({path: {"$elemMatch": inner}})
    return tuple(found)


def nested_clashes(row: GivenRow, context: Context) -> tuple[Refuse, ...]:
    """Return the looks for a row with the same unique key, where the row goes into an array inside another one.

    There no filter on the document says it of one element. In a transaction it holds: who writes to the same document
    at the same time has to begin again.
    """
    places, relation = context.places, row.relation
    around = places.embedded(relation.name)
    if around is None or not places.place(places.reference(relation.name, around.reference).target).is_array:
        return ()
    mark = mark_of(relation)
    keys = list(_told_keys(row))
    if not around.is_many:
        keys.append((places.reference(relation.name, around.reference).attributes, True))
    found: list[Refuse] = []
    for key, is_primary in keys:
        equal = {name: row.values[name] for name in key}
        if mark is not None and not is_primary:
            equal[mark] = None
        query = row_query(places, relation.name, equal, fields={}, limit=1)
        message = f"{relation.name}: there is one with the same {', '.join(key)} already"
        found.append(Refuse(query=query, message=message, each=row.batch))
    return tuple(found)


def _told_keys(row: GivenRow) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the unique keys that callers can give twice, with whether it is the primary key."""
    keys = [row.relation.primary_key, *(key.attributes for key in row.relation.candidate_keys if key.where is None)]
    for position, key in enumerate(keys):
        if _is_told(key, row):
            yield key, position == 0


def _is_told(key: tuple[str, ...], row: GivenRow) -> bool:
    """Tell whether callers can give the same key twice: not where the engine makes part of it, or where it is NULL."""
    given = {each.attribute.name: each.attribute for each in row.given}
    return all(name in given and not given[name].is_optional for name in key)
