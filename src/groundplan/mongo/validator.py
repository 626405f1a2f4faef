"""The validator of a collection: its documents' shape as `$jsonSchema`, and `$expr` for what that cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from groundplan.logical.model import LogicalModel, Relation, Role
from groundplan.mongo.model import (
    KEY,
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentCheck,
    DocumentField,
    EmbeddedDocuments,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.queries.expressions import Leaf, Translator
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand, inverted
from groundplan.mongo.value_schemas import Schema, beyond_schema, value_schema
from groundplan.plan.expressions import Local, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a validator.

    `check` is the plan's check that it says, None for the shape and for what a type asks for; `about` is what the
    clause is for, in words. A write that breaks it is refused with code 121.
    """

    condition: Mapping[str, Bson]
    about: str
    check: DocumentCheck | None = None


def validator(collection: Collection, logical: LogicalModel) -> dict[str, Bson]:
    """Return a collection's validator; empty for a time-series collection, which takes none.

    Values are engine-free: `groundplan.mongo.queries.binding.plain` makes them what pymongo takes.
    """
    found = [clause.condition for clause in clauses(collection, logical)]
    match found:
        case []:
            return {}
        case [only]:
            return dict(only)
        case _:
            return {"$and": tuple(found)}


def clauses(collection: Collection, logical: LogicalModel) -> tuple[Clause, ...]:
    """Return the clauses of a validator, in its order: the shape, what types ask for beyond it, the plan's checks."""
    if collection.time_series is not None:
        return ()
    relations = {relation.name: relation for relation in logical.relations}
    shape = _object(collection.document, collection, relations, is_top=True)
    shape = {"title": collection.name, **_described({}, collection.about), **shape}
    places = tuple(_places(collection.document))
    types = [clause for place in places for clause in _of_types(place)]
    checks = [_checked(check, places, relations) for check in collection.checks]
    return (
        Clause(condition={"$jsonSchema": shape}, about=f"the shape of documents of {collection.name}"),
        *types,
        *(clause for clause in checks if clause is not None),
    )


def untold(collection: Collection, logical: LogicalModel) -> tuple[tuple[DocumentCheck, str], ...]:
    """Return the checks that no validator can say, each with the reason."""
    relations = {relation.name: relation for relation in logical.relations}
    places = tuple(_places(collection.document))
    found: list[tuple[DocumentCheck, str]] = []
    for check in collection.checks:
        try:
            _test(check, _place_of(check, places), relations)
        except Inexpressible as refusal:
            found.append((check, refusal.reason))
    return tuple(found)


# The shape


def is_required(field: DocumentField) -> bool:
    """Tell whether a field is in every document: arrays are, empty where nothing is in them, and counts."""
    match field:
        case ValueField() | CopiedFields():
            return not field.is_optional
        case EmbeddedDocuments():
            return field.is_many
        case CountedRows() | SchemaVersion():
            return True
        case _:
            assert_never(field)


def _object(
    document: Document, collection: Collection, relations: Mapping[str, Relation], *, is_top: bool = False
) -> Schema:
    properties: dict[str, Bson] = {}
    if is_top and all(field.name != KEY for field in document.fields):
        properties[KEY] = {"bsonType": "objectId"}
    for field in document.fields:
        properties[field.name] = _property(field, document, collection, relations)
    required = tuple(field.name for field in document.fields if is_required(field))
    return {
        "bsonType": "object",
        **({"required": required} if required else {}),
        "properties": properties,
        **({} if collection.has_other_fields else {"additionalProperties": False}),
    }


def _property(
    field: DocumentField, document: Document, collection: Collection, relations: Mapping[str, Relation]
) -> Schema:
    match field:
        case ValueField():
            return _described(value_schema(field.type), _about_value(field, relations.get(document.relation)))
        case CopiedFields():
            inner = Document(relation=field.relation, fields=field.fields)
            copied = _object(inner, collection, relations)
            return _described(copied, f"Copied from {field.relation}, where the truth is.")
        case EmbeddedDocuments():
            return _embedded(field, collection, relations)
        case CountedRows():
            counted: Schema = {"bsonType": ("int", "long"), "minimum": 0}
            return _described(counted, f"How many {field.relation} point here.")
        case SchemaVersion():
            return _described({"enum": (field.version,)}, "The number of this shape.")
        case _:
            assert_never(field)


def _embedded(field: EmbeddedDocuments, collection: Collection, relations: Mapping[str, Relation]) -> Schema:
    inner = _object(field.document, collection, relations)
    relation = relations.get(field.relation)
    about = None if relation is None else relation.about
    if not field.is_whole:
        about = f"Some of {field.relation}, copied; all of them are in a collection of their own."
    if not field.is_many:
        return _described(inner, about)
    most = field.maximum if field.limit is None else field.limit
    bound: Schema = {} if most is None else {"maxItems": most}
    return _described({"bsonType": "array", **bound, "items": inner}, about)


def _described(schema: Schema, about: str | None) -> Schema:
    return schema if about is None else {**schema, "description": about}


