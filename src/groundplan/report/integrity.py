"""The criteria about what keeps wrong rows out: foreign keys, constraints, validators, timestamps and audit trails."""

from __future__ import annotations

from collections.abc import Iterator, Set

from groundplan.logical.model import Role
from groundplan.mongo.queries.model import CompiledWrite, Refuse, Require
from groundplan.mongo.validator import untold
from groundplan.postgres.model import AuditTrigger, Table, TouchTrigger
from groundplan.prove.evidence import MONGO, POSTGRES, ConstraintEvidence, Evidence, Verdict
from groundplan.report.answers import Answer, judged
from groundplan.report.blocks import counted
from groundplan.report.documents import kept_references
from groundplan.report.model import DesignResult
from groundplan.report.subjects import MONGO_STAGE

UNIQUE = "unique"
"""The kind of claims about unique indexes, which are no part of a validator."""


def referenced(result: DesignResult, evidence: Evidence) -> Answer:
    """Judge the foreign keys; MongoDB has none, and what stands in for them is told, not proven."""
    if not any(relation.references for relation in result.logical.relations):
        return Verdict.MET, "the plan has no relationships"
    instead = _instead_of_foreign_keys(result) if result.mongo is not None else ""
    if result.postgres is None:
        return Verdict.NOT_PROVEN, instead
    wanted = {(table.name, key.name) for table in result.schema.tables for key in table.foreign_keys}
    if not wanted:
        return Verdict.MET, "the plan has no relationships"
    missed, unproven = _refusals(evidence, wanted)
    met = f"{counted(len(wanted), 'foreign key')}, each with a row that it refuses and one that it takes"
    return judged(met=f"{met}; {instead}" if instead else met, missed=missed, unproven=unproven)


def _instead_of_foreign_keys(result: DesignResult) -> str:
    """Say what keeps references whole in MongoDB."""
    references = sum(len(relation.references) for relation in result.logical.relations)
    nested = sum(words[0] == "by nesting: " for words in kept_references(result).values())
    looking = 0 if result.mongo is None else sum(map(_looks_first, result.mongo.workload.patterns))
    looks = "looks" if looking == 1 else "look"
    parts = [
        f"{nested:,} of {references:,} references hold by nesting" if nested else "",
        f"{counted(looking, 'generated write')} first {looks} for what a reference names" if looking else "",
        "whoever writes past them can break a reference",
    ]
    return f"MongoDB has no foreign keys: {', '.join(filter(None, parts))}"


def _looks_first(compiled: object) -> bool:
    return isinstance(compiled, CompiledWrite) and any(
        isinstance(each, Require | Refuse) for each in compiled.operations
    )


def enforced(result: DesignResult, evidence: Evidence) -> Answer:
    """Judge the constraints of tables, the rules of validators and the unique indexes of collections."""
    wanted = {(table.name, name) for table in result.schema.tables for name in _constraint_names(table)}
    _, untried = _refusals(evidence, wanted)
    missed = tuple(f"{_named(claim, result)} is not proven" for claim in evidence.constraints if not claim.is_proven)
    upkeep = _upkeep(result)
    broken = tuple(
        f"{claim.object}, {claim.behaviour}: {claim.seen}"
        for claim in evidence.behaviours
        if not claim.holds and claim.object not in upkeep
    )
    rows = " or ".join({POSTGRES: "row", MONGO: "document"}[engine] for engine in result.engines)
    met = (
        f"{counted(len(evidence.constraints), 'constraint')}, each with a {rows} that it refuses and one that it takes"
    )
    unproven = (*untried, *_untried_unique(result, evidence))
    return judged(met=met, missed=(*missed, *broken), unproven=unproven)


def claim_title(claim: ConstraintEvidence) -> str:
    """Name a claim: its table or collection with the constraint or column, a rule of a validator with what it asks."""
    place = claim.name or claim.column
    rule = f" ({claim.kind})" if claim.engine == MONGO and claim.kind != UNIQUE else ""
    return f"{claim.object}{f'.{place}' if place else ''}{rule}"


