"""Choose how strictly documents are looked at: which writes, with what consequence, and whether fields may be added."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Choice, Decision, settle
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import Collection, ValidationAction, ValidationLevel

STRICT = "every write is refused"
MODERATE = "writes to valid documents are refused"
WARNING = "every write is logged"

_HOW = {
    STRICT: (ValidationLevel.STRICT, ValidationAction.ERROR),
    MODERATE: (ValidationLevel.MODERATE, ValidationAction.ERROR),
    WARNING: (ValidationLevel.STRICT, ValidationAction.WARN),
}

REFUSED = "refused"
ALLOWED = "allowed"


def validate_documents(draft: Draft) -> Draft:
    """Choose how strictly documents are looked at: which writes, with what consequence, and whether fields may come.

    A new collection has no documents that break a rule, so that nothing speaks against refusing them. Over documents
    that are there already the same validator is rolled out with warnings first, then what it tells of is mended, then
    it refuses. A time series takes no validator.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        if collection.time_series is not None:
            collections.append(collection)
            continue
        relation = draft.facts.relations[collection.document.relation]
        strictness = settle(draft.pins, key=_pin(relation, "validation"), default=STRICT, among=_HOW)
        others = settle(draft.pins, key=_pin(relation, "other_fields"), default=REFUSED, among=(REFUSED, ALLOWED))
        level, action = _HOW[strictness.value]
        collections.append(replace(collection, level=level, action=action, has_other_fields=others.value == ALLOWED))
        decisions += [_strictness(relation, collection, strictness), _others(relation, collection, others)]
    return draft.with_collections(collections, decisions=decisions)


def _pin(relation: Relation, topic: str) -> str:
    return f"mongo.{relation.source}.{topic}"


def _strictness(relation: Relation, collection: Collection, choice: Choice) -> Decision:
    why_not = {
        STRICT: "the plan pins another",
        MODERATE: "a document that breaks a rule already could be made worse by every later write",
        WARNING: "what breaks a rule would be written all the same, and only the server's log would tell",
    }
    reason = {
        STRICT: "Nothing that breaks a rule gets in, whichever program writes it.",
        MODERATE: "The plan pins it: documents that break a rule already can be changed, all others are held to it.",
        WARNING: "The plan pins it: the log tells what breaks a rule, before a later version refuses it.",
    }
    return Decision(
        object=f"mongo.{collection.name}",
        topic="validation",
        choice=choice.value,
        rule="validate_documents",
        reason=reason[choice.value],
        pin=_pin(relation, "validation"),
        alternatives=tuple(
            Alternative(choice=other, why_not=text) for other, text in why_not.items() if other != choice.value
        ),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )


def _others(relation: Relation, collection: Collection, choice: Choice) -> Decision:
    why_not = {
        REFUSED: "the plan pins another",
        ALLOWED: "a misspelt field would be a new one, and nobody would miss the right one",
    }
    reason = {
        REFUSED: "A field that the plan does not know is a mistake: a later version of the plan adds it.",
        ALLOWED: "The plan pins it: programs may keep fields of their own beside those that are checked.",
    }
    return Decision(
        object=f"mongo.{collection.name}",
        topic="other_fields",
        choice=choice.value,
        rule="validate_documents",
        reason=reason[choice.value],
        pin=_pin(relation, "other_fields"),
        alternatives=tuple(
            Alternative(choice=other, why_not=text) for other, text in why_not.items() if other != choice.value
        ),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )
