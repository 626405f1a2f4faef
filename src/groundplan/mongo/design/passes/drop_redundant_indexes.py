"""Drop wanted indexes whose work another one does: a unique index, or one that begins with the same keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundplan.base.decisions import Alternative, Decision
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.candidates import Candidate, Claim
from groundplan.mongo.design.indexing.merging import (
    ENOUGH_SHARE,
    WIDENED_FROM_SHARE,
    Arrangement,
    arranged,
    arranged_for,
    is_implied,
    is_sorted,
    is_text,
)
from groundplan.mongo.design.indexing.unique import KEY_INDEX, conditions_of
from groundplan.mongo.model import KEY, Collection, Index, IndexKey

NO_INDEX = "none"


def drop_redundant_indexes(draft: Draft) -> Draft:
    """Drop wanted indexes whose work another one does: a unique index, or one that begins with the same keys.

    A partial index never does the work of one over all documents; one that leaves out few takes them in instead, as do
    two with the same keys: an entry more for some documents costs less than a second index.
    """
    kept: list[Candidate] = []
    decisions: list[Decision] = []
    collections: list[Collection] = []
    for collection in draft.model.collections:
        wanted = sorted(
            (found for found in draft.candidates if found.collection == collection.name), key=_longest_first
        )
        collection, left, covered = _covered_by_others(collection, wanted)
        left, refused = _with_one_text_index(_merged(left), collection=collection)
        decisions += [*covered, *refused]
        kept += left
        collections.append(collection)
    return replace(draft.with_collections(collections, decisions=decisions), candidates=tuple(kept))


def _longest_first(candidate: Candidate) -> tuple[int, int, str, str]:
    """Look first at what can do most: many keys, all documents."""
    index = candidate.index
    return (-len(index.keys), len(conditions_of(index.where)), repr((index.keys, index.where)), candidate.claims[0].by)


def _covered_by_others(
    collection: Collection, wanted: Sequence[Candidate]
) -> tuple[Collection, list[Candidate], list[Decision]]:
    """Leave out what an index that is there anyway does: `_id`'s own, a unique one, one that lets documents expire."""
    left: list[Candidate] = []
    decisions: list[Decision] = []
    serves: dict[str, list[str]] = {}
    existing = (Index(name=KEY_INDEX, keys=(IndexKey(path=KEY),), is_unique=True), *collection.indexes)
    for candidate in wanted:
        by = next((index for index in existing if _does_work(index, candidate)), None)
        if by is None:
            left.append(candidate)
            continue
        for claim in candidate.claims:
            decisions.append(_covered(claim, by))
            serves.setdefault(by.name, []).append(claim.by)
    indexes = tuple(
        replace(index, serves=tuple(sorted({*index.serves, *serves.get(index.name, ())})))
        for index in collection.indexes
    )
    return replace(collection, indexes=indexes), left, decisions


def _does_work(index: Index, wanted: Candidate) -> bool:
    if not is_sorted(index) or not is_sorted(wanted.index):
        return False
    if not is_implied(index.where, by=wanted.index, free=wanted.free):
        return False
    if wanted.index.where is not None and wanted.share < ENOUGH_SHARE:
        return False
    return arranged_for(arranged(index.keys, free=0), wanted.index.keys, free=wanted.free) is not None


