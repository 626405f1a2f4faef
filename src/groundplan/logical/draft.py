"""The logical model while it is being derived: what a pass takes and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from groundplan.base.decisions import Assumption, Decision
from groundplan.logical.model import LogicalModel, Relation
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalDraft:
    """Relations so far, and what was decided and assumed on the way.

    `scope` and `pins` are views of the plan, built once.
    """

    resolved: ResolvedPlan
    scope: Scope = field(repr=False)
    pins: dict[str, str] = field(repr=False)
    relations: tuple[Relation, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def with_relations(
        self,
        relations: Iterable[Relation],
        *,
        decisions: Iterable[Decision] = (),
        assumptions: Iterable[Assumption] = (),
    ) -> LogicalDraft:
        """Return a draft with these relations, and with what was decided and assumed about them."""
        return replace(
            self,
            relations=tuple(relations),
            decisions=(*self.decisions, *decisions),
            assumptions=(*self.assumptions, *assumptions),
        )

    @property
    def model(self) -> LogicalModel:
        """The relations as a model, for lookups."""
        return LogicalModel(relations=self.relations)


LogicalPass = Callable[[LogicalDraft], LogicalDraft]
"""A pure function named like its file."""
