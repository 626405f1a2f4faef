"""The audit trail: who did what to which row, and when, written in the transaction that does it; never a secret."""

from __future__ import annotations

from collections.abc import Collection

from groundplan.base.names import fit
from groundplan.logical.model import Relation
from groundplan.mongo.model import KEY
from groundplan.mongo.queries.model import (
    Aggregate,
    Bson,
    Command,
    Given,
    InsertDocuments,
    Moment,
    MongoParameter,
    Operation,
    Remember,
)
from groundplan.mongo.queries.writes.address import equal_to
from groundplan.mongo.queries.writes.context import Context
from groundplan.mongo.queries.writes.found import ROW, key_pairs, of_kept, row_stages
from groundplan.mongo.queries.writes.given import GivenRow
from groundplan.plan.types import Text

ACTOR = MongoParameter(name="actor", type=Text(), is_optional=True)
"""Who acts, in the application's words: all programs share the server's accounts."""

CHANGED_AT, CHANGED_BY, OPERATION = "changed_at", "changed_by", "operation"
ROW_KEY, OLD_VALUES, NEW_VALUES = "row_key", "old_values", "new_values"

_BEFORE = "before"


def is_audited(relation: Relation) -> bool:
    """Tell whether a relation has an audit trail."""
    return relation.lifecycle.has_audit


def trail_name(relation: str) -> str:
    """Return the name of the collection with a relation's audit trail."""
    return fit(f"{relation}_audit")


def shown_attributes(relation: Relation) -> tuple[str, ...]:
    """Return the attributes that a trail may show."""
    return tuple(attribute.name for attribute in relation.attributes if not attribute.is_secret)


def trail_of_new(row: GivenRow) -> tuple[Operation, ...]:
    """Return the entry of a new row; nothing where its relation is not audited."""
    relation = row.relation
    if not is_audited(relation):
        return ()
    shown = [name for name in shown_attributes(relation) if name in row.values]
    entry = _entry("insert", {name: row.values[name] for name in relation.primary_key if name in shown})
    entry[NEW_VALUES] = {name: row.values[name] for name in shown}
    return (InsertDocuments(collection=trail_name(relation.name), document=entry, each=row.batch),)


def trail_of_removed(relation: Relation, *, rows: str) -> tuple[Operation, ...]:
    """Return the entries of rows that were kept as `rows` before they went."""
    if not is_audited(relation):
        return ()
    shown = shown_attributes(relation)
    entry = _entry("delete", {name: Given(rows, member=name) for name in relation.primary_key if name in shown})
    entry[OLD_VALUES] = {name: Given(rows, member=name) for name in shown}
    return (InsertDocuments(collection=trail_name(relation.name), document=entry, each=rows),)


def trail_of_changed(
    relation: Relation, changed: Collection[str], *, rows: str, context: Context
) -> tuple[Operation, ...]:
    """Return the entries of rows that were kept as `rows` before attributes changed: the old and new of what did."""
    if not is_audited(relation):
        return ()
    changes = f"changes_of_{rows}"
    entry = _entry("update", {})
    entry |= {name: Given(changes, member=name) for name in (ROW_KEY, OLD_VALUES, NEW_VALUES)}
    return (
        _changes(relation, changed, name=changes, rows=rows, context=context),
        InsertDocuments(collection=trail_name(relation.name), document=entry, each=changes),
    )


def _entry(operation: str, row_key: dict[str, Bson]) -> dict[str, Bson]:
    return {CHANGED_AT: Moment(), CHANGED_BY: Given(ACTOR.name), OPERATION: operation, ROW_KEY: row_key}


def _changes(relation: Relation, changed: Collection[str], *, name: str, rows: str, context: Context) -> Remember:
    """Return the query that compares rows with what was kept of them."""
    places = context.places
    equal, each = of_kept(key_pairs(relation), rows=rows)
    now = {each: f"${places.path(relation.name, each)}" for each in shown_attributes(relation)}
    before: Bson = {"$literal": Given(rows)}
    if each is None:
        (key,) = relation.primary_key
        is_same: Bson = {"$eq": (f"$$this.{key}", f"${places.path(relation.name, key)}")}
        before = {"$first": {"$filter": {"input": before, "cond": is_same}}}
    old: dict[str, Bson] = {}
    new: dict[str, Bson] = {}
    for attribute, path in now.items():
        if attribute not in changed:
            continue
        was: Bson = {"$ifNull": (f"${_BEFORE}.{attribute}", None)}
        is_now: Bson = {"$ifNull": (path, None)}
        differs: Bson = {"$ne": (was, is_now)}
        old[attribute] = {"$cond": (differs, was, "$$REMOVE")}
        new[attribute] = {"$cond": (differs, is_now, "$$REMOVE")}
    keys: dict[str, Bson] = {each: now[each] for each in relation.primary_key if each in now}
    stages: tuple[Command, ...] = (
        *row_stages(places, relation.name, equal_to(places, relation.name, equal)),
        {"$set": {_BEFORE: before}},
        {"$project": {KEY: 0, ROW: {ROW_KEY: keys, OLD_VALUES: old, NEW_VALUES: new}}},
    )
    query = Aggregate(collection=places.place(relation.name).collection, stages=stages)
    return Remember(name=name, query=query, each=each)
