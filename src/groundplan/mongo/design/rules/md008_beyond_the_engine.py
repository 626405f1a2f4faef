"""A collection, an index or a document is larger than MongoDB allows.

## What it does
Finds collections of more than 64 indexes, indexes of more than 32 fields or over two lists, documents that can grow
beyond 16 MB, and documents nested more than 100 levels deep.

## Why it matters
These limits are built into the server. It refuses the index, or the write that makes a document too large: not on the
first day, but for the one product with the most reviews.

## Example
```yaml
entities:
  Post: {attributes: {title: text(200)}}
  Page: {attributes: {text: "text ~400KB"}}
relationships:
  Page.post > Post: {inverse: pages, inverse_fanout: {p50: 3, max: 90}}
  Scan.post > Post: {inverse: scans, inverse_fanout: {p50: 3, max: 9}}
decisions:
  mongo.Page.post: embed
```

## Instead
Leave what grows in a collection of its own, or bound it:
```yaml
  Page.post > Post: {inverse: pages, inverse_fanout: {p50: 3, max: 10}}
```

## When to ignore
Never: writes would fail.

## Also known as
BSONObjectTooLarge (code 10334), CannotCreateIndex (67), "cannot index parallel arrays" (171), "exceeded depth limit"
(15); MongoDB manual, "MongoDB Limits and Thresholds".
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.amounts import bytes_in_words
from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import BUILT_IN, Origin
from groundplan.base.rule import Rule
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.costs.coefficients import DOCUMENT_LIMIT
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.fields import can_share_an_index
from groundplan.mongo.design.indexing.wanted import MOST_KEYS
from groundplan.mongo.design.nesting import nests_in
from groundplan.mongo.model import Collection, Document, Index
from groundplan.plan.types import ListOf

MOST_INDEXES = 64
"""Of a collection, that of `_id` among them."""

MOST_LEVELS = 100
"""Of nested documents; an array is a level too."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find what the server would refuse."""
    arrangement = Arrangement(draft.layout, Book(draft.facts))
    for collection in draft.model.collections:
        count = len(collection.indexes) + 1
        if count > MOST_INDEXES:
            yield RULE.found(
                collection.origin,
                f'the collection "{collection.name}" would have {count} indexes, and {MOST_INDEXES} are the most',
                help="pin indexes of seldom used access patterns to none",
            )
        for index in collection.indexes:
            yield from _index_findings(draft, collection, index)
        size = arrangement.document_bytes(collection.document.relation, "max")
        if size > DOCUMENT_LIMIT:
            yield RULE.found(
                collection.origin,
                f"the largest document of {collection.name} would be {bytes_in_words(size)}, and 16 MB are the most",
                help="shorten what one row may hold, or keep it outside and its address in the row",
            )
        levels = _levels(collection.document)
        if levels > MOST_LEVELS:
            yield RULE.found(
                collection.origin,
                f"documents of {collection.name} would be nested {levels} levels deep, and {MOST_LEVELS} are the most",
                help="pin one of the relationships on the way to reference",
            )


def _index_findings(draft: Draft, collection: Collection, index: Index) -> Iterator[Diagnostic]:
    if len(index.keys) > MOST_KEYS:
        yield RULE.found(
            _place(index, collection),
            f'the index "{index.name}" would have {len(index.keys)} fields, and {MOST_KEYS} are the most',
            help="name fewer attributes; a hash of many can stand for all of them",
        )
    arrays = _arrays(draft, collection)
    if not can_share_an_index(tuple(arrays.get(key.path, ()) for key in index.keys)):
        words = ", ".join(key.path for key in index.keys)
        yield RULE.found(
            _place(index, collection),
            f'the index "{index.name}" would be over two lists ({words}), and no document with both could be written',
            help="keep one of the lists out of it, or its values in an entity of their own",
        )


def _place(index: Index, collection: Collection) -> Origin:
    return collection.origin if index.origin == BUILT_IN else index.origin


def _arrays(draft: Draft, collection: Collection) -> dict[str, tuple[str, ...]]:
    """Return the arrays on the way to each field of a collection, and at it."""
    found: dict[str, tuple[str, ...]] = {}
    for nest in nests_in(collection):
        relation = draft.facts.relations[nest.relation]
        for attribute in relation.attributes:
            if nest.has(attribute.name):
                path = nest.field(attribute.name)
                own = (path,) if isinstance(attribute.type, ListOf) else ()
                found[path] = (*((nest.path,) if nest.is_array else ()), *own)
    return found


def _levels(document: Document) -> int:
    return 1 + max((_levels(inner.document) + (1 if inner.is_many else 0) for inner in document.embedded), default=0)


RULE: Rule[Draft] = Rule(code="MD008", name="beyond_the_engine", check=check, page=__doc__)
