"""The short of a design: what was decided, what the engine said of each pattern, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.prove.evidence import Evidence, PatternEvidence, Verdict
from groundplan.report.model import DesignResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a terminal shows after a design.

    `decided` counts what was made, by kind; `missed` is one sentence for each claim that no engine backed, empty where
    all were; `slow` names the patterns that missed their target on the sample, which `--strict-times` counts as missed.
    """

    plan: str
    decided: tuple[tuple[str, int], ...]
    patterns: tuple[PatternEvidence, ...]
    missed: tuple[str, ...]
    slow: tuple[str, ...]
    is_proven: bool


def summary(result: DesignResult) -> Summary:
    """Sum up a design and its evidence."""
    schema = result.schema
    evidence = result.evidence
    counts = (
        ("table", len(schema.tables)),
        ("foreign key", sum(len(table.foreign_keys) for table in schema.tables)),
        ("check", sum(len(table.checks) for table in schema.tables)),
        ("index", sum(len(table.indexes) for table in schema.tables)),
        ("view", len(schema.views) + len(schema.materialized_views)),
        ("trigger", sum(len(table.triggers) for table in schema.tables)),
        ("query", len(result.workload.patterns) + len(result.workload.transactions)),
        ("decision", len(result.decisions)),
        ("assumption", len(result.assumptions)),
    )
    return Summary(
        plan=result.plan.name,
        decided=counts,
        patterns=() if evidence is None else evidence.patterns,
        missed=() if evidence is None else missed_claims(evidence),
        slow=() if evidence is None else slow_patterns(evidence),
        is_proven=evidence is not None,
    )


def missed_claims(evidence: Evidence) -> tuple[str, ...]:
    """Return one sentence for each claim that the engine did not back, timings left out."""
    catalog = tuple(f"catalog: {difference}" for each in evidence.catalogs for difference in each.differences)
    migration = evidence.migration
    reverted = (
        ()
        if migration is None or (migration.is_up_equal and migration.is_down_empty)
        else tuple(f"first migration: {difference}" for difference in migration.differences)
        or ("first migration: it does not lead to the schema and back",)
    )
    constraints = tuple(
        f"constraint {claim.object}.{claim.name or claim.column}: {claim.reason or 'no row was refused by it'}"
        for claim in evidence.constraints
        if not claim.is_proven
    )
    behaviours = tuple(
        f"{claim.object}, {claim.behaviour}: {claim.seen}" for claim in evidence.behaviours if not claim.holds
    )
    patterns = tuple(
        f"pattern {pattern.name}: {pattern.reason or 'its plan does not fit what it returns'}"
        for pattern in evidence.patterns
        if pattern.shape_verdict is not Verdict.MET
    )
    pages = tuple(
        f"pages of {walk.pattern}: {walk.reason or 'a row was skipped or seen twice'}"
        for walk in evidence.pagination
        if not (walk.is_exactly_once and walk.is_exactly_once_while_inserting)
    )
    transactions = tuple(
        f"transaction {run.name}: {run.reason or 'it did not commit whole and roll back whole'}"
        for run in evidence.transactions
        if not (run.is_committed and run.is_rolled_back_whole)
    )
    return (*catalog, *reverted, *constraints, *behaviours, *patterns, *pages, *transactions)


def slow_patterns(evidence: Evidence) -> tuple[str, ...]:
    """Name the patterns that missed their target on the sample."""
    return tuple(pattern.name for pattern in evidence.patterns if pattern.time_verdict is Verdict.MISSED)
