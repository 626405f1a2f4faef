"""Build the indexes that are left: give them names, and say for each what it costs and whom it serves."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import rate_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.base.names import fit
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.candidates import Candidate
from groundplan.mongo.design.indexing.unique import conditions_of
from groundplan.mongo.design.passes.keep_unique import INDEX_NAME_BYTES
from groundplan.mongo.design.text import index_in_words
from groundplan.mongo.model import Collection, Index, IndexKey, KeyKind

NONE = "none"


def build_indexes(draft: Draft) -> Draft:
    """Build the indexes that are left: give them names, and say for each what it costs and whom it serves."""
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        built: list[Index] = []
        taken = {index.name for index in collection.indexes}
        wanted = [found for found in draft.candidates if found.collection == collection.name]
        for candidate in sorted(wanted, key=_place):
            index = _named(candidate, taken=taken)
            decision = _decision(draft, collection, candidate, index=index)
            decisions += [decision, *_answers(candidate, index, is_built=decision.choice != NONE)]
            if decision.choice != NONE:
                built.append(index)
        indexes = sorted((*collection.indexes, *built), key=lambda index: (not index.is_unique, index.name))
        collections.append(replace(collection, indexes=tuple(indexes)))
    return replace(draft.with_collections(collections, decisions=decisions), candidates=())


def _place(candidate: Candidate) -> tuple[str, int, str]:
    """Name an index over all documents before partial ones with the same fields."""
    index = candidate.index
    return (repr([key.path for key in index.keys]), len(conditions_of(index.where)), repr((index.keys, index.where)))


def _named(candidate: Candidate, *, taken: set[str]) -> Index:
    keys = candidate.index.keys
    is_text = all(key.kind is KeyKind.TEXT for key in keys)
    words = ("text",) if is_text else tuple(_word(key) for key in keys)
    wish = fit("_".join((candidate.collection, *words, "idx")), limit=INDEX_NAME_BYTES)
    name, number = wish, 1
    while name in taken:
        number += 1
        name = f"{wish}_{number}"
    taken.add(name)
    return replace(candidate.index, name=name, serves=tuple(sorted({claim.by for claim in candidate.claims})))


def _word(key: IndexKey) -> str:
    return key.path.replace("$**", "any").replace(".", "_").lstrip("_")


def _answers(candidate: Candidate, index: Index, *, is_built: bool) -> list[Decision]:
    """Return what was decided for each who wanted the index."""
    answers: list[Decision] = []
    for claim in candidate.claims:
        decision = claim.decision
        if not is_built:
            others = tuple(other for other in decision.alternatives if other.choice != NONE)
            reason = "The plan pins the index that would serve it off."
            answers.append(replace(decision, choice=NONE, reason=reason, alternatives=others or decision.alternatives))
            continue
        wanted = index_in_words(index)
        shared = "" if decision.choice == wanted else f" {index.name} does that work too."
        answers.append(replace(decision, choice=f"{index.name}: {wanted}", reason=f"{decision.reason}{shared}"))
    return answers


def _decision(draft: Draft, collection: Collection, candidate: Candidate, *, index: Index) -> Decision:
    relation = draft.facts.relations[collection.document.relation]
    definition = index_in_words(index)
    pin = f"mongo.{relation.source}.{index.name}"
    is_needed = any(key.kind in (KeyKind.TEXT, KeyKind.SPHERE) for key in index.keys)
    choice = settle(draft.pins, key=pin, default=definition, among=(definition,) if is_needed else (definition, NONE))
    rates = [claim.rate for claim in candidate.claims if claim.rate is not None]
    apart = dict.fromkeys(
        claim.decision.choice for claim in candidate.claims if claim.decision.choice not in (definition, NONE)
    )
    return Decision(
        object=f"mongo.{collection.name}.{index.name}",
        topic="index",
        choice=choice.value,
        rule="build_indexes",
        reason=f"It serves {', '.join(index.serves)}." if choice.value != NONE else "The plan pins it off.",
        pin=pin,
        inputs=(
            Input(name="used", value=rate_in_words(sum(rates) if rates else None)),
            Input(name="rows written", value=rate_in_words(draft.facts.writes(relation.name).total or None)),
            Input(name="documents in the index", value=f"{relation.rows.now * candidate.share:,.0f}"),
        ),
        alternatives=(
            _other_choice(collection, index, choice=choice.value, definition=definition, is_needed=is_needed),
            *(
                Alternative(
                    choice=other,
                    why_not="not built: this one begins with the same fields",
                    cost="one more index entry for each row written",
                )
                for other in apart
            ),
        ),
        is_pinned=choice.is_pinned,
        origin=index.origin,
    )


def _other_choice(
    collection: Collection, index: Index, *, choice: str, definition: str, is_needed: bool
) -> Alternative:
    if choice == NONE:
        return Alternative(choice=definition, why_not="the plan pins it off", cost="one entry for each row written")
    refused = "not to be had: the server refuses the query without an index"
    return Alternative(
        choice=NONE,
        why_not=refused if is_needed else f"{', '.join(index.serves)} would read {collection.name} from end to end",
        cost="one index entry less for each row written",
    )
