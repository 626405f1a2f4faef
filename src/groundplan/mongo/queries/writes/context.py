"""What compiling a write looks up, and how it spells messages."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel, Reference, Relation, Role
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.places import Places
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope


class Context:
    """Lookups over one plan, its logical model and its documents."""

    def __init__(self, resolved: ResolvedPlan, logical: LogicalModel, model: DocumentModel) -> None:
        self.resolved = resolved
        self.logical = logical
        self.model = model
        self.facts = Facts(resolved, logical)
        self.storage = Storage(resolved, logical, model)

    @property
    def places(self) -> Places:
        """Where relations are in the documents."""
        return self.storage.places

    @property
    def scope(self) -> Scope:
        """What names mean in the plan."""
        return self.facts.scope

    def relation_of(self, entity: str) -> Relation:
        """Return the relation of an entity, or of an n:m relationship's label."""
        return self.facts.lookup.of_source(entity)

    def relation(self, name: str) -> Relation:
        """Return the relation of that name."""
        return self.facts.relations[name]

    def key_references(self, relation: str) -> tuple[tuple[Relation, Reference], ...]:
        """Return the references that point at a relation, with the relations that hold them, by name."""
        pointing = self.facts.references_to[relation]
        return tuple(sorted(pointing, key=lambda pair: (pair[0].name, pair[1].attributes)))


def attribute_of(relation: Relation, role: Role) -> str | None:
    """Return the name of the attribute that a relation has for a role; None where it has none."""
    return next((found.name for found in relation.attributes if found.role is role), None)


def mark_of(relation: Relation) -> str | None:
    """Return the attribute that marks deleted rows; None where deleting removes them."""
    return attribute_of(relation, Role.DELETED_AT)


def unused(wish: str, *, among: Iterable[str]) -> str:
    """Return the wished name, numbered where it is taken."""
    taken = set(among)
    name, count = wish, 1
    while name in taken:
        count += 1
        name = f"{wish}_{count}"
    return name
