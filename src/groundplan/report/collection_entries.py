"""A collection in the data dictionary: every field with what validates it, the rules over several, and the indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from groundplan.logical.model import LogicalModel, Relation
from groundplan.mongo.model import (
    KEY,
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentCheck,
    EmbeddedDocuments,
    Index,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.validator import clauses, is_required, untold
from groundplan.mongo.value_schemas import beyond_schema, value_schema
from groundplan.plan.types import AttributeType, Point, Polygon, Range, Uuid
from groundplan.postgres.design.text import in_words
from groundplan.report.blocks import Block, Code, Grid, Paragraph, Words, joined, trimmed
from groundplan.report.serving import document_index_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the table of fields: `rules` is what the validator holds a value to besides its type."""

    path: str
    type: str
    marks: tuple[str, ...]
    rules: Words = ()
    about: Words = ()

    @property
    def cells(self) -> tuple[Words, ...]:
        return (Code(self.path),), (Code(self.type),), (", ".join(self.marks),), self.rules, self.about


def collection_entry(collection: Collection, *, logical: LogicalModel) -> tuple[Block, ...]:
    """Return what the documents of a collection hold and what guards them."""
    relations = {relation.name: relation for relation in logical.relations}
    found: list[Block] = [Paragraph((collection.about,))] if collection.about else []
    found.append(Paragraph(_guarded(collection)))
    rows = tuple(row.cells for row in _rows(collection.document, relations))
    if all(field.name != KEY for field in collection.document.fields):
        rows = (_Row(path=KEY, type="objectId", marks=("key", "made by the server")).cells, *rows)
    found.append(trimmed(Grid(header=("field", "BSON type", "is", "held to", "about"), rows=rows)))
    rules = tuple(_rules(collection, logical))
    if rules:
        found.append(Grid(header=("rule", "says"), rows=rules))
    indexes = tuple(_index(index) for index in collection.indexes)
    if indexes:
        found.append(trimmed(Grid(header=("index", "is", "where", "for"), rows=indexes)))
    if collection.shard_key is not None:
        keys = ", ".join(f"{key.path}: {key.kind.value}" for key in collection.shard_key.keys)
        words: Words = ("To be spread over machines by ", Code(f"{{{keys}}}"), "; not proven, for want of a cluster.")
        found.append(Paragraph(words))
    return tuple(found)


def _guarded(collection: Collection) -> Words:
    if collection.time_series is not None:
        series = collection.time_series
        meta: Words = (", measured of ", Code(series.meta_field)) if series.meta_field else ()
        return "A time-series collection by ", Code(series.time_field), *meta, ": the server takes no validator for it."
    others = "may hold other fields too" if collection.has_other_fields else "hold no other fields"
    action = f"validation level {collection.level.value}, action {collection.action.value}"
    return (f"Documents {others}; {action}.",)


def _rows(document: Document, relations: Mapping[str, Relation], *, inside: str = "") -> Iterator[_Row]:
    """Yield a line for each field and, below it, for each one inside of it."""
    for field in document.fields:
        path = f"{inside}{field.name}"
        marks = ("required",) if is_required(field) else ("optional",)
        match field:
            case ValueField():
                yield _value(field, path, marks, relations.get(document.relation))
            case CopiedFields():
                truth = f"copied from {field.relation}, where the truth is; writes there carry every change on"
                yield _Row(path=path, type="object", marks=(*marks, "copy"), about=(truth,))
                for copy in field.fields:
                    kept = ("required", "copy") if is_required(copy) else ("optional", "copy")
                    yield _value(copy, f"{path}.{copy.name}", kept, None)
            case EmbeddedDocuments():
                yield _embedded(field, path, marks)
                brackets = "[]" if field.is_many else ""
                yield from _rows(field.document, relations, inside=f"{path}{brackets}.")
            case CountedRows():
                counted = f"how many {field.relation} point here; writes there add to it and take away"
                rules: Words = (Code("minimum: 0"),)
                yield _Row(path=path, type="int or long", marks=(*marks, "count"), rules=rules, about=(counted,))
            case SchemaVersion():
                shape = (Code(f"enum: {field.version}"),)
                yield _Row(path=path, type="any", marks=marks, rules=shape, about=("the number of this shape",))
            case _:
                assert_never(field)


