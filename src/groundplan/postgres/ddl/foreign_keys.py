"""Foreign keys: inside CREATE TABLE where the target is there already, else added once it is."""

from __future__ import annotations

from groundplan.plan.model import ReferentialAction
from groundplan.postgres.ddl.constraints import Definition, quote_list
from groundplan.postgres.ddl.remarks import fitted, remark
from groundplan.postgres.model import ForeignKey, Schema, Table
from groundplan.postgres.quoting import quote_identifier, quote_identifiers

_ON_DELETE_IN_WORDS = {
    ReferentialAction.NO_ACTION: "a row that is pointed at cannot be deleted",
    ReferentialAction.RESTRICT: "a row that is pointed at cannot be deleted",
    ReferentialAction.CASCADE: "deleted together with the row it points at",
    ReferentialAction.SET_NULL: "cleared when the row it points at is deleted",
    ReferentialAction.SET_DEFAULT: "reset when the row it points at is deleted",
}


def foreign_key(key: ForeignKey) -> Definition:
    """Return the definition of a foreign key."""
    label = key.relationship or quote_list(key.columns)
    what = f"{label}: {_ON_DELETE_IN_WORDS[key.on_delete]}"
    return what, _definition(key)


def late_foreign_keys(schema: Schema) -> tuple[tuple[Table, ForeignKey], ...]:
    """Return the foreign keys whose target is not there yet when their table is created.

    Either the target comes later (a cycle of relationships), or it is unique by an index alone, which is created after
    its table.
    """
    created: set[str] = set()
    late: list[tuple[Table, ForeignKey]] = []
    for table in schema.tables:
        created.add(table.name)
        late.extend(
            (table, key)
            for key in table.foreign_keys
            if key.target not in created or not _is_key(schema.table(key.target), key.target_columns)
        )
    return tuple(late)


def add_foreign_key(table: Table, key: ForeignKey) -> str:
    """Return the statement that adds a foreign key to a table that is there, with its purpose."""
    what, definition = foreign_key(key)
    return f"{remark(what)}\nALTER TABLE {quote_identifier(table.name)}\n    ADD {definition};"


def drop_foreign_key(table: Table, key: ForeignKey) -> str:
    """Return the statement that drops a foreign key."""
    return f"ALTER TABLE {quote_identifier(table.name)} DROP CONSTRAINT {quote_identifier(key.name)};"


def _is_key(table: Table, columns: tuple[str, ...]) -> bool:
    keys = (table.primary_key.columns, *(constraint.columns for constraint in table.unique))
    return any(set(key) == set(columns) for key in keys)


def _definition(key: ForeignKey) -> str:
    parts = [
        f"CONSTRAINT {quote_identifier(key.name)} FOREIGN KEY ({quote_identifiers(key.columns)})",
        f"REFERENCES {quote_identifier(key.target)} ({quote_identifiers(key.target_columns)})",
    ]
    if key.on_delete is not ReferentialAction.NO_ACTION:
        set_columns = f" ({quote_identifiers(key.set_columns)})" if key.set_columns else ""
        parts.append(f"ON DELETE {key.on_delete.value.upper()}{set_columns}")
    if key.on_update is not ReferentialAction.NO_ACTION:
        parts.append(f"ON UPDATE {key.on_update.value.upper()}")
    if key.is_deferrable:
        parts.append("DEFERRABLE INITIALLY DEFERRED")
    return fitted(parts, indent=" " * 8)
