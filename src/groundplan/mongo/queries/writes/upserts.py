"""Upserts: insert, or update the row that a unique key says is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from groundplan.logical.model import Relation, Role
from groundplan.mongo.model import CopiedFields, EmbeddedDocuments, ValueField
from groundplan.mongo.queries.binding import unbound
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import (
    BATCH,
    Bson,
    CompiledWrite,
    Given,
    InsertDocuments,
    Moment,
    Operation,
    Remember,
    TakeNumber,
    UpdateDocuments,
)
from groundplan.mongo.queries.operands import as_expression, both
from groundplan.mongo.queries.writes.address import address, document_filter, equal_to
from groundplan.mongo.queries.writes.changes import Changes, update_of
from groundplan.mongo.queries.writes.context import Context, attribute_of, mark_of
from groundplan.mongo.queries.writes.documents import new_document
from groundplan.mongo.queries.writes.found import kept_rows
from groundplan.mongo.queries.writes.given import GivenRow, given_row, reference_values
from groundplan.mongo.queries.writes.inserts import insertion, number
from groundplan.mongo.queries.writes.kept import (
    copied_attributes,
    count_new,
    counts_of,
    refresh_subsets,
)
from groundplan.mongo.queries.writes.references import Copies, checks, refusal
from groundplan.mongo.queries.writes.trail import ACTOR, is_audited, trail_of_new
from groundplan.mongo.queries.writes.transactions import reason_for_transaction
from groundplan.mongo.queries.writes.updates import CHANGED, follow_update, kept_attributes
from groundplan.plan.patterns import UpsertPattern

EXISTING = "existing"
"""The name under which a row is kept that was there before."""


def compile_upsert(pattern: UpsertPattern, *, context: Context) -> CompiledWrite:
    """Compile an upsert: a row is written whole, so what the caller leaves out takes its default either way.

    Raises Inexpressible for what no single update can say.
    """
    row = given_row(pattern.entity, batch=pattern.batch, context=context)
    relation = row.relation
    on = _on(pattern, relation, context)
    required, copies = checks(row, context, taken=(row.number,) if row.number else ())
    changed = _changed(row, on)
    operations: list[Operation] = [*number(row), *required]
    is_nested = _is_nested(relation, context)
    upserts: list[Operation] = (
        _in_nested(row, on, changed, copies, context) if is_nested else [_upsert(row, on, changed, copies, context)]
    )
    is_followed = is_nested or _is_followed(relation, context)
    followed = _followed(row, on, changed, upserts, context) if is_followed else upserts
    operations += followed
    return CompiledWrite(
        pattern=pattern.name,
        operations=tuple(operations),
        parameters=(*row.parameters, *((ACTOR,) if is_audited(relation) else ())),
        needs_transaction=reason_for_transaction(operations),
        each=BATCH if len(followed) > 1 and row.batch is not None else None,
    )


def _on(pattern: UpsertPattern, relation: Relation, context: Context) -> tuple[str, ...]:
    """Return the attributes that tell whether a row is the same."""
    found: dict[str, None] = {}
    for path in pattern.on:
        names = context.facts.lookup.names(path)
        if names is None:
            raise Inexpressible("it tells rows apart by what other rows hold")
        found.update(dict.fromkeys(names))
    partial = [key for key in relation.candidate_keys if set(key.attributes) == set(found) and key.where is not None]
    whole = [key.attributes for key in relation.candidate_keys if key.where is None]
    whole += [relation.primary_key, *(each.attributes for each in relation.references if each.is_unique)]
    if partial and not any(set(key) == set(found) for key in whole):
        raise Inexpressible("what makes rows the same holds for some of them only")
    return tuple(found)


def _changed(row: GivenRow, on: tuple[str, ...]) -> tuple[str, ...]:
    """Return the attributes that a row which is there already takes: all that are given but those it is found by."""
    return tuple(each.attribute.name for each in row.given if each.attribute.name not in on)


def _is_followed(relation: Relation, context: Context) -> bool:
    places = context.places
    return bool(
        counts_of(relation, places)
        or any(True for _ in places.subsets(relation.name))
        or copied_attributes(relation, context)
        or is_audited(relation)
    )


def _followed(
    row: GivenRow, on: tuple[str, ...], changed: tuple[str, ...], upserts: list[Operation], context: Context
) -> list[Operation]:
    """Return the operations of an upsert that others follow: what was there is kept first."""
    relation, places = row.relation, context.places
    equal = {name: row.values[name] for name in on}
    mark = mark_of(relation)
    if mark is not None:
        equal[mark] = None
    kept = tuple(dict.fromkeys((*kept_attributes(relation, context), *sorted(copied_attributes(relation, context)))))
    query = kept_rows(places, relation.name, equal_to(places, relation.name, equal), attributes=kept)
    moved = tuple(
        reference.name
        for reference, _ in counts_of(relation, places)
        if not set(reference.attributes).isdisjoint(changed)
    )
    touched = attribute_of(relation, Role.UPDATED_AT)
    values = {name: row.values[name] for name in changed} | ({touched: Moment()} if touched is not None else {})
    changes = Changes(relation=relation, values=values)
    operations: list[Operation] = [
        Remember(name=EXISTING, query=query),
        *upserts,
        *count_new(row, places, unless=EXISTING),
    ]
    if changed:
        operations += follow_update(relation, changes, context, rows=EXISTING, moved=moved)
    if any(True for _ in places.subsets(relation.name)):
        operations.append(Remember(name=CHANGED, query=query))
        operations += refresh_subsets(relation, places, rows=CHANGED)
    for entry in trail_of_new(row):
        operations.append(replace(entry, unless=EXISTING) if isinstance(entry, InsertDocuments) else entry)
    return operations if any(_takes(each, EXISTING) for each in operations[1:]) else operations[1:]


def _takes(operation: Operation, name: str) -> bool:
    """Tell whether an operation takes what is kept under a name."""
    if isinstance(operation, InsertDocuments | UpdateDocuments) and operation.unless == name:
        return True
    named = any(isinstance(part, Given) and part.name == name for part in unbound(operation))
    return named or (not isinstance(operation, TakeNumber) and operation.each == name)


def _is_nested(relation: Relation, context: Context) -> bool:
    """Tell whether rows are in an array inside another one, where no single update says both sides of an upsert."""
    around = context.places.embedded(relation.name)
    if around is None:
        return False
    return context.places.place(context.places.reference(relation.name, around.reference).target).is_array


def _in_nested(
    row: GivenRow, on: tuple[str, ...], changed: tuple[str, ...], copies: Copies, context: Context
) -> list[Operation]:
    """Return the insertion of a row that is not there, and the change of one that is."""
    relation, places = row.relation, context.places
    around = places.embedded(relation.name)
    if around is not None and not set(places.reference(relation.name, around.reference).attributes) <= set(on):
        raise Inexpressible(f"it would have to look for the row in other documents than that of its {around.reference}")
    inserted = replace(insertion(row, copies, context), unless=EXISTING)
    written = _written(row, on, changed)
    if not written:
        return [inserted]
    equal = {name: row.values[name] for name in on}
    mark = mark_of(relation)
    if mark is not None:
        equal[mark] = None
    conditions = equal_to(places, relation.name, equal)
    where = address(places.place(relation.name), conditions)
    changes = Changes(relation=relation, values={name: row.values[name] for name in written if name not in on})
    update = update_of(changes, where, conditions, context)
    change = UpdateDocuments(
        collection=where.collection, filter=where.filter, update=update, array_filters=where.array_filters
    )
    return [inserted, replace(change, each=row.batch)]


def _upsert(
    row: GivenRow, on: tuple[str, ...], changed: tuple[str, ...], copies: Copies, context: Context
) -> UpdateDocuments:
    around = context.places.embedded(row.relation.name)
    if around is None:
        return _of_document(row, on, changed, copies, context)
    return _inside(row, around, on, changed, copies, context)


def _of_document(
    row: GivenRow, on: tuple[str, ...], changed: tuple[str, ...], copies: Copies, context: Context
) -> UpdateDocuments:
    relation = row.relation
    place = context.places.place(relation.name)
    document = new_document(place.document, row, copies=copies)
    names = {field.attribute: field.name for field in place.document.fields if isinstance(field, ValueField)}
    where: dict[str, Bson] = {}
    for name in on:
        value = row.values[name]
        # NULL is never the same as NULL, but a filter finds what is not there.
        where[names[name]] = {"$eq": value, "$ne": None} if relation.attribute(name).is_optional else value
    written = _written(row, on, changed)
    fields = {names[name] for name in written} | _copied_fields(relation, written, context)
    settings = {name: value for name, value in document.items() if name in fields}
    first = {name: value for name, value in document.items() if name not in fields and name not in where}
    mark = mark_of(relation)
    update: dict[str, Bson] = {"$set": settings} if settings else {}
    update |= {"$setOnInsert": first} if first else {}
    if mark is not None:
        # A filter's equality becomes part of the document that it makes.
        where[names[mark]] = None
        update["$unset"] = {names[mark]: ""}
    return UpdateDocuments(collection=place.collection, filter=where, update=update, is_upsert=True, each=row.batch)


def _written(row: GivenRow, on: tuple[str, ...], changed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the attributes that are set whether or not the row is there; none where it is left as it is."""
    has_own_key = any(attribute.role is Role.SURROGATE for attribute in row.relation.attributes)
    if not changed and not has_own_key:
        return ()
    optional = tuple(name for name in on if row.relation.attribute(name).is_optional)
    touched = attribute_of(row.relation, Role.UPDATED_AT)
    return (*changed, *optional, *((touched,) if touched is not None else ()))


