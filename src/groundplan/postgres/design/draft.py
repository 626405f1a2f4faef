"""The PostgreSQL design in the making: what a pass takes and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.model import Index, Schema, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Why an index is wanted: by which access pattern, foreign key or procedure.

    `rate` is how often per second it would be used, None where nothing says it. `decision` is what was decided for
    whoever wants it; its choice is filled in once the index has a name.
    """

    by: str
    rate: float | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An index that is wanted on a table, before the wanted ones are weighed against each other.

    `free` counts the leading keys whose order means nothing to whoever wants it, because all are compared by equality.
    `share` is the part of the table's rows that `index.where` leaves. The index has no name yet.
    """

    table: str
    index: Index
    free: int
    share: float = 1.0
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A schema so far, the indexes wanted, and what was decided, assumed and found on the way.

    `facts` are lookups over the plan and the logical model, built once.
    """

    resolved: ResolvedPlan
    logical: LogicalModel
    facts: Facts = field(repr=False)
    schema: Schema
    candidates: tuple[Candidate, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def pins(self) -> Mapping[str, str]:
        """The choices that the plan forces, by key."""
        return self.facts.pins

    def with_tables(self, tables: Iterable[Table], *, decisions: Iterable[Decision] = ()) -> Draft:
        """Return a draft with these tables in place of all, and with what was decided about them."""
        return replace(
            self,
            schema=replace(self.schema, tables=tuple(tables)),
            decisions=(*self.decisions, *decisions),
        )

    def with_candidates(self, candidates: Iterable[Candidate], *, decisions: Iterable[Decision] = ()) -> Draft:
        """Return a draft that wants these indexes too."""
        return replace(
            self,
            candidates=(*self.candidates, *candidates),
            decisions=(*self.decisions, *decisions),
        )


Pass = Callable[[Draft], Draft]
"""A pure function named like its file."""
