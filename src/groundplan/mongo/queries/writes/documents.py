"""New documents: a row's own fields, and what is kept with it."""

from __future__ import annotations

from typing import assert_never

from groundplan.mongo.model import CopiedFields, CountedRows, Document, EmbeddedDocuments, SchemaVersion, ValueField
from groundplan.mongo.queries.model import Bson, Command
from groundplan.mongo.queries.writes.given import GivenRow


def new_document(document: Document, row: GivenRow, *, copies: dict[str, dict[str, Bson]]) -> Command:
    """Return the document of a new row; `copies` holds what is copied along each reference, by name of the field."""
    found: dict[str, Bson] = {}
    for field in document.fields:
        match field:
            case ValueField():
                if field.attribute in row.values:
                    found[field.name] = row.values[field.attribute]
            case CopiedFields():
                if copies.get(field.reference):
                    found[field.name] = dict(copies[field.reference])
            case EmbeddedDocuments():
                if field.is_many:
                    found[field.name] = ()
            case CountedRows():
                found[field.name] = 0
            case SchemaVersion():
                found[field.name] = field.version
            case _:
                assert_never(field)
    return found