def _copied_fields(relation: Relation, written: tuple[str, ...], context: Context) -> set[str]:
    """Return the fields that are copied along references which are written."""
    place = context.places.place(relation.name)
    return {
        field.name
        for field in place.document.fields
        if isinstance(field, CopiedFields)
        and not set(context.places.reference(relation.name, field.reference).attributes).isdisjoint(written)
    }


def _inside(
    row: GivenRow,
    around: EmbeddedDocuments,
    on: tuple[str, ...],
    changed: tuple[str, ...],
    copies: Copies,
    context: Context,
) -> UpdateDocuments:
    """Return the update of the document around a row, which has it in a pipeline whether the row is there."""
    relation, places = row.relation, context.places
    reference = places.reference(relation.name, around.reference)
    parent = places.place(reference.target)
    if parent.is_array or not set(reference.attributes) <= set(on):
        raise Inexpressible(f"it would have to look for the row in other documents than that of its {reference.name}")
    document = new_document(around.document, row, copies=copies)
    names = {field.attribute: field.name for field in around.document.fields if isinstance(field, ValueField)}
    written = _written(row, on, changed)
    fields = {names[name] for name in written} | _copied_fields(relation, written, context)
    path = places.place(relation.name).path
    optional = {names[each.name] for each in relation.attributes if each.is_optional and each.name in names}
    new = {name: _expression(value, is_optional=name in optional) for name, value in document.items()}
    if around.is_many:
        keys = {names[name]: row.values[name] for name in on if name in names}
        mark = mark_of(relation)
        value = _in_array(f"${path}", keys, new, fields, mark=None if mark is None else names[mark])
    else:
        base: Bson = {"$mergeObjects": (new, {"$ifNull": (f"${path}", {})})}
        value = _with_fields(base, {name: new[name] for name in new if name in fields})
    where = document_filter(parent.steps, equal_to(places, reference.target, reference_values(row, reference)).levels)
    return UpdateDocuments(
        collection=parent.collection,
        filter=where,
        update=({"$set": {path: value}},),
        each=row.batch,
        refusal=refusal(relation, reference),
    )


