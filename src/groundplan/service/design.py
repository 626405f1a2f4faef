"""From a plan to a design and its files, for every engine that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.base.diagnostics import Diagnostic, Severity, has_errors, in_reading_order
from groundplan.base.errors import NotDesignedYet, PlanInvalid
from groundplan.plan.model import Plan, Targets

if TYPE_CHECKING:
    from groundplan.logical.model import LogicalModel
    from groundplan.plan.patterns import ResolvedPlan
    from groundplan.report.model import DesignResult, MongoPart, PostgresPart

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all (0 where that is not known)."""

POSTGRES, MONGO = "postgres", "mongo"
"""The engines, as the plan's targets call them."""

POSTGRES_VERSION, MONGO_VERSION = 18, 6
"""The major versions of the engines that come with the package."""


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


def design_plan(
    source: Path, *, engines: tuple[str, ...] | None = None, progress: Progress = no_progress
) -> DesignResult:
    """Design the plan in `source` for `engines`, by default those of its own targets; nothing is proven yet.

    Raises SourceUnreadable, PlanInvalid, and NotDesignedYet where the plan uses what no stage designs yet.
    """
    from groundplan.logical.derive import derive_relations
    from groundplan.plan.canonical import in_canonical_order
    from groundplan.plan.resolve import resolve
    from groundplan.plan.support import not_designed_yet
    from groundplan.report.model import DesignResult

    progress("reading the plan", 0, 0)
    plan, findings = read_valid_plan(source)
    plan = replace(plan, targets=_targets(plan.targets, engines))
    unsupported = not_designed_yet(plan)
    if has_errors(unsupported):
        raise NotDesignedYet(in_reading_order(unsupported))
    progress("designing relations", 0, 0)
    resolved = resolve(in_canonical_order(plan))
    logical = derive_relations(resolved)
    postgres = mongo = None
    files: dict[str, str] = {}
    notes = [*findings, *unsupported]
    if plan.targets.postgres is not None:
        progress("designing for PostgreSQL", 0, 0)
        postgres = _for_postgres(resolved, logical, findings=notes)
        files |= _postgres_files(resolved, logical, postgres)
    if plan.targets.mongo is not None:
        progress("designing for MongoDB", 0, 0)
        mongo = _for_mongo(resolved, logical, findings=notes)
        files |= _mongo_files(resolved, logical, mongo)
    return DesignResult(
        resolved=resolved,
        logical=logical,
        postgres=postgres,
        mongo=mongo,
        statements=files,
        notes=tuple(note for note in in_reading_order(notes) if note.severity is not Severity.ERROR),
    )


def _targets(own: Targets, engines: tuple[str, ...] | None) -> Targets:
    """Return the versions to design for: the plan's own where it names one, else the newest that comes along."""
    named = tuple(name for name, version in ((POSTGRES, own.postgres), (MONGO, own.mongo)) if version is not None)
    wanted = engines or named or (POSTGRES,)
    return Targets(
        postgres=(own.postgres or POSTGRES_VERSION) if POSTGRES in wanted else None,
        mongo=(own.mongo or MONGO_VERSION) if MONGO in wanted else None,
    )


def _for_postgres(resolved: ResolvedPlan, logical: LogicalModel, *, findings: list[Diagnostic]) -> PostgresPart:
    """Design for PostgreSQL and add what was found to `findings`; raises PlanInvalid where one is an error."""
    from groundplan.postgres.design import design_postgres
    from groundplan.postgres.queries import compile_workload
    from groundplan.report.model import PostgresPart

    design = design_postgres(resolved, logical)
    _add(findings, design.diagnostics)
    return PostgresPart(design=design, workload=compile_workload(resolved, logical, design))


def _for_mongo(resolved: ResolvedPlan, logical: LogicalModel, *, findings: list[Diagnostic]) -> MongoPart:
    """Design for MongoDB and add what was found to `findings`; raises PlanInvalid where one is an error."""
    from groundplan.mongo.design import design_mongo
    from groundplan.mongo.queries import compile_workload
    from groundplan.report.model import MongoPart

    design = design_mongo(resolved, logical)
    _add(findings, design.diagnostics)
    return MongoPart(design=design, workload=compile_workload(resolved, logical, design))


def _add(findings: list[Diagnostic], found: tuple[Diagnostic, ...]) -> None:
    findings.extend(found)
    if has_errors(found):
        raise PlanInvalid(in_reading_order(findings))


def _postgres_files(resolved: ResolvedPlan, logical: LogicalModel, part: PostgresPart) -> dict[str, str]:
    from groundplan.postgres.ddl import migration_down, migration_up, schema_sql
    from groundplan.postgres.queries import query_files, view_sql

    schema = part.design.schema
    views = view_sql(resolved, logical, part.design)
    files = {
        "postgres/schema.sql": schema_sql(schema, views=views),
        "postgres/migrations/0001_initial.up.sql": migration_up(schema, views=views),
        "postgres/migrations/0001_initial.down.sql": migration_down(schema),
    }
    return files | {f"postgres/queries/{name}": text for name, text in query_files(part.workload).items()}


def _mongo_files(resolved: ResolvedPlan, logical: LogicalModel, part: MongoPart) -> dict[str, str]:
    from groundplan.mongo.commands import (
        pydantic_models,
        revert_js,
        schema_js,
        schema_json,
        schema_py,
        typescript,
        validator_files,
    )
    from groundplan.mongo.queries.files import query_files, upkeep_files

    model = part.design.model
    files = {
        "mongodb/schema.js": schema_js(model, logical),
        "mongodb/revert.js": revert_js(model),
        "mongodb/schema.json": schema_json(model, logical),
        "mongodb/schema.py": schema_py(model, logical),
        "mongodb/types.ts": typescript(model, logical),
        "mongodb/models.py": pydantic_models(model, logical),
    }
    folders = {
        "validators": validator_files(model, logical),
        "queries": query_files(part.workload),
        "upkeep": upkeep_files(resolved, logical, part.design),
    }
    for folder, texts in folders.items():
        files |= {f"mongodb/{folder}/{name}": text for name, text in texts.items()}
    return files
