"""Ask for an index of the key of rows inside documents, where others point at them from outside."""

from __future__ import annotations

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.facts import word_of
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.candidates import Candidate, Claim
from groundplan.mongo.design.nesting import Nest, nests_in
from groundplan.mongo.design.text import index_in_words
from groundplan.mongo.model import Collection, Index, IndexKey

INDEX = "index"
NONE = "none"


def index_inner_keys(draft: Draft) -> Draft:
    """Ask for an index of the key of rows inside documents, where others point at them from outside.

    Such a row has no `_id`: each write of a row that points at it, and each step to it, looks through the arrays of all
    documents otherwise. What lies inside the row itself is found with it, and so is what shares its document (`same`).
    """
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        for nest in nests_in(collection):
            relation = draft.facts.relations[nest.relation]
            keys = tuple(IndexKey(path=nest.field(name)) for name in relation.primary_key if nest.has(name))
            pointing = _pointing(draft, relation)
            if not nest.path or not keys or not pointing:
                continue
            index = Index(name="", keys=keys, origin=relation.origin)
            choice = settle(draft.pins, key=_pin(relation), default=INDEX, among=(INDEX, NONE))
            decision = _decision(draft, collection, nest, index, pointing=pointing, choice=choice)
            if choice.value == NONE:
                decisions.append(decision)
                continue
            claims = tuple(Claim(by=word, rate=None, decision=decision) for word in pointing)
            candidates.append(Candidate(collection=collection.name, index=index, free=len(keys), claims=claims))
    return draft.with_candidates(candidates, decisions=decisions)


def _pointing(draft: Draft, relation: Relation) -> tuple[str, ...]:
    """Return the references that point at a relation from outside the documents that its rows are in."""
    name = draft.layout.embedded.get(relation.name)
    around = next((found.attributes for found in relation.references if found.name == name), ())
    return tuple(
        sorted(
            word_of(holder, reference)
            for holder, reference in draft.facts.references_to[relation.name]
            if draft.layout.embedded.get(holder.name) != reference.name
            and not (around and set(around) <= set(reference.agrees))
        )
    )


def _pin(relation: Relation) -> str:
    return f"mongo.{relation.source}.key.index"


def _decision(
    draft: Draft, collection: Collection, nest: Nest, index: Index, *, pointing: tuple[str, ...], choice: Choice
) -> Decision:
    relation = draft.facts.relations[nest.relation]
    rows = draft.facts.relations[collection.document.relation].rows.now
    offers = {
        INDEX: Alternative(choice=INDEX, why_not="the plan pins it off", cost="one index entry for each row written"),
        NONE: Alternative(
            choice=NONE,
            why_not=f"each row that points at one of {relation.name} would read all of {collection.name}",
            cost=f"{rows:,} documents read for each",
        ),
    }
    return Decision(
        object=f"mongo.{collection.name}.{'_'.join(key.path for key in index.keys)}",
        topic="index",
        choice=NONE if choice.value == NONE else index_in_words(index),
        rule="index_inner_keys",
        reason=f"{', '.join(pointing)} points at {relation.name}, which lie inside {collection.name} without an _id.",
        pin=_pin(relation),
        inputs=(Input(name=f"documents of {collection.name}", value=f"{rows:,}"),),
        alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )
