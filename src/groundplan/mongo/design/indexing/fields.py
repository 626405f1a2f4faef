"""Where in a collection's documents a condition finds the values that it is about, without leaving the document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from groundplan.logical.facts import Facts
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.places import Place, Places
from groundplan.plan.expressions import Aggregate, Hop, Path
from groundplan.plan.types import ListOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a collection's documents: the dotted path, and the paths of the arrays on the way to it or at it.

    `relation` and `attribute` say whose value it is.
    """

    path: str
    relation: str
    attribute: str
    arrays: tuple[str, ...] = ()


class Fields:
    """Lookups from paths of the plan to fields of documents."""

    def __init__(self, facts: Facts, places: Places) -> None:
        self.facts = facts
        self.places = places

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {
            collection.name: self.facts.relations[collection.document.relation].rows.now
            for collection in self.places.model.collections
        }

    def documents(self, relation: str) -> int:
        """Return how many documents the collection has that a relation's rows lie in."""
        return self._rows[self.places.place(relation).collection]

    def own(self, relation: str, attribute: str) -> Field:
        """Return the field of a relation's attribute, in its own document or in one around it."""
        place = self.places.place(relation)
        depth = self.places.spot(relation, attribute).depth
        path = self.places.path(relation, attribute)
        is_list = isinstance(self.facts.relations[relation].attribute(attribute).type, ListOf)
        arrays = (*_arrays(place, depth=depth), *((path,) if is_list else ()))
        return Field(path=path, relation=relation, attribute=attribute, arrays=arrays)

    def of(self, path: Path) -> tuple[Field, ...] | None:
        """Return the fields that hold a path's value in the documents that its rows lie in.

        None where other collections have to be looked at.
        """
        relation = self.facts.lookup.of_source(path.entity)
        names = self.facts.lookup.names(path)
        if names is not None:
            return tuple(self.own(relation.name, name) for name in names)
        return self._walked(relation, path)

    def _walked(self, relation: Relation, path: Path) -> tuple[Field, ...] | None:
        for count in range(len(path.hops)):
            rest = _rest(path, count)
            names = self.facts.lookup.names(rest)
            if names is not None:
                return tuple(self.own(relation.name, name) for name in names)
            copied = self._copy(relation, rest)
            if copied is not None:
                return copied
            linked = self._linked(relation, rest)
            if linked is not None:
                return linked
            reached = self._reached(relation, rest.hops[0])
            if reached is None:
                return None
            relation = reached
        names = self.facts.lookup.names(_rest(path, len(path.hops)))
        return None if names is None else tuple(self.own(relation.name, name) for name in names)

    def _copy(self, relation: Relation, path: Path) -> tuple[Field, ...] | None:
        """Return the copies that hold a path's value: of the row that its first hop leads to, or of its references."""
        reference = self.facts.lookup.reference(path.hops[0])
        names = None if reference is None else self.facts.lookup.names(_rest(path, 1))
        if reference is None or names is None:
            return None
        found = [self._copied(relation, reference, name) for name in names]
        copies = tuple(copy for copy in found if copy is not None)
        return copies if len(copies) == len(names) else None

    def _copied(self, relation: Relation, reference: Reference, attribute: str) -> Field | None:
        copy = self.places.copy_of(relation.name, reference.name, attribute)
        if copy is None:
            return None
        place = self.places.place(relation.name)
        arrays = _arrays(place, depth=len(place.steps))
        return Field(path=copy, relation=reference.target, attribute=attribute, arrays=arrays)

    def _linked(self, relation: Relation, path: Path) -> tuple[Field, ...] | None:
        """Return what links inside a document say of the rows at their far side: their keys, and what is copied.

        A row that can be marked as deleted has to be looked at itself.
        """
        link = self.facts.lookup.link(path.hops[0])
        if link is None or not self._is_inside(link[0], link[1], of=relation) or self.facts.is_soft(link[2].target):
            return None
        holder, _, far = link
        names = self.facts.lookup.names(_rest(path, 1))
        if names is None:
            return None
        held = dict(zip(far.target_attributes, far.attributes, strict=True))
        if all(name in held for name in names):
            return tuple(self.own(holder.name, held[name]) for name in names)
        copies = [self._copied(holder, far, name) for name in names]
        found = tuple(copy for copy in copies if copy is not None)
        return found if len(found) == len(names) else None

    def _reached(self, relation: Relation, hop: Hop) -> Relation | None:
        """Return the relation that a hop leads to inside the same document; None where it leaves it."""
        reference = self.facts.lookup.reference(hop)
        if reference is not None:
            around = self.places.embedded(relation.name)
            is_around = around is not None and around.reference == reference.name
            return self.facts.relations[reference.target] if is_around else None
        stored = self.facts.lookup.stored_in(hop) if self.facts.lookup.link(hop) is None else None
        if stored is None or not self._is_inside(*stored, of=relation):
            return None
        return stored[0]

    def _is_inside(self, holder: Relation, reference: Reference, *, of: Relation) -> bool:
        embedded = self.places.embedded(holder.name)
        return embedded is not None and embedded.reference == reference.name and reference.target == of.name

    def counted(self, aggregate: Aggregate) -> str | None:
        """Return the path of the count that a document keeps of the rows that an aggregate counts."""
        path = aggregate.operand
        if aggregate.function != "count" or not isinstance(path, Path) or len(path.hops) != 1 or path.attribute:
            return None
        relation = self.facts.lookup.of_source(path.entity)
        if self.facts.lookup.link(path.hops[0]) is not None:
            return None
        stored = self.facts.lookup.stored_in(path.hops[0])
        if stored is None:
            return None
        return self.places.counted(relation.name, of=stored[0].name, reference=stored[1].name)


def _rest(path: Path, count: int) -> Path:
    """Return a path without its first hops."""
    entity = path.hops[count].source if count < len(path.hops) else path.reached
    return Path(
        entity=entity,
        hops=path.hops[count:],
        attribute=path.attribute,
        type=path.type,
        is_optional=path.is_optional,
    )


def _arrays(place: Place, *, depth: int) -> tuple[str, ...]:
    found: list[str] = []
    path = ""
    for step in place.steps[:depth]:
        path = f"{path}.{step.name}" if path else step.name
        if step.is_array:
            found.append(path)
    return tuple(found)


def can_share_an_index(fields: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether one compound index can hold fields with these arrays: none may lie beside another.

    An array inside an element of another one is fine; two side by side the server refuses ("cannot index parallel
    arrays").
    """
    longest = max(fields, key=len, default=())
    return all(arrays == longest[: len(arrays)] for arrays in fields)
