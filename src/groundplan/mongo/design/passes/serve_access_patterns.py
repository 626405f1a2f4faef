"""Ask for the indexes that each access pattern needs, by rule: equality, then sort, then range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from groundplan.base.amounts import rate_in_words
from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.candidates import Candidate, Claim
from groundplan.mongo.design.indexing.fields import Fields
from groundplan.mongo.design.indexing.outcomes import outcomes_of
from groundplan.mongo.design.indexing.wanted import NotWanted, Outcome, Served, Wanted
from groundplan.mongo.design.text import index_in_words
from groundplan.mongo.model import Collection, IndexKey, KeyKind
from groundplan.mongo.places import Places
from groundplan.plan.patterns import Pattern

INDEX = "index"
NONE = "none"
HASHED = "hashed"
WILDCARD = "wildcard"

WILDCARD_FROM_MEMBERS = 3
"""From so many different members of one JSON field that patterns ask for, one wildcard index holds less than each."""


def serve_access_patterns(draft: Draft) -> Draft:
    """Ask for the indexes that each access pattern needs, by rule: equality, then sort, then range.

    Constants that a query repeats and few documents pass become the filter of a partial index; parameters never do. A
    pattern on a collection of up to 10,000 declared documents gets none, unless the server refuses to answer without.
    """
    fields = Fields(draft.facts, Places(draft.model, draft.logical))
    found = [
        (pattern, relation, outcome)
        for pattern in draft.facts.patterns
        for relation, outcome in outcomes_of(pattern, fields=fields)
    ]
    wildcards = _wildcards([outcome for _, _, outcome in found if isinstance(outcome, Wanted)])
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    served: dict[tuple[str, str], list[str]] = {}
    for pattern, relation, outcome in found:
        collection = fields.places.place(relation.name).collection
        if not isinstance(outcome, Wanted):
            decisions.append(_without_index(draft, pattern, relation, outcome, fields=fields))
            if isinstance(outcome, Served):
                served.setdefault((collection, outcome.name), []).append(pattern.name)
            continue
        choice = _settle(draft, pattern, relation, outcome, wildcards=wildcards)
        outcome = _chosen(outcome, choice)
        decision = _with_index(draft, pattern, relation, outcome, choice=choice, fields=fields)
        if choice.value == NONE:
            decisions.append(decision)
            continue
        claim = Claim(by=pattern.name, rate=draft.facts.rate(pattern.name), decision=decision)
        candidates.append(
            Candidate(
                collection=collection, index=outcome.index, free=outcome.free, share=outcome.share, claims=(claim,)
            )
        )
    noted = (_noting(collection, served) for collection in draft.model.collections)
    return draft.with_collections(noted).with_candidates(candidates, decisions=decisions)


def _noting(collection: Collection, served: Mapping[tuple[str, str], list[str]]) -> Collection:
    """Note on unique indexes whom they serve, beside what they are there for."""
    indexes = tuple(
        replace(index, serves=tuple(sorted({*index.serves, *served.get((collection.name, index.name), ())})))
        for index in collection.indexes
    )
    return replace(collection, indexes=indexes)


def _wildcards(wanted: list[Wanted]) -> frozenset[str]:
    """Return the wildcards that stand for so many members that they are built in place of those."""
    members: dict[str, set[str]] = {}
    for found in wanted:
        if found.wildcard is not None:
            members.setdefault(found.wildcard, set()).add(found.index.keys[0].path)
    return frozenset(path for path, names in members.items() if len(names) >= WILDCARD_FROM_MEMBERS)


def _pin(pattern: Pattern, relation: Relation, outcome: Outcome) -> str:
    """Return the pin of a pattern's index; those on other rows that it needs have pins of their own."""
    if isinstance(outcome, Wanted) and outcome.is_beside:
        return f"mongo.{pattern.name}.index_on_{relation.name}"
    return f"mongo.{pattern.name}.index"


def _settle(draft: Draft, pattern: Pattern, relation: Relation, wanted: Wanted, *, wildcards: frozenset[str]) -> Choice:
    default = WILDCARD if wanted.wildcard in wildcards else INDEX
    among = [INDEX]
    if not wanted.is_needed:
        among.append(NONE)
    if _can_be_hashed(wanted):
        among.append(HASHED)
    if wanted.wildcard is not None:
        among.append(WILDCARD)
    return settle(draft.pins, key=_pin(pattern, relation, wanted), default=default, among=among)


def _can_be_hashed(wanted: Wanted) -> bool:
    """Tell whether a hash could stand for the key: one equality, of no list (a hash holds no list)."""
    keys = wanted.index.keys
    return wanted.wildcard is None and wanted.free == len(keys) == 1 and "." not in keys[0].path


