"""types.ts: an interface for every document, as the driver for Node.js returns and takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands.javascript import quote
from groundplan.mongo.commands.shapes import Shape, shapes
from groundplan.mongo.model import (
    KEY,
    CopiedFields,
    CountedRows,
    DocumentField,
    DocumentModel,
    EmbeddedDocuments,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.validator import is_required
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
    Vector,
)

SAFE_INTEGER = 2**53 - 1
"""The largest whole number up to which a number of JavaScript holds every one; above it the driver gives a Long."""

_IMPORTED = ("Binary", "Decimal128", "Long", "ObjectId", "UUID")
_PLAIN_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")

_HEAD = """\
// The documents of the design, as the MongoDB driver for Node.js returns and takes them.
// A field that is not there is NULL: leave it out, do not write null.
"""

_DECLARATIONS = {
    "JsonValue": """\
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };""",
    "GeoPoint": """\
/** A GeoJSON Point: longitude first. */
export interface GeoPoint {
  type: 'Point';
  coordinates: [longitude: number, latitude: number];
}""",
    "GeoPolygon": """\
/** A GeoJSON Polygon: the last corner of a ring is its first. */
export interface GeoPolygon {
  type: 'Polygon';
  coordinates: [longitude: number, latitude: number][][];
}""",
    "Span": """\
/** From `lower`, which is in it, to `upper`, which is not; a bound that is not there is open. */
export interface Span<Bound> {
  lower?: Bound;
  upper?: Bound;
}""",
}
"""Types that several documents use, each written where one does."""


def typescript(model: DocumentModel, logical: LogicalModel) -> str:
    """Return the interfaces of all documents, what is inside others first, and of all collections by their names."""
    abouts = {relation.name: relation.about for relation in logical.relations}
    found = shapes(model)
    interfaces = [_interface(shape, abouts) for shape in found]
    body = "\n\n".join((*interfaces, _collections(found)))
    declared = [text for name, text in _DECLARATIONS.items() if _mentions(body, name)]
    names = [name for name in _IMPORTED if _mentions(body, name)]
    imports = [f"import type {{ {', '.join(names)} }} from 'mongodb';"] if names else []
    return "\n\n".join((_HEAD.rstrip(), *imports, *declared, body)) + "\n"


def _mentions(text: str, name: str) -> bool:
    """Tell whether a type is used: where a type can stand, and not in a comment or a string."""
    return re.search(rf"(?m)^[^'\n/*]*[:<|] *{name}\b", text) is not None


def _interface(shape: Shape, abouts: dict[str, str | None]) -> str:
    about = shape.about if shape.is_apart else abouts.get(shape.document.relation) or shape.about
    lines = [_comment(about), f"export interface {shape.name} {{"]
    if shape.has_server_key:
        lines.append(f"  {KEY}: ObjectId;")
    for field in shape.document.fields:
        lines += _property(field, shape)
    if shape.has_other_fields:
        lines.append("  [name: string]: unknown;")
    return "\n".join((*lines, "}"))


def _property(field: DocumentField, shape: Shape) -> Iterator[str]:
    about = _about(field)
    if about is not None:
        yield _comment(about, indent=2)
    name = field.name if _PLAIN_NAME.fullmatch(field.name) else quote(field.name)
    yield f"  {name}{'' if is_required(field) else '?'}: {_field_type(field, shape)};"


def _about(field: DocumentField) -> str | None:
    match field:
        case ValueField():
            parts = (field.about, "A secret: never in an answer." if field.is_secret else None, _form(field.type))
            return " ".join(part for part in parts if part) or None
        case CopiedFields():
            return f"Copied from {field.relation}, where the truth is."
        case EmbeddedDocuments() if field.is_many:
            return None if field.maximum is None else f"At most {field.maximum}."
        case CountedRows():
            return f"How many {field.relation} point here."
        case EmbeddedDocuments() | SchemaVersion():
            return None
        case _:
            assert_never(field)


def _form(type: AttributeType) -> str | None:  # noqa: A002 - the word of the plan
    match type:
        case Email():
            return "In lower case."
        case Date():
            return "Midnight, UTC."
        case Time():
            return "HH:MM:SS.mmm"
        case Interval():
            return "Milliseconds."
        case _:
            return None


def _comment(text: str, *, indent: int = 0) -> str:
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    ).replace("*/", "*\\/")
    return f"{' ' * indent}/** {shown} */"


def _field_type(field: DocumentField, shape: Shape) -> str:
    match field:
        case ValueField():
            return type_text(field.type)
        case CopiedFields():
            return shape.embedded[field.name]
        case EmbeddedDocuments():
            return shape.embedded[field.name] + ("[]" if field.is_many else "")
        case CountedRows():
            return "number"
        case SchemaVersion():
            return str(field.version)
        case _:
            assert_never(field)


def type_text(type: AttributeType) -> str:  # noqa: A002 - the word of the plan
    """Return the TypeScript type of a value."""
    match type:
        case Text() | Email() | Url() | Slug() | Ip() | Time():
            return "string"
        case Enum():
            return " | ".join(quote(value.name) for value in type.values)
        case Integer():
            return "number" if _is_safe(type) else "number | Long"
        case Float() | Interval():
            return "number"
        case Decimal() | Money():
            return "Decimal128"
        case Boolean():
            return "boolean"
        case Date() | Timestamp():
            return "Date"
        case Uuid():
            return "UUID"
        case Bytes():
            return "Binary"
        case Json():
            return "JsonValue"
        case Point():
            return "GeoPoint"
        case Polygon():
            return "GeoPolygon"
        case Vector():
            return "number[]"
        case Range():
            return f"Span<{type_text(type.of)}>"
        case ListOf():
            element = type_text(type.of)
            return f"({element})[]" if " " in element else f"{element}[]"
        case _:
            assert_never(type)


def _is_safe(type: Integer) -> bool:  # noqa: A002
    """Tell whether a number of JavaScript holds every value; one without bounds is taken for a small one."""
    return all(abs(bound) <= SAFE_INTEGER for bound in (type.minimum, type.maximum) if bound is not None)


def _collections(found: tuple[Shape, ...]) -> str:
    lines = ["/** The documents of each collection: `db.collection<Collections['posts']>('posts')`. */"]
    lines.append("export interface Collections {")
    for shape in found:
        if shape.collection is not None:
            name = shape.collection.name
            lines.append(f"  {name if _PLAIN_NAME.fullmatch(name) else quote(name)}: {shape.name};")
    return "\n".join((*lines, "}"))
