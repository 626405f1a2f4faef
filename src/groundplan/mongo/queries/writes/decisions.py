"""What the writes take over from the engine that has foreign keys and triggers, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.actions import is_said
from groundplan.logical.facts import word_of
from groundplan.logical.model import Reference, Relation, Role
from groundplan.mongo.queries.writes.context import Context, attribute_of, mark_of

RULE = "compile_writes"


def write_decisions(context: Context) -> tuple[Decision, ...]:
    """Return what was decided about references and times that the server does not see to."""
    found: list[Decision] = []
    for relation in context.logical.relations:
        found += [_reference(relation, reference, context) for reference in relation.references]
        found += _times(relation)
    return tuple(found)


def _reference(relation: Relation, reference: Reference, context: Context) -> Decision:
    writes = context.facts.writes(relation.name).inserts
    around = context.places.embedded(relation.name)
    is_inside = around is not None and around.reference == reference.name
    if is_inside:
        choice = "inside the target's document"
        reason = "What is inside a document cannot point at one that is not there, and goes with it."
    elif reference.is_deferrable:
        choice = "not looked at"
        reason = "The rows of a required cycle need each other: there is no order in which each finds the other."
    else:
        choice = "looked at before the write"
        reason = (
            "One read by key finds out what a foreign key would refuse. It locks nothing: a target that is deleted at "
            "that very moment is missed."
        )
    price = "one read by key for each row" + (f", {writes:g}/s" if writes else "")
    return Decision(
        object=f"mongo.{relation.name}.{reference.name}",
        topic="reference_check",
        choice=f"{choice}; on delete: {_on_delete(relation, reference, context)}",
        rule=RULE,
        reason=reason,
        pin=f"mongo.{word_of(relation, reference)}.checked",
        inputs=(
            Input(name=f"rows of {relation.name} added", value=f"{writes:g}/s" if writes else "not said"),
            Input(name="logical.on_delete", value=reference.on_delete.value),
        ),
        alternatives=(
            Alternative(
                choice="the target written to in the same transaction",
                why_not="not built: only a write locks, and all that point at one row would then wait for each other",
                cost="one write of the target for each row",
            ),
            Alternative(
                choice="nothing", why_not="not built: rows that point at nothing appear within days", cost=price
            ),
        ),
        origin=reference.origin,
    )


def _on_delete(relation: Relation, reference: Reference, context: Context) -> str:
    target = context.relation(reference.target)
    if mark_of(target) is not None and not is_said(context.facts, relation, reference):
        return "kept, as the target is only marked"
    return f"{reference.on_delete.value}, by the operations of the delete"


def _times(relation: Relation) -> Iterator[Decision]:
    touched = attribute_of(relation, Role.UPDATED_AT)
    if touched is None:
        return
    yield Decision(
        object=f"mongo.{relation.name}.{touched}",
        topic="touch",
        choice="set by the compiled writes",
        rule=RULE,
        reason="The server has no triggers: whoever writes otherwise has to set the time as well.",
        pin=f"mongo.{relation.source}.{relation.attribute(touched).declared}.touch",
        alternatives=(
            Alternative(
                choice="$currentDate",
                why_not="not built: upserts and pipelines do not take it, and times of one write would differ",
            ),
            Alternative(choice="a change stream", why_not="not built: a write for each write, and always too late"),
        ),
        origin=relation.origin,
    )
