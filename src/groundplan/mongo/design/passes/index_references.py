"""Ask for an index of each reference: every deletion of a target and every walk backwards looks there."""

from __future__ import annotations

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.facts import word_of
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.candidates import Candidate, Claim
from groundplan.mongo.design.nesting import nests_in
from groundplan.mongo.design.text import index_in_words
from groundplan.mongo.model import Collection, Index, IndexKey

INDEX = "index"
NONE = "none"


def index_references(draft: Draft) -> Draft:
    """Ask for an index of each reference: every deletion of a target and every walk backwards looks there.

    A row inside the document of its target needs none: it is found with it.
    """
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        for nest in nests_in(collection):
            relation = draft.facts.relations[nest.relation]
            for reference in relation.references:
                own = tuple(name for name in reference.attributes if name not in reference.agrees)
                if not own or not all(nest.has(name) for name in own):
                    continue
                keys = tuple(IndexKey(path=nest.field(name)) for name in own)
                index = Index(name="", keys=keys, origin=reference.origin)
                choice = settle(draft.pins, key=_pin(relation, reference), default=INDEX, among=(INDEX, NONE))
                decision = _decision(draft, relation, reference, index, collection=collection, choice=choice)
                if choice.value == NONE:
                    decisions.append(decision)
                    continue
                claim = Claim(by=word_of(relation, reference), rate=None, decision=decision)
                candidates.append(Candidate(collection=collection.name, index=index, free=len(keys), claims=(claim,)))
    return draft.with_candidates(candidates, decisions=decisions)


def _pin(relation: Relation, reference: Reference) -> str:
    return f"mongo.{word_of(relation, reference)}.index"


def _decision(
    draft: Draft, relation: Relation, reference: Reference, index: Index, *, collection: Collection, choice: Choice
) -> Decision:
    definition = index_in_words(index)
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
        object=f"mongo.{collection.name}.{'_'.join(key.path for key in index.keys)}",
        topic="index",
        choice=NONE if choice.value == NONE else definition,
        rule="index_references",
        reason=f"What becomes of {relation.name} when one of {reference.target} is deleted takes a look at this side.",
        pin=_pin(relation, reference),
        inputs=(
            Input(name="rows", value=f"{relation.rows.now:,}"),
            Input(name="rows for one target", value=f"{reference.fanout.mean:,.4g} on average"),
        ),
        alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
        is_pinned=choice.is_pinned,
        origin=reference.origin,
    )
