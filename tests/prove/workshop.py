"""A plan of a few thousand rows, designed, loaded and ready to be asked: what proofs of patterns are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import Pattern, ResolvedPlan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries import compile_workload, view_sql
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.postgres.server import EmbeddedPostgres
from groundplan.prove.attempts import Grounds
from groundplan.prove.evidence import PatternEvidence
from groundplan.prove.patterns import prove_pattern
from groundplan.prove.sample import load_sample, stored_rows
from groundplan.prove.shape import Ground, ground_of
from groundplan.rows.lookup import SampleLookup

PLANS = Path(__file__).parent / "plans"


@dataclass(frozen=True)
class Workshop:
    """Everything a proof works with, and a connection to the loaded database."""

    resolved: ResolvedPlan
    logical: LogicalModel
    design: PostgresDesign
    workload: CompiledWorkload
    grounds: Grounds
    ground: Ground
    connection: psycopg.Connection

    def pattern(self, name: str) -> Pattern:
        return next(pattern for pattern in self.resolved.patterns if pattern.name == name)

    def prove(self, name: str) -> PatternEvidence:
        compiled = self.workload.pattern(name)
        return prove_pattern(self.connection, self.pattern(name), compiled, grounds=self.grounds, ground=self.ground)


def design(plan: Path) -> tuple[ResolvedPlan, LogicalModel, PostgresDesign, CompiledWorkload]:
    reading = read_plan(plan)
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), (reading.diagnostics, resolved.diagnostics)
    logical = derive_relations(resolved)
    designed = design_postgres(resolved, logical)
    return resolved, logical, designed, compile_workload(resolved, logical, designed)


def open_workshop(server: EmbeddedPostgres, connection: psycopg.Connection, plan: Path, *, largest: int) -> Workshop:
    """Design a plan and load a sample for it into the connection's empty database."""
    resolved, logical, designed, workload = design(plan)
    connection.execute(schema_sql(designed.schema, views=view_sql(resolved, logical, designed)).encode())
    now = datetime.now(UTC)
    name = connection.info.dbname
    sample, samples = load_sample(
        lambda: server.connect(name),
        resolved,
        logical,
        designed.schema,
        now=now,
        largest=largest,
        seed=1,
        on_step=lambda _: None,
    )
    grounds = Grounds(
        logical=logical, schema=designed.schema, sample=sample, lookup=SampleLookup(logical, sample), now=now
    )
    return Workshop(
        resolved=resolved,
        logical=logical,
        design=designed,
        workload=workload,
        grounds=grounds,
        ground=ground_of(
            resolved, logical, designed.schema, samples, stored=stored_rows(connection, schema=designed.schema)
        ),
        connection=connection,
    )
