"""What a collection, an index and a shard key are, in words: the comments of every script."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.mongo.model import (
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    EmbeddedDocuments,
    Index,
    LiveView,
)
from groundplan.mongo.validator import Clause


def about_collection(collection: Collection) -> tuple[str, ...]:
    """Say what a collection is for, and what its documents keep beside their own fields."""
    about = () if collection.about is None else (collection.about,)
    return (*about, *_kept(collection.document, path=""))


def _kept(document: Document, *, path: str) -> Iterator[str]:
    for field in document.fields:
        name = f"{path}{field.name}"
        match field:
            case EmbeddedDocuments():
                yield _embedded(field, name)
                yield from _kept(field.document, path=f"{name}.")
            case CopiedFields():
                copied = enumerated(tuple(found.name for found in field.fields))
                yield f"{name}: {copied}, copied from {field.relation} and kept up by the writes there"
            case CountedRows():
                yield f"{name}: how many {field.relation} point here, kept up by the writes there"
            case _:
                pass


def _embedded(field: EmbeddedDocuments, name: str) -> str:
    if not field.is_whole:
        order = "" if field.order is None else f" by {field.order}"
        return f"{name}: copies of {field.relation}, the first {field.limit}{order}"
    if not field.is_many:
        return f"{name}: the one of {field.relation}, inside"
    bound = "as many as there are" if field.maximum is None else f"at most {field.maximum:,}"
    return f"{name}: {field.relation}, inside; {bound}"


def about_rules(rules: tuple[Clause, ...]) -> tuple[str, ...]:
    """Say which rules a validator has beyond the shape of documents, in its order; nothing where it has none."""
    beyond = [clause.about for clause in rules[1:]]
    return (f"documents are held to more than their shape: {'; '.join(beyond)}",) if beyond else ()


def about_index(index: Index) -> str:
    """Say what an index is there for."""
    served = f"serves {'; '.join(index.serves)}" if index.serves else "as the plan wants it"
    if index.expire_after_seconds is not None:
        return f"removes documents {_later(index.expire_after_seconds)} {index.keys[0].path}; {served}"
    return served


def _later(seconds: int) -> str:
    return "at" if seconds == 0 else f"{seconds:,} seconds after"


def about_view(view: LiveView) -> str:
    """Say what a view shows."""
    return f"{view.name}: {view.collection} without those that are deleted"


def enumerated(names: tuple[str, ...]) -> str:
    """Join names for a sentence: `a`, `a and b`, `a, b and c`; nothing for none."""
    if not names:
        return ""
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last
