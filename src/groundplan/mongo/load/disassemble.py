"""Documents back into rows: the inverse of assembling, for what a document holds of each relation whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundplan.logical.model import LogicalModel, Relation
from groundplan.mongo.model import Document, DocumentModel, EmbeddedDocuments, ValueField
from groundplan.mongo.representation import decode

LogicalRow = Mapping[str, object]


class Disassembler:
    """Reads rows out of documents; copies, counts and subsets are left aside."""

    def __init__(self, model: DocumentModel, logical: LogicalModel) -> None:
        self._documents = {collection.name: collection.document for collection in model.collections}
        self._relations = {relation.name: relation for relation in logical.relations}

    def rows(self, collection: str, document: Mapping[str, Any]) -> Iterator[tuple[Relation, LogicalRow]]:
        """Yield the rows that a document of a collection holds, its own first; none for a collection of another kind.

        An attribute whose field is not there is None.
        """
        shape = self._documents.get(collection)
        if shape is not None:
            yield from self._rows(shape, document, {})

    def _rows(
        self, shape: Document, document: Mapping[str, Any], around: Mapping[str, object]
    ) -> Iterator[tuple[Relation, LogicalRow]]:
        relation = self._relations[shape.relation]
        values: dict[str, object] = {attribute.name: around.get(attribute.name) for attribute in relation.attributes}
        for field in shape.fields:
            if isinstance(field, ValueField):
                values[field.attribute] = decode(document.get(field.name), field.type)
        yield relation, values
        for inner in shape.embedded:
            if inner.is_whole:
                for found in _held(inner, document):
                    yield from self._rows(inner.document, found, self._repeated(inner, values))

    def _repeated(self, inner: EmbeddedDocuments, values: LogicalRow) -> LogicalRow:
        """Return the attributes that an embedded document leaves out, from the row around it."""
        relation = self._relations[inner.relation]
        reference = next(found for found in relation.references if found.name == inner.reference)
        return {
            here: values[there] for here, there in zip(reference.attributes, reference.target_attributes, strict=True)
        }


def _held(inner: EmbeddedDocuments, document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = document.get(inner.name)
    match found:
        case list():
            yield from found
        case Mapping():
            yield found
        case _:
            return
