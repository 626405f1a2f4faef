"""Lookups by name over a plan: entities, their attributes and keys, and the relationships that paths walk along.

The link of an n:m relationship is looked up by the relationship's label (`Post.tags`), as an entity: its key is made of
two references, named as the link's relation names them (`post`, `tag`), and its attributes are the relationship's.

A scope holds for plans with mistakes too: of two declarations with one name the first counts, and a relationship whose
source or target is unknown leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.base.names import singular, snake_case
from groundplan.plan.expressions import Hop
from groundplan.plan.formula import Formula
from groundplan.plan.model import Arrow, Attribute, Conventions, DeletePolicy, Entity, KeyKind, Plan, Relationship
from groundplan.plan.types import Arrival, AttributeType, Distribution, Integer, Timestamp, Uuid

CREATED_AT = "created_at"
UPDATED_AT = "updated_at"
DELETED_AT = "deleted_at"
SURROGATE_KEY = "id"


class Scope:
    """What names mean in one plan; every lookup is a dictionary built once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._entities: dict[str, Entity] = {}
        for entity in plan.entities:
            self._entities.setdefault(entity.name, entity)
        pins = {pin.key: pin.choice for pin in plan.pins}
        self._attributes = {
            entity.name: _attributes(
                entity,
                conventions=plan.conventions,
                key_kind=_key_kind(pins.get(f"logical.{entity.name}.key"), otherwise=plan.conventions.keys),
            )
            for entity in self._entities.values()
        }
        self._relationships: dict[str, Relationship] = {}
        self._hops: dict[str, dict[str, Hop]] = {name: {} for name in self._entities}
        self._references: dict[str, dict[str, Hop]] = {name: {} for name in self._entities}
        self._nowhere: set[tuple[str, str]] = set()
        for relationship in plan.relationships:
            self._relationships.setdefault(relationship.label, relationship)
            self._add_hops(relationship)
        self._links: dict[str, Entity] = {}
        for relationship in plan.relationships:
            if relationship.arrow is Arrow.MANY_TO_MANY and relationship.label not in self._links:
                self._add_link(relationship)
        self._subjects = self._entities | self._links

    def _add_hops(self, relationship: Relationship) -> None:
        source, arrow = relationship.source, relationship.arrow
        targets = tuple(target for target in relationship.targets if target in self._entities)
        if source not in self._entities or not targets:
            self._nowhere.add((source, relationship.name))
            self._nowhere.update((target, inverse_name(relationship) or "") for target in targets)
            return
        forward = Hop(
            relationship=relationship.label,
            source=source,
            target=targets[0],
            is_inverse=False,
            is_many=arrow in (Arrow.ONE_TO_MANY, Arrow.MANY_TO_MANY),
            is_optional=relationship.is_optional or arrow in (Arrow.ONE_TO_MANY, Arrow.MANY_TO_MANY),
        )
        self._hops[source].setdefault(relationship.name, forward)
        if arrow in (Arrow.MANY_TO_ONE, Arrow.ONE_TO_ONE):
            self._references[source].setdefault(relationship.name, forward)
        name = inverse_name(relationship)
        if name is None:
            return
        for target in targets:
            inverse = Hop(
                relationship=relationship.label,
                source=target,
                target=source,
                is_inverse=True,
                is_many=arrow in (Arrow.MANY_TO_ONE, Arrow.MANY_TO_MANY),
                is_optional=relationship.is_optional or arrow is not Arrow.ONE_TO_MANY,
            )
            self._hops[target].setdefault(name, inverse)
            if arrow is Arrow.ONE_TO_MANY:
                self._references[target].setdefault(name, inverse)

    def _add_link(self, relationship: Relationship) -> None:
        """Make the link of an n:m relationship an entity with a reference to either side."""
        ends = (relationship.source, relationship.targets[0])
        if any(end not in self._entities for end in ends):
            return
        label, sides = relationship.label, link_sides(relationship)
        self._links[label] = Entity(
            name=label, attributes=relationship.attributes, key=sides, origin=relationship.origin
        )
        self._attributes[label] = dict(self.link_attributes(label))
        self._hops[label] = {}
        self._references[label] = {}
        for word, end in zip(sides, ends, strict=True):
            side = Relationship(
                source=label,
                name=word,
                arrow=Arrow.MANY_TO_ONE,
                targets=(end,),
                on_delete=relationship.on_delete,
                on_update=relationship.on_update,
                origin=relationship.origin,
            )
            self._relationships.setdefault(side.label, side)
            hop = Hop(
                relationship=side.label, source=label, target=end, is_inverse=False, is_many=False, is_optional=False
            )
            self._hops[label][word] = self._references[label][word] = hop

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity by its name, in the order of the plan."""
        return self._entities

    @property
    def links(self) -> Mapping[str, Entity]:
        """Every n:m link between known entities by its label, in the order of the plan."""
        return self._links

    @property
    def subjects(self) -> Mapping[str, Entity]:
        """What an access pattern can be about: every entity by its name, and every n:m link by its label."""
        return self._subjects

    def entity(self, name: str) -> Entity:
        """Return the entity of that name, or the link of that label as one; KeyError where there is none."""
        return self._subjects[name]

    def attributes(self, entity: str) -> Mapping[str, Attribute]:
        """Return the attributes of an entity by name, the implicit ones among them.

        In order: `id` where the entity has no key of its own, the declared ones, `created_at`, `updated_at`,
        `deleted_at`. A declared attribute stands in for the implicit one of its name.
        """
        return self._attributes[entity]

    def is_implicit(self, entity: str, attribute: str) -> bool:
        """Tell whether the conventions or the lifecycle give an attribute, not the plan's own declaration."""
        return attribute in self._attributes[entity] and all(
            declared.name != attribute for declared in self._subjects[entity].attributes
        )

    def key(self, entity: str) -> tuple[str, ...]:
        """Return the names of the attributes and relationships that identify an entity: its own key, or `id`."""
        return self._subjects[entity].key or (SURROGATE_KEY,)

    def key_type(self, entity: str) -> AttributeType | None:
        """Return the type of an entity's key; None where it has several attributes, or none that is known."""
        seen: set[str] = set()
        while entity not in seen:
            seen.add(entity)
            key = self.key(entity)
            if len(key) != 1:
                return None
            attribute = self._attributes[entity].get(key[0])
            if attribute is not None:
                return attribute.type
            hop = self._references[entity].get(key[0])
            if hop is None:
                return None
            entity = hop.target
        return None

    def relationships_from(self, entity: str) -> Mapping[str, Hop]:
        """Return the steps that a path can take from an entity, by name: relationships and inverses."""
        return self._hops[entity]

    def leads_nowhere(self, entity: str, name: str) -> bool:
        """Tell whether a name is that of a relationship, seen from either side, that leads to no known entity."""
        return (entity, name) in self._nowhere

    def references_of(self, entity: str) -> Mapping[str, Hop]:
        """Return the relationships whose reference an entity itself stores, by name: `>` and `-` from it, `<` to it."""
        return self._references[entity]

    def relationship(self, label: str) -> Relationship:
        """Return the relationship of a label (`Post.author`); KeyError where there is none."""
        return self._relationships[label]

    def link(self, label: str) -> Relationship:
        """Return the n:m relationship of a label (`Post.tags`); KeyError where there is none."""
        relationship = self._relationships[label]
        if relationship.arrow is not Arrow.MANY_TO_MANY:
            raise KeyError(label)
        return relationship

    def link_attributes(self, label: str) -> Mapping[str, Attribute]:
        """Return the attributes of an n:m link by name, `created_at` among them where the plan keeps timestamps."""
        link = self.link(label)
        found = {attribute.name: attribute for attribute in link.attributes}
        if self.plan.conventions.has_timestamps:
            found.setdefault(CREATED_AT, _created_at())
        return found

    def is_soft_deleted(self, entity: str) -> bool:
        """Tell whether deleting a row of an entity only marks it."""
        return self._subjects[entity].lifecycle.delete is DeletePolicy.SOFT


