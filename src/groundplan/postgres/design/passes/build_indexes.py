"""Build the indexes that are left: give them names, and say for each what it costs and whom it serves."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import bytes_in_words, rate_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Local, conjuncts, walk
from groundplan.postgres.design.draft import Candidate, Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.design.text import index_in_words
from groundplan.postgres.design.widths import index_bytes
from groundplan.postgres.model import Index, Table

NONE = "none"


def build_indexes(draft: Draft) -> Draft:
    """Build the indexes that are left: give them names, and say for each what it costs and whom it serves."""
    names = Names.of(draft.schema)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations.get(table.name)
        built: list[Index] = []
        wanted = [found for found in draft.candidates if found.table == table.name]
        for candidate in sorted(wanted, key=_place):
            if relation is None:
                continue
            index = _named(candidate, table=table, names=names)
            decision = _decision(draft, relation, table, candidate, index=index)
            decisions += [decision, *_answers(candidate, index, is_built=decision.choice != NONE)]
            if decision.choice != NONE:
                built.append(index)
        indexes = sorted((*table.indexes, *built), key=lambda index: (not index.is_unique, index.name))
        tables.append(replace(table, indexes=tuple(indexes)))
    return replace(draft.with_tables(tables, decisions=decisions), candidates=())


def _place(candidate: Candidate) -> tuple[str, int, str]:
    """Name an index over all rows before partial ones with the same keys."""
    index = candidate.index
    return (repr([key.expression for key in index.keys]), len(conjuncts(index.where)), repr((index.keys, index.where)))


def _named(candidate: Candidate, *, table: Table, names: Names) -> Index:
    columns = [node.name for key in candidate.index.keys for node in walk(key.expression) if isinstance(node, Local)]
    name = names.take(table.name, *dict.fromkeys(columns), "idx")
    serves = tuple(sorted({claim.by for claim in candidate.claims}))
    return replace(candidate.index, name=name, serves=serves)


def _answers(candidate: Candidate, index: Index, *, is_built: bool) -> list[Decision]:
    """Return what was decided for each who wanted the index."""
    answers: list[Decision] = []
    for claim in candidate.claims:
        decision = claim.decision
        if not is_built:
            others = tuple(other for other in decision.alternatives if other.choice != NONE)
            reason = "The plan pins the index that would serve it off."
            answers.append(replace(decision, choice=NONE, reason=reason, alternatives=others))
            continue
        wanted = index_in_words(index)
        shared = "" if decision.choice in (wanted, "btree") else f" {index.name} does that work too."
        answers.append(replace(decision, choice=f"{index.name}: {wanted}", reason=f"{decision.reason}{shared}"))
    return answers


def _decision(draft: Draft, relation: Relation, table: Table, candidate: Candidate, *, index: Index) -> Decision:
    definition = index_in_words(index)
    pin = f"postgres.{relation.source}.{index.name}"
    choice = settle(draft.pins, key=pin, default=definition, among=(definition, NONE))
    writes = draft.facts.writes(relation.name)
    rates = [claim.rate for claim in candidate.claims if claim.rate is not None]
    size = index_bytes(index, table=table, relation=relation, share=candidate.share)
    apart = dict.fromkeys(
        claim.decision.choice for claim in candidate.claims if claim.decision.choice not in (definition, "btree")
    )
    return Decision(
        object=f"postgres.{relation.name}.{index.name}",
        topic="index",
        choice=choice.value,
        rule="build_indexes",
        reason=f"It serves {', '.join(index.serves)}." if choice.value != NONE else "The plan pins it off.",
        pin=pin,
        inputs=(
            Input(name="used", value=rate_in_words(sum(rates) if rates else None)),
            Input(name="rows written", value=rate_in_words(writes.total or None)),
            Input(name="rows in the index", value=f"{relation.rows.now * candidate.share:,.0f}"),
            Input(name="its size, about", value=bytes_in_words(size)),
        ),
        alternatives=(
            _other_choice(relation, index, choice=choice.value, definition=definition),
            *(
                Alternative(
                    choice=other,
                    why_not="not built: this one begins with the same keys",
                    cost="one more index entry for each row written",
                )
                for other in apart
            ),
        ),
        is_pinned=choice.is_pinned,
        origin=index.origin,
    )


def _other_choice(relation: Relation, index: Index, *, choice: str, definition: str) -> Alternative:
    if choice == NONE:
        return Alternative(choice=definition, why_not="the plan pins it off", cost="one entry for each row written")
    return Alternative(
        choice=NONE,
        why_not=f"{', '.join(index.serves)} would read {relation.name} from end to end",
        cost="one index entry less for each row written",
    )
