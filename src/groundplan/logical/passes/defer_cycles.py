"""Make one reference of each required cycle deferrable: no row of a cycle could ever be the first otherwise."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.base.graph import strongly_connected
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.model import Reference, Relation


def defer_cycles(draft: LogicalDraft) -> LogicalDraft:
    """Make one reference of each required cycle deferrable: no row of a cycle could ever be the first otherwise.

    In a cycle the smallest relation is filled first: its references into the rest of the cycle wait for the commit,
    those of the larger ones are checked at once. A reference to its own relation can name the row itself.
    """
    cycles = [group for group in strongly_connected(_required(draft.relations)) if len(group) > 1]
    if not cycles:
        return draft
    rows = {relation.name: relation.rows.now for relation in draft.relations}
    turn: dict[str, tuple[int, int]] = {}
    for number, group in enumerate(cycles):
        for position, name in enumerate(sorted(group, key=lambda name: (rows[name], name))):
            turn[name] = (number, position)
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        references = tuple(
            replace(reference, is_deferrable=_waits(relation, reference, turn=turn))
            for reference in relation.references
        )
        decisions += [_decision(relation, reference, rows=rows) for reference in references if reference.is_deferrable]
        relations.append(replace(relation, references=references))
    return draft.with_relations(relations, decisions=decisions)


def _required(relations: tuple[Relation, ...]) -> dict[str, list[str]]:
    return {
        relation.name: [
            reference.target
            for reference in relation.references
            if not reference.is_optional and reference.target != relation.name
        ]
        for relation in relations
    }


def _waits(relation: Relation, reference: Reference, *, turn: dict[str, tuple[int, int]]) -> bool:
    if reference.is_optional or relation.name not in turn or reference.target not in turn:
        return False
    here, there = turn[relation.name], turn[reference.target]
    return here[0] == there[0] and here[1] < there[1]


def _decision(relation: Relation, reference: Reference, *, rows: dict[str, int]) -> Decision:
    return Decision(
        object=f"logical.{relation.name}.{reference.attributes[-1]}",
        topic="deferrable",
        choice="deferrable",
        rule="defer_cycles",
        reason=(
            f"{relation.name} and {reference.target} need each other: this reference is checked at the commit, so that "
            "one transaction can insert both."
        ),
        pin=f"logical.{relation.source}.{reference.name}.deferrable",
        inputs=(
            Input(name=f"rows of {relation.name}", value=str(rows[relation.name])),
            Input(name=f"rows of {reference.target}", value=str(rows[reference.target])),
        ),
        alternatives=(
            Alternative(
                choice="immediate",
                why_not="not to be had: neither row could be inserted first",
            ),
            Alternative(
                choice="optional",
                why_not="not to be had against the plan: write `?` after the target if a row may stay without it",
            ),
        ),
        origin=reference.origin,
    )