def _covered(claim: Claim, index: Index) -> Decision:
    return replace(
        claim.decision,
        choice=index.name,
        reason=f"{claim.decision.reason} {index.name} begins with the same fields and is there anyway.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    candidate: Candidate
    arrangement: Arrangement

    @property
    def index(self) -> Index:
        """The index with its keys in the order found by now."""
        return replace(self.candidate.index, keys=self.arrangement.keys)


def _merged(wanted: Sequence[Candidate]) -> list[Candidate]:
    kept: list[_Kept] = []
    for candidate in wanted:
        found = [(position, _absorbed(other, candidate)) for position, other in enumerate(kept)]
        able = [(position, both) for position, both in found if both is not None]
        # One that stays in its order leaves the others free to be put into the order that somebody else needs.
        able.sort(key=lambda each: (each[1].arrangement != kept[each[0]].arrangement, each[0]))
        if able:
            position, both = able[0]
            kept[position] = both
        else:
            kept.append(_Kept(candidate=candidate, arrangement=arranged(candidate.index.keys, free=candidate.free)))
    return _told_apart([replace(found.candidate, index=found.index) for found in kept])


def _absorbed(kept: _Kept, wanted: Candidate) -> _Kept | None:
    """Return the index that does both works; None where they are better apart."""
    candidate = kept.candidate
    claims = (*candidate.claims, *wanted.claims)
    if not is_sorted(candidate.index) or not is_sorted(wanted.index):
        is_same = _same_work(candidate.index, wanted.index)
        return replace(kept, candidate=replace(candidate, claims=claims)) if is_same else None
    arrangement = arranged_for(kept.arrangement, wanted.index.keys, free=wanted.free)
    if arrangement is None:
        return None
    merged = replace(candidate, claims=claims)
    if is_implied(candidate.index.where, by=wanted.index, free=wanted.free):
        is_enough = wanted.share >= ENOUGH_SHARE * candidate.share or wanted.index.where is None
        return _Kept(candidate=merged, arrangement=arrangement) if is_enough else None
    if not is_implied(wanted.index.where, by=candidate.index, free=candidate.free):
        return None
    if candidate.share < WIDENED_FROM_SHARE * wanted.share:
        return None
    widened = replace(merged, index=replace(candidate.index, where=wanted.index.where), share=wanted.share)
    return _Kept(candidate=widened, arrangement=arrangement)


def _same_work(index: Index, wanted: Index) -> bool:
    """Tell whether an index of another kind does what `wanted` would: a text index of the same fields and language."""
    if index.where != wanted.where:
        return False
    if index.keys == wanted.keys and index.language == wanted.language:
        return True
    are_texts = is_text(index) and is_text(wanted)
    return are_texts and set(index.keys) == set(wanted.keys) and index.language == wanted.language


def _with_one_text_index(
    wanted: Sequence[Candidate], *, collection: Collection
) -> tuple[list[Candidate], list[Decision]]:
    """Leave a collection the text index that is used most, for it can have one (MongoDB manual, Text Indexes)."""
    searches = [found for found in wanted if is_text(found.index)]
    if len(searches) < 2:
        return list(wanted), []
    most = min(searches, key=lambda found: (-_rate(found), found.claims[0].by))
    fields = ", ".join(sorted(key.path for key in most.index.keys))
    reason = (
        f"A collection has one text index, and that of {collection.name} is over {fields} for {most.claims[0].by}, "
        "which searches as often or more often."
    )
    decisions = [
        replace(
            claim.decision,
            choice=NO_INDEX,
            reason=reason,
            alternatives=(Alternative(choice="an index of its own", why_not="not to be had: the server refuses it"),),
            is_pinned=False,
        )
        for found in searches
        if found is not most
        for claim in found.claims
    ]
    return [found for found in wanted if found is most or not is_text(found.index)], decisions


def _rate(candidate: Candidate) -> float:
    return sum(claim.rate or 0.0 for claim in candidate.claims)


def _told_apart(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Make one index over all documents of partial ones with the same keys."""
    found: dict[tuple[tuple[IndexKey, ...], str | None], Candidate] = {}
    for candidate in candidates:
        what = (candidate.index.keys, candidate.index.language)
        known = found.get(what)
        if known is None:
            found[what] = candidate
            continue
        found[what] = replace(
            known,
            index=replace(known.index, where=None),
            free=min(known.free, candidate.free),
            share=1.0,
            claims=(*known.claims, *candidate.claims),
        )
    return list(found.values())
