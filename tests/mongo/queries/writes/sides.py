"""The same logical rows in both engines, and what they hold after a write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from groundplan.logical.model import LogicalModel, Relation, Role
from groundplan.mongo.model import Document, DocumentModel, EmbeddedDocuments, ValueField
from groundplan.mongo.places import Places
from groundplan.mongo.representation import decode
from groundplan.plan.types import Email

Rows = dict[str, list[dict[str, Any]]]
"""The rows of each relation, by the relation's name; attributes by name."""


def rows_of_postgres(connection: Any, logical: LogicalModel, schema: Any) -> Rows:
    """Read every table."""
    found: Rows = {}
    for relation in logical.relations:
        table = schema.of_relation(relation.name)
        columns = [column for column in table.columns if column.attribute is not None]
        names = ", ".join(f'"{column.name}"' for column in columns)
        rows = connection.execute(f'SELECT {names} FROM "{table.name}"').fetchall()
        found[relation.name] = [
            {column.attribute: value for column, value in zip(columns, row, strict=True)} for row in rows
        ]
    return found


def rows_of_mongo(database: Any, logical: LogicalModel, model: DocumentModel, *, session: Any = None) -> Rows:
    """Read every collection."""
    documents = {each.name: list(database[each.name].find({}, session=session)) for each in model.collections}
    return rows_of_documents(documents, logical, model)


def rows_of_documents(documents: Mapping[str, list[Any]], logical: LogicalModel, model: DocumentModel) -> Rows:
    """Take every document apart into the rows that lie whole in it."""
    found: Rows = {relation.name: [] for relation in logical.relations}
    reader = _Reader(logical, Places(model, logical))
    for collection in model.collections:
        for stored in documents[collection.name]:
            for relation, row in reader.rows(collection.document, stored, around={}):
                found[relation].append(row)
    return found


@dataclass
class _Reader:
    logical: LogicalModel
    places: Places

    def rows(
        self, document: Document, stored: Mapping[str, Any], *, around: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        row = dict(around)
        for field in document.fields:
            if isinstance(field, ValueField):
                assert stored.get(field.name, 0) is not None, f"{field.name} is null, not missing"
                row[field.attribute] = decode(stored.get(field.name), field.type)
        yield document.relation, row
        for field in document.fields:
            if isinstance(field, EmbeddedDocuments) and field.is_whole:
                yield from self._inside(field, stored.get(field.name), row)

    def _inside(
        self, field: EmbeddedDocuments, stored: Any, row: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        reference = self.places.reference(field.relation, field.reference)
        shared = {
            here: row[there] for here, there in zip(reference.attributes, reference.target_attributes, strict=True)
        }
        for element in [] if stored is None else stored if field.is_many else [stored]:
            yield from self.rows(field.document, element, around=shared)


def comparable(rows: Rows, before: Rows, logical: LogicalModel) -> dict[str, list[str]]:
    """Return rows as sorted text, in which what the engine made up stands as such."""
    known = {
        relation.name: {row[relation.primary_key[0]] for row in before[relation.name]} for relation in logical.relations
    }
    old = {value for each in before.values() for row in each for value in row.values() if isinstance(value, datetime)}
    found: dict[str, list[str]] = {}
    for relation in logical.relations:
        shown = [_shown(row, relation, known[relation.name], old) for row in rows[relation.name]]
        found[relation.name] = sorted(shown)
    return found


def differences(found: Mapping[str, list[str]], expected: Mapping[str, list[str]]) -> list[str]:
    """Return the rows that only one side holds."""
    lines = []
    for relation in expected:
        lines += [f"+ {relation} {row}" for row in found[relation] if row not in expected[relation]]
        lines += [f"- {relation} {row}" for row in expected[relation] if row not in found[relation]]
        if len(found[relation]) != len(expected[relation]):
            lines.append(f"{relation}: {len(found[relation])}, not {len(expected[relation])}")
    return lines


def _shown(row: Mapping[str, Any], relation: Relation, known: set[Any], old: set[datetime]) -> str:
    parts = []
    for attribute in sorted(relation.attributes, key=lambda each: each.name):
        value = row.get(attribute.name)
        if attribute.role is Role.SURROGATE and value not in known:
            value = "new"
        elif isinstance(attribute.type, Email):
            value = value.lower()
        elif isinstance(value, datetime):
            value = value.astimezone(UTC)
            value = value.replace(microsecond=value.microsecond // 1000 * 1000)
            value = value.isoformat() if value in old or value.year > 2040 else "now"
        parts.append(f"{attribute.name}={_text(value)}")
    return " ".join(parts)


def _text(value: Any) -> str:
    match value:
        case Decimal():
            return str(value.normalize())
        case UUID() | date():
            return str(value)
        case tuple() | list():
            return "[" + ",".join(map(_text, value)) + "]"
        case dict():
            return str(sorted((key, _text(inner)) for key, inner in value.items()))
        case _:
            return repr(value)