def _embedded(field: EmbeddedDocuments, path: str, marks: tuple[str, ...]) -> _Row:
    most = field.maximum if field.limit is None else field.limit
    rules: Words = (Code(f"maxItems: {most:,}"),) if field.is_many and most is not None else ()
    if not field.is_whole:
        about = f"copies of {field.relation}, whose own collection has them all; writes there carry every change on"
        return _Row(path=path, type="array" if field.is_many else "object", marks=(*marks, "copy"), about=(about,))
    about = f"the rows of {field.relation}, here and nowhere else" if field.is_many else f"its {field.relation}"
    return _Row(path=path, type="array" if field.is_many else "object", marks=marks, rules=rules, about=(about,))


def _value(field: ValueField, path: str, marks: tuple[str, ...], relation: Relation | None) -> _Row:
    schema = dict(value_schema(field.type))
    held = schema.pop("bsonType", None)
    kinds = " or ".join(map(str, held)) if isinstance(held, tuple) else str(held or "any")
    if isinstance(field.type, Uuid):
        kinds = f"{kinds} (UUID)"
    key = ("key",) if relation is not None and field.attribute in relation.primary_key else ()
    targets = (
        ()
        if relation is None
        else tuple(reference.target for reference in relation.references if field.attribute in reference.attributes)
    )
    secret = ("secret",) if field.is_secret else ()
    rules = _held_to(field.type, schema)
    about: Words = (field.about,) if field.about else ()
    if not about and targets:
        about = (f"points at {' and '.join(dict.fromkeys(targets))}",)
    reference = ("reference",) if targets else ()
    return _Row(path=path, type=kinds, marks=(*key, *reference, *marks, *secret), rules=joined(rules), about=about)


def _held_to(type: AttributeType, schema: Mapping[str, Bson]) -> list[Words]:  # noqa: A002 - the word of the plan
    """Say what a value has to be besides of its BSON type, shapes of several fields by their names."""
    match type:
        case Point():
            return [("a GeoJSON Point: longitude, latitude",)]
        case Polygon():
            return [("a GeoJSON Polygon",)]
        case Range():
            return [(Code("lower"), " and ", Code("upper"), ", in this order and nothing else")]
    rules: list[Words] = [(Code(f"{name}: {_argument(rule)}"),) for name, rule in schema.items()]
    if beyond_schema(type, value="$value") is not None:
        rules.append(("a test of its own",))
    return rules


def _rules(collection: Collection, logical: LogicalModel) -> Iterator[tuple[Words, Words]]:
    """Yield the checks over several fields: those that the validator holds, and those that it cannot."""
    for clause in clauses(collection, logical):
        if clause.check is not None:
            yield (clause.about,), _condition(clause.check)
    for check, reason in untold(collection, logical):
        said: Words = (*_condition(check), f"; no validator can say it ({reason}), so nothing holds a write to it")
        yield (f"{check.relation}: {check.name or 'what the plan implies'}",), said


def _condition(check: DocumentCheck) -> Words:
    where: Words = (" in each of ", Code(check.path)) if check.is_array else ()
    return (Code(in_words(check.condition)), *where)


def _index(index: Index) -> tuple[Words, ...]:
    where: Words = () if index.where is None else (Code(_filter(index.where)),)
    serves = ", ".join((*_expiring(index), *index.serves))
    return (Code(index.name),), (Code(document_index_in_words(index)),), where, (serves,)


def _expiring(index: Index) -> tuple[str, ...]:
    match index.expire_after_seconds:
        case None:
            return ()
        case 0:
            return ("removes documents at that time",)
        case seconds:
            return (f"removes documents {seconds:,} s after that time",)


def _filter(where: Mapping[str, object]) -> str:
    """Spell a filter as people write one."""
    return ", ".join(f"{name}: {_argument(value)}" for name, value in where.items())


def _argument(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return "{" + _filter(value) + "}"
        case tuple() | list():
            return "[" + ", ".join(map(_argument, value)) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
