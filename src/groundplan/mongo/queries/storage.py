"""Where the plan's words are stored: relations of entities, attributes of paths, and how relationships are walked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.base.names import snake_case
from groundplan.logical.lookup import Lookup
from groundplan.logical.model import LogicalModel, Reference, Relation, RelationAttribute, Role
from groundplan.mongo.model import Collection, DocumentModel, ValueField
from groundplan.mongo.places import Places
from groundplan.plan.expressions import Hop, Path
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope, inverse_name

Hops = tuple[Hop, ...]
"""The steps of a path, without what it ends at."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute, by its logical name, of the row that `hops` lead to."""

    hops: Hops
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The rows of `relation` whose `reference` points at a row: (their attribute, the attribute of that row)."""

    relation: Relation
    reference: Reference
    pairs: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a hop reaches `target`.

    `reference` is set where the row it starts from stores the reference; `holder` where the rows at the other end do;
    `near` and `far` are the two sides of an n:m link. `pairs` are (attribute of the source, of the target).
    """

    target: Relation
    pairs: Pairs = ()
    reference: Reference | None = None
    holder: Side | None = None
    near: Side | None = None
    far: Side | None = None

    @property
    def shared(self) -> tuple[str, ...]:
        """Attributes that another reference fills too (`same:`), so they do not say whether this one is there."""
        return () if self.reference is None else self.reference.agrees


