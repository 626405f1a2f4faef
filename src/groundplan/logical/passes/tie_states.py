"""Tie an optional attribute to the state in which reads rely on it: a published post has a time of publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.constants import Fixed, fixed_among
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.lookup import Lookup
from groundplan.logical.model import Relation, RelationAttribute, RelationCheck
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Expression,
    IsNull,
    Literal,
    Local,
    Not,
    Operator,
    Path,
    conjuncts,
)
from groundplan.plan.patterns import ReadPattern, UpdatePattern
from groundplan.plan.types import Boolean, Enum

_ORDERED = (Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL)

CHECK = "check"
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Rows whose `state` is `value` have an attribute `needed`, as `read` relies on and `update` makes so."""

    state: RelationAttribute
    value: Literal
    needed: RelationAttribute
    read: ReadPattern
    update: UpdatePattern


def tie_states(draft: LogicalDraft) -> LogicalDraft:
    """Tie an optional attribute to the state in which reads rely on it: a published post has a time of publication.

    A read that asks for one state and sorts or cuts by an optional attribute loses rows that have the state but not the
    attribute. Where an update sets both together, the plan means that they go together.
    """
    lookup = Lookup(draft.relations)
    patterns = sorted(draft.resolved.patterns, key=lambda pattern: pattern.name)
    updates = [pattern for pattern in patterns if isinstance(pattern, UpdatePattern)]
    reads = [pattern for pattern in patterns if isinstance(pattern, ReadPattern)]
    ties: dict[str, dict[tuple[str, object, str], Tie]] = {}
    for read in reads:
        for update in updates:
            if read.entity == update.entity:
                for tie in _ties(read, update, lookup=lookup):
                    key = (tie.state.name, tie.value.value, tie.needed.name)
                    ties.setdefault(read.entity, {}).setdefault(key, tie)
    if not ties:
        return draft
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        found = [tie for _, tie in sorted(ties.get(relation.source, {}).items(), key=lambda item: repr(item[0]))]
        made = [(tie, _decision(draft, relation, tie)) for tie in found if not _is_said(relation, tie)]
        decisions += [decision for _, decision in made]
        checks = [_check(tie) for tie, decision in made if decision.choice == CHECK]
        relations.append(replace(relation, checks=(*relation.checks, *checks)))
    return draft.with_relations(relations, decisions=decisions)


def _ties(read: ReadPattern, update: UpdatePattern, *, lookup: Lookup) -> Iterable[Tie]:
    needed = _relied_on(read, lookup=lookup)
    states = [fixed for fixed in fixed_among(conjuncts(read.where)) if _is_state(fixed)]
    for fixed in states:
        sets_state = any(
            assignment.target == fixed.path and _same_value(assignment.value, fixed.value)
            for assignment in update.assignments
        )
        if not sets_state:
            continue
        for path in needed:
            if any(assignment.target == path and _is_present(assignment.value) for assignment in update.assignments):
                yield Tie(
                    state=lookup.attribute(read.entity, fixed.path.attribute or ""),
                    value=fixed.value,
                    needed=lookup.attribute(read.entity, path.attribute or ""),
                    read=read,
                    update=update,
                )


def _is_state(fixed: Fixed) -> bool:
    return not fixed.path.hops and isinstance(fixed.path.type, Enum | Boolean)


def _relied_on(read: ReadPattern, *, lookup: Lookup) -> tuple[Path, ...]:
    """Return the optional attributes of the entity itself that a read sorts or cuts by."""
    sorted_by = [key.expression for key in read.order]
    cut_by: list[Expression] = []
    for condition in conjuncts(read.where):
        if isinstance(condition, Binary) and condition.operator in _ORDERED:
            cut_by += [condition.left, condition.right]
    found = [node for node in (*sorted_by, *cut_by) if isinstance(node, Path) and not node.hops and node.attribute]
    optional = [path for path in found if lookup.attribute(read.entity, path.attribute or "").is_optional]
    return tuple(dict.fromkeys(optional))


def _same_value(value: Expression, wanted: Literal) -> bool:
    return isinstance(value, Literal) and value.value == wanted.value


def _is_present(value: Expression) -> bool:
    return not (isinstance(value, Literal) and value.value is None)


def _condition(tie: Tie) -> Expression:
    state = Local(tie.state.name)
    has_state: Expression
    if isinstance(tie.state.type, Boolean):
        has_state = Not(state) if tie.value.value else state
    else:
        has_state = Binary(Operator.NOT_EQUAL, state, tie.value)
    return AnyOf((has_state, IsNull(operand=Local(tie.needed.name), is_negated=True)))


def _check(tie: Tie) -> RelationCheck:
    return RelationCheck(name=None, condition=_condition(tie), origin=tie.update.origin)


def _is_said(relation: Relation, tie: Tie) -> bool:
    return any(check.condition == _condition(tie) for check in relation.checks)


def _decision(draft: LogicalDraft, relation: Relation, tie: Tie) -> Decision:
    pin = f"logical.{relation.source}.{tie.needed.declared}.tie"
    choice = settle(draft.pins, key=pin, default=CHECK, among=(CHECK, NONE))
    state = f"{tie.state.declared} = {str(tie.value.value).lower()}"
    check = Alternative(
        choice=CHECK,
        why_not="the plan pins it off",
        cost="one comparison for each row written",
    )
    none = Alternative(
        choice=NONE,
        why_not=f"a row with {state} but no {tie.needed.declared} would be missing from {tie.read.name}, unnoticed",
    )
    return Decision(
        object=f"logical.{relation.name}.{tie.needed.name}",
        topic="tie",
        choice=choice.value,
        rule="tie_states",
        reason=f"{tie.read.name} finds rows with {state} by {tie.needed.declared}, and {tie.update.name} sets both.",
        pin=pin,
        inputs=(
            Input(name="read", value=tie.read.name),
            Input(name="update", value=tie.update.name),
            Input(name="state", value=state),
        ),
        alternatives=(none,) if choice.value == CHECK else (check,),
        is_pinned=choice.is_pinned,
        origin=tie.update.origin,
    )
