"""Ask for an index on the referencing side of each foreign key: every deletion of a target looks there."""

from __future__ import annotations

from groundplan.base.amounts import count_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Reference, Relation
from groundplan.plan.expressions import IsNull, Local
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Candidate, Claim, Draft
from groundplan.postgres.design.facts import Facts, is_link, word_of
from groundplan.postgres.model import ForeignKey, Index, IndexKey, Table

BTREE = "btree"
NONE = "none"

MOSTLY_NULL = 0.25
"""From this share of empty references on, leaving them out of the index is worth a condition."""


def index_foreign_keys(draft: Draft) -> Draft:
    """Ask for an index on the referencing side of each foreign key: every deletion of a target looks there.

    Where a reference carries another one along (`same`), its own columns find the same rows as all of them. Where it is
    often empty, empty ones are left out: no equality finds NULL. The index of a link's far side goes on with its near
    side, so that walking the relationship backwards needs no look at the table.
    """
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations.get(table.name)
        if relation is None:
            continue
        for reference, key in zip(relation.references, table.foreign_keys, strict=True):
            decision = _decision(draft, relation, reference, key)
            if decision.choice == NONE:
                decisions.append(decision)
                continue
            claim = Claim(by=key.name, rate=_deletions(draft.facts, reference), decision=decision)
            candidates.append(_candidate(relation, table, reference, claim=claim))
    return draft.with_candidates(candidates, decisions=decisions)


def _candidate(relation: Relation, table: Table, reference: Reference, *, claim: Claim) -> Candidate:
    own = tuple(name for name in reference.attributes if name not in reference.agrees)
    following: tuple[str, ...] = ()
    if is_link(relation):
        following = tuple(name for name in relation.primary_key if name not in own)
    is_often_empty = reference.is_optional and reference.null_share >= MOSTLY_NULL
    return Candidate(
        table=table.name,
        index=Index(
            name="",
            keys=tuple(IndexKey(expression=Local(name)) for name in (*own, *following)),
            where=IsNull(operand=Local(own[0]), is_negated=True) if is_often_empty else None,
            origin=reference.origin,
        ),
        free=len(own),
        share=1 - reference.null_share if is_often_empty else 1.0,
        claims=(claim,),
    )


def _deletions(facts: Facts, reference: Reference) -> float | None:
    """Return how often a target is deleted, which is how often the index is needed for that alone."""
    deletes = facts.writes(reference.target).deletes
    return deletes or None


def _decision(draft: Draft, relation: Relation, reference: Reference, key: ForeignKey) -> Decision:
    pin = f"postgres.{word_of(relation, reference)}.index"
    choice = settle(draft.pins, key=pin, default=BTREE, among=(BTREE, NONE))
    rows = relation.rows.now
    none = Alternative(
        choice=NONE,
        why_not=f"deleting one of {reference.target}, or joining from it, would read all of {relation.name}",
        cost=f"{rows:,} rows read for each",
    )
    index = Alternative(choice=BTREE, why_not="the plan pins it off", cost="one index entry for each row written")
    return Decision(
        object=f"postgres.{relation.name}.{key.name}",
        topic="index",
        choice=choice.value,
        rule="index_foreign_keys",
        reason=_reason(reference, key),
        pin=pin,
        inputs=(
            Input(name="rows", value=f"{rows:,}"),
            Input(name="rows for one target", value=f"{count_in_words(reference.fanout.mean)} on average"),
            *((Input(name="empty", value=f"{reference.null_share:.0%}"),) if reference.is_optional else ()),
        ),
        alternatives=(none,) if choice.value == BTREE else (index,),
        is_pinned=choice.is_pinned,
        origin=reference.origin,
    )


def _reason(reference: Reference, key: ForeignKey) -> str:
    action = {
        ReferentialAction.CASCADE: "deletes what points at it",
        ReferentialAction.SET_NULL: "clears what points at it",
        ReferentialAction.SET_DEFAULT: "resets what points at it",
        ReferentialAction.RESTRICT: "is refused while something points at it",
        ReferentialAction.NO_ACTION: "is refused while something points at it",
    }[key.on_delete]
    text = f"Deleting one of {reference.target} {action}, which takes a look at this side."
    if reference.agrees:
        text += " The reference's own columns find the same rows as all of them."
    return text
