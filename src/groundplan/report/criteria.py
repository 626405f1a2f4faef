"""The ten criteria of a complete database design, each ticked by evidence or not ticked."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from groundplan.logical.model import Role
from groundplan.postgres.model import AuditTrigger, Table, TouchTrigger
from groundplan.prove.evidence import Evidence, Verdict
from groundplan.report.blocks import counted
from groundplan.report.model import DesignResult
from groundplan.report.svg import can_draw


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


SHOWN = 8
"""How many names a sentence lists before it only counts them."""

Answer = tuple[Verdict, str]


def criteria(result: DesignResult) -> tuple[Criterion, ...]:
    """Judge the ten criteria by what an engine said; without proof only what needs no engine can be met."""
    evidence = result.evidence
    unasked = (Verdict.NOT_PROVEN, "the design was made without proof")
    answers: tuple[Answer, ...]
    if evidence is None:
        answers = (*(unasked,) * 7, _validated(result), _documented(result), unasked)
    else:
        answers = (
            _modeled(result, evidence),
            _referenced(result, evidence),
            _indexed(result, evidence),
            _enforced(result, evidence),
            _timestamped(result, evidence),
            _migrated(evidence),
            _timed(evidence),
            _validated(result),
            _documented(result),
            _supported(result, evidence),
        )
    return tuple(
        Criterion(number=number, criterion=criterion, verdict=verdict, because=because)
        for number, (criterion, (verdict, because)) in enumerate(zip(CRITERIA, answers, strict=True), start=1)
    )


def _judged(*, met: str, missed: Sequence[str] = (), unproven: Sequence[str] = ()) -> Answer:
    """Return the verdict: missed where anything is, else not proven where anything is, else met."""
    if missed:
        return Verdict.MISSED, _listed(missed)
    if unproven:
        return Verdict.NOT_PROVEN, _listed(unproven)
    return Verdict.MET, met


def _listed(says: Sequence[str]) -> str:
    more = f"; and {len(says) - SHOWN} more" if len(says) > SHOWN else ""
    return "; ".join(says[:SHOWN]) + more


def _modeled(result: DesignResult, evidence: Evidence) -> Answer:
    relations = len(result.logical.relations)
    compared = sum(catalog.objects_compared for catalog in evidence.catalogs)
    differences = tuple(difference for catalog in evidence.catalogs for difference in catalog.differences)
    met = f"{counted(relations, 'relation')} designed, and the catalog reads back equal ({compared:,} objects)"
    return _judged(met=met, missed=differences)


def _referenced(result: DesignResult, evidence: Evidence) -> Answer:
    wanted = {(table.name, key.name) for table in result.schema.tables for key in table.foreign_keys}
    if not wanted:
        return Verdict.MET, "the plan has no relationships"
    missed, unproven = _refusals(evidence, wanted)
    met = f"{counted(len(wanted), 'foreign key')}, each with a row that it refuses and one that it takes"
    return _judged(met=met, missed=missed, unproven=unproven)


def _enforced(result: DesignResult, evidence: Evidence) -> Answer:
    wanted = {(table.name, name) for table in result.schema.tables for name in _constraint_names(table)}
    _, unproven = _refusals(evidence, wanted)
    missed = tuple(
        f"{claim.object}.{claim.name or claim.column} is not proven"
        for claim in evidence.constraints
        if not claim.is_proven
    )
    upkeep = _upkeep(result)
    broken = tuple(
        f"{claim.object}, {claim.behaviour}: {claim.seen}"
        for claim in evidence.behaviours
        if not claim.holds and claim.object not in upkeep
    )
    met = f"{counted(len(evidence.constraints), 'constraint')}, each with a row that it refuses and one that it takes"
    return _judged(met=met, missed=(*missed, *broken), unproven=unproven)


def _constraint_names(table: Table) -> tuple[str, ...]:
    return (
        table.primary_key.name,
        *(constraint.name for constraint in table.unique),
        *(constraint.name for constraint in table.checks),
        *(constraint.name for constraint in table.foreign_keys),
        *(constraint.name for constraint in table.exclusions),
    )


def _refusals(evidence: Evidence, wanted: Set[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what did not refuse and what was never tried, of the named constraints that are `wanted`."""
    tried = {(claim.object, claim.name) for claim in evidence.constraints}
    missed = tuple(
        f"{claim.object}.{claim.name} is not proven"
        for claim in evidence.constraints
        if not claim.is_proven and (claim.object, claim.name) in wanted
    )
    untried = tuple(f"{table}.{name} was not tried" for table, name in sorted(wanted - tried))
    return missed, untried


