"""Native enums."""

from __future__ import annotations

from groundplan.postgres.ddl.remarks import place, remark
from groundplan.postgres.model import EnumType
from groundplan.postgres.quoting import quote_identifier, quote_text


def create_enum(enum: EnumType) -> str:
    """Return CREATE TYPE … AS ENUM, the values in the order of the plan."""
    values = ", ".join(quote_text(value) for value in enum.values)
    statement = f"CREATE TYPE {quote_identifier(enum.name)} AS ENUM ({values});"
    where = place(enum.origin)
    return statement if where is None else f"{remark(where)}\n{statement}"


def drop_enum(enum: EnumType) -> str:
    """Return DROP TYPE."""
    return f"DROP TYPE {quote_identifier(enum.name)};"
