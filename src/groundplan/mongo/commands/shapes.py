"""The documents of a design as named shapes: what an interface or a class is made for, innermost first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.base.names import singular
from groundplan.mongo.model import KEY, Collection, CopiedFields, Document, DocumentModel, EmbeddedDocuments

SUFFIX = "Document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One document: `collection` is set for those at the top, whose key is the server's own where `has_server_key`.

    `embedded` names the shapes inside, by field. `has_other_fields` allows fields that the document does not list,
    `is_copy` tells that the truth is elsewhere.
    """

    name: str
    document: Document
    collection: Collection | None
    about: str
    embedded: dict[str, str]
    has_other_fields: bool
    is_copy: bool = False

    @property
    def is_apart(self) -> bool:
        """Tell whether what a shape is about is said for it alone, not for all rows of its relation."""
        return self.is_copy or self.collection is not None

    @property
    def has_server_key(self) -> bool:
        """Tell whether `_id` is an ObjectId that the server or its driver makes."""
        return self.collection is not None and all(field.name != KEY for field in self.document.fields)


def shapes(model: DocumentModel) -> tuple[Shape, ...]:
    """Return every document of a design with a name of its own, what is inside a document before it."""
    taken: set[str] = {SUFFIX}
    return tuple(shape for collection in model.collections for shape in _of_collection(collection, taken))


def _of_collection(collection: Collection, taken: set[str]) -> Iterator[Shape]:
    yield from _shapes(
        collection.document,
        words=singular(collection.name),
        collection=collection,
        about=collection.about or f"One document of {collection.name}.",
        has_other_fields=collection.has_other_fields,
        taken=taken,
    )


def _shapes(
    document: Document,
    *,
    words: str,
    collection: Collection | None,
    about: str,
    has_other_fields: bool,
    taken: set[str],
) -> Iterator[Shape]:
    name = free(f"{pascal_case(words)}{SUFFIX}", taken)
    inside: dict[str, str] = {}
    for field in document.fields:
        for shape in _inside(field, words, has_other_fields=has_other_fields, taken=taken):
            yield shape
            inside[field.name] = shape.name
    yield Shape(
        name=name,
        document=document,
        collection=collection,
        about=about,
        embedded=inside,
        has_other_fields=has_other_fields,
    )


def _inside(field: object, words: str, *, has_other_fields: bool, taken: set[str]) -> Iterator[Shape]:
    match field:
        case EmbeddedDocuments():
            word = singular(field.relation) if field.is_whole else f"{words}_{singular(field.name)}"
            what = f"One of {field.relation}" if field.is_whole else f"A copy of one of {field.relation}"
            yield from _shapes(
                field.document,
                words=word,
                collection=None,
                about=f"{what}, inside {words}.",
                has_other_fields=has_other_fields,
                taken=taken,
            )
        case CopiedFields():
            yield Shape(
                name=free(f"{pascal_case(f'{words}_{field.name}')}Copy", taken),
                document=Document(relation=field.relation, fields=field.fields),
                collection=None,
                about=f"What {words} keeps of {field.relation}; the truth is there.",
                embedded={},
                has_other_fields=has_other_fields,
                is_copy=True,
            )
        case _:
            return


def pascal_case(words: str) -> str:
    """Return the name of a type: `post_tag` to `PostTag`; what no name can hold becomes an underscore."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", words) if part]
    joined = "".join(part[0].upper() + part[1:] for part in parts)
    return joined if joined and not joined[0].isdigit() else f"_{joined}"


def free(wish: str, taken: set[str]) -> str:
    """Return a name that nothing else has, and take it."""
    name, number = wish, 1
    while name in taken:
        number += 1
        name = f"{wish}{number}"
    taken.add(name)
    return name
