"""Cover hot reads: add the few small columns that they show to the index that finds their rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.base.amounts import bytes_in_words, rate_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Expression, Local, Path, conjuncts, paths, walk
from groundplan.plan.patterns import ReadPattern, UpdatePattern
from groundplan.postgres.design.draft import Candidate, Claim, Draft
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.indexing.outcomes import rows_taken
from groundplan.postgres.design.indexing.shares import equal_rows
from groundplan.postgres.design.widths import stored_attribute, width_of
from groundplan.postgres.model import IndexMethod, Table

INCLUDE = "include"
NONE = "none"

MOST_COLUMNS = 3
"""More columns make a second table of the index."""

MOST_BYTES = 24.0
"""Of all included columns together; wider entries push others off the page."""

FETCHES_PER_MEGABYTE = 1.0
"""Rows per second that need no look at the table, for each megabyte that the index grows: from here on it pays."""

MOST_WRITES_PER_READ = 1.0
"""Pages that are written often are not known to be visible to all, and the table is looked at nevertheless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covering:
    """What covering a read takes: the columns, their bytes in all entries, and the fetches spared per second."""

    columns: tuple[str, ...]
    bytes: float
    fetches: float
    obstacle: str | None


def cover_hot_reads(draft: Draft) -> Draft:
    """Cover hot reads: add the few small columns that they show to the index that finds their rows.

    Never a secret, and never a column that updates change: an index on it would cost each of them an entry.
    """
    reads = {pattern.name: pattern for pattern in draft.facts.reads}
    tables = {table.name: table for table in draft.schema.tables}
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    for candidate in draft.candidates:
        if candidate.index.method is IndexMethod.BTREE:
            relation = draft.facts.relations[candidate.table]
            hot = sorted(
                (claim for claim in candidate.claims if _is_hot(claim, reads, relation=relation, facts=draft.facts)),
                key=lambda claim: (-(claim.rate or 0.0), claim.by),
            )
            for claim in hot:
                candidate, decision = _cover(draft, candidate, claim, reads[claim.by], table=tables[candidate.table])
                if decision is not None:
                    decisions.append(decision)
        candidates.append(candidate)
    return replace(draft, candidates=tuple(candidates), decisions=(*draft.decisions, *decisions))


def _is_hot(claim: Claim, reads: dict[str, ReadPattern], *, relation: Relation, facts: Facts) -> bool:
    pattern = reads.get(claim.by)
    if pattern is None or not claim.rate:
        return False
    return facts.lookup.of_source(pattern.entity).name == relation.name


def _cover(
    draft: Draft, candidate: Candidate, claim: Claim, pattern: ReadPattern, *, table: Table
) -> tuple[Candidate, Decision | None]:
    relation = draft.facts.relations[candidate.table]
    missing = _missing(draft, candidate, pattern)
    if missing is None or not missing:
        return candidate, None
    covering = _weigh(draft, candidate, claim, pattern, relation=relation, table=table, missing=missing)
    pin = f"postgres.{pattern.name}.covering"
    pays = covering.obstacle is None and covering.fetches >= FETCHES_PER_MEGABYTE * covering.bytes / 1_000_000
    has_secret = any(table.column(name).is_secret for name in missing)
    among = (NONE,) if has_secret else (INCLUDE, NONE)
    choice = settle(draft.pins, key=pin, default=INCLUDE if pays else NONE, among=among)
    decision = _decision(pattern, covering, choice=choice.value, is_pinned=choice.is_pinned, relation=relation)
    if choice.value == INCLUDE:
        index = replace(candidate.index, include=tuple(sorted({*candidate.index.include, *missing})))
        candidate = replace(candidate, index=index)
    return candidate, decision


def _missing(draft: Draft, candidate: Candidate, pattern: ReadPattern) -> tuple[str, ...] | None:
    """Return the columns that the index lacks to answer a read alone; None where it can't, whatever it holds."""
    index = candidate.index
    shown: list[Expression] = [field.expression for field in pattern.fields]
    shown += [key.expression for key in pattern.order]
    shown += [part for part in conjuncts(pattern.where) if not _is_repeated(draft, part, candidate)]
    shown += pattern.group
    needed: list[str] = []
    for path in (path for expression in shown for path in paths(expression)):
        names = draft.facts.lookup.names(path)
        if names is None:
            names = _leading(draft.facts, path)
        needed += names
    plain = {key.expression for key in index.keys}
    return tuple(sorted({name for name in needed if Local(name) not in plain and name not in index.include}))


