"""Drop wanted indexes whose work another one does: a key, a constraint, or an index that begins with the same keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.base.decisions import Decision
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Local, conjuncts
from groundplan.postgres.design.draft import Candidate, Claim, Draft
from groundplan.postgres.design.indexing.merging import (
    ENOUGH_SHARE,
    WIDENED_FROM_SHARE,
    Arrangement,
    arranged,
    arranged_for,
    is_implied,
    same_work,
)
from groundplan.postgres.design.indexing.shares import share_of
from groundplan.postgres.design.widths import index_bytes
from groundplan.postgres.model import Index, IndexKey, IndexMethod, Table


def drop_redundant_indexes(draft: Draft) -> Draft:
    """Drop wanted indexes whose work another one does: a key, a constraint, or an index that begins with the same keys.

    A partial index never does the work of one over all rows; one that leaves out few rows takes them in instead, where
    that is smaller than a second index.
    """
    kept: list[Candidate] = []
    decisions: list[Decision] = []
    tables: list[Table] = []
    for table in draft.schema.tables:
        wanted = sorted((found for found in draft.candidates if found.table == table.name), key=_longest_first)
        relation = draft.facts.relations.get(table.name)
        if relation is not None:
            table, left, covered = _covered_by_keys(table, wanted, relation=relation)
            decisions += covered
            kept += _merged(left, table=table, relation=relation)
        tables.append(table)
    return replace(draft.with_tables(tables, decisions=decisions), candidates=tuple(kept))


def _longest_first(candidate: Candidate) -> tuple[int, int, int, str, str]:
    """Look first at what can do most: many keys, all rows, an operator class that knows all operators."""
    index = candidate.index
    special = sum(1 for key in index.keys if key.operator_class is not None)
    text = repr((index.keys, index.where))
    return (-len(index.keys), len(conjuncts(index.where)), special, text, candidate.claims[0].by)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Existing:
    """An index that a key or constraint brings along."""

    index: Index
    is_named_index: bool


def _existing(table: Table) -> list[_Existing]:
    found = [_of_columns(table.primary_key.name, table.primary_key.columns)]
    found += [_of_columns(key.name, key.columns) for key in table.unique]
    found += [_Existing(index=index, is_named_index=True) for index in table.indexes]
    for exclusion in table.exclusions:
        keys = tuple(IndexKey(expression=Local(column)) for column, _ in exclusion.members)
        index = Index(name=exclusion.name, keys=keys, method=IndexMethod.GIST, where=exclusion.where)
        found.append(_Existing(index=index, is_named_index=False))
    return found


def _of_columns(name: str, columns: tuple[str, ...]) -> _Existing:
    keys = tuple(IndexKey(expression=Local(column)) for column in columns)
    return _Existing(index=Index(name=name, keys=keys, is_unique=True), is_named_index=False)


def _covered_by_keys(
    table: Table, wanted: list[Candidate], *, relation: Relation
) -> tuple[Table, list[Candidate], list[Decision]]:
    left: list[Candidate] = []
    decisions: list[Decision] = []
    serves: dict[str, list[str]] = {}
    existing = _existing(table)
    for candidate in wanted:
        by = next((found for found in existing if _does_work(found.index, candidate, relation=relation)), None)
        if by is None:
            left.append(candidate)
            continue
        for claim in candidate.claims:
            decisions.append(_covered(claim, by.index))
            if by.is_named_index:
                serves.setdefault(by.index.name, []).append(claim.by)
    indexes = tuple(
        replace(index, serves=tuple(sorted({*index.serves, *serves.get(index.name, ())}))) for index in table.indexes
    )
    return replace(table, indexes=indexes), left, decisions


def _does_work(index: Index, wanted: Candidate, *, relation: Relation) -> bool:
    if not is_implied(index.where, by=wanted.index, free=wanted.free):
        return False
    if index.method is not IndexMethod.BTREE or wanted.index.method is not IndexMethod.BTREE:
        is_span = {key.expression for key in index.keys} == {key.expression for key in wanted.index.keys}
        is_gist = index.method is wanted.index.method is IndexMethod.GIST
        return (is_gist and is_span) or same_work(index, wanted.index)
    if _rows_wanted(wanted) < ENOUGH_SHARE * share_of(index.where, relation):
        return False
    return arranged_for(arranged(index.keys, free=0), wanted.index.keys, free=wanted.free) is not None


def _rows_wanted(wanted: Candidate) -> float:
    """Return the share of rows that an index has to hold; rows that no equality can find cost nothing but room."""
    return (
        1.0 if is_implied(wanted.index.where, by=replace(wanted.index, where=None), free=wanted.free) else wanted.share
    )


def _covered(claim: Claim, index: Index) -> Decision:
    return replace(
        claim.decision,
        choice=index.name,
        reason=f"{claim.decision.reason} {index.name} begins with the same columns and is there anyway.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    candidate: Candidate
    arrangement: Arrangement


def _merged(wanted: list[Candidate], *, table: Table, relation: Relation) -> list[Candidate]:
    kept: list[_Kept] = []
    for candidate in wanted:
        for position, other in enumerate(kept):
            both = _absorbed(other, candidate, table=table, relation=relation)
            if both is not None:
                kept[position] = both
                break
        else:
            kept.append(_Kept(candidate=candidate, arrangement=arranged(candidate.index.keys, free=candidate.free)))
    return [
        replace(found.candidate, index=replace(found.candidate.index, keys=found.arrangement.keys)) for found in kept
    ]


def _absorbed(kept: _Kept, wanted: Candidate, *, table: Table, relation: Relation) -> _Kept | None:
    """Return the index that does both works; None where they are better apart."""
    index, candidate = kept.candidate.index, kept.candidate
    if index.method is not IndexMethod.BTREE or wanted.index.method is not IndexMethod.BTREE:
        is_same = same_work(index, wanted.index) and is_implied(index.where, by=wanted.index, free=wanted.free)
        claims = (*candidate.claims, *wanted.claims)
        return replace(kept, candidate=replace(candidate, claims=claims)) if is_same else None
    arrangement = arranged_for(kept.arrangement, wanted.index.keys, free=wanted.free)
    if arrangement is None:
        return None
    claims = (*candidate.claims, *wanted.claims)
    if is_implied(index.where, by=wanted.index, free=wanted.free):
        is_enough = _rows_wanted(wanted) >= ENOUGH_SHARE * candidate.share
        merged = replace(candidate, claims=claims)
    else:
        is_enough = _is_widened(candidate, wanted, table=table, relation=relation)
        widened = replace(index, where=wanted.index.where)
        merged = replace(candidate, index=widened, share=wanted.share, claims=claims)
    return _Kept(candidate=merged, arrangement=arrangement) if is_enough else None


def _is_widened(candidate: Candidate, wanted: Candidate, *, table: Table, relation: Relation) -> bool:
    """Tell whether taking in the rows that a partial index leaves out is smaller than a second index."""
    if not is_implied(wanted.index.where, by=candidate.index, free=candidate.free):
        return False
    if candidate.share < WIDENED_FROM_SHARE * wanted.share:
        return False
    more = index_bytes(candidate.index, table=table, relation=relation, share=wanted.share - candidate.share)
    return more < index_bytes(wanted.index, table=table, relation=relation, share=wanted.share)
