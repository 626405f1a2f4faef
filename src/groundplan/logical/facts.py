"""What passes look up in the plan and the logical model: built once, by dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from groundplan.logical.lookup import Lookup
from groundplan.logical.model import LogicalModel, Reference, Relation, RelationKind
from groundplan.plan.model import DeletePolicy
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.scope import Scope

LARGE_ROWS = 10_000
"""Above this declared size a table is never read from end to end to find a few rows (the plan language's promise)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """How often per second rows of a relation are written; rates that nothing says count as 0."""

    inserts: float = 0.0
    updates: float = 0.0
    deletes: float = 0.0

    @property
    def total(self) -> float:
        """Rows written per second."""
        return self.inserts + self.updates + self.deletes


class Facts:
    """Lookups over one plan and its logical model."""

    def __init__(self, resolved: ResolvedPlan, logical: LogicalModel) -> None:
        self.resolved = resolved
        self.logical = logical
        self.scope = Scope(resolved.plan)
        self.lookup = Lookup(logical.relations)
        self.pins: Mapping[str, str] = {pin.key: pin.choice for pin in resolved.plan.pins}
        self.patterns: tuple[Pattern, ...] = tuple(sorted(resolved.patterns, key=lambda pattern: pattern.name))

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        """Relations by their own name."""
        return {relation.name: relation for relation in self.logical.relations}

    @cached_property
    def _rates(self) -> Mapping[str, float | None]:
        return {pattern.name: pattern.demand.rate for pattern in self.patterns}

    def rate(self, pattern: str) -> float | None:
        """Return how often per second a pattern runs, within transactions too; None where nothing says it."""
        return self._rates[pattern]

    @cached_property
    def reads(self) -> tuple[ReadPattern, ...]:
        """Reads by name."""
        return tuple(pattern for pattern in self.patterns if isinstance(pattern, ReadPattern))

    @cached_property
    def updates(self) -> tuple[UpdatePattern, ...]:
        """Updates by name."""
        return tuple(pattern for pattern in self.patterns if isinstance(pattern, UpdatePattern))

    @cached_property
    def _writes(self) -> Mapping[str, Writes]:
        found: dict[str, Writes] = {}
        for pattern in self.patterns:
            if isinstance(pattern, ReadPattern | RawPattern):
                continue
            relation = self.lookup.of_source(pattern.entity)
            known = found.get(relation.name, Writes())
            found[relation.name] = _with(known, pattern, rate=self.rate(pattern.name) or 0.0, relation=relation)
        return found

    def writes(self, relation: str) -> Writes:
        """Return how often rows of a relation are written."""
        return self._writes.get(relation, Writes())

    @cached_property
    def references_to(self) -> Mapping[str, tuple[tuple[Relation, Reference], ...]]:
        """The references that point at each relation, with the relation that holds them."""
        found: dict[str, list[tuple[Relation, Reference]]] = {relation.name: [] for relation in self.logical.relations}
        for relation in self.logical.relations:
            for reference in relation.references:
                found[reference.target].append((relation, reference))
        return {name: tuple(pairs) for name, pairs in found.items()}

    def is_soft(self, relation: str) -> bool:
        """Tell whether rows of a relation are marked when they are deleted."""
        return self.relations[relation].lifecycle.delete is DeletePolicy.SOFT

    def is_large(self, relation: str) -> bool:
        """Tell whether a relation has too many declared rows to be read from end to end."""
        return self.relations[relation].rows.now > LARGE_ROWS


def word_of(relation: Relation, reference: Reference) -> str:
    """Return the plan's words for a reference in pin keys: `Post.author`, and `Post.tags.tag` for a side of a link."""
    return f"{relation.source}.{reference.name}"


def is_link(relation: Relation) -> bool:
    """Tell whether a relation stands for an n:m relationship."""
    return relation.kind is RelationKind.LINK


def _with(
    writes: Writes,
    pattern: InsertPattern | UpdatePattern | UpsertPattern | DeletePattern,
    *,
    rate: float,
    relation: Relation,
) -> Writes:
    match pattern:
        case InsertPattern() | UpsertPattern():
            return Writes(inserts=writes.inserts + rate * pattern.batch, updates=writes.updates, deletes=writes.deletes)
        case UpdatePattern():
            return Writes(inserts=writes.inserts, updates=writes.updates + rate, deletes=writes.deletes)
        case DeletePattern():
            if relation.lifecycle.delete is DeletePolicy.SOFT:
                return Writes(inserts=writes.inserts, updates=writes.updates + rate, deletes=writes.deletes)
            return Writes(inserts=writes.inserts, updates=writes.updates, deletes=writes.deletes + rate)
