"""Native enums."""

from __future__ import annotations

from groundplan.postgres.model import EnumType
from groundplan.postgres.quoting import quote_identifier, quote_text


def create_enum(enum: EnumType) -> str:
    """Return CREATE TYPE … AS ENUM, the values in the order of the plan."""
    values = ", ".join(quote_text(value) for value in enum.values)
    return f"CREATE TYPE {quote_identifier(enum.name)} AS ENUM ({values});"


def drop_enum(enum: EnumType) -> str:
    """Return DROP TYPE."""
    return f"DROP TYPE {quote_identifier(enum.name)};"