def _indexed(result: DesignResult, evidence: Evidence) -> Answer:
    seen = {pattern.name: pattern.shape_verdict for pattern in evidence.patterns}
    verdicts = {pattern.name: seen.get(pattern.name, Verdict.NOT_PROVEN) for pattern in result.resolved.patterns}
    return _judged(
        met=f"{counted(len(verdicts), 'access pattern')} tried: little is read in vain, or a reason says why",
        missed=[f"{name} reads more than it should" for name, is_ in verdicts.items() if is_ is Verdict.MISSED],
        unproven=[f"{name} was not tried" for name, is_ in verdicts.items() if is_ is Verdict.NOT_PROVEN],
    )


def _timestamped(result: DesignResult, evidence: Evidence) -> Answer:
    bare = tuple(
        f"{relation.name} has no created_at"
        for relation in result.logical.relations
        if not any(each.role is Role.CREATED_AT or each.name == "created_at" for each in relation.attributes)
    )
    if bare and not result.plan.conventions.has_timestamps:
        return Verdict.MISSED, "the plan asks for none (conventions: timestamps: false)"
    upkeep = _upkeep(result)
    seen = {claim.object: claim for claim in evidence.behaviours if claim.object in upkeep}
    broken = tuple(f"{claim.object}: {claim.seen}" for claim in seen.values() if not claim.holds)
    return _judged(
        met="every table has them; the triggers that keep them were seen at work",
        missed=(*bare, *broken),
        unproven=tuple(f"{name} was not seen at work" for name in upkeep if name not in seen),
    )


def _upkeep(result: DesignResult) -> tuple[str, ...]:
    """Name the triggers that keep timestamps and audit trails, as behaviours name them."""
    return tuple(
        f"{table.name}.{trigger.name}"
        for table in result.schema.tables
        for trigger in table.triggers
        if isinstance(trigger, TouchTrigger | AuditTrigger)
    )


def _migrated(evidence: Evidence) -> Answer:
    migration = evidence.migration
    if migration is None:
        return Verdict.NOT_PROVEN, "no engine with migrations was asked"
    if migration.is_up_equal and migration.is_down_empty:
        return Verdict.MET, "the first migration was applied and compared, reverted, and left nothing behind"
    return Verdict.MISSED, _listed(migration.differences) or "it does not lead to the schema and back"


def _timed(evidence: Evidence) -> Answer:
    slow = [pattern.name for pattern in evidence.patterns if pattern.time_verdict is Verdict.MISSED]
    timed = sum(pattern.runs > 0 for pattern in evidence.patterns)
    return _judged(
        met=f"{counted(timed, 'access pattern')} timed on the sample, none is over its target",
        missed=[f"{name} is over its target on the sample" for name in slow],
        unproven=() if timed else ("no access pattern was timed",),
    )


def _validated(result: DesignResult) -> Answer:
    if result.plan.targets.mongo is None:
        return Verdict.NOT_PROVEN, "the plan does not ask for MongoDB"
    return Verdict.NOT_PROVEN, "MongoDB is not designed yet"


def _documented(result: DesignResult) -> Answer:
    schema = result.schema
    if not schema.tables:
        return Verdict.MISSED, "there are no tables to draw"
    drawn = "postgres/er.svg and er.mmd show" if can_draw(schema) else "postgres/er.mmd shows"
    return Verdict.MET, f"{drawn} {counted(len(schema.tables), 'table')}"


def _supported(result: DesignResult, evidence: Evidence) -> Answer:
    walks = [
        f"the pages of {walk.pattern} skip or repeat rows"
        for walk in evidence.pagination
        if not (walk.is_exactly_once and walk.is_exactly_once_while_inserting)
    ]
    failed = [
        f"transaction {run.name} did not commit or roll back whole"
        for run in evidence.transactions
        if not (run.is_committed and run.is_rolled_back_whole)
    ]
    ran = {run.name for run in evidence.transactions}
    met = (
        f"{counted(len(evidence.patterns), 'access pattern')} and {counted(len(ran), 'transaction')} ran, "
        f"{counted(len(evidence.pagination), 'walk')} over all pages saw every row once"
    )
    untried = [f"transaction {each.name} was not run" for each in result.resolved.transactions if each.name not in ran]
    return _judged(met=met, missed=(*walks, *failed), unproven=untried)
