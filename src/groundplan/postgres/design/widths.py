"""How many bytes values, rows and index entries take, as far as a plan tells.

Fixed types have the width and alignment of pg_type; text without a typical size is taken as half its maximum, and as 32
bytes where that is longer or not said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.logical.model import Relation, RelationAttribute
from groundplan.plan.expressions import Expression, Local, walk
from groundplan.plan.types import Bytes, Decimal, Email, Enum, Json, ListOf, Money, Slug, Text, Url
from groundplan.postgres.model import Column, Index, IndexMethod, Table

TYPICAL_TEXT = 32
TYPICAL_JSON = 200
TYPICAL_ELEMENTS = 4

TUPLE_HEADER = 24
"""Bytes before the first column of a row, the null bitmap of up to eight columns included (manual 66.6.1)."""
ITEM_POINTER = 4
INDEX_HEADER = 8
LEAF_FILL = 0.9
"""Of a b-tree leaf page, CREATE INDEX fills this share (manual CREATE INDEX, fillfactor)."""


@dataclass(frozen=True, slots=True)
class Width:
    """Bytes of a value and what its beginning is a multiple of; `is_fixed` where every value takes the same."""

    bytes: float
    alignment: int
    is_fixed: bool


_FIXED = {
    "boolean": (1, 1),
    "smallint": (2, 2),
    "integer": (4, 4),
    "real": (4, 4),
    "date": (4, 4),
    "bigint": (8, 8),
    "double precision": (8, 8),
    "timestamp with time zone": (8, 8),
    "time without time zone": (8, 8),
    "interval": (16, 8),
    "point": (16, 8),
    "uuid": (16, 1),
}


def width_of(column: Column, attribute: RelationAttribute | None, *, enums: Iterable[str] = ()) -> Width:
    """Return the width of a column's values; `attribute` is None for a column of the design's own."""
    if column.type in _FIXED:
        size, alignment = _FIXED[column.type]
        return Width(size, alignment, is_fixed=True)
    if column.type in set(enums):
        return Width(4, 4, is_fixed=True)
    if attribute is None:
        return Width(TYPICAL_JSON, 4, is_fixed=False)
    # A short value has a header of one byte and no alignment (manual 66.6.1, 64.2).
    typical = 1 + _typical_bytes(attribute)
    return Width(typical, 1 if typical < 127 else 4, is_fixed=False)


def _typical_bytes(attribute: RelationAttribute) -> float:
    match attribute.type:
        case Text(typical_bytes=int(size)) | Json(typical_bytes=int(size)) | Bytes(typical_bytes=int(size)):
            return size
        case Text(minimum=minimum, maximum=int(maximum)):
            return min(((minimum or 0) + maximum) / 2, max(TYPICAL_TEXT, minimum or 0))
        case Enum(values=values):
            weighted = [(len(value.name.encode()), value.share) for value in values]
            if all(share is not None for _, share in weighted):
                return float(sum(size * share for size, share in weighted if share is not None))
            return sum(size for size, _ in weighted) / max(1, len(weighted))
        case Json():
            return TYPICAL_JSON
        case Decimal() | Money():
            return 8
        case ListOf():
            return 24 + TYPICAL_ELEMENTS * 8
        case Text() | Email() | Slug() | Url() | Bytes():
            return TYPICAL_TEXT
        case _:
            return TYPICAL_TEXT


def row_bytes(widths: Iterable[Width]) -> float:
    """Return the bytes of a row whose columns stand in this order, padding included."""
    size = 0.0
    for width in widths:
        size = _aligned(size, width.alignment) + width.bytes
    return TUPLE_HEADER + _aligned(size, 8)


def _aligned(size: float, alignment: int) -> float:
    return -(-size // alignment) * alignment


def index_bytes(index: Index, *, table: Table, relation: Relation, share: float) -> float:
    """Estimate the bytes of an index built by CREATE INDEX over `share` of a relation's rows.

    B-trees by their entries, deduplication left out. Inverted and spatial indexes by half of what they index, a guess;
    BRIN by one summary of 128 pages.
    """
    rows = relation.rows.now * share
    widths = [width_of(table.column(name), stored_attribute(relation, table, name)) for name in _names(index)]
    match index.method:
        case IndexMethod.BTREE | IndexMethod.HASH:
            size = 0.0
            for width in widths:
                size = _aligned(size, width.alignment) + width.bytes
            return rows * (INDEX_HEADER + _aligned(size, 8) + ITEM_POINTER) / LEAF_FILL
        case IndexMethod.GIN | IndexMethod.GIST:
            return rows * sum(width.bytes for width in widths) / 2
        case IndexMethod.BRIN:
            return rows * sum(width.bytes for width in widths) / 1000


def _names(index: Index) -> tuple[str, ...]:
    keys = tuple(name for key in index.keys for name in _columns(key.expression))
    return tuple(dict.fromkeys((*keys, *index.include)))


def _columns(expression: Expression) -> tuple[str, ...]:
    return tuple(node.name for node in walk(expression) if isinstance(node, Local))


def stored_attribute(relation: Relation, table: Table, name: str) -> RelationAttribute | None:
    """Return the attribute that a column stores; None for a column of the design's own."""
    stored = table.column(name).attribute
    return None if stored is None else relation.attribute(stored)
