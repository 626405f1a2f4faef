"""Where relations lie whole in the documents of a collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.mongo.model import Collection, Document, ValueField


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """A relation's documents inside a collection: `path` from the top (`''` there), `is_array` for several of them."""

    relation: str
    document: Document
    path: str
    is_array: bool

    def field(self, attribute: str) -> str:
        """Return the dotted path of an attribute; KeyError where the document leaves it out."""
        name = self.document.value_field(attribute).name
        return f"{self.path}.{name}" if self.path else name

    def has(self, attribute: str) -> bool:
        """Tell whether the document itself holds an attribute, rather than one around it."""
        return any(isinstance(found, ValueField) and found.attribute == attribute for found in self.document.fields)


def nests_in(collection: Collection) -> Iterator[Nest]:
    """Yield every relation that lies whole in a collection, the one at the top first."""
    yield from _nests(collection.document, path="", is_array=False)


def _nests(document: Document, *, path: str, is_array: bool) -> Iterator[Nest]:
    yield Nest(relation=document.relation, document=document, path=path, is_array=is_array)
    for inner in document.embedded:
        if inner.is_whole:
            inside = f"{path}.{inner.name}" if path else inner.name
            yield from _nests(inner.document, path=inside, is_array=is_array or inner.is_many)
