"""Open a relation for each entity and for each n:m relationship, with the attributes that the plan declares."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.logical.draft import LogicalDraft
from groundplan.logical.model import Relation, RelationAttribute, RelationKind, Role, RowEstimate
from groundplan.logical.names import attribute_name, link_name, relation_name
from groundplan.plan.expressions import Expression
from groundplan.plan.model import Arrow, Attribute, Entity, Relationship

NOT_ESTIMATED = RowEstimate(now=0, growth=None, is_assumed=True)
"""Stands until `estimate_rows`, which needs the links' references."""


def open_relations(draft: LogicalDraft) -> LogicalDraft:
    """Open a relation for each entity and for each n:m relationship, with the attributes that the plan declares."""
    defaults = {(found.entity, found.attribute): found.value for found in draft.resolved.defaults}
    entities = [_of_entity(draft, entity, defaults=defaults) for entity in draft.scope.entities.values()]
    links = [
        _of_link(relationship, defaults=defaults)
        for relationship in draft.resolved.plan.relationships
        if relationship.arrow is Arrow.MANY_TO_MANY
    ]
    return draft.with_relations(sorted((*entities, *links), key=lambda relation: relation.name))


Defaults = dict[tuple[str, str], Expression]


def _of_entity(draft: LogicalDraft, entity: Entity, *, defaults: Defaults) -> Relation:
    return Relation(
        name=relation_name(entity.name, draft.resolved.plan.conventions.names),
        kind=RelationKind.ENTITY,
        source=entity.name,
        attributes=tuple(_declared(entity.name, entity.attributes, defaults=defaults)),
        primary_key=(),
        rows=NOT_ESTIMATED,
        lifecycle=entity.lifecycle,
        about=entity.about,
        origin=entity.origin,
    )


def _of_link(relationship: Relationship, *, defaults: Defaults) -> Relation:
    return Relation(
        name=link_name(relationship),
        kind=RelationKind.LINK,
        source=relationship.label,
        attributes=tuple(_declared(relationship.label, relationship.attributes, defaults=defaults)),
        primary_key=(),
        rows=NOT_ESTIMATED,
        about=relationship.about,
        origin=relationship.origin,
    )


def _declared(source: str, attributes: Iterable[Attribute], *, defaults: Defaults) -> Iterable[RelationAttribute]:
    for attribute in attributes:
        yield RelationAttribute(
            name=attribute_name(attribute.name),
            declared=attribute.name,
            type=attribute.type,
            role=Role.PLAN,
            is_optional=attribute.is_optional,
            is_secret=attribute.is_secret,
            default=defaults.get((source, attribute.name)),
            values=attribute.values,
            about=attribute.about,
            origin=attribute.origin,
        )