def _is_repeated(draft: Draft, condition: Expression, candidate: Candidate) -> bool:
    """Tell whether the predicate of a partial index says a condition, so that no row need be looked at for it."""
    if any(draft.facts.lookup.names(path) is None for path in paths(condition)):
        return False
    return draft.facts.lookup.localize(condition) in conjuncts(candidate.index.where)


def _leading(facts: Facts, path: Path) -> tuple[str, ...]:
    """Return the columns from which a path along relationships starts: a reference, or the key that others point at."""
    reference = facts.lookup.reference(path.hops[0])
    if reference is not None:
        return reference.attributes
    return facts.lookup.of_source(path.entity).primary_key


def _weigh(
    draft: Draft,
    candidate: Candidate,
    claim: Claim,
    pattern: ReadPattern,
    *,
    relation: Relation,
    table: Table,
    missing: tuple[str, ...],
) -> _Covering:
    width = sum(width_of(table.column(name), stored_attribute(relation, table, name)).bytes for name in missing)
    entries = relation.rows.now * candidate.share
    found = _rows_found(relation, candidate)
    taken = rows_taken(pattern)
    rows = found if taken is None else min(found, float(taken))
    writes = draft.facts.writes(relation.name)
    rate = claim.rate or 0.0
    obstacle: str | None = None
    if any(table.column(name).is_secret for name in missing):
        obstacle = "a secret never enters an index that covers"
    elif len(missing) > MOST_COLUMNS or width > MOST_BYTES or _holds_whole_row(candidate, missing, table=table):
        obstacle = f"{len(missing)} columns of {width:,.0f} bytes more make a second table of the index"
    elif (changed := _changed(draft, pattern.entity, missing)) is not None:
        obstacle = f"{changed} changes a column that would be in it, and would write an entry each time"
    elif writes.total > MOST_WRITES_PER_READ * rate * max(rows, 1.0):
        obstacle = "pages written as often are rarely known to be visible to all, so that rows are looked at anyway"
    return _Covering(columns=missing, bytes=width * entries, fetches=rate * rows, obstacle=obstacle)


def _holds_whole_row(candidate: Candidate, missing: tuple[str, ...], *, table: Table) -> bool:
    keys = {key.expression.name for key in candidate.index.keys if isinstance(key.expression, Local)}
    return {column.name for column in table.columns} <= {*keys, *candidate.index.include, *missing}


def _rows_found(relation: Relation, candidate: Candidate) -> float:
    names = tuple(
        node.name
        for key in candidate.index.keys[: candidate.free]
        for node in walk(key.expression)
        if isinstance(node, Local)
    )
    return equal_rows(names, relation) if names else float(relation.rows.now)


def _changed(draft: Draft, entity: str, names: tuple[str, ...]) -> str | None:
    for pattern in draft.facts.updates:
        if isinstance(pattern, UpdatePattern) and pattern.entity == entity:
            for assignment in pattern.assignments:
                if set(draft.facts.lookup.names(assignment.target) or ()) & set(names):
                    return pattern.name
    return None


def _decision(
    pattern: ReadPattern, covering: _Covering, *, choice: str, is_pinned: bool, relation: Relation
) -> Decision:
    columns = ", ".join(covering.columns)
    added = bytes_in_words(covering.bytes)
    fetches = rate_in_words(covering.fetches)
    arithmetic = f"{added} in the index against {fetches} rows of {relation.name} that need not be looked at"
    if choice == INCLUDE:
        other = Alternative(choice=NONE, why_not=f"every row found is looked up in {relation.name}", cost=f"{fetches}")
    else:
        why_not = covering.obstacle or f"does not pay: {arithmetic}"
        other = Alternative(choice=INCLUDE, why_not=f"{why_not} ({columns})", cost=added)
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="covering",
        choice=choice,
        rule="cover_hot_reads",
        reason=f"{arithmetic[0].upper()}{arithmetic[1:]}.",
        pin=f"postgres.{pattern.name}.covering",
        inputs=(
            Input(name="columns", value=columns),
            Input(name="bytes added", value=added),
            Input(name="rows fetched", value=fetches),
        ),
        alternatives=(other,),
        is_pinned=is_pinned,
        origin=pattern.origin,
    )
