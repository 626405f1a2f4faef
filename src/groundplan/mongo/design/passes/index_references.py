"""Index each reference: every deletion of a target and every walk backwards looks there."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.base.names import fit
from groundplan.logical.facts import word_of
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.nesting import Nest, nests_in
from groundplan.mongo.design.passes.keep_unique import INDEX_NAME_BYTES
from groundplan.mongo.model import Collection, Index, IndexKey

INDEX = "index"
NONE = "none"


def index_references(draft: Draft) -> Draft:
    """Index each reference: every deletion of a target and every walk backwards looks there.

    A unique index over all documents that begins with the reference's fields does as well. Rows inside documents that
    others point at are found by an index of their key.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        indexes = list(collection.indexes)
        for nest in nests_in(collection):
            relation = draft.facts.relations[nest.relation]
            if nest.path:
                indexes += _of_key(draft, relation, nest, collection=collection)
            for reference in relation.references:
                own = tuple(name for name in reference.attributes if name not in reference.agrees)
                if not all(nest.has(name) for name in own):
                    continue
                paths = tuple(nest.field(name) for name in own)
                leading = _leading(indexes, paths)
                if leading is not None:
                    indexes[leading] = replace(
                        indexes[leading], serves=(*indexes[leading].serves, word_of(relation, reference))
                    )
                    continue
                decision = _decision(draft, relation, reference, paths, collection=collection)
                decisions.append(decision)
                if decision.choice == INDEX:
                    indexes.append(_index(collection, relation, reference, paths))
        collections.append(replace(collection, indexes=tuple(indexes)))
    return draft.with_collections(collections, decisions=decisions)


def _of_key(draft: Draft, relation: Relation, nest: Nest, *, collection: Collection) -> list[Index]:
    """Return the index by which a row inside documents is found where others point at it from elsewhere."""
    inside = {found.relation for found in nests_in(collection) if found.path.startswith(f"{nest.path}.")}
    pointing = [
        word_of(holder, reference)
        for holder, reference in draft.facts.references_to[relation.name]
        if holder.name not in inside
    ]
    if not pointing or not all(nest.has(name) for name in relation.primary_key):
        return []
    paths = tuple(nest.field(name) for name in relation.primary_key)
    words = (collection.name, *(path.replace(".", "_") for path in paths), "idx")
    return [
        Index(
            name=fit("_".join(words), limit=INDEX_NAME_BYTES),
            keys=tuple(IndexKey(path=path) for path in paths),
            serves=tuple(sorted(pointing)),
            origin=relation.origin,
        )
    ]


def _leading(indexes: list[Index], paths: tuple[str, ...]) -> int | None:
    for position, index in enumerate(indexes):
        if index.where is None and tuple(key.path for key in index.keys[: len(paths)]) == paths:
            return position
    return None


def _index(collection: Collection, relation: Relation, reference: Reference, paths: tuple[str, ...]) -> Index:
    words = (collection.name, *(path.replace(".", "_") for path in paths), "idx")
    return Index(
        name=fit("_".join(words), limit=INDEX_NAME_BYTES),
        keys=tuple(IndexKey(path=path) for path in paths),
        serves=(word_of(relation, reference),),
        origin=reference.origin,
    )


def _decision(
    draft: Draft, relation: Relation, reference: Reference, paths: tuple[str, ...], *, collection: Collection
) -> Decision:
    pin = f"mongo.{word_of(relation, reference)}.index"
    choice = settle(draft.pins, key=pin, default=INDEX, among=(INDEX, NONE))
    rows = draft.facts.relations[collection.document.relation].rows.now
    offers = {
        INDEX: Alternative(choice=INDEX, why_not="the plan pins it off", cost="one index entry for each row written"),
        NONE: Alternative(
            choice=NONE,
            why_not=f"deleting one of {reference.target}, or looking from it, would read all of {collection.name}",
            cost=f"{rows:,} documents read for each",
        ),
    }
    return Decision(
        object=f"mongo.{collection.name}.{'_'.join(paths)}",
        topic="index",
        choice=choice.value,
        rule="index_references",
        reason=f"What becomes of {relation.name} when one of {reference.target} is deleted takes a look at this side.",
        pin=pin,
        inputs=(
            Input(name="rows", value=f"{relation.rows.now:,}"),
            Input(name="rows for one target", value=f"{reference.fanout.mean:,.4g} on average"),
        ),
        alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
        is_pinned=choice.is_pinned,
        origin=reference.origin,
    )
