"""Expire rows: an index with a time to live lets the server delete what is past its time."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.base.names import fit
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.nesting import Nest, nests_in
from groundplan.mongo.design.passes.keep_unique import INDEX_NAME_BYTES
from groundplan.mongo.model import Collection, Index, IndexKey

TTL = "index with a time to live"
NONE = "none"

_WHY_NOT_INSIDE = "not to be had: it would delete the whole document that the rows are inside"


def expire_rows(draft: Draft) -> Draft:
    """Expire rows: an index with a time to live lets the server delete what is past its time.

    Reads leave out what has expired by the same field, for the server looks once a minute only. Rows inside other
    documents stay there.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        for nest in nests_in(collection):
            relation = draft.facts.relations[nest.relation]
            if relation.lifecycle.expires is None:
                continue
            attribute = draft.facts.lookup.attribute(relation.source, relation.lifecycle.expires).name
            is_top = not nest.path
            pin = f"mongo.{relation.source}.expiry"
            among = (TTL, NONE) if is_top else (NONE,)
            choice = settle(draft.pins, key=pin, default=among[0], among=among)
            if choice.value == TTL:
                index = _index(collection, nest, attribute, relation=relation)
                collection = replace(collection, indexes=(*collection.indexes, index))
            decisions.append(
                _decision(draft, relation, collection, path=nest.field(attribute), choice=choice, is_top=is_top)
            )
        collections.append(collection)
    return draft.with_collections(collections, decisions=decisions)


def _index(collection: Collection, nest: Nest, attribute: str, *, relation: Relation) -> Index:
    path = nest.field(attribute)
    return Index(
        name=fit(f"{collection.name}_{path}_expiry", limit=INDEX_NAME_BYTES),
        keys=(IndexKey(path=path),),
        expire_after_seconds=0,
        serves=(f"expiry of {relation.name}",),
        origin=relation.lifecycle.origin,
    )


def _decision(
    draft: Draft, relation: Relation, collection: Collection, *, path: str, choice: Choice, is_top: bool
) -> Decision:
    pointing = [holder.name for holder, _ in draft.facts.references_to[relation.name]]
    reason = "The server deletes each document within a minute or so after its time, without any program of ours."
    if pointing:
        reason += f" It does not look at {', '.join(dict.fromkeys(pointing))}, which may go on pointing at it."
    if choice.value == NONE:
        reason = "The plan pins it off." if is_top else f"They lie inside documents of {collection.name}, which stay."
    offers = {
        TTL: Alternative(choice=TTL, why_not="the plan pins it off" if is_top else _WHY_NOT_INSIDE),
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
        reason=reason,
        pin=f"mongo.{relation.source}.expiry",
        inputs=(
            Input(name="lifecycle.expires", value=path),
            Input(name="rows", value=f"{relation.rows.now:,}"),
        ),
        alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
        is_pinned=choice.is_pinned,
        origin=relation.lifecycle.origin,
    )
