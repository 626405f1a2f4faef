"""The short of a design: what was decided, what the engine said of each pattern, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.prove.evidence import ChoiceEvidence, Equivalence, Evidence, PatternEvidence, Verdict
from groundplan.prove.versions import NAMES
from groundplan.report.integrity import claim_title
from groundplan.report.model import DesignResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a terminal shows after a design.

    `decided` counts what was made, by kind; `missed` is one sentence for each claim that no engine backed, empty where
    all were; `slow` names the patterns that missed their target on the sample, which `--strict-times` counts as missed.
    `choice` says which engine suits the plan, where both were asked.
    """

    plan: str
    decided: tuple[tuple[str, int], ...]
    patterns: tuple[PatternEvidence, ...]
    missed: tuple[str, ...]
    slow: tuple[str, ...]
    is_proven: bool
    choice: ChoiceEvidence | None = None


def summary(result: DesignResult) -> Summary:
    """Sum up a design and its evidence."""
    schema, collections = result.schema, result.documents.collections
    evidence = result.evidence
    counts = (
        ("table", len(schema.tables)),
        ("foreign key", sum(len(table.foreign_keys) for table in schema.tables)),
        ("check", sum(len(table.checks) for table in schema.tables)),
        ("index", sum(len(table.indexes) for table in schema.tables)),
        ("view", len(schema.views) + len(schema.materialized_views)),
        ("trigger", sum(len(table.triggers) for table in schema.tables)),
        ("collection", len(collections)),
        ("embedded relation", sum(len(tuple(each.document.embedded)) for each in collections)),
        ("index of MongoDB", sum(len(each.indexes) for each in collections)),
        ("query", len(result.resolved.patterns) + len(result.resolved.transactions)),
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
        choice=None if evidence is None else evidence.choice,
    )


def missed_claims(evidence: Evidence) -> tuple[str, ...]:
    """Return one sentence for each claim that an engine did not back, timings left out."""
    on = _places(evidence)
    catalog = tuple(
        f"catalog{on[each.engine]}: {difference}" for each in evidence.catalogs for difference in each.differences
    )
    migration = evidence.migration
    reverted = (
        ()
        if migration is None or (migration.is_up_equal and migration.is_down_empty)
        else tuple(f"first migration: {difference}" for difference in migration.differences)
        or ("first migration: it does not lead to the schema and back",)
    )
    constraints = tuple(
        f"constraint {claim_title(claim)}{on[claim.engine]}: {claim.reason or 'no row was refused by it'}"
        for claim in evidence.constraints
        if not claim.is_proven
    )
    behaviours = tuple(
        f"{claim.object}, {claim.behaviour}{on[claim.engine]}: {claim.seen}"
        for claim in evidence.behaviours
        if not claim.holds
    )
    patterns = tuple(
        f"pattern {pattern.name}{on[pattern.engine]}: {pattern.reason or 'its plan does not fit what it returns'}"
        for pattern in evidence.patterns
        if pattern.shape_verdict is not Verdict.MET
    )
    differing = tuple(
        f"pattern {pattern.name}: the engines do not agree: {pattern.equivalence or 'other rows came back'}"
        for pattern in evidence.patterns
        if pattern.equivalent is Equivalence.NO
    )
    pages = tuple(
        f"pages of {walk.pattern}{on[walk.engine]}: {walk.reason or 'a row was skipped or seen twice'}"
        for walk in evidence.pagination
        if not (walk.is_exactly_once and walk.is_exactly_once_while_inserting)
    )
    transactions = tuple(
        f"transaction {run.name}{on[run.engine]}: {run.reason or 'it did not commit whole and roll back whole'}"
        for run in evidence.transactions
        if not (run.is_committed and run.is_rolled_back_whole)
    )
    claims = (*catalog, *reverted, *constraints, *behaviours, *patterns, *differing, *pages, *transactions)
    return tuple(dict.fromkeys(claims))


def _places(evidence: Evidence) -> dict[str, str]:
    """Return what tells engines apart in a sentence: nothing where one alone is designed for."""
    engines = {server.engine for server in evidence.servers} | {pattern.engine for pattern in evidence.patterns}
    return {engine: "" if len(engines) < 2 else f" on {name}" for engine, name in NAMES.items()}


def slow_patterns(evidence: Evidence) -> tuple[str, ...]:
    """Name the patterns that missed their target on the sample."""
    on = _places(evidence)
    return tuple(
        f"{pattern.name}{on[pattern.engine]}" for pattern in evidence.patterns if pattern.time_verdict is Verdict.MISSED
    )
