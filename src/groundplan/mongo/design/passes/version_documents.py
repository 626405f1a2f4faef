"""Give every document the number of its shape, so that a later shape can be rolled out beside it."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, settle
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import Collection, Document, SchemaVersion

FIELD = "schema_version"
FIRST = 1

VERSIONED = "schema versioning"
NONE = "none"


def version_documents(draft: Draft) -> Draft:
    """Give every document the number of its shape, so that a later shape can be rolled out beside it.

    Time series take no updates, and a bucket's shape is the server's: they have no number.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        relation = draft.facts.relations[collection.document.relation]
        if collection.time_series is not None:
            collections.append(collection)
            continue
        pin = f"mongo.{relation.source}.versioning"
        choice = settle(draft.pins, key=pin, default=VERSIONED, among=(VERSIONED, NONE))
        if choice.value == VERSIONED:
            collection = replace(collection, document=_versioned(collection.document))
        offers = {
            VERSIONED: Alternative(choice=VERSIONED, why_not="the plan pins it off"),
            NONE: Alternative(
                choice=NONE,
                why_not="a program that meets an old document has to guess from its fields which shape it has",
            ),
        }
        decisions.append(
            Decision(
                object=f"mongo.{collection.name}",
                topic="versioning",
                choice=choice.value,
                rule="version_documents",
                reason=(
                    f"{FIELD} tells programs which shape a document has while a later one is rolled out; it costs 19 "
                    "bytes a document."
                    if choice.value == VERSIONED
                    else "The plan pins it."
                ),
                pin=pin,
                alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
                is_pinned=choice.is_pinned,
                origin=relation.origin,
            )
        )
        collections.append(collection)
    return draft.with_collections(collections, decisions=decisions)


def _versioned(document: Document) -> Document:
    taken = {found.name for found in document.fields}
    name = FIELD if FIELD not in taken else f"_{FIELD}"
    return replace(document, fields=(*document.fields, SchemaVersion(name=name, version=FIRST)))
