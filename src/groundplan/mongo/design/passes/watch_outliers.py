"""Tell of the few documents that would grow beyond the limit although nearly all would not."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import bytes_in_words
from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.facts import word_of
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.costs.coefficients import DOCUMENT_LIMIT
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.design.placing.obstacles import ARRAY_LIMIT

OUTLIER = "outlier"


def watch_outliers(draft: Draft) -> Draft:
    """Tell of the few documents that would grow beyond the limit although nearly all would not.

    All rows go into a collection of their own then: a document that holds the first ones and points at the rest has to
    be read in two ways, by every program, for the sake of the many that need no second look.
    """
    book = Book(draft.facts)
    decisions: list[Decision] = []
    for relation in draft.logical.relations:
        for reference in relation.references:
            is_bounded = reference.fanout.is_bounded and not reference.fanout.is_assumed and not reference.is_unique
            if not is_bounded or reference.target == relation.name or reference.is_optional:
                continue
            arrangement = Arrangement(Layout(embedded={relation.name: reference.name}), book)
            usual = arrangement.document_bytes(reference.target, "p99")
            largest = arrangement.document_bytes(reference.target, "max")
            is_usually_fine = usual <= DOCUMENT_LIMIT and reference.fanout.p99 <= ARRAY_LIMIT
            if is_usually_fine and (largest > DOCUMENT_LIMIT or reference.fanout.max > ARRAY_LIMIT):
                decisions.append(_decision(relation, reference, usual=usual, largest=largest))
    return replace(draft, decisions=(*draft.decisions, *decisions))


def _decision(relation: Relation, reference: Reference, *, usual: float, largest: float) -> Decision:
    most = "16 MB" if largest > DOCUMENT_LIMIT else f"an array of {ARRAY_LIMIT:,}"
    return Decision(
        object=f"mongo.{relation.name}.{reference.name}",
        topic="growth",
        choice=OUTLIER,
        rule="watch_outliers",
        reason=(
            f"The one of {reference.target} with {reference.fanout.max:,.0f} {relation.name} would have a document of "
            f"{bytes_in_words(largest)}, and {most} is the most: {relation.name} keep a collection of their own."
        ),
        pin=f"mongo.{word_of(relation, reference)}.growth",
        inputs=(
            Input(name="document of 99 of 100", value=f"up to {bytes_in_words(usual)}"),
            Input(name="largest document", value=bytes_in_words(largest)),
        ),
        alternatives=(
            Alternative(
                choice="embed up to a limit",
                why_not="not built: programs would have to look in two places; pin a subset for what is read first",
            ),
        ),
        origin=reference.origin,
    )
