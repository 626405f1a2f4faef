"""Add what the lifecycle of an entity needs: the mark of a soft deletion."""

from __future__ import annotations

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.implicit import stand_in
from groundplan.logical.model import Relation, RelationAttribute, Role
from groundplan.plan.model import DeletePolicy
from groundplan.plan.scope import DELETED_AT
from groundplan.plan.types import Timestamp


def apply_lifecycle(draft: LogicalDraft) -> LogicalDraft:
    """Add what the lifecycle of an entity needs: the mark of a soft deletion."""
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        if relation.lifecycle.delete is DeletePolicy.SOFT:
            decisions.append(_decision(relation))
            relation = _with_mark(relation)
        relations.append(relation)
    return draft.with_relations(relations, decisions=decisions)


def _with_mark(relation: Relation) -> Relation:
    mark = RelationAttribute(
        name=DELETED_AT,
        declared=DELETED_AT,
        type=Timestamp(),
        role=Role.DELETED_AT,
        is_optional=True,
        origin=relation.lifecycle.origin,
    )
    marked, _ = stand_in(relation, (mark,))
    return marked


def _decision(relation: Relation) -> Decision:
    return Decision(
        object=f"logical.{relation.name}.{DELETED_AT}",
        topic="delete",
        choice=DeletePolicy.SOFT.value,
        rule="apply_lifecycle",
        reason="A deleted row stays, marked with the time; every read of the entity leaves marked rows out.",
        pin=f"logical.{relation.source}.delete",
        inputs=(Input(name="lifecycle.delete", value=DeletePolicy.SOFT.value),),
        alternatives=(
            Alternative(
                choice=DeletePolicy.HARD.value,
                why_not="not to be had against the plan (`lifecycle: {delete: hard}`); the row could not come back",
                cost="8 bytes a marked row less, and no dead rows in the table",
            ),
            Alternative(
                choice="is_deleted",
                why_not="not built: a flag says that a row is gone, but not since when",
                cost="7 bytes a marked row less",
            ),
        ),
        origin=relation.lifecycle.origin,
    )
