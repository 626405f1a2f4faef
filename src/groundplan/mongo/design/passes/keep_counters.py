"""Say where numbers are kept that are added to again and again: apart, or in the document that they are about."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import bytes_in_words, rate_in_words
from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Relation
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.costs.coefficients import REWRITTEN_BYTE
from groundplan.mongo.design.draft import Draft
from groundplan.plan.expressions import Binary, Operator, Path
from groundplan.plan.patterns import UpdatePattern

APART = "counter collection"
INSIDE = "in the document"

HOT_RATE = 10.0
"""So many additions a second make a counter hot: more than that are writes to the same few documents."""


def keep_counters(draft: Draft) -> Draft:
    """Say where numbers are kept that are added to again and again: apart, or in the document that they are about.

    An entity of its own, 1:1 with what is counted and not embedded, is a counter collection: its documents are small,
    and readers of the large ones beside are not in the way of those who count.
    """
    arrangement = Arrangement(draft.layout, Book(draft.facts))
    decisions = [
        _decision(draft, pattern, relation, arrangement)
        for pattern in draft.facts.updates
        for relation in (draft.facts.lookup.of_source(pattern.entity),)
        if (draft.facts.rate(pattern.name) or 0.0) >= HOT_RATE and _only_adds(pattern)
    ]
    return replace(draft, decisions=(*draft.decisions, *decisions))


def _only_adds(pattern: UpdatePattern) -> bool:
    for assignment in pattern.assignments:
        match assignment.value:
            case Binary(operator=Operator.PLUS | Operator.MINUS, left=Path() as path) if path == assignment.target:
                continue
            case _:
                return False
    return True


def _decision(draft: Draft, pattern: UpdatePattern, relation: Relation, arrangement: Arrangement) -> Decision:
    rate = draft.facts.rate(pattern.name) or 0.0
    words = "_".join(assignment.target.attribute or "" for assignment in pattern.assignments)
    size = arrangement.root_bytes(relation.name)
    counted = next(
        (found for found in relation.references if found.is_unique and arrangement.around(relation.name) is None), None
    )
    choice = INSIDE if counted is None else APART
    approximation = Alternative(
        choice="approximation",
        why_not="not built: one addition in a hundred, a hundred times as large, gives another number than was counted",
        cost=f"{rate_in_words(rate / 100)} writes instead of {rate_in_words(rate)}",
    )
    moved = (
        f"the document has {bytes_in_words(size)}, which each addition changes; write an entity of its own, 1:1 with "
        f"{relation.source}, to keep it apart"
    )
    other = {
        INSIDE: Alternative(
            choice=APART,
            why_not=f"not to be had: {moved}",
            cost=f"{size * REWRITTEN_BYTE * rate / 1000:,.1f} ms of work each second less",
        ),
        APART: Alternative(choice=INSIDE, why_not="every addition would change a larger document; pin it to embed"),
    }
    reason = {
        INSIDE: f"{pattern.name} adds to the document itself, of {bytes_in_words(size)}: one atomic $inc.",
        APART: (
            f"{pattern.name} adds {rate_in_words(rate)} to documents of {bytes_in_words(size)}, apart from those of "
            f"{'' if counted is None else counted.target} that they count for."
        ),
    }
    return Decision(
        object=f"mongo.{relation.name}.{words}",
        topic="counter",
        choice=choice,
        rule="keep_counters",
        reason=reason[choice],
        pin=f"mongo.{relation.source}.{words}.counter",
        inputs=(
            Input(name="additions", value=rate_in_words(rate)),
            Input(name="document", value=bytes_in_words(size)),
        ),
        alternatives=(other[choice], approximation),
        origin=pattern.origin,
    )
