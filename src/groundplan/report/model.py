"""A finished design: every stage's result in one place, and what the engines said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.mongo.queries.model import CompiledWorkload as MongoWorkload
from groundplan.plan.model import Plan
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.model import PostgresDesign, Schema
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.prove.evidence import MONGO, POSTGRES, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPart:
    """The design for PostgreSQL and its compiled queries."""

    design: PostgresDesign
    workload: CompiledWorkload


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoPart:
    """The design for MongoDB and its compiled queries."""

    design: MongoDesign
    workload: MongoWorkload


NO_SCHEMA = Schema(version=0)
NO_WORKLOAD = CompiledWorkload(patterns=(), transactions=())
NO_DOCUMENTS = DocumentModel(version=0, collections=())


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignResult:
    """One plan, designed for the engines that it targets; `evidence` is None where nothing was proven.

    `statements` are the texts that engines and programs read, by their path in the output folder
    (`postgres/schema.sql`, `mongodb/queries/…`). `notes` are findings that stop nothing.
    """

    resolved: ResolvedPlan
    logical: LogicalModel
    postgres: PostgresPart | None
    mongo: MongoPart | None
    statements: Mapping[str, str]
    notes: tuple[Diagnostic, ...] = ()
    evidence: Evidence | None = field(default=None)

    @property
    def plan(self) -> Plan:
        """The plan that was designed."""
        return self.resolved.plan

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that the plan was designed for, as evidence calls them."""
        return (*((POSTGRES,) if self.postgres else ()), *((MONGO,) if self.mongo else ()))

    @property
    def schema(self) -> Schema:
        """What schema.sql creates: nothing where PostgreSQL is no target."""
        return NO_SCHEMA if self.postgres is None else self.postgres.design.schema

    @property
    def workload(self) -> CompiledWorkload:
        """The queries for PostgreSQL: none where it is no target."""
        return NO_WORKLOAD if self.postgres is None else self.postgres.workload

    @property
    def documents(self) -> DocumentModel:
        """What schema.js creates: nothing where MongoDB is no target."""
        return NO_DOCUMENTS if self.mongo is None else self.mongo.design.model

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision, stage by stage."""
        found = self.logical.decisions
        if self.postgres is not None:
            found = (*found, *self.postgres.design.decisions, *self.postgres.workload.decisions)
        if self.mongo is not None:
            found = (*found, *self.mongo.design.decisions, *self.mongo.workload.decisions)
        return found

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every number that the plan does not give."""
        found = self.logical.assumptions
        for part in (self.postgres, self.mongo):
            if part is not None:
                found = (*found, *part.design.assumptions)
        return tuple(dict.fromkeys(found))
