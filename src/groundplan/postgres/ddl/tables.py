"""Tables with their columns, constraints and comments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from groundplan.postgres.ddl import constraints
from groundplan.postgres.ddl.columns import column_lines
from groundplan.postgres.ddl.foreign_keys import foreign_key
from groundplan.postgres.ddl.remarks import remark
from groundplan.postgres.model import Schema, Table
from groundplan.postgres.quoting import quote_identifier, quote_text

_INDENT = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    definition: str
    before: str | None = None


def create_table(table: Table, *, schema: Schema, late: Collection[str]) -> str:
    """Return CREATE TABLE; `late` names the foreign keys of this table that are added afterwards."""
    enums = {enum.name for enum in schema.enums}
    definitions = column_lines(table.columns, enums=enums)
    lines = [_Line(definition=definition) for definition in definitions]
    lines += [
        _Line(definition=definition, before=what)
        for what, definition in _constraint_definitions(table, schema=schema, late=late)
    ]
    head = [] if table.comment is None else [remark(table.comment)]
    return "\n".join([*head, f"CREATE TABLE {quote_identifier(table.name)} (", *_laid_out(lines), ");"])


def comments_on(table: Table) -> tuple[str, ...]:
    """Return COMMENT ON for the table and each column that the plan says something about."""
    name = quote_identifier(table.name)
    statements = []
    if table.comment is not None:
        statements.append(f"COMMENT ON TABLE {name} IS {quote_text(table.comment)};")
    statements += [
        f"COMMENT ON COLUMN {name}.{quote_identifier(column.name)} IS {quote_text(column.comment)};"
        for column in table.columns
        if column.comment is not None
    ]
    return tuple(statements)


def drop_table(table: Table) -> str:
    """Return DROP TABLE; it refuses where something else has come to depend on the table."""
    return f"DROP TABLE {quote_identifier(table.name)};"


def _constraint_definitions(
    table: Table, *, schema: Schema, late: Collection[str]
) -> tuple[constraints.Definition, ...]:
    return (
        constraints.primary_key(table.primary_key),
        *(constraints.unique(constraint, table=table, schema=schema) for constraint in table.unique),
        *(constraints.check(constraint) for constraint in table.checks),
        *(constraints.exclusion(constraint) for constraint in table.exclusions),
        *(foreign_key(key) for key in table.foreign_keys if key.name not in late),
    )


def _laid_out(lines: list[_Line]) -> tuple[str, ...]:
    laid_out: list[str] = []
    for line in lines:
        comma = "" if line is lines[-1] else ","
        if line.before is not None:
            laid_out.append(remark(line.before, indent=_INDENT))
        laid_out.append(f"{_INDENT}{line.definition}{comma}")
    return tuple(laid_out)
