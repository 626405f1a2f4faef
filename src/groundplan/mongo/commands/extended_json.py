"""JSON for those without mongosh: commands and validators as MongoDB Extended JSON, version 2, relaxed."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from uuid import UUID

from groundplan.base.file_names import named_files
from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands.create import creation, own_options, validation
from groundplan.mongo.commands.javascript import INT_RANGE, iso_instant
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.validator import validator


def schema_json(model: DocumentModel, logical: LogicalModel) -> str:
    """Return the database commands that create a design, in order, as a JSON list."""
    return json_text(creation(model, logical))


def validator_files(model: DocumentModel, logical: LogicalModel) -> Mapping[str, str]:
    """Return what `collMod` takes to validate each collection, by file name; time series have no validator."""
    texts = [
        (collection.name, json_text({"validator": validator(collection, logical), **validation(collection)}))
        for collection in model.collections
        if collection.time_series is None
    ]
    texts += [(own.name, json_text(own_options(own))) for own in model.own]
    return named_files(texts, suffix=".json", noun="collection")


def json_text(value: Bson) -> str:
    """Return a value as readable Extended JSON; raises ValueError for what only a caller can give."""
    readable = json.dumps(_extended(value), indent=2, ensure_ascii=False, allow_nan=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", readable) + "\n"


def _extended(value: Bson) -> object:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if value in INT_RANGE else {"$numberLong": str(value)}
        case float():
            return value if isfinite(value) else {"$numberDouble": _word(value)}
        case Decimal():
            return {"$numberDecimal": str(value)}
        case bytes():
            return {"$binary": {"base64": b64encode(value).decode(), "subType": "00"}}
        case UUID():
            return {"$uuid": str(value)}
        case datetime():
            return {"$date": iso_instant(value)}
        case date():
            return {"$date": iso_instant(datetime(value.year, value.month, value.day, tzinfo=UTC))}
        case Mapping():
            return {name: _extended(inner) for name, inner in value.items()}
        case tuple() | list():
            return [_extended(inner) for inner in value]
        case _:
            raise ValueError(f"a value that only a caller knows stands where none can be given: {value!r}")


def _word(value: float) -> str:
    return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
