"""The types that a formula can cast to, by the plan's words and SQL's."""

from __future__ import annotations

from groundplan.plan.kinds import NUMBERS, Kind, kind_of
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    Money,
    Text,
    Time,
    Timestamp,
    Uuid,
)

UNBOUNDED_DECIMAL = Decimal(precision=38, scale=10)
"""What an exact number is where nothing bounds it."""

CAST_TYPES: dict[str, AttributeType] = {
    **dict.fromkeys(("text", "varchar"), Text()),
    **dict.fromkeys(("int", "integer", "bigint"), Integer()),
    **dict.fromkeys(("float", "double precision", "real"), Float()),
    **dict.fromkeys(("decimal", "numeric"), UNBOUNDED_DECIMAL),
    "money": Money(),
    **dict.fromkeys(("bool", "boolean"), Boolean()),
    "date": Date(),
    "time": Time(),
    **dict.fromkeys(("timestamp", "timestamptz"), Timestamp()),
    "interval": Interval(),
    **dict.fromkeys(("json", "jsonb"), Json()),
    "uuid": Uuid(),
    **dict.fromkeys(("ip", "inet"), Ip()),
}
"""What may stand behind `::`."""


def bounded(word: str, sizes: tuple[int, ...]) -> AttributeType | None:
    """Return the type of a word with sizes in brackets, `decimal(12,2)` or `text(20)`; None where it takes none."""
    match CAST_TYPES.get(word), sizes:
        case found, ():
            return found
        case Text(), (length,) if length > 0:
            return Text(maximum=length)
        case Decimal(), (precision,) if 0 < precision <= 1000:
            return Decimal(precision=precision, scale=0)
        case Decimal(), (precision, scale) if 0 < precision <= 1000 and 0 <= scale <= precision:
            return Decimal(precision=precision, scale=scale)
        case _:
            return None


def can_cast(of: AttributeType, to: AttributeType) -> bool:
    """Tell whether PostgreSQL casts values of one type to the other (manual 4.2.9); text casts to and from all."""
    source, target = kind_of(of), kind_of(to)
    if source is target or Kind.TEXT in (source, target):
        return True
    if source in NUMBERS and target in NUMBERS:
        return True
    return (source, target) in _CASTS


_CASTS = frozenset(
    {
        (Kind.DATE, Kind.TIMESTAMP),
        (Kind.TIMESTAMP, Kind.DATE),
        (Kind.TIMESTAMP, Kind.TIME),
        (Kind.TIME, Kind.INTERVAL),
        (Kind.INTERVAL, Kind.TIME),
        (Kind.JSON, Kind.NUMBER),
        (Kind.JSON, Kind.FLOAT),
        (Kind.JSON, Kind.BOOLEAN),
    }
)
