"""A finished design: every stage's result in one place, and what the engines said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.logical.model import LogicalModel
from groundplan.plan.model import Plan
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.prove.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignResult:
    """One plan, designed; `evidence` is None where nothing was proven.

    `statements` are the SQL texts by their path in the output folder (`postgres/schema.sql`, `postgres/queries/…`).
    `notes` are findings that stop nothing.
    """

    resolved: ResolvedPlan
    logical: LogicalModel
    postgres: PostgresDesign
    workload: CompiledWorkload
    statements: Mapping[str, str]
    notes: tuple[Diagnostic, ...] = ()
    evidence: Evidence | None = field(default=None)

    @property
    def plan(self) -> Plan:
        """The plan that was designed."""
        return self.resolved.plan

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision, stage by stage."""
        return (*self.logical.decisions, *self.postgres.decisions, *self.workload.decisions)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every number that the plan does not give."""
        return (*self.logical.assumptions, *self.postgres.assumptions)
