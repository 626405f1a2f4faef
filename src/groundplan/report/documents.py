"""What a reader of the MongoDB part sees: collections, what they hold, and their indexes."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.mongo.model import (
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    EmbeddedDocuments,
    Index,
    KeyKind,
)
from groundplan.report.blocks import Code, Grid, Words, codes, joined, trimmed
from groundplan.report.model import DesignResult


def collections(result: DesignResult) -> Grid | None:
    """Return every collection with what its documents hold besides their own row; None without any."""
    rows = tuple(
        (
            (Code(each.name),),
            (each.about or "",),
            _held(each),
            (f"{result.logical.relation(each.document.relation).rows.now:,}",),
        )
        for each in result.documents.collections
        if any(relation.name == each.document.relation for relation in result.logical.relations)
    )
    if not rows:
        return None
    return trimmed(Grid(header=("collection", "about", "holds besides", "documents"), rows=rows, numeric=(3,)))


def _held(collection: Collection) -> Words:
    return joined(list(_extras(collection.document)), separator="; ")


def _extras(document: Document, *, inside: str = "") -> Iterator[Words]:
    for field in document.fields:
        name = f"{inside}{field.name}"
        match field:
            case EmbeddedDocuments(is_whole=True, is_many=True):
                bound = f", at most {field.maximum:,}" if field.maximum is not None else ""
                yield (Code(name), f" (all of {field.relation}{bound})")
                yield from _extras(field.document, inside=f"{name}.")
            case EmbeddedDocuments(is_whole=True):
                yield (Code(name), f" (its {field.relation})")
                yield from _extras(field.document, inside=f"{name}.")
            case EmbeddedDocuments():
                yield (Code(name), f" (a copy of {field.limit or 'some'} of {field.relation})")
            case CopiedFields():
                yield (Code(name), " (a copy of ", *codes(tuple(copy.name for copy in field.fields)), ")")
            case CountedRows():
                yield (Code(name), f" (how many of {field.relation})")
            case _:
                pass


def mongo_indexes(result: DesignResult) -> Grid | None:
    """Return every index of the collections: what it is and whom it serves; None without any."""
    rows = tuple(
        (
            (Code(index.name), " on ", Code(collection.name)),
            (Code(keys_in_words(index)), *_marks(index)),
            codes(index.serves),
        )
        for collection in result.documents.collections
        for index in collection.indexes
    )
    return Grid(header=("index", "is", "serves"), rows=rows) if rows else None


def keys_in_words(index: Index) -> str:
    """Spell the keys of an index as `createIndex` takes them."""
    kinds = {KeyKind.ASCENDING: "1", KeyKind.DESCENDING: "-1"}
    return ", ".join(f"{key.path}: {kinds.get(key.kind, key.kind.value)}" for key in index.keys)


def _marks(index: Index) -> Words:
    marks = ["unique"] if index.is_unique else []
    if index.where is not None:
        marks.append("partial")
    if index.expire_after_seconds is not None:
        marks.append("expires")
    return (f" ({', '.join(marks)})",) if marks else ()


def answering_in_mongo(result: DesignResult) -> dict[str, tuple[str, ...]]:
    """Return the indexes that are there for each access pattern in MongoDB."""
    found: dict[str, dict[str, None]] = {}
    for collection in result.documents.collections:
        for index in collection.indexes:
            for name in index.serves:
                found.setdefault(name, {})[index.name] = None
    return {name: tuple(indexes) for name, indexes in found.items()}
