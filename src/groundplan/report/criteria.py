"""The ten criteria of a complete database design, each ticked by evidence or not ticked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.logical.model import Role
from groundplan.prove.evidence import Evidence, Verdict
from groundplan.report.model import DesignResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion, its verdict, and the evidence for it in a sentence."""

    number: int
    criterion: str
    verdict: Verdict
    because: str


CRITERIA = (
    "All entities and relationships are properly modeled",
    "Foreign key constraints are defined",
    "Appropriate indexes are created for common queries",
    "Data integrity constraints are enforced",
    "Timestamps and audit fields are included",
    "Migrations are tested and reversible",
    "Query performance is analyzed and optimized",
    "Schema validation is implemented (MongoDB)",
    "Documentation includes ER diagrams",
    "Database design supports application requirements",
)


def criteria(result: DesignResult) -> tuple[Criterion, ...]:
    """Judge the ten criteria; without proof only what needs no engine can be met."""
    evidence = result.evidence
    if evidence is None:
        answers = [(Verdict.NOT_PROVEN, "the design was made without proof")] * len(CRITERIA)
    else:
        answers = [
            _modeled(result, evidence),
            _refused(evidence, kinds=("foreign key",), what="foreign keys"),
            _indexed(evidence),
            _refused(evidence, kinds=None, what="constraints"),
            _timestamped(result, evidence),
            _migrated(evidence),
            _timed(evidence),
            (Verdict.NOT_PROVEN, "MongoDB is not designed yet"),
            (Verdict.MET, ""),
            _supported(evidence),
        ]
    answers[8] = (Verdict.MET, f"postgres/er.svg and er.mmd show {len(result.postgres.schema.tables)} tables")
    return tuple(
        Criterion(number=number, criterion=criterion, verdict=verdict, because=because)
        for number, (criterion, (verdict, because)) in enumerate(zip(CRITERIA, answers, strict=True), start=1)
    )


def _judged(misses: Iterable[str], *, met: str) -> tuple[Verdict, str]:
    missed = tuple(misses)
    return (Verdict.MISSED, "; ".join(missed)) if missed else (Verdict.MET, met)


def _modeled(result: DesignResult, evidence: Evidence) -> tuple[Verdict, str]:
    relations = len(result.logical.relations)
    compared = evidence.catalog.objects_compared
    met = f"{relations} relations became tables, and the catalog reads back equal ({compared} objects)"
    return _judged(evidence.catalog.differences, met=met)


def _refused(evidence: Evidence, *, kinds: tuple[str, ...] | None, what: str) -> tuple[Verdict, str]:
    claims = [claim for claim in evidence.constraints if kinds is None or claim.kind in kinds]
    misses = (f"{claim.object}.{claim.name or claim.column} is not proven" for claim in claims if not claim.is_proven)
    return _judged(misses, met=f"{len(claims)} {what}, each with a row that it refuses and one that it takes")


def _indexed(evidence: Evidence) -> tuple[Verdict, str]:
    misses = (pattern.name for pattern in evidence.patterns if pattern.shape_verdict is not Verdict.MET)
    return _judged(misses, met=f"{len(evidence.patterns)} access patterns read what they return and little more")


def _timestamped(result: DesignResult, evidence: Evidence) -> tuple[Verdict, str]:
    bare = [
        relation.name
        for relation in result.logical.relations
        if not any(attribute.role is Role.CREATED_AT for attribute in relation.attributes)
        and not any(attribute.name == "created_at" for attribute in relation.attributes)
    ]
    broken = [claim.seen for claim in evidence.behaviours if not claim.holds]
    if bare and not result.plan.conventions.has_timestamps:
        return Verdict.MISSED, "the plan asks for none (conventions: timestamps: false)"
    misses = (*(f"{name} has no created_at" for name in bare), *broken)
    return _judged(misses, met="every table has them; triggers were seen to keep them true")


def _migrated(evidence: Evidence) -> tuple[Verdict, str]:
    migration = evidence.migration
    is_met = migration.is_up_equal and migration.is_down_empty
    met = "the first migration was applied, reverted to nothing and applied again"
    return (Verdict.MET, met) if is_met else (Verdict.MISSED, "; ".join(migration.differences))


def _timed(evidence: Evidence) -> tuple[Verdict, str]:
    missed = [pattern.name for pattern in evidence.patterns if pattern.time_verdict is Verdict.MISSED]
    if missed:
        return Verdict.MISSED, f"over target on the sample: {', '.join(missed)}"
    timed = sum(pattern.runs > 0 for pattern in evidence.patterns)
    return Verdict.MET, f"{timed} access patterns were timed on the sample, none is over its target"


def _supported(evidence: Evidence) -> tuple[Verdict, str]:
    walks = (
        f"{walk.pattern}: pages are not exact"
        for walk in evidence.pagination
        if not (walk.is_exactly_once and walk.is_exactly_once_while_inserting)
    )
    runs = (
        f"transaction {run.name} failed"
        for run in evidence.transactions
        if not (run.is_committed and run.is_rolled_back_whole)
    )
    met = (
        f"{len(evidence.patterns)} access patterns and {len(evidence.transactions)} transactions ran, "
        f"{len(evidence.pagination)} page walks saw every row once"
    )
    return _judged((*walks, *runs), met=met)