def _in_array(
    path: str, keys: Mapping[str, Bson], new: Mapping[str, Bson], fields: set[str], *, mark: str | None
) -> Bson:
    """Return an array with the row changed in it, or appended."""
    tests: list[Bson] = [{"$eq": (f"$$row.{name}", as_expression(value))} for name, value in keys.items()]
    if mark is not None:
        tests.append({"$lte": (f"$$row.{mark}", None)})
    is_same = both(tests)
    changed = _with_fields("$$row", {name: new[name] for name in new if name in fields})
    mapped: Bson = {"$map": {"input": path, "as": "row", "in": {"$cond": (is_same, changed, "$$row")}}}
    is_there: Bson = {"$anyElementTrue": ({"$map": {"input": path, "as": "row", "in": is_same}},)}
    return {"$cond": (is_there, mapped, {"$concatArrays": (path, (dict(new),))})}


def _with_fields(document: Bson, values: Mapping[str, Bson]) -> Bson:
    """Return a document with fields set; what may be NULL is set one by one, as merging does not take away."""
    certain = {name: value for name, value in values.items() if not _may_be_null(value)}
    found: Bson = {"$mergeObjects": (document, certain)} if certain else document
    for name, value in values.items():
        if name not in certain:
            found = {"$setField": {"field": name, "input": found, "value": value}}
    return found


def _may_be_null(expression: Bson) -> bool:
    return isinstance(expression, Mapping) and "$ifNull" in expression


def _expression(value: Bson, *, is_optional: bool) -> Bson:
    if isinstance(value, Mapping):
        return {name: _expression(inner, is_optional=True) for name, inner in value.items()}
    expression = as_expression(value)
    return {"$ifNull": (expression, "$$REMOVE")} if is_optional else expression
