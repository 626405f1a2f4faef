"""From the plan's words to relations: what a path from an entity reads, where it needs no join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from groundplan.logical.model import Reference, Relation, RelationAttribute, Role
from groundplan.plan.expressions import Binary, Every, Expression, Hop, IsNull, Local, Operator, Path, with_children


class Lookup:
    """Relations by what they stand for, and references by the hops that walk them; each found once."""

    def __init__(self, relations: Iterable[Relation]) -> None:
        self._by_source: dict[str, Relation] = {}
        self._by_name: dict[str, Relation] = {}
        self._declared: dict[tuple[str, str], str] = {}
        self._references: dict[tuple[str, str], Reference] = {}
        for relation in relations:
            self._by_source[relation.source] = relation
            self._by_name[relation.name] = relation
            for attribute in relation.attributes:
                if attribute.role is not Role.REFERENCE:
                    self._declared.setdefault((relation.source, attribute.declared), attribute.name)
            for reference in relation.references:
                self._references.setdefault((relation.source, relation.walked_by(reference)), reference)

    def of_source(self, source: str) -> Relation:
        """Return the relation of an entity or of an n:m relationship's label; KeyError where there is none."""
        return self._by_source[source]

    def relation(self, name: str) -> Relation:
        """Return the relation of that name; KeyError where there is none."""
        return self._by_name[name]

    def attribute(self, source: str, declared: str) -> RelationAttribute:
        """Return an attribute by its word in the plan; KeyError where there is none."""
        return self._by_source[source].attribute(self._declared[source, declared])

    def reference(self, hop: Hop) -> Reference | None:
        """Return the reference that the hop's source itself stores; None where another relation stores it."""
        if hop.is_many:
            return None
        found = self._references.get((hop.source, hop.relationship))
        if found is None or found.target != self._by_source[hop.target].name:
            return None
        # A 1:1 relationship of an entity with itself is stored once and walked both ways.
        return None if hop.is_inverse and found.is_unique else found

    def link(self, hop: Hop) -> tuple[Relation, Reference, Reference] | None:
        """Return the relation of an n:m hop with its references to the hop's source and target; None for other hops."""
        relation = self._by_source.get(hop.relationship)
        if relation is None:
            return None
        source, target = relation.references
        return (relation, target, source) if hop.is_inverse else (relation, source, target)

    def stored_in(self, hop: Hop) -> tuple[Relation, Reference] | None:
        """Return the relation at the far end of a hop and its reference back; None where that end stores none."""
        relation = self._by_source[hop.target]
        found = self._references.get((hop.target, hop.relationship))
        return None if found is None or self.reference(hop) is not None else (relation, found)

    def names(self, path: Path) -> tuple[str, ...] | None:
        """Return the attributes of the relation a path starts from that hold its value; None where it takes a join.

        `author` and `author.id` of a post are both held by `author_id`.
        """
        return self._names(path.entity, path.hops, path.attribute)

    def _names(self, entity: str, hops: tuple[Hop, ...], attribute: str | None) -> tuple[str, ...] | None:
        if not hops:
            if attribute is None:
                return self._by_source[entity].primary_key
            return (self._declared[entity, attribute],)
        reference = self.reference(hops[0])
        if reference is None:
            return None
        reached = self._names(hops[0].target, hops[1:], attribute)
        held = dict(zip(reference.target_attributes, reference.attributes, strict=True))
        if reached is None or any(name not in held for name in reached):
            return None
        return tuple(held[name] for name in reached)

    def localize(self, expression: Expression) -> Expression:
        """Replace every path by the attributes of its own relation that hold its value.

        Comparing with a key of several attributes becomes a comparison of each. Raises KeyError for a path that takes a
        join: such conditions are no conditions over one row.
        """
        match expression:
            case Path():
                return Local(self._one_of(expression))
            case IsNull(operand=Path() as path):
                return replace(expression, operand=Local(self._all_of(path)[-1]))
            case Binary(operator=Operator.EQUAL, left=Path() as left, right=Path() as right):
                pairs = zip(self._all_of(left), self._all_of(right), strict=True)
                parts = tuple(Binary(Operator.EQUAL, Local(here), Local(there)) for here, there in pairs)
                return parts[0] if len(parts) == 1 else Every(parts)
            case _:
                return with_children(expression, self.localize)

    def _all_of(self, path: Path) -> tuple[str, ...]:
        names = self.names(path)
        if names is None:
            raise KeyError(path)
        return names

    def _one_of(self, path: Path) -> str:
        (name,) = self._all_of(path)
        return name
