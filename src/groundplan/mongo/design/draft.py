"""The MongoDB design in the making: what a pass takes and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.indexing.candidates import Candidate
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.model import Collection, DocumentModel
from groundplan.plan.patterns import ResolvedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Collections so far, the indexes wanted, and what was decided, assumed and found on the way.

    `facts` are lookups over the plan and the logical model, built once; `layout` says where each relation went.
    """

    resolved: ResolvedPlan
    logical: LogicalModel
    facts: Facts = field(repr=False)
    layout: Layout = field(default_factory=Layout)
    model: DocumentModel
    candidates: tuple[Candidate, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def pins(self) -> Mapping[str, str]:
        """The choices that the plan forces, by key."""
        return self.facts.pins

    def with_collections(self, collections: Iterable[Collection], *, decisions: Iterable[Decision] = ()) -> Draft:
        """Return a draft with these collections in place of all, and with what was decided about them."""
        return replace(
            self,
            model=replace(self.model, collections=tuple(collections)),
            decisions=(*self.decisions, *decisions),
        )

    def with_candidates(self, candidates: Iterable[Candidate], *, decisions: Iterable[Decision] = ()) -> Draft:
        """Return a draft in which these indexes are wanted too, and with what was decided about them."""
        return replace(
            self,
            candidates=(*self.candidates, *candidates),
            decisions=(*self.decisions, *decisions),
        )


Pass = Callable[[Draft], Draft]
"""A pure function named like its file."""
