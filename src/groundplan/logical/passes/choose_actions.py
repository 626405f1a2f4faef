"""Choose what happens to a reference when its target is deleted or its key changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.model import Reference, Relation, RelationKind
from groundplan.plan.model import DeletePolicy, ReferentialAction, Relationship

KEEP = "keep"
"""The choice for a target that is only marked, where the plan says nothing: the reference stays."""

_WHY_NOT = {
    ReferentialAction.NO_ACTION: "as restrict, but checked at the end of the statement: a refusal that comes later",
    ReferentialAction.RESTRICT: "deleting the target would be refused while anything refers to it",
    ReferentialAction.CASCADE: "deleting one row would silently delete others, which the plan does not ask for",
    ReferentialAction.SET_NULL: "the row would stay without the target it belonged to",
}

_CONSEQUENCE = {
    ReferentialAction.NO_ACTION: "must no longer refer to it at the end of the statement",
    ReferentialAction.RESTRICT: "must not refer to it",
    ReferentialAction.CASCADE: "that refer to it go too",
    ReferentialAction.SET_NULL: "that refer to it stay without it",
    ReferentialAction.SET_DEFAULT: "that refer to it take their default",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A reference with what decides about it; `said` is the plan's own word for it."""

    relation: Relation
    reference: Reference
    relationship: Relationship
    said: ReferentialAction | None
    target: Relation

    @property
    def is_link(self) -> bool:
        return self.relation.kind is RelationKind.LINK

    @property
    def is_target_kept(self) -> bool:
        return self.target.lifecycle.delete is DeletePolicy.SOFT

    @property
    def pin(self) -> str:
        return pin_of(self.relation, self.reference)

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(name for name in self.reference.attributes if name not in self.reference.agrees)


def choose_actions(draft: LogicalDraft) -> LogicalDraft:
    """Choose what happens to a reference when its target is deleted or its key changes.

    Where the plan is silent: a link goes with either side, an optional reference is emptied, a required one refuses.
    A target that is deleted softly stays, and so does the reference; purging the target is refused.
    """
    by_name = {relation.name: relation for relation in draft.relations}
    decisions: list[Decision] = []
    relations: list[Relation] = []
    for relation in draft.relations:
        references: list[Reference] = []
        for position, reference in enumerate(relation.references):
            relationship = draft.scope.relationship(reference.relationship)
            # What the plan says of an n:m relationship is about its target; the source takes its pairs along.
            is_source_side = relation.kind is RelationKind.LINK and position == 0
            held = _Held(
                relation=relation,
                reference=reference,
                relationship=relationship,
                said=None if is_source_side else relationship.on_delete,
                target=by_name[reference.target],
            )
            choice = settle(draft.pins, key=held.pin, default=_default(held), among=_possible(held))
            on_update = relationship.on_update or ReferentialAction.NO_ACTION
            references.append(replace(reference, on_delete=_action(held, choice), on_update=on_update))
            decisions.append(_decision(held, choice))
        relations.append(replace(relation, references=tuple(references)))
    return draft.with_relations(relations, decisions=decisions)


def pin_of(relation: Relation, reference: Reference) -> str:
    """Return the key that pins what deleting the target does to a reference."""
    return f"logical.{relation.source}.{reference.name}.on_delete"


def _possible(held: _Held) -> tuple[str, ...]:
    possible = [ReferentialAction.RESTRICT, ReferentialAction.CASCADE, ReferentialAction.NO_ACTION]
    is_in_key = not set(held.relation.primary_key).isdisjoint(held.own)
    if held.reference.is_optional and not is_in_key:
        possible.append(ReferentialAction.SET_NULL)
    if held.said is not None and held.said not in possible:
        possible.append(held.said)
    words = tuple(action.value for action in possible)
    return (*words, KEEP) if held.is_target_kept else words


def _default(held: _Held) -> str:
    if held.said is not None:
        return held.said.value
    if held.is_target_kept:
        return KEEP
    if held.is_link:
        return ReferentialAction.CASCADE.value
    silent = ReferentialAction.SET_NULL if held.reference.is_optional else ReferentialAction.RESTRICT
    return silent.value


def _action(held: _Held, choice: Choice) -> ReferentialAction:
    """Return what a real deletion does; where marked targets keep their references, that is a purge."""
    if choice.value != KEEP:
        return ReferentialAction(choice.value)
    return ReferentialAction.CASCADE if held.is_link else ReferentialAction.RESTRICT


def _decision(held: _Held, choice: Choice) -> Decision:
    return Decision(
        object=f"logical.{held.relation.name}.{held.own[-1]}",
        topic="on_delete",
        choice=choice.value,
        rule="choose_actions",
        reason=_reason(held, choice),
        pin=held.pin,
        inputs=(
            Input(name="on_delete", value="not said" if held.said is None else held.said.value),
            Input(name="target is deleted", value=(held.target.lifecycle.delete or DeletePolicy.HARD).value),
            Input(name="reference", value="optional" if held.reference.is_optional else "required"),
        ),
        alternatives=_alternatives(held, choice),
        is_pinned=choice.is_pinned,
        origin=held.relationship.origin,
    )


def _alternatives(held: _Held, choice: Choice) -> tuple[Alternative, ...]:
    possible = _possible(held)
    found = [
        Alternative(
            choice=action.value,
            why_not=why_not if action.value in possible else "not to be had: the reference is required",
        )
        for action, why_not in _WHY_NOT.items()
    ]
    if KEEP in possible:
        found.append(Alternative(choice=KEEP, why_not="the plan says what happens when the target is marked"))
    return tuple(other for other in found if other.choice != choice.value)


def _reason(held: _Held, choice: Choice) -> str:
    target = held.target.name
    if choice.is_pinned:
        return "The plan pins it."
    if held.said is not None:
        return f"The plan says so: when a row of {target} goes, {held.relation.name} {_CONSEQUENCE[held.said]}."
    if choice.value == KEEP:
        purge = "takes the link along" if held.is_link else "is refused while it is used"
        return f"Rows of {target} are only marked, so that the reference stays; purging one {purge}."
    if held.is_link:
        return "A link means nothing without either side."
    if held.reference.is_optional:
        return "The reference is optional, so that the row can stay without it."
    return "The reference is required and the plan does not say that the row should go too."
