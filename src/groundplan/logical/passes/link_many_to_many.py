"""Fill the relation of each n:m relationship: a reference to either side, which together are its key."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.keys import KeyAttribute, Keys
from groundplan.logical.model import Reference, Relation, RelationAttribute, RelationKind, Role
from groundplan.logical.names import reference_name
from groundplan.logical.passes.resolve_references import NOT_ESTIMATED, UNDECIDED
from groundplan.plan.model import Relationship
from groundplan.plan.scope import link_sides


def link_many_to_many(draft: LogicalDraft) -> LogicalDraft:
    """Fill the relation of each n:m relationship: a reference to either side, which together are its key."""
    keys = Keys(draft.scope)
    names = {relation.source: relation.name for relation in draft.relations}
    relations: list[Relation] = []
    decisions: list[Decision] = []
    for relation in draft.relations:
        if relation.kind is RelationKind.LINK:
            relation = _linked(relation, draft.scope.link(relation.source), keys=keys, names=names)
            decisions.append(_decision(relation, draft.scope.link(relation.source)))
        relations.append(relation)
    return draft.with_relations(relations, decisions=decisions)


def _linked(relation: Relation, relationship: Relationship, *, keys: Keys, names: dict[str, str]) -> Relation:
    source, target = relationship.source, relationship.targets[0]
    near, far = link_sides(relationship)
    sides = ((near, source, keys.of(source)), (far, target, keys.of(target)))
    attributes = tuple(
        _attribute(word, key=attribute, relationship=relationship) for word, _, key in sides for attribute in key
    )
    return replace(
        relation,
        attributes=(*attributes, *relation.attributes),
        primary_key=tuple(attribute.name for attribute in attributes),
        references=tuple(
            _reference(word, key=key, target=names[entity], relationship=relationship) for word, entity, key in sides
        ),
    )


def _attribute(word: str, *, key: KeyAttribute, relationship: Relationship) -> RelationAttribute:
    return RelationAttribute(
        name=reference_name(word, key.name),
        declared=word,
        type=key.type,
        role=Role.REFERENCE,
        origin=relationship.origin,
    )


def _reference(word: str, *, key: tuple[KeyAttribute, ...], target: str, relationship: Relationship) -> Reference:
    return Reference(
        name=word,
        relationship=relationship.label,
        attributes=tuple(reference_name(word, attribute.name) for attribute in key),
        target=target,
        target_attributes=tuple(attribute.name for attribute in key),
        on_delete=UNDECIDED,
        on_update=UNDECIDED,
        fanout=NOT_ESTIMATED,
        origin=relationship.origin,
    )


def _decision(relation: Relation, relationship: Relationship) -> Decision:
    return Decision(
        object=f"logical.{relation.name}",
        topic="link",
        choice=f"a relation with key ({', '.join(relation.primary_key)})",
        rule="link_many_to_many",
        reason="n:m: a row for each pair; the pair is the key, so that no pair can be there twice.",
        pin=f"logical.{relationship.label}.link",
        inputs=(Input(name="relationship", value=f"{relationship.label} <> {relationship.targets[0]}"),),
        alternatives=(
            Alternative(
                choice="a list of keys on one side",
                why_not="not built: nothing checks that the keys exist, and the other side needs an index of lists",
            ),
            Alternative(
                choice="a surrogate key for the pair",
                why_not="not built: nothing refers to a pair, and the pair has to be unique anyway",
                cost="16 bytes a row and one more index",
            ),
        ),
        origin=relationship.origin,
    )
