"""Collections that hold no relation's rows: what the compiled writes keep in them, as validators and indexes."""

from __future__ import annotations

from typing import assert_never

from groundplan.mongo.model import KEY, AuditTrail, Counters, OwnCollection
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.writes.trail import (
    CHANGED_AT,
    CHANGED_BY,
    NEW_VALUES,
    OLD_VALUES,
    OPERATION,
    ROW_KEY,
)

Document = dict[str, Bson]

OPERATIONS = ("insert", "update", "delete")
LAST = "last"
"""The field of a counter with the number taken last."""


def own_validator(own: OwnCollection) -> Document:
    """Return the validator of a collection of the design's own."""
    match own:
        case AuditTrail():
            return {"$jsonSchema": _shape(own.name, about_own(own), _TRAIL, required=(CHANGED_AT, OPERATION, ROW_KEY))}
        case Counters():
            fields: Document = {
                KEY: {"bsonType": "string", "enum": own.keys},
                LAST: {"bsonType": ("int", "long"), "minimum": 0},
            }
            return {"$jsonSchema": _shape(own.name, about_own(own), fields, required=(KEY, LAST))}
        case _:
            assert_never(own)


def own_indexes(own: OwnCollection) -> tuple[Document, ...]:
    """Return the indexes of a collection of the design's own."""
    match own:
        case AuditTrail():
            return ({"key": {ROW_KEY: 1, CHANGED_AT: 1}, "name": f"{own.name}_{ROW_KEY}_{CHANGED_AT}_idx"},)
        case Counters():
            return ()
        case _:
            assert_never(own)


def about_own(own: OwnCollection) -> str:
    """Say what a collection of the design's own is for."""
    match own:
        case AuditTrail():
            return f"Who changed what in {own.relation}, and when; written with each change."
        case Counters():
            return "The last number taken for each key that is counted."
        case _:
            assert_never(own)


_OBJECT: Document = {"bsonType": "object"}
_TRAIL: Document = {
    KEY: {"bsonType": "objectId"},
    CHANGED_AT: {"bsonType": "date"},
    CHANGED_BY: {"bsonType": "string"},
    OPERATION: {"enum": OPERATIONS},
    ROW_KEY: _OBJECT,
    OLD_VALUES: _OBJECT,
    NEW_VALUES: _OBJECT,
}


def _shape(name: str, about: str, fields: Document, *, required: tuple[str, ...]) -> Document:
    return {
        "title": name,
        "description": about,
        "bsonType": "object",
        "required": required,
        "properties": fields,
        "additionalProperties": False,
    }