def _about_value(field: ValueField, relation: Relation | None) -> str | None:
    """Return the plan's words for an attribute; a reference without any says what it points at."""
    if field.about is not None or relation is None:
        return field.about
    is_reference = any(found.name == field.attribute and found.role is Role.REFERENCE for found in relation.attributes)
    if not is_reference:
        return None
    targets = [found.target for found in relation.references if field.attribute in found.attributes]
    return f"Points at {' and '.join(dict.fromkeys(targets))}." if targets else None


# What is beyond the shape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A document inside a collection's, with the steps to it and the documents on the way, outermost first."""

    documents: tuple[Document, ...]
    steps: tuple[EmbeddedDocuments, ...] = ()

    @property
    def document(self) -> Document:
        return self.documents[-1]

    @property
    def path(self) -> str:
        return ".".join(step.name for step in self.steps)


def _places(document: Document) -> Iterator[_Place]:
    yield from _inside(_Place(documents=(document,)))


def _inside(place: _Place) -> Iterator[_Place]:
    yield place
    for field in place.document.embedded:
        yield from _inside(
            _Place(documents=(*place.documents, field.document), steps=(*place.steps, field)),
        )


def _prefixes(place: _Place) -> tuple[str, ...]:
    """Return what stands before a field's name for each document on the way: `$`, then `$$row.` inside an array."""
    found = ["$"]
    depth = 0
    for step in place.steps:
        if step.is_many:
            depth += 1
            found.append(f"$${_variable(depth)}.")
        else:
            found.append(f"{found[-1]}{step.name}.")
    return tuple(found)


def _variable(depth: int) -> str:
    return "row" if depth == 1 else f"row{depth}"


def _everywhere(test: Bson, place: _Place) -> Bson:
    """Return a test of each document at a place as one of the whole; it passes where there is none."""
    prefixes = _prefixes(place)
    depth = sum(step.is_many for step in place.steps)
    for step, prefix in reversed(tuple(zip(place.steps, prefixes, strict=False))):
        inside = f"{prefix}{step.name}"
        if not step.is_many:
            test = {"$or": ({"$lte": (inside, None)}, test)}
            continue
        each: Bson = {"input": {"$ifNull": (inside, ())}, "as": _variable(depth), "in": test}
        test = {"$allElementsTrue": ({"$map": each},)}
        depth -= 1
    return test


def _of_types(place: _Place) -> Iterator[Clause]:
    prefix = _prefixes(place)[-1]
    for field in place.document.fields:
        fields = field.fields if isinstance(field, CopiedFields) else (field,)
        inner = f"{prefix}{field.name}." if isinstance(field, CopiedFields) else prefix
        for value in fields:
            test = beyond_schema(value.type, value=f"{inner}{value.name}") if isinstance(value, ValueField) else None
            if test is not None:
                path = ".".join((*(step.name for step in place.steps), value.name))
                yield Clause(condition={"$expr": _everywhere(test, place)}, about=f"the type of {path}")


def _place_of(check: DocumentCheck, places: tuple[_Place, ...]) -> _Place:
    for place in places:
        if place.path == check.path and place.document.relation == check.relation:
            return place
    raise KeyError(check.path)


def _checked(check: DocumentCheck, places: tuple[_Place, ...], relations: Mapping[str, Relation]) -> Clause | None:
    place = _place_of(check, places)
    try:
        test = _test(check, place, relations)
    except Inexpressible:
        return None
    names = dict.fromkeys(node.name for node in walk(check.condition) if isinstance(node, Local))
    about = check.name or f"how {', '.join(names)} go together"
    return Clause(condition={"$expr": _everywhere(test, place)}, about=f"{check.relation}: {about}", check=check)


def _test(check: DocumentCheck, place: _Place, relations: Mapping[str, Relation]) -> Bson:
    """Return the test that a check is not broken: it passes where it is true, and where it is unknown."""

    def leaf(found: Leaf) -> Operand:
        if not isinstance(found, Local):
            raise Inexpressible("a check sees the attributes of one row")
        return _field(found.name, place, relations)

    translator = Translator(leaf)
    if translator.is_decided(check.condition):
        return translator.truth(check.condition)
    return inverted(translator.falsity(check.condition))


def _field(attribute: str, place: _Place, relations: Mapping[str, Relation]) -> Operand:
    """Return the field of an attribute of the row at a place; what its document leaves out is around it."""
    prefix = _prefixes(place)[-1]
    for field in place.document.fields:
        if isinstance(field, ValueField) and field.attribute == attribute:
            return Operand(expression=f"{prefix}{field.name}", type=field.type, is_optional=field.is_optional)
    if not place.steps:
        raise Inexpressible(f"{attribute} is in none of the documents")
    step = place.steps[-1]
    relation = relations[place.document.relation]
    reference = next(found for found in relation.references if found.name == step.reference)
    targets = dict(zip(reference.attributes, reference.target_attributes, strict=True))
    if attribute not in targets:
        raise Inexpressible(f"{attribute} is in none of the documents")
    around = replace(place, documents=place.documents[:-1], steps=place.steps[:-1])
    return _field(targets[attribute], around, relations)
