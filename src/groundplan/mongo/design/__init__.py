"""The MongoDB design: from relations to collections, one pass after the other."""

from __future__ import annotations

from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.draft import Draft, Pass
from groundplan.mongo.design.passes.build_indexes import build_indexes
from groundplan.mongo.design.passes.choose_shard_keys import choose_shard_keys
from groundplan.mongo.design.passes.choose_time_series import choose_time_series
from groundplan.mongo.design.passes.constrain import constrain
from groundplan.mongo.design.passes.drop_redundant_indexes import drop_redundant_indexes
from groundplan.mongo.design.passes.expire_rows import expire_rows
from groundplan.mongo.design.passes.gather_kinds import gather_kinds
from groundplan.mongo.design.passes.index_inner_keys import index_inner_keys
from groundplan.mongo.design.passes.index_references import index_references
from groundplan.mongo.design.passes.keep_audit_trail import keep_audit_trail
from groundplan.mongo.design.passes.keep_counters import keep_counters
from groundplan.mongo.design.passes.keep_trees import keep_trees
from groundplan.mongo.design.passes.keep_unique import keep_unique
from groundplan.mongo.design.passes.number_keys import number_keys
from groundplan.mongo.design.passes.place_relations import place_relations
from groundplan.mongo.design.passes.serve_access_patterns import serve_access_patterns
from groundplan.mongo.design.passes.show_live_rows import show_live_rows
from groundplan.mongo.design.passes.validate_documents import validate_documents
from groundplan.mongo.design.passes.version_documents import version_documents
from groundplan.mongo.design.passes.watch_outliers import watch_outliers
from groundplan.mongo.design.rules import findings_of
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.plan.patterns import ResolvedPlan

DEFAULT_VERSION = 6
"""The version designed for where the plan names none."""

PASSES: tuple[Pass, ...] = (
    place_relations,
    watch_outliers,
    keep_trees,
    keep_counters,  # after places: what an addition costs depends on the document around
    gather_kinds,
    choose_time_series,  # after places: documents that hold others are none
    constrain,
    validate_documents,
    keep_unique,
    expire_rows,
    index_references,
    index_inner_keys,
    serve_access_patterns,  # after unique indexes: what they find needs no other
    drop_redundant_indexes,
    build_indexes,
    choose_shard_keys,  # after indexes: every unique one has to begin with the key
    show_live_rows,
    version_documents,
    keep_audit_trail,
    number_keys,
)


def design_mongo(resolved: ResolvedPlan, logical: LogicalModel) -> MongoDesign:
    """Design the collections of a MongoDB database for a plan without errors.

    Decisions and assumptions are in the order of the objects they are about; findings that only this engine has are in
    `diagnostics`, those about pins among them.
    """
    draft = Draft(
        resolved=resolved,
        logical=logical,
        facts=Facts(resolved, logical),
        model=DocumentModel(version=resolved.plan.targets.mongo or DEFAULT_VERSION, collections=()),
    )
    for design in PASSES:
        draft = design(draft)
    return MongoDesign(
        model=draft.model,
        decisions=tuple(
            sorted(
                dict.fromkeys(draft.decisions),
                key=lambda found: (found.object, found.topic, found.pin, found.choice),
            )
        ),
        assumptions=tuple(sorted(draft.assumptions, key=lambda assumed: (assumed.object, assumed.fact))),
        diagnostics=findings_of(draft),
    )
