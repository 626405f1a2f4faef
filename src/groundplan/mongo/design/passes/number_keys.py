"""Give every key that is a whole number a counter, from which an insert takes the next number."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision
from groundplan.logical.model import Relation, Role
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import Counters
from groundplan.mongo.queries.model import COUNTERS
from groundplan.mongo.queries.writes.inserts import counter_of
from groundplan.plan.types import Integer


def number_keys(draft: Draft) -> Draft:
    """Give every key that is a whole number a counter, from which an insert takes the next number."""
    numbered = tuple(relation for relation in draft.logical.relations if _key(relation) is not None)
    if not numbered:
        return draft
    keys = tuple(sorted(counter_of(relation.name, str(_key(relation))) for relation in numbered))
    model = replace(draft.model, own=(*draft.model.own, Counters(name=COUNTERS, keys=keys)))
    return replace(draft, model=model, decisions=(*draft.decisions, *(_decision(relation) for relation in numbered)))


def _key(relation: Relation) -> str | None:
    """Return the surrogate key of a relation where it is a whole number."""
    for attribute in relation.attributes:
        if attribute.role is Role.SURROGATE and isinstance(attribute.type, Integer):
            return attribute.name
    return None


def _decision(relation: Relation) -> Decision:
    return Decision(
        object=f"mongo.{relation.name}.{_key(relation)}",
        topic="numbering",
        choice=f"a document of {COUNTERS}",
        rule="number_keys",
        reason="One document counts for all programs; like a sequence it is not rolled back, so gaps remain.",
        pin=f"mongo.{relation.source}.numbering",
        alternatives=(
            Alternative(
                choice="the largest key and one",
                why_not="not built: two programs that insert at once read the same largest key",
            ),
            Alternative(
                choice="keys made by the program",
                why_not="not built: pin the key of the entity to uuid, or set conventions.keys, to get them",
                cost="16 bytes for each key in place of 4 or 8, and no round trip before the insert",
            ),
        ),
        origin=relation.origin,
    )
