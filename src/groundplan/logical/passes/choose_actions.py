"""Choose what happens to a reference when its target is deleted or its key changes."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.model import Reference, Relation, RelationKind
from groundplan.plan.model import DeletePolicy, ReferentialAction, Relationship

_WHY_NOT = {
    ReferentialAction.NO_ACTION: "as restrict, but checked at the end of the statement: a refusal that comes later",
    ReferentialAction.RESTRICT: "deleting the target would be refused while anything refers to it",
    ReferentialAction.CASCADE: "deleting one row would silently delete others, which the plan does not ask for",
    ReferentialAction.SET_NULL: "the row would stay without the target it belonged to",
}


def choose_actions(draft: LogicalDraft) -> LogicalDraft:
    """Choose what happens to a reference when its target is deleted or its key changes.

    Where the plan is silent: a link goes with either side, an optional reference is emptied, a required one refuses.
    A target that is deleted softly stays, so a silent plan only refuses to purge it.
    """
    by_name = {relation.name: relation for relation in draft.relations}
    decisions: list[Decision] = []
    relations: list[Relation] = []
    for relation in draft.relations:
        references: list[Reference] = []
        for position, reference in enumerate(relation.references):
            relationship = draft.scope.relationship(reference.relationship)
            is_source_side = relation.kind is RelationKind.LINK and position == 0
            said = None if is_source_side else relationship.on_delete
            choice = _choose(draft, relation, reference, said=said, target=by_name[reference.target])
            references.append(
                replace(
                    reference,
                    on_delete=ReferentialAction(choice.value),
                    on_update=relationship.on_update or ReferentialAction.NO_ACTION,
                )
            )
            target = by_name[reference.target]
            decisions.append(_decision(relation, reference, relationship, said=said, choice=choice, target=target))
        relations.append(replace(relation, references=tuple(references)))
    return draft.with_relations(relations, decisions=decisions)


def _pin(relation: Relation, reference: Reference) -> str:
    return f"logical.{relation.source}.{reference.name}.on_delete"


def _possible(relation: Relation, reference: Reference) -> tuple[ReferentialAction, ...]:
    always = (ReferentialAction.RESTRICT, ReferentialAction.CASCADE, ReferentialAction.NO_ACTION)
    is_in_key = not set(relation.primary_key).isdisjoint(_own(reference))
    return (*always, ReferentialAction.SET_NULL) if reference.is_optional and not is_in_key else always


def _own(reference: Reference) -> tuple[str, ...]:
    return tuple(name for name in reference.attributes if name not in reference.agrees)


def _choose(
    draft: LogicalDraft, relation: Relation, reference: Reference, *, said: ReferentialAction | None, target: Relation
) -> Choice:
    default = said if said is not None else _default(relation, reference, target=target)
    possible = {action.value for action in _possible(relation, reference)} | {default.value}
    return settle(draft.pins, key=_pin(relation, reference), default=default.value, among=possible)


def _default(relation: Relation, reference: Reference, *, target: Relation) -> ReferentialAction:
    if relation.kind is RelationKind.LINK:
        return ReferentialAction.CASCADE
    if target.lifecycle.delete is DeletePolicy.SOFT:
        return ReferentialAction.RESTRICT
    return ReferentialAction.SET_NULL if reference.is_optional else ReferentialAction.RESTRICT


def _decision(
    relation: Relation,
    reference: Reference,
    relationship: Relationship,
    *,
    said: ReferentialAction | None,
    choice: Choice,
    target: Relation,
) -> Decision:
    possible = _possible(relation, reference)
    others = tuple(
        Alternative(choice=action.value, why_not=_why_not(action, is_possible=action in possible))
        for action in _WHY_NOT
        if action.value != choice.value
    )
    return Decision(
        object=f"logical.{relation.name}.{_own(reference)[-1]}",
        topic="on_delete",
        choice=choice.value,
        rule="choose_actions",
        reason=_reason(relation, said=said, choice=choice, target=target),
        pin=_pin(relation, reference),
        inputs=(
            Input(name="on_delete", value="not said" if said is None else said.value),
            Input(name="target is deleted", value=(target.lifecycle.delete or DeletePolicy.HARD).value),
            Input(name="reference", value="optional" if reference.is_optional else "required"),
        ),
        alternatives=others,
        is_pinned=choice.is_pinned,
        origin=relationship.origin,
    )


def _why_not(action: ReferentialAction, *, is_possible: bool) -> str:
    return _WHY_NOT[action] if is_possible else "not to be had: the reference is required"


def _reason(relation: Relation, *, said: ReferentialAction | None, choice: Choice, target: Relation) -> str:
    if choice.is_pinned:
        return "The plan pins it."
    if said is not None:
        return f"The plan says so: when {_article(target)} goes, {relation.name} {_CONSEQUENCE[said]}."
    if relation.kind is RelationKind.LINK:
        return "A link means nothing without either side."
    if target.lifecycle.delete is DeletePolicy.SOFT:
        return f"{target.name} are only marked, so that the reference stays; purging one is refused while it is used."
    if choice.value == ReferentialAction.SET_NULL.value:
        return "The reference is optional, so that the row can stay without it."
    return "The reference is required and the plan does not say that the row should go too."


def _article(target: Relation) -> str:
    return f"a row of {target.name}"


_CONSEQUENCE = {
    ReferentialAction.NO_ACTION: "must no longer refer to it at the end of the statement",
    ReferentialAction.RESTRICT: "must not refer to it",
    ReferentialAction.CASCADE: "that refer to it go too",
    ReferentialAction.SET_NULL: "that refer to it stay without it",
    ReferentialAction.SET_DEFAULT: "that refer to it take their default",
}
