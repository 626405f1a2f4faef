"""Cursors: what the last row of a page hands to the query that goes on from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groundplan.mongo.queries.model import CompiledRead


def field_at(row: Mapping[str, Any], path: str) -> object:
    """Return what a result field holds; None where it is not there."""
    found: object = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def next_page_values(read: CompiledRead, last: Mapping[str, Any]) -> dict[str, object]:
    """Return the parameters by which the next page follows a row."""
    return {key.parameter: field_at(last, key.field) for key in read.cursor}
