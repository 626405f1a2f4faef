"""Store each 1:1, n:1 and 1:n relationship as a reference on its one side, and agree references that say `same`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.keys import Keys
from groundplan.logical.model import FanoutEstimate, Reference, Relation, RelationAttribute, Role
from groundplan.logical.names import reference_name
from groundplan.plan.model import Arrow, ReferentialAction, Relationship
from groundplan.plan.scope import inverse_name

NOT_ESTIMATED = FanoutEstimate(mean=0, p50=0, p99=0, max=0, is_assumed=True, is_bounded=False)
"""Stands until `estimate_fanouts`, which needs the rows of both sides."""

UNDECIDED = ReferentialAction.NO_ACTION
"""Stands until `choose_actions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where a relationship is stored: `holder` references `target`, and calls that `word`."""

    relationship: Relationship
    holder: str
    target: str
    word: str


def resolve_references(draft: LogicalDraft) -> LogicalDraft:
    """Store each 1:1, n:1 and 1:n relationship as a reference on its one side, and agree references that say `same`."""
    keys = Keys(draft.scope)
    stored = [found for found in map(_stored, draft.resolved.plan.relationships) if found is not None]
    stored.sort(key=lambda found: found.word)
    by_holder: dict[str, list[Stored]] = {}
    for found in stored:
        by_holder.setdefault(found.holder, []).append(found)
    names = {relation.source: relation.name for relation in draft.relations}
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        held = by_holder.get(relation.source, [])
        references = [_reference(found, held=held, keys=keys, names=names) for found in held]
        pairs = list(zip(references, held, strict=True))
        attributes = [own for reference, found in pairs for own in _attributes(found, reference, keys=keys)]
        relations.append(
            replace(
                relation,
                attributes=_without_repeats((*relation.attributes, *attributes)),
                references=(*relation.references, *references),
            )
        )
        decisions += [_decision(relation, reference, found) for reference, found in pairs]
    return draft.with_relations(relations, decisions=decisions)


def _stored(relationship: Relationship) -> Stored | None:
    """Return where a relationship is stored; None for an n:m one, which is a relation of its own."""
    target = relationship.targets[0]
    match relationship.arrow:
        case Arrow.MANY_TO_ONE | Arrow.ONE_TO_ONE:
            return Stored(relationship=relationship, holder=relationship.source, target=target, word=relationship.name)
        case Arrow.ONE_TO_MANY:
            word = inverse_name(relationship) or relationship.source
            return Stored(relationship=relationship, holder=target, target=relationship.source, word=word)
        case Arrow.MANY_TO_MANY:
            return None


def _reference(found: Stored, *, held: list[Stored], keys: Keys, names: dict[str, str]) -> Reference:
    """Return the reference that stores a relationship; what both sides share comes first: (post_id, parent_id)."""
    relationship = found.relationship
    shared = _shared(found, held=held, keys=keys)
    own = tuple(attribute.name for attribute in keys.of(found.target) if attribute.name not in shared)
    return Reference(
        name=found.word,
        relationship=relationship.label,
        attributes=(*shared, *(reference_name(found.word, name) for name in own)),
        target=names[found.target],
        target_attributes=(*shared, *own),
        is_optional=relationship.is_optional,
        is_unique=relationship.arrow is Arrow.ONE_TO_ONE,
        agrees=shared,
        on_delete=UNDECIDED,
        on_update=UNDECIDED,
        fanout=NOT_ESTIMATED,
        origin=relationship.origin,
    )


def _shared(found: Stored, *, held: list[Stored], keys: Keys) -> tuple[str, ...]:
    """Return the attributes that source and target agree on; both store the shared relationship under one word."""
    same = found.relationship.same
    shared = next((other for other in held if other.word == same), None)
    if shared is None:
        return ()
    return tuple(reference_name(shared.word, attribute.name) for attribute in keys.of(shared.target))


def _attributes(found: Stored, reference: Reference, *, keys: Keys) -> Iterable[RelationAttribute]:
    relationship = found.relationship
    types = {attribute.name: attribute.type for attribute in keys.of(found.target)}
    for name, target_name in zip(reference.attributes, reference.target_attributes, strict=True):
        if name in reference.agrees:
            continue
        yield RelationAttribute(
            name=name,
            declared=found.word,
            type=types[target_name],
            role=Role.REFERENCE,
            is_optional=relationship.is_optional,
            about=relationship.about,
            origin=relationship.origin,
        )


def _without_repeats(attributes: Iterable[RelationAttribute]) -> tuple[RelationAttribute, ...]:
    by_name: dict[str, RelationAttribute] = {}
    for attribute in attributes:
        by_name.setdefault(attribute.name, attribute)
    return tuple(by_name.values())


def _decision(relation: Relation, reference: Reference, found: Stored) -> Decision:
    return Decision(
        object=f"logical.{relation.name}.{reference.attributes[-1]}",
        topic="reference",
        choice=f"({', '.join(reference.attributes)}) to {reference.target} ({', '.join(reference.target_attributes)})",
        rule="resolve_references",
        reason=_reason(reference, found),
        pin=f"logical.{relation.source}.{found.word}.reference",
        inputs=(Input(name="relationship", value=_arrow_in_words(found.relationship)),),
        alternatives=_alternatives(reference, found),
        origin=found.relationship.origin,
    )


def _arrow_in_words(relationship: Relationship) -> str:
    optional = "?" if relationship.is_optional else ""
    return f"{relationship.label} {relationship.arrow.value} {relationship.targets[0]}{optional}"


def _reason(reference: Reference, found: Stored) -> str:
    if reference.agrees:
        return (
            f"Both rows have to agree on {found.relationship.same}: a reference that carries "
            f"{', '.join(reference.agrees)} along cannot point at a row that differs in it."
        )
    if reference.is_unique:
        return f"1:1: each {found.target} has at most one {found.holder}, which a unique reference says."
    return f"n:1: each {found.holder} has {'at most one' if reference.is_optional else 'one'} {found.target}."


def _alternatives(reference: Reference, found: Stored) -> tuple[Alternative, ...]:
    if reference.agrees:
        return (
            Alternative(
                choice="the key alone",
                why_not=f"not built: the target could belong to another {found.relationship.same}",
                cost="one unique pair on the target less",
            ),
            Alternative(
                choice="a trigger that compares",
                why_not="not built: two transactions pass it at the same time, each blind to the other",
            ),
        )
    if reference.is_unique:
        return (
            Alternative(
                choice="one relation for both",
                why_not=f"not built: the plan keeps {found.holder} apart, with rows and a life of their own",
            ),
        )
    return (
        Alternative(
            choice="a relation for the pairs",
            why_not="not built: a pair per row would allow several, and costs a join more",
            cost="one row and two index entries more for each reference",
        ),
    )