def inverse_name(relationship: Relationship) -> str | None:
    """Return the word for a relationship seen from its target; None where the plan gives none.

    A `<` relationship always has one, because its target stores the reference: the source's name in snake case.
    """
    if relationship.inverse is None and relationship.arrow is Arrow.ONE_TO_MANY:
        return snake_case(relationship.source)
    return relationship.inverse


def link_sides(relationship: Relationship) -> tuple[str, str]:
    """Return what the link of an n:m relationship calls its two sides: `post` and `tag`.

    Where an entity is linked with itself, the second side has the relationship's own name, in the singular.
    """
    near, far = (singular(snake_case(end)) for end in (relationship.source, relationship.targets[0]))
    return (near, far) if near != far else (near, singular(snake_case(relationship.name)))


def _key_kind(pinned: str | None, *, otherwise: KeyKind) -> KeyKind:
    """Return the kind of a surrogate key; a pin that is none of them is left for the check of pins."""
    return next((kind for kind in KeyKind if kind.value == pinned), otherwise)


def _attributes(entity: Entity, *, conventions: Conventions, key_kind: KeyKind) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    declared = {attribute.name for attribute in entity.attributes}
    if not entity.key and SURROGATE_KEY not in declared:
        found[SURROGATE_KEY] = _surrogate(key_kind)
    for attribute in entity.attributes:
        found.setdefault(attribute.name, attribute)
    if conventions.has_timestamps:
        found.setdefault(CREATED_AT, _created_at())
        found.setdefault(UPDATED_AT, Attribute(name=UPDATED_AT, type=Timestamp(), default=Formula(text="now()")))
    if entity.lifecycle.delete is DeletePolicy.SOFT:
        found.setdefault(DELETED_AT, Attribute(name=DELETED_AT, type=Timestamp(), is_optional=True))
    return found


def _surrogate(kind: KeyKind) -> Attribute:
    key_type: AttributeType = Uuid() if kind is KeyKind.UUID else Integer()
    return Attribute(name=SURROGATE_KEY, type=key_type, is_unique=True)


def _created_at() -> Attribute:
    return Attribute(
        name=CREATED_AT,
        type=Timestamp(),
        default=Formula(text="now()"),
        values=Distribution(arrives=Arrival.IN_ORDER),
    )
