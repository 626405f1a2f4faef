"""Expire rows: an index with a time to live lets the server delete what is past its time."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.base.names import fit
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.passes.keep_unique import INDEX_NAME_BYTES
from groundplan.mongo.model import Collection, Index, IndexKey

TTL = "index with a time to live"
NONE = "none"


def expire_rows(draft: Draft) -> Draft:
    """Expire rows: an index with a time to live lets the server delete what is past its time.

    Reads leave out what has expired by the same field, for the server looks once a minute only. It removes whole
    documents, which is why rows that expire lie inside no others.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        relation = draft.facts.relations[collection.document.relation]
        if relation.lifecycle.expires is None:
            collections.append(collection)
            continue
        attribute = draft.facts.lookup.attribute(relation.source, relation.lifecycle.expires).name
        path = collection.document.value_field(attribute).name
        choice = settle(draft.pins, key=_pin(relation), default=TTL, among=(TTL, NONE))
        decisions.append(_decision(draft, relation, collection, path=path, choice=choice))
        if choice.value == TTL:
            index = _index(collection, relation, path=path)
            collection = replace(collection, indexes=(*collection.indexes, index))
        collections.append(collection)
    return draft.with_collections(collections, decisions=decisions)


def _pin(relation: Relation) -> str:
    return f"mongo.{relation.source}.expiry"


def _index(collection: Collection, relation: Relation, *, path: str) -> Index:
    return Index(
        name=fit(f"{collection.name}_{path}_expiry", limit=INDEX_NAME_BYTES),
        keys=(IndexKey(path=path),),
        expire_after_seconds=0,
        serves=(f"expiry of {relation.name}",),
        origin=relation.lifecycle.origin,
    )


def _decision(draft: Draft, relation: Relation, collection: Collection, *, path: str, choice: Choice) -> Decision:
    pointing = tuple(dict.fromkeys(holder.name for holder, _ in draft.facts.references_to[relation.name]))
    reason = "The server deletes each document within a minute or so after its time, without any program of ours."
    if pointing:
        reason += f" It does not look at {', '.join(pointing)}, which may go on pointing at it."
    offers = {
        TTL: Alternative(choice=TTL, why_not="the plan pins it off"),
        NONE: Alternative(choice=NONE, why_not="what has expired would stay until somebody deletes it"),
        "": Alternative(
            choice="a program that deletes in batches",
            why_not="not built: somebody has to run it, where the server does the same by itself",
        ),
    }
    return Decision(
        object=f"mongo.{collection.name}.{path}",
        topic="expiry",
        choice=choice.value,
        rule="expire_rows",
        reason="The plan pins it off." if choice.value == NONE else reason,
        pin=_pin(relation),
        inputs=(
            Input(name="lifecycle.expires", value=path),
            Input(name="rows", value=f"{relation.rows.now:,}"),
        ),
        alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
        is_pinned=choice.is_pinned,
        origin=relation.lifecycle.origin,
    )
