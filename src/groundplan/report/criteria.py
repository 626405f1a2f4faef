"""The ten criteria of a complete database design, each ticked by evidence or not ticked."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.prove.evidence import Equivalence, Evidence, PatternEvidence, Verdict
from groundplan.prove.versions import NAMES
from groundplan.report.answers import Answer, judged, listed
from groundplan.report.blocks import counted
from groundplan.report.drawings import Drawing, drawings
from groundplan.report.integrity import enforced, referenced, timestamped, validated_documents
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
    """Judge the ten criteria by what the engines said; without proof only what needs no engine can be met."""
    evidence = result.evidence
    unasked = (Verdict.NOT_PROVEN, "the design was made without proof")
    answers: tuple[Answer, ...]
    if evidence is None:
        validated = unasked if result.mongo is not None else UNWANTED
        answers = (*(unasked,) * 7, validated, _documented(result), unasked)
    else:
        answers = (
            _modeled(result, evidence),
            referenced(result, evidence),
            _indexed(result, evidence),
            enforced(result, evidence),
            timestamped(result, evidence),
            _migrated(result, evidence),
            _timed(result, evidence),
            validated_documents(result, evidence) if result.mongo is not None else UNWANTED,
            _documented(result),
            _supported(result, evidence),
        )
    return tuple(
        Criterion(number=number, criterion=criterion, verdict=verdict, because=because)
        for number, (criterion, (verdict, because)) in enumerate(zip(CRITERIA, answers, strict=True), start=1)
    )


UNWANTED: Answer = (Verdict.NOT_PROVEN, "the plan does not ask for MongoDB")


def _modeled(result: DesignResult, evidence: Evidence) -> Answer:
    relations = len(result.logical.relations)
    compared = sum(catalog.objects_compared for catalog in evidence.catalogs)
    seen = {catalog.engine for catalog in evidence.catalogs}
    met = f"{counted(relations, 'relation')} designed, and the catalog reads back equal ({compared:,} objects)"
    return judged(
        met=met,
        missed=tuple(difference for catalog in evidence.catalogs for difference in catalog.differences),
        unproven=tuple(
            f"what {NAMES[engine]} holds was not read back" for engine in result.engines if engine not in seen
        ),
    )


def _indexed(result: DesignResult, evidence: Evidence) -> Answer:
    seen = {(pattern.engine, pattern.name): pattern.shape_verdict for pattern in evidence.patterns}
    verdicts = {
        f"{pattern.name}{_on(engine, result)}": seen.get((engine, pattern.name), Verdict.NOT_PROVEN)
        for engine in result.engines
        for pattern in result.resolved.patterns
    }
    tried = counted(len(result.resolved.patterns), "access pattern")
    everywhere = " on both engines" if len(result.engines) > 1 else ""
    return judged(
        met=f"{tried} tried{everywhere}: little is read in vain, or a reason says why",
        missed=[f"{name} reads more than it should" for name, is_ in verdicts.items() if is_ is Verdict.MISSED],
        unproven=[f"{name} was not tried" for name, is_ in verdicts.items() if is_ is Verdict.NOT_PROVEN],
    )


def _on(engine: str, result: DesignResult) -> str:
    """Return what tells engines apart in a sentence: nothing where one alone is designed for."""
    return f" on {NAMES[engine]}" if len(result.engines) > 1 else ""


def _migrated(result: DesignResult, evidence: Evidence) -> Answer:
    migration = evidence.migration
    if migration is None:
        if result.postgres is None:
            return Verdict.NOT_PROVEN, "MongoDB takes no migrations: schema.js creates and revert.js drops"
        return Verdict.NOT_PROVEN, "the first migration was not tried"
    if migration.is_up_equal and migration.is_down_empty:
        return Verdict.MET, "the first migration was applied and compared, reverted, and left nothing behind"
    return Verdict.MISSED, listed(migration.differences) or "it does not lead to the schema and back"


def _timed(result: DesignResult, evidence: Evidence) -> Answer:
    def named(pattern: PatternEvidence) -> str:
        return f"{pattern.name}{_on(pattern.engine, result)}"

    timed = len({pattern.name for pattern in evidence.patterns if pattern.runs > 0})
    doubtful = [
        f"{named(pattern)} took longer than its target, in too few runs to tell"
        for pattern in evidence.patterns
        if pattern.time_verdict is Verdict.NOT_PROVEN and _is_over(pattern)
    ]
    return judged(
        met=f"{counted(timed, 'access pattern')} timed on the sample, none is over its target",
        missed=[
            f"{named(pattern)} is over its target on the sample"
            for pattern in evidence.patterns
            if pattern.time_verdict is Verdict.MISSED
        ],
        unproven=doubtful if timed else ("no access pattern was timed",),
    )


def _is_over(pattern: PatternEvidence) -> bool:
    return pattern.p95_ms is not None and pattern.target_ms is not None and pattern.p95_ms > pattern.target_ms


def _documented(result: DesignResult) -> Answer:
    drawn = tuple(drawing for drawing in drawings(result) if not drawing.is_empty)
    if not drawn:
        return Verdict.MISSED, "there is nothing to draw"
    return Verdict.MET, "; ".join(map(_shown, drawn))


def _shown(drawing: Drawing) -> str:
    if drawing.picture is None:
        return f"{drawing.text_file} shows {drawing.shows}"
    return f"{drawing.picture_file} and er.mmd show {drawing.shows}"


def _supported(result: DesignResult, evidence: Evidence) -> Answer:
    walks = [
        f"the pages of {walk.pattern} skip or repeat rows{_on(walk.engine, result)}"
        for walk in evidence.pagination
        if not (walk.is_exactly_once and walk.is_exactly_once_while_inserting)
    ]
    failed = [
        f"transaction {run.name} did not commit or roll back whole{_on(run.engine, result)}"
        for run in evidence.transactions
        if not (run.is_committed and run.is_rolled_back_whole)
    ]
    differing = [
        f"the engines do not agree on {pattern.name}"
        for pattern in evidence.patterns
        if pattern.equivalent is Equivalence.NO
    ]
    ran = {(run.engine, run.name) for run in evidence.transactions}
    agreed = {pattern.name for pattern in evidence.patterns if pattern.equivalent not in (None, Equivalence.NO)}
    met = (
        f"{counted(len({each.name for each in evidence.patterns}), 'access pattern')} and "
        f"{counted(len({name for _, name in ran}), 'transaction')} ran, "
        f"{counted(len(evidence.pagination), 'walk')} over all pages saw every row once"
        + (f", and the engines agree on {counted(len(agreed), 'access pattern')}" if agreed else "")
    )
    untried = [
        f"transaction {each.name} was not run{_on(engine, result)}"
        for engine in result.engines
        for each in result.resolved.transactions
        if (engine, each.name) not in ran
    ]
    return judged(met=met, missed=(*walks, *failed, *dict.fromkeys(differing)), unproven=untried)
