"""Why rows of a relation cannot lie inside the documents of one that it references."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.amounts import bytes_in_words
from groundplan.logical.facts import Facts
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.costs.coefficients import DOCUMENT_LIMIT
from groundplan.mongo.design.costs.crowding import own_attributes
from groundplan.mongo.design.layout import Layout
from groundplan.plan.patterns import ReadPattern, UpdatePattern, UpsertPattern

ARRAY_LIMIT = 10_000
"""So many elements an array may come to have: beyond, each push rewrites and indexes what nobody reads at once.

The server sets no limit; advice to keep to hundreds is common (MongoDB manual, Avoid Unbounded Arrays).
"""

OUTLIER = "outlier"
"""How the reason begins where only a few documents would be too large."""


def obstacle(relation: Relation, reference: Reference, facts: Facts, book: Book) -> str | None:
    """Return why rows cannot be embedded by a reference, in a sentence without a full stop; None where they can."""
    return next(_obstacles(relation, reference, facts, book), None)


def _obstacles(relation: Relation, reference: Reference, facts: Facts, book: Book) -> Iterator[str]:
    name, target = relation.name, reference.target
    if reference.target == name:
        yield f"{name} would lie inside {name} without end"
    if reference.is_optional:
        yield f"{name} without {reference.name} would have no document to be in"
    if reference.is_deferrable:
        yield f"{name} may be written before what {reference.name} points at, and would have no document to be in"
    if relation.lifecycle.expires is not None or relation.lifecycle.retain is not None:
        yield f"{name} expire, and the server removes whole documents only"
    if facts.is_soft(name):
        yield f"deleted {name} would stay in the documents for good"
    yield from _about_patterns(relation, reference, facts)
    if reference.is_unique:
        return
    fanout = reference.fanout
    if fanout.is_assumed or not fanout.is_bounded:
        yield (
            f"nothing bounds how many {name} one of {target} has, and a document may not grow for ever; write "
            "`max` in the fan-out"
        )
    yield from _about_size(relation, reference, book)
    for key in relation.candidate_keys:
        if set(relation.primary_key) <= set(key.attributes):
            continue
        if key.where is not None or not set(own_attributes(reference)) <= set(key.attributes):
            words = ", ".join(key.attributes)
            yield f"{words} of {name} is unique, and an index over an array does not keep it so within one document"


def _about_size(relation: Relation, reference: Reference, book: Book) -> Iterator[str]:
    arrangement = Arrangement(Layout(embedded={relation.name: reference.name}), book)
    largest = arrangement.document_bytes(reference.target, "max")
    if largest <= DOCUMENT_LIMIT:
        if reference.fanout.max > ARRAY_LIMIT:
            yield (
                f"{OUTLIER}: an array may have {ARRAY_LIMIT:,} elements, since each write changes and indexes all of "
                f"it, and one of {reference.target} has {reference.fanout.max:,.0f} {relation.name}"
            )
        return
    usual = arrangement.document_bytes(reference.target, "p99")
    count = f"{reference.fanout.max:,.0f} {relation.name}"
    if usual <= DOCUMENT_LIMIT:
        yield (
            f"{OUTLIER}: 99 of 100 documents would stay below {bytes_in_words(usual)}, but the one with {count} would "
            f"be {bytes_in_words(largest)}, and a document may have 16 MB"
        )
    else:
        yield (
            f"the document with {count} would be {bytes_in_words(largest)}, one of 100 above {bytes_in_words(usual)}, "
            f"and a document may have 16 MB"
        )


def _about_patterns(relation: Relation, reference: Reference, facts: Facts) -> Iterator[str]:
    own = set(own_attributes(reference))
    for pattern in facts.patterns:
        if isinstance(pattern, UpdatePattern) and facts.lookup.of_source(pattern.entity) is relation:
            for assignment in pattern.assignments:
                if own & set(facts.lookup.names(assignment.target) or ()):
                    yield f"{pattern.name} moves {relation.name} from one of {reference.target} to another"
        if reference.is_unique:
            continue
        if isinstance(pattern, ReadPattern) and facts.lookup.of_source(pattern.entity) is relation:
            if pattern.search is not None:
                yield f"{pattern.name} searches text, and a text index finds whole documents"
            if pattern.near is not None:
                yield f"{pattern.name} looks for the nearest, and a 2dsphere index finds whole documents"
            if pattern.latest is not None:
                yield f"{pattern.name} wants the latest of each group, over all documents"
        if isinstance(pattern, UpsertPattern) and facts.lookup.of_source(pattern.entity) is relation:
            on = {name for path in pattern.on for name in facts.lookup.names(path) or ()}
            if not own <= (on or set(relation.primary_key)):
                yield f"{pattern.name} does not say in which of {reference.target} to look"
