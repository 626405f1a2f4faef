"""Ask for the indexes that each access pattern needs, by rule: equality, then range or sort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from groundplan.base.amounts import bytes_in_words, rate_in_words
from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Local
from groundplan.plan.patterns import Pattern, RawPattern
from groundplan.plan.types import Arrival
from groundplan.postgres.design.draft import Candidate, Claim, Draft
from groundplan.postgres.design.indexing.outcomes import outcomes_of
from groundplan.postgres.design.indexing.wanted import NotWanted, Served, Wanted
from groundplan.postgres.design.text import index_in_words
from groundplan.postgres.design.widths import index_bytes
from groundplan.postgres.model import Index, IndexMethod, Table

NONE = "none"

BRIN_FROM_ROWS = 1_000_000
"""Below this a b-tree on a growing column is too small to be worth sparing."""


def serve_access_patterns(draft: Draft) -> Draft:
    """Ask for the indexes that each access pattern needs, by rule: equality, then range or sort.

    Constants that a query repeats become the predicate of a partial index; parameters never do. A pattern on a table of
    up to 10,000 declared rows gets none.
    """
    tables = {table.name: table for table in draft.schema.tables}
    stored = {view.pattern for view in draft.schema.materialized_views}
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    served: dict[str, list[str]] = {}
    for pattern in draft.facts.patterns:
        if pattern.name in stored:
            continue
        for relation, outcome in outcomes_of(pattern, facts=draft.facts, tables=tables):
            if not isinstance(outcome, Wanted):
                decisions.append(_without_index(draft, pattern, relation, outcome))
                if isinstance(outcome, Served):
                    served.setdefault(outcome.name, []).append(pattern.name)
                continue
            choice = _settle(draft, pattern, relation, outcome)
            decision = _with_index(draft, pattern, relation, outcome, choice=choice, table=tables[relation.name])
            if choice.value == NONE:
                decisions.append(decision)
                continue
            claim = Claim(by=pattern.name, rate=draft.facts.rate(pattern.name), decision=decision)
            index = replace(outcome.index, method=IndexMethod(choice.value))
            candidates.append(
                Candidate(table=relation.name, index=index, free=outcome.free, share=outcome.share, claims=(claim,))
            )
    noted = (_noting(table, served) for table in draft.schema.tables)
    return draft.with_tables(noted).with_candidates(candidates, decisions=decisions)


def _noting(table: Table, served: Mapping[str, list[str]]) -> Table:
    """Note on unique indexes whom they serve, beside what they are there for."""
    indexes = tuple(
        replace(index, serves=tuple(sorted({*index.serves, *served.get(index.name, ())}))) for index in table.indexes
    )
    return replace(table, indexes=indexes)


def _pin(draft: Draft, pattern: Pattern, relation: Relation) -> str:
    """Return the pin of a pattern's index; those on other tables that it needs have pins of their own."""
    if isinstance(pattern, RawPattern) or draft.facts.lookup.of_source(pattern.entity).name == relation.name:
        return f"postgres.{pattern.name}.index"
    return f"postgres.{pattern.name}.index_on_{relation.name}"


def _settle(draft: Draft, pattern: Pattern, relation: Relation, wanted: Wanted) -> Choice:
    default = wanted.index.method
    among = [default.value, NONE]
    if _can_be_hashed(wanted):
        among.append(IndexMethod.HASH.value)
    if _can_be_summarised(wanted, relation):
        among.append(IndexMethod.BRIN.value)
    return settle(draft.pins, key=_pin(draft, pattern, relation), default=default.value, among=among)


def _can_be_hashed(wanted: Wanted) -> bool:
    return wanted.index.method is IndexMethod.BTREE and wanted.free == len(wanted.index.keys) == 1


def _can_be_summarised(wanted: Wanted, relation: Relation) -> bool:
    """Tell whether BRIN could find a range: in a large table whose rows come in the order of the key."""
    first = wanted.index.keys[0].expression
    if wanted.index.method is not IndexMethod.BTREE or wanted.free or not isinstance(first, Local):
        return False
    is_in_order = relation.attribute(first.name).values.arrives is Arrival.IN_ORDER
    return is_in_order and len(wanted.index.keys) == 1 and relation.rows.now >= BRIN_FROM_ROWS


def _without_index(draft: Draft, pattern: Pattern, relation: Relation, outcome: Served | NotWanted) -> Decision:
    match outcome:
        case Served(name=name):
            choice, why_not = name, "it would find the same rows a second time"
        case NotWanted():
            choice, why_not = NONE, "it would be kept up to date for nothing"
        case _:
            assert_never(outcome)
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="index",
        choice=choice,
        rule="serve_access_patterns",
        reason=_sentence(outcome.reason),
        pin=_pin(draft, pattern, relation),
        inputs=_inputs(draft, pattern, relation),
        alternatives=(Alternative(choice="an index of its own", why_not=f"not built: {why_not}"),),
        origin=pattern.origin,
    )


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}."


def _inputs(draft: Draft, pattern: Pattern, relation: Relation) -> tuple[Input, ...]:
    return (
        Input(name=f"rows of {relation.name}", value=f"{relation.rows.now:,}"),
        Input(name="rate", value=rate_in_words(draft.facts.rate(pattern.name))),
    )


def _with_index(
    draft: Draft, pattern: Pattern, relation: Relation, wanted: Wanted, *, choice: Choice, table: Table
) -> Decision:
    index = replace(wanted.index, method=wanted.index.method if choice.value == NONE else IndexMethod(choice.value))
    size = index_bytes(index, table=table, relation=relation, share=wanted.share)
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="index",
        choice=NONE if choice.value == NONE else index_in_words(index),
        rule="serve_access_patterns",
        reason="The plan pins it." if choice.is_pinned else _sentence(wanted.reason),
        pin=_pin(draft, pattern, relation),
        inputs=(
            *_inputs(draft, pattern, relation),
            Input(name="rows in the index", value=f"{relation.rows.now * wanted.share:,.0f}"),
            Input(name="its size, about", value=bytes_in_words(size)),
        ),
        alternatives=tuple(
            alternative
            for alternative in _alternatives(draft, relation, wanted, index=index)
            if alternative.choice != choice.value
        ),
        is_pinned=choice.is_pinned,
        origin=pattern.origin,
    )


def _alternatives(draft: Draft, relation: Relation, wanted: Wanted, *, index: Index) -> list[Alternative]:
    writes = draft.facts.writes(relation.name)
    rows = f"{relation.rows.now:,}"
    found = [
        Alternative(
            choice=NONE,
            why_not=f"each run would read {rows} rows of {relation.name}",
            cost=f"one index entry less for each row written ({rate_in_words(writes.total or None)})",
        )
    ]
    default = wanted.index.method.value
    if index.method is not wanted.index.method:
        found.append(Alternative(choice=default, why_not="the plan pins another method"))
    if _can_be_hashed(wanted):
        found.append(
            Alternative(
                choice=IndexMethod.HASH.value,
                why_not="serves one equality and nothing else: no order, no range, no second column, no uniqueness",
            )
        )
    if _can_be_summarised(wanted, relation):
        found.append(
            Alternative(
                choice=IndexMethod.BRIN.value,
                why_not="knows pages, not rows: fine for long ranges of a table that is only added to",
                cost="a thousandth of the size",
            )
        )
    if wanted.index.where is not None:
        found.append(
            Alternative(
                choice="over all rows",
                why_not="not built: rows that the query never asks for would be in it",
                cost=f"{1 - wanted.share:.0%} of {rows} entries more",
            )
        )
    return found
