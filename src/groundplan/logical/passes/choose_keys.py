"""Choose the primary key of each entity: its natural key where the plan declares one, else a surrogate."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.keys import Keys
from groundplan.logical.model import Relation, RelationAttribute, RelationKind, Role
from groundplan.plan.model import KeyKind
from groundplan.plan.scope import SURROGATE_KEY
from groundplan.plan.types import Integer, Uuid

UUID_KEY = "uuid"
IDENTITY_KEY = "identity"
NATURAL_KEY = "natural"


def choose_keys(draft: LogicalDraft) -> LogicalDraft:
    """Choose the primary key of each entity: its natural key where the plan declares one, else a surrogate."""
    keys = Keys(draft.scope)
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        if relation.kind is RelationKind.LINK:
            relations.append(relation)
            continue
        primary_key = tuple(key.name for key in keys.of(relation.source))
        if draft.scope.is_implicit(relation.source, SURROGATE_KEY):
            relation, decision = _with_surrogate(draft, relation)
        else:
            decision = _natural(relation, primary_key)
        relations.append(replace(relation, primary_key=primary_key))
        decisions.append(decision)
    return draft.with_relations(relations, decisions=decisions)


def _with_surrogate(draft: LogicalDraft, relation: Relation) -> tuple[Relation, Decision]:
    pin = f"logical.{relation.source}.key"
    convention = draft.resolved.plan.conventions.keys
    choice = settle(draft.pins, key=pin, default=convention.value, among=(UUID_KEY, IDENTITY_KEY))
    is_uuid = choice.value == UUID_KEY
    surrogate = RelationAttribute(
        name=SURROGATE_KEY,
        declared=SURROGATE_KEY,
        type=Uuid() if is_uuid else Integer(),
        role=Role.SURROGATE,
        origin=relation.origin,
    )
    other = (
        Alternative(
            choice=IDENTITY_KEY,
            why_not="a sequence belongs to one server, tells how many rows there are, and a client has to ask for it",
            cost="8 bytes a row and a reference less",
        )
        if is_uuid
        else Alternative(
            choice=UUID_KEY,
            why_not="the plan's convention is a number, which is half as wide and easier to read aloud",
            cost="8 bytes a row and a reference more",
        )
    )
    natural = Alternative(
        choice=NATURAL_KEY,
        why_not="not to be had: the plan declares no `key` for this entity; attributes that people can see change",
    )
    decision = Decision(
        object=f"logical.{relation.name}.{SURROGATE_KEY}",
        topic="key",
        choice=choice.value,
        rule="choose_keys",
        reason=(
            "The entity has no key of its own; a UUID can be made by any client or server without asking another."
            if is_uuid
            else "The entity has no key of its own; a number is the narrowest key that never changes."
        ),
        pin=pin,
        inputs=(Input(name="conventions.keys", value=convention.value),),
        alternatives=(other, natural),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )
    return replace(relation, attributes=(surrogate, *relation.attributes)), decision


def _natural(relation: Relation, primary_key: tuple[str, ...]) -> Decision:
    return Decision(
        object=f"logical.{relation.name}",
        topic="key",
        choice=NATURAL_KEY,
        rule="choose_keys",
        reason=f"The plan says that {', '.join(primary_key)} identifies the entity.",
        pin=f"logical.{relation.source}.key",
        inputs=(Input(name="key", value=", ".join(primary_key)),),
        alternatives=tuple(
            Alternative(
                choice=kind.value,
                why_not="not to be had beside a declared key: take `key` out and write `unique` to get a surrogate",
                cost="one more column and one more unique index",
            )
            for kind in (KeyKind.UUID, KeyKind.IDENTITY)
        ),
        origin=relation.origin,
    )
