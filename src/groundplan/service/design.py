"""The main job: from a plan to a design, its proof and its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.base.diagnostics import Diagnostic, Severity, has_errors, in_reading_order
from groundplan.base.errors import EngineFailed, NotDesignedYet, PlanInvalid
from groundplan.plan.model import Plan, Targets

if TYPE_CHECKING:
    from groundplan.logical.model import LogicalModel
    from groundplan.plan.patterns import ResolvedPlan
    from groundplan.report.model import DesignResult, PostgresPart

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all (0 where that is not known)."""

DEFAULT_ROWS = 200_000
"""Rows of the largest table in a proof."""

SEED = 20_180_618
"""The seed of the synthetic rows; fixed, so that two proofs load the same rows."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def read_valid_plan(source: Path) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """Read a plan and check it; returns it with the findings that stop nothing.

    Raises SourceUnreadable where there is no such file, PlanInvalid with all findings where one is an error.
    """
    from groundplan.plan.reader import read_plan
    from groundplan.plan.rules import check_plan

    reading = read_plan(source)
    findings = reading.diagnostics
    if reading.plan is not None:
        findings = in_reading_order((*findings, *check_plan(reading.plan)))
    if reading.plan is None or has_errors(findings):
        raise PlanInvalid(findings)
    return reading.plan, findings


def design_plan(source: Path, *, targets: Targets | None = None, progress: Progress = no_progress) -> DesignResult:
    """Design the plan in `source` for `targets`, by default the plan's own; nothing is proven yet.

    Raises SourceUnreadable, PlanInvalid, and NotDesignedYet where the plan uses what no stage designs yet.
    """
    from groundplan.logical.derive import derive_relations
    from groundplan.plan.canonical import in_canonical_order
    from groundplan.plan.resolve import resolve
    from groundplan.plan.support import not_designed_yet
    from groundplan.postgres.design import design_postgres
    from groundplan.postgres.queries import compile_workload
    from groundplan.report.model import DesignResult, PostgresPart

    progress("reading the plan", 0, 0)
    plan, findings = read_valid_plan(source)
    if targets is not None:
        plan = replace(plan, targets=targets)
    unsupported = not_designed_yet(plan)
    if has_errors(unsupported):
        raise NotDesignedYet(in_reading_order(unsupported))
    progress("designing relations", 0, 0)
    resolved = resolve(in_canonical_order(plan))
    logical = derive_relations(resolved)
    progress("designing for PostgreSQL", 0, 0)
    postgres = design_postgres(resolved, logical)
    if has_errors(postgres.diagnostics):
        raise PlanInvalid(in_reading_order((*findings, *postgres.diagnostics)))
    progress("compiling queries", 0, 0)
    workload = compile_workload(resolved, logical, postgres)
    notes = (*findings, *unsupported, *postgres.diagnostics)
    part = PostgresPart(design=postgres, workload=workload)
    return DesignResult(
        resolved=resolved,
        logical=logical,
        postgres=part,
        mongo=None,
        statements=_statements(resolved, logical, part),
        notes=tuple(note for note in in_reading_order(notes) if note.severity is not Severity.ERROR),
    )


def prove_design(
    result: DesignResult, *, rows: int = DEFAULT_ROWS, seed: int = SEED, progress: Progress = no_progress
) -> DesignResult:
    """Prove a design on an engine of our own, which is stopped whatever happens.

    `rows` is the size of the largest table. Raises EngineMissing and EngineFailed.
    """
    from groundplan.postgres.server import start_postgres
    from groundplan.prove.evidence import POSTGRES
    from groundplan.prove.prove import prove_postgres
    from groundplan.prove.versions import as_proof_for

    if result.postgres is None:
        return result
    progress("starting PostgreSQL", 0, 0)
    with start_postgres() as server:
        import psycopg

        try:
            evidence = prove_postgres(
                result.resolved,
                result.logical,
                result.postgres.design,
                result.postgres.workload,
                server=server,
                largest=rows,
                seed=seed,
                progress=progress,
            )
        except (EngineFailed, psycopg.Error) as error:
            failure = server.failure("the proof", error)
            raise failure from None if failure is error else error
    return replace(result, evidence=as_proof_for(evidence, targets={POSTGRES: result.schema.version}))


def _statements(resolved: ResolvedPlan, logical: LogicalModel, part: PostgresPart) -> dict[str, str]:
    from groundplan.postgres.ddl import migration_down, migration_up, schema_sql
    from groundplan.postgres.queries import query_files, view_sql

    schema = part.design.schema
    views = view_sql(resolved, logical, part.design)
    files = {
        "postgres/schema.sql": schema_sql(schema, views=views),
        "postgres/migrations/0001_initial.up.sql": migration_up(schema, views=views),
        "postgres/migrations/0001_initial.down.sql": migration_down(schema),
    }
    for name, text in query_files(part.workload).items():
        files[f"postgres/queries/{name}"] = text
    return files