def _chosen(wanted: Wanted, choice: Choice) -> Wanted:
    match choice.value:
        case "hashed":
            keys = (IndexKey(path=wanted.index.keys[0].path, kind=KeyKind.HASHED),)
            return replace(wanted, index=replace(wanted.index, keys=keys))
        case "wildcard" if wanted.wildcard is not None:
            reason = "one index holds every member of the JSON, whichever a query asks for"
            index = replace(wanted.index, keys=(IndexKey(path=wanted.wildcard),))
            return replace(wanted, index=index, free=0, reason=reason)
        case _:
            return wanted


def _without_index(
    draft: Draft, pattern: Pattern, relation: Relation, outcome: Served | NotWanted, *, fields: Fields
) -> Decision:
    match outcome:
        case Served(name=name):
            choice, why_not = name, "it would find the same documents a second time"
        case NotWanted():
            choice, why_not = NONE, "it would be kept up to date for nothing"
        case _:
            assert_never(outcome)
    return Decision(
        object=f"mongo.{pattern.name}",
        topic="index",
        choice=choice,
        rule="serve_access_patterns",
        reason=_sentence(outcome.reason),
        pin=_pin(pattern, relation, outcome),
        inputs=_inputs(draft, pattern, relation, fields=fields),
        alternatives=(Alternative(choice="an index of its own", why_not=f"not built: {why_not}"),),
        origin=pattern.origin,
    )


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}."


def _inputs(draft: Draft, pattern: Pattern, relation: Relation, *, fields: Fields) -> tuple[Input, ...]:
    place = fields.places.place(relation.name)
    documents = fields.documents(relation.name)
    inside = (
        (Input(name=f"rows of {relation.name} inside them", value=f"{relation.rows.now:,}"),) if place.steps else ()
    )
    return (
        Input(name=f"documents of {place.collection}", value=f"{documents:,}"),
        *inside,
        Input(name="rate", value=rate_in_words(draft.facts.rate(pattern.name))),
    )


def _with_index(
    draft: Draft, pattern: Pattern, relation: Relation, wanted: Wanted, *, choice: Choice, fields: Fields
) -> Decision:
    is_in_array = fields.places.place(relation.name).is_array
    entries = relation.rows.now if is_in_array else fields.documents(relation.name)
    return Decision(
        object=f"mongo.{pattern.name}",
        topic="index",
        choice=NONE if choice.value == NONE else index_in_words(wanted.index),
        rule="serve_access_patterns",
        reason="The plan pins it." if choice.is_pinned else _sentence(wanted.reason),
        pin=_pin(pattern, relation, wanted),
        inputs=(
            *_inputs(draft, pattern, relation, fields=fields),
            Input(name="entries in the index, about", value=f"{entries * wanted.share:,.0f}"),
        ),
        alternatives=tuple(
            alternative
            for alternative in _alternatives(draft, relation, wanted, entries=entries, fields=fields)
            if alternative.choice != choice.value
        ),
        is_pinned=choice.is_pinned,
        origin=pattern.origin,
    )


def _alternatives(
    draft: Draft, relation: Relation, wanted: Wanted, *, entries: int, fields: Fields
) -> list[Alternative]:
    collection = fields.places.place(relation.name).collection
    documents = f"{fields.documents(relation.name):,}"
    writes = rate_in_words(draft.facts.writes(relation.name).total or None)
    why_not = f"each run would read {documents} documents of {collection}"
    if wanted.is_needed:
        why_not = "not to be had: the server refuses the query without an index"
    found = [
        Alternative(choice=NONE, why_not=why_not, cost=f"one index entry less for each row written ({writes})"),
    ]
    if wanted.index.keys[0].kind is KeyKind.HASHED or wanted.index.keys[0].path == wanted.wildcard:
        found.append(Alternative(choice=INDEX, why_not="the plan pins another kind, or many members share one"))
    if _can_be_hashed(wanted):
        found.append(
            Alternative(
                choice=HASHED,
                why_not="serves one equality and nothing else: no order, no range, no second field, no uniqueness",
            )
        )
    if wanted.wildcard is not None:
        found.append(
            Alternative(
                choice=WILDCARD,
                why_not="holds every member of every document, and has no second key for the order",
                cost="an index entry for each member of the JSON",
            )
        )
    if wanted.index.where is not None:
        found.append(
            Alternative(
                choice="over all documents",
                why_not="not built: documents that the query never asks for would be in it",
                cost=f"{1 - wanted.share:.0%} of {entries:,} entries more",
            )
        )
    return found