def _named(claim: ConstraintEvidence, result: DesignResult) -> str:
    """Name a claim, one about a collection as `groundplan why` does where tables have the same names."""
    is_doubtful = claim.engine == MONGO and result.postgres is not None
    return f"{MONGO_STAGE if is_doubtful else ''}{claim_title(claim)}"


def _untried_unique(result: DesignResult, evidence: Evidence) -> Iterator[str]:
    tried = {(claim.object, claim.name) for claim in evidence.constraints if claim.engine == MONGO}
    for collection in result.documents.collections:
        for index in collection.indexes:
            if index.is_unique and (collection.name, index.name) not in tried:
                yield f"{collection.name}.{index.name} was not tried in MongoDB"


def _constraint_names(table: Table) -> tuple[str, ...]:
    return (
        table.primary_key.name,
        *(constraint.name for constraint in table.unique),
        *(constraint.name for constraint in table.checks),
        *(constraint.name for constraint in table.foreign_keys),
        *(constraint.name for constraint in table.exclusions),
    )


def _refusals(evidence: Evidence, wanted: Set[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what did not refuse and what was never tried, of PostgreSQL's named constraints that are `wanted`."""
    claims = tuple(claim for claim in evidence.constraints if claim.engine == POSTGRES)
    tried = {(claim.object, claim.name) for claim in claims}
    missed = tuple(
        f"{claim.object}.{claim.name} is not proven"
        for claim in claims
        if not claim.is_proven and (claim.object, claim.name) in wanted
    )
    untried = tuple(f"{table}.{name} was not tried" for table, name in sorted(wanted - tried))
    return missed, untried


def validated_documents(result: DesignResult, evidence: Evidence) -> Answer:
    """Judge the validators of the collections: each rule with a document refused for it, and one taken."""
    claims = [each for each in evidence.constraints if each.engine == MONGO and each.kind != UNIQUE]
    collections = [each for each in result.documents.collections if each.time_series is None]
    tried = {claim.object for claim in claims}
    unsaid = [
        f"no validator of {collection.name} can say {check.name or 'what the plan implies'}: {reason}"
        for collection in collections
        for check, reason in untold(collection, result.logical)
    ]
    return judged(
        met=f"{counted(len(claims), 'rule')} in the validators of {counted(len(collections), 'collection')}, "
        "each with a document that it refuses (code 121) and one that it takes",
        missed=[f"{_named(claim, result)} is not proven" for claim in claims if not claim.is_proven],
        unproven=[
            *(f"the validator of {each.name} was not tried" for each in collections if each.name not in tried),
            *unsaid,
        ],
    )


def timestamped(result: DesignResult, evidence: Evidence) -> Answer:
    """Judge timestamps and audit trails: triggers keep them in PostgreSQL, in MongoDB the writes themselves do."""
    bare = tuple(
        f"{relation.name} has no created_at"
        for relation in result.logical.relations
        if not any(each.role is Role.CREATED_AT or each.name == "created_at" for each in relation.attributes)
    )
    if bare and not result.plan.conventions.has_timestamps:
        return Verdict.MISSED, "the plan asks for none (conventions: timestamps: false)"
    if result.postgres is None:
        said = "MongoDB has no triggers: the generated writes set them, and other programs have to do it themselves"
        return judged(met=said, missed=bare, unproven=(said,))
    upkeep = _upkeep(result)
    seen = {claim.object: claim for claim in evidence.behaviours if claim.object in upkeep}
    broken = tuple(f"{claim.object}: {claim.seen}" for claim in seen.values() if not claim.holds)
    met = "every table has them; the triggers that keep them were seen at work"
    return judged(
        met=met if result.mongo is None else f"{met}; in MongoDB the generated writes set them",
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
