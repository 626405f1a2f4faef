"""Add the times of creation and of the last change, where the plan's conventions ask for them."""

from __future__ import annotations

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.implicit import stand_in
from groundplan.logical.model import Relation, RelationAttribute, RelationKind, Role
from groundplan.plan.expressions import Call
from groundplan.plan.scope import CREATED_AT, UPDATED_AT
from groundplan.plan.types import Arrival, Distribution, Timestamp


def add_timestamps(draft: LogicalDraft) -> LogicalDraft:
    """Add the times of creation and of the last change, where the plan's conventions ask for them.

    A link gets the time of creation only: it is made and unmade, never changed. A declared attribute of the same name
    stands in for the implicit one, and keeps what the plan says of it.
    """
    if not draft.resolved.plan.conventions.has_timestamps:
        return draft
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        wanted = (_created_at(relation),) if relation.kind is RelationKind.LINK else _both(relation)
        relation, added = stand_in(relation, wanted)
        relations.append(relation)
        if added:
            decisions.append(_decision(relation, added))
    return draft.with_relations(relations, decisions=decisions)


def _created_at(relation: Relation) -> RelationAttribute:
    return RelationAttribute(
        name=CREATED_AT,
        declared=CREATED_AT,
        type=Timestamp(),
        role=Role.CREATED_AT,
        default=Call("now"),
        values=Distribution(arrives=Arrival.IN_ORDER),
        origin=relation.origin,
    )


def _both(relation: Relation) -> tuple[RelationAttribute, ...]:
    updated_at = RelationAttribute(
        name=UPDATED_AT,
        declared=UPDATED_AT,
        type=Timestamp(),
        role=Role.UPDATED_AT,
        default=Call("now"),
        origin=relation.origin,
    )
    return (_created_at(relation), updated_at)


def _decision(relation: Relation, added: tuple[RelationAttribute, ...]) -> Decision:
    return Decision(
        object=f"logical.{relation.name}",
        topic="timestamps",
        choice=", ".join(attribute.name for attribute in added),
        rule="add_timestamps",
        reason=(
            "What a link says is that it is there: its time of creation says since when."
            if relation.kind is RelationKind.LINK
            else "When a row was made and last changed is the first question of every search for a mistake."
        ),
        pin=f"logical.{relation.source}.timestamps",
        inputs=(Input(name="conventions.timestamps", value="true"),),
        alternatives=(
            Alternative(
                choice="none",
                why_not="not to be had for one entity alone; write `conventions: {timestamps: false}` for all",
                cost=f"{8 * len(added)} bytes a row less",
            ),
        ),
        origin=relation.origin,
    )
