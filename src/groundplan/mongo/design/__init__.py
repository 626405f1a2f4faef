"""The MongoDB design: from relations to collections, one pass after the other."""

from __future__ import annotations

from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.draft import Draft, Pass
from groundplan.mongo.design.passes.constrain import constrain
from groundplan.mongo.design.passes.index_references import index_references
from groundplan.mongo.design.passes.keep_unique import keep_unique
from groundplan.mongo.design.passes.place_relations import place_relations
from groundplan.mongo.design.passes.show_live_rows import show_live_rows
from groundplan.mongo.design.passes.version_documents import version_documents
from groundplan.mongo.design.rules import findings_of
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.plan.patterns import ResolvedPlan

DEFAULT_VERSION = 6
"""The version designed for where the plan names none."""

PASSES: tuple[Pass, ...] = (
    place_relations,
    constrain,
    keep_unique,
    index_references,  # after unique indexes: those that begin with a reference do for it
    show_live_rows,
    version_documents,
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