class Storage:
    """Lookups from the plan's words to relations and documents, each built once."""

    def __init__(self, resolved: ResolvedPlan, logical: LogicalModel, model: DocumentModel) -> None:
        self._resolved = resolved
        self._logical = logical
        self.scope = Scope(resolved.plan)
        self.places = Places(model, logical)
        self._lookup = Lookup(logical.relations)
        self._steps: dict[tuple[str, bool], Step] = {}

    def with_collections(self, collections: tuple[Collection, ...]) -> Storage:
        """Return the same lookups over other collections."""
        return Storage(self._resolved, self._logical, replace(self.places.model, collections=collections))

    def relation(self, source: str) -> Relation:
        """Return the relation of an entity, or of an n:m relationship's label."""
        return self._lookup.of_source(source)

    def reached(self, entity: str, hops: Hops) -> Relation:
        """Return the relation of the row that hops lead to from an entity."""
        return self.relation(hops[-1].target if hops else entity)

    def attribute(self, entity: str, part: Part) -> RelationAttribute:
        """Return what a part of a path from an entity is an attribute of."""
        return self.reached(entity, part.hops).attribute(part.attribute)

    def parts(self, path: Path) -> tuple[Part, ...]:
        """Return the attributes a path means: its own, or those of the reached row's key where it has none."""
        if path.attribute is not None:
            return (Part(path.hops, self._lookup.attribute(path.reached, path.attribute).name),)
        return tuple(Part(path.hops, name) for name in self.relation(path.reached).primary_key)

    def is_nullable(self, path: Path) -> bool:
        """Tell whether what a path ends at can be NULL in the row that it reaches."""
        return any(self.attribute(path.entity, part).is_optional for part in self.parts(path))

    def nearest(self, part: Part) -> Part:
        """Return the attribute that holds the same value nearest to where the path starts.

        `author.id` is `author_id` of the post. An optional reference whose attribute another one fills too stays as it
        is.
        """
        while part.hops:
            hop = part.hops[-1]
            step = self.step(hop)
            here = next((here for here, there in step.pairs if there == part.attribute), None)
            if step.reference is None or here is None or (here in step.shared and hop.is_optional):
                return part
            part = Part(part.hops[:-1], here)
        return part

    def key_paths(self, path: Path) -> tuple[Path, ...]:
        """Return one path for each attribute of the key of the row that `path` reaches, in the order of `parts`."""
        return tuple(self._key_path(path, name) for name in self.relation(path.reached).primary_key)

    def _key_path(self, path: Path, name: str) -> Path:
        entity = path.reached
        attribute = self.relation(entity).attribute(name)
        if attribute.role is not Role.REFERENCE:
            return replace(path, attribute=attribute.declared, type=attribute.type)
        hop = self.scope.references_of(entity)[attribute.declared]
        target = replace(path, hops=(*path.hops, hop), type=self.scope.key_type(hop.target))
        if target.type is not None:
            return target
        parts = dict(zip(self.relation(hop.target).primary_key, self.key_paths(target), strict=True))
        return parts[dict(self.step(hop).pairs)[name]]

    def presence(self, path: Path) -> Part:
        """Return a key attribute of the reached row that is NULL exactly where the path reaches none."""
        key = self.relation(path.reached).primary_key
        if not path.hops:
            return Part((), key[0])
        step = self.step(path.hops[-1])
        own = {there for here, there in step.pairs if here not in step.shared}
        return Part(path.hops, next((name for name in key if name in own), key[0]))

    def deletion_mark(self, source: str) -> str | None:
        """Return the attribute that marks soft-deleted rows; None where deleting removes them."""
        return self.mark_of(self.relation(source)) if self.scope.is_soft_deleted(source) else None

    def mark_of(self, relation: Relation) -> str | None:
        """Return the attribute of a relation that marks soft-deleted rows; None where it has none."""
        for attribute in relation.attributes:
            if attribute.role is Role.DELETED_AT:
                return attribute.name
        if self.scope.is_soft_deleted(relation.source):
            return self._lookup.attribute(relation.source, "deleted_at").name
        return None

    def step(self, hop: Hop) -> Step:
        """Return how a hop is walked."""
        known = self._steps.get((hop.relationship, hop.is_inverse))
        if known is None:
            known = self._steps[hop.relationship, hop.is_inverse] = self._find_step(hop)
        return known

    def _find_step(self, hop: Hop) -> Step:
        target = self.relation(hop.target)
        link = self._lookup.link(hop)
        if link is not None:
            relation, near, far = link
            return Step(target=target, near=self._side(relation, near), far=self._side(relation, far))
        reference = self._lookup.reference(hop)
        if reference is not None:
            return Step(target=target, pairs=self._pairs(reference), reference=reference)
        stored = self._lookup.stored_in(hop)
        if stored is None:
            raise KeyError(hop.relationship)
        side = self._side(*stored)
        return Step(target=target, pairs=tuple((there, here) for here, there in side.pairs), holder=side)

    def _side(self, relation: Relation, reference: Reference) -> Side:
        return Side(relation=relation, reference=reference, pairs=self._pairs(reference))

    def _pairs(self, reference: Reference) -> Pairs:
        """Pair referencing with referenced attributes; the target's key alone where that identifies it."""
        pairs = tuple(zip(reference.attributes, reference.target_attributes, strict=True))
        key = self._lookup.relation(reference.target).primary_key
        by_key = tuple(pair for pair in pairs if pair[1] in key)
        return by_key if {there for _, there in by_key} == set(key) else pairs

    def copy_in_link(self, step: Step, attribute: str) -> ValueField | None:
        """Return the field of the copy that links keep of an attribute of the row at their far end; None for none."""
        if step.far is None:
            return None
        copied = self.places.copied(step.far.relation.name, step.far.reference.name)
        if copied is None:
            return None
        for field in copied.fields:
            if field.attribute == attribute:
                return replace(field, name=f"{copied.name}.{field.name}")
        return None

    def is_told_by_links(self, step: Step, attribute: str) -> bool:
        """Tell whether the links hold an attribute of the row at their far end: a key, or a copy."""
        keys = () if step.far is None else tuple(there for _, there in step.far.pairs)
        return attribute in keys or self.copy_in_link(step, attribute) is not None

    def is_unique(self, relation: Relation, attributes: Iterable[str], *, is_alive: bool) -> bool:
        """Tell whether at most one row has given values in these attributes.

        `is_alive` tells that only rows that are not soft-deleted count.
        """
        given = set(attributes)
        if set(relation.primary_key) <= given:
            return True
        if self.mark_of(relation) is not None and not is_alive:
            return False  # with soft deletion a unique index holds among the rows that are not marked
        keys = [set(key.attributes) for key in relation.candidate_keys if key.where is None]
        keys += [set(reference.attributes) for reference in relation.references if reference.is_unique]
        return any(key <= given for key in keys)

    def word(self, hop: Hop) -> str:
        """Return what a hop is called from where it starts, folded: `author`, `comments`."""
        relationship = self.scope.relationship(hop.relationship)
        if not hop.is_inverse:
            return snake_case(relationship.name)
        return snake_case(inverse_name(relationship) or relationship.source)
