"""The function that carries a soft delete on to the rows that point at the deleted one."""

from __future__ import annotations

from groundplan.postgres.ddl.routines import (
    PATH_WITH_EXTENSIONS,
    TRUSTED_PATH,
    Routine,
    qualified,
    trigger_function,
)
from groundplan.postgres.model import ForeignKey, Schema, SoftDeleteLink, SoftDeleteTrigger, Table
from groundplan.postgres.quoting import quote_identifier, quote_text

_LOCK = """\
    -- Waits for transactions that are adding a row that points here: their foreign key check holds FOR KEY SHARE,
    -- which an UPDATE that leaves the key alone would pass by. Mark under READ COMMITTED: under REPEATABLE READ,
    -- rows that were committed after the transaction began stay unseen all the same.
    PERFORM 1 FROM ONLY {table} AS marked WHERE {key} FOR UPDATE;"""

_RESTRICT = """\
    IF EXISTS (SELECT 1 FROM {table} AS pointing WHERE {condition}) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = {message},
            DETAIL = {detail},
            SCHEMA = TG_TABLE_SCHEMA, TABLE = {table_text}, CONSTRAINT = {constraint};
    END IF;"""

_EXTENSION_TYPES = frozenset({"citext"})
_NULLIFY = "    UPDATE {table} AS pointing SET {cleared} WHERE {condition};"
_MARK = "    UPDATE {table} AS pointing SET {column} = NEW.{column} WHERE {condition};"
_DELETE = "    DELETE FROM {table} AS pointing WHERE {condition};"


def soft_delete_function(trigger: SoftDeleteTrigger, *, table: Table, schema: Schema) -> Routine:
    """Return the function of a soft-delete trigger: refuses, then clears, then carries on.

    Like a referential action it runs with its owner's rights, so that it sees every row that points here.
    """
    key = table.primary_key.columns
    steps = [_LOCK.format(table=qualified(table.name), key=_matches(key, key, alias="marked"))]
    steps += [_restrict(link, trigger=trigger, table=table, schema=schema) for link in trigger.restricts]
    steps += [_nullify(link, trigger=trigger, table=table, schema=schema) for link in trigger.nullifies]
    steps += [_carry_on(link, trigger=trigger) for link in trigger.cascades]
    links = (*trigger.restricts, *trigger.nullifies, *trigger.cascades)
    types = {schema.table(link.table).column(column).type for link in links for column in link.columns}
    return trigger_function(
        search_path=PATH_WITH_EXTENSIONS if types & _EXTENSION_TYPES else TRUSTED_PATH,
        name=trigger.name,
        body="\n".join(["BEGIN", *steps, "    RETURN NULL;", "END"]),
        is_security_definer=True,
        purpose=f"does for a soft delete in {table.name} what foreign keys do for DELETE",
    )


def link_foreign_key(link: SoftDeleteLink, *, target: str, schema: Schema) -> ForeignKey:
    """Return the foreign key that a soft delete is carried along; KeyError where the schema has none."""
    for key in schema.table(link.table).foreign_keys:
        if (key.columns, key.target, key.target_columns) == (link.columns, target, link.target_columns):
            return key
    raise KeyError(f"{link.table}({', '.join(link.columns)}) has no foreign key to {target}")


def _restrict(link: SoftDeleteLink, *, trigger: SoftDeleteTrigger, table: Table, schema: Schema) -> str:
    key = link_foreign_key(link, target=table.name, schema=schema)
    message = (
        f'soft delete on table "{table.name}" violates RESTRICT setting of foreign key constraint "{key.name}" '
        f'on table "{link.table}"'
    )
    return _RESTRICT.format(
        table=qualified(link.table),
        condition=_condition(link, trigger=trigger),
        message=quote_text(message),
        detail=quote_text(f'Rows of table "{link.table}" still point at it.'),
        table_text=quote_text(link.table),
        constraint=quote_text(key.name),
    )


def _nullify(link: SoftDeleteLink, *, trigger: SoftDeleteTrigger, table: Table, schema: Schema) -> str:
    key = link_foreign_key(link, target=table.name, schema=schema)
    cleared = ", ".join(f"{quote_identifier(column)} = NULL" for column in key.set_columns or key.columns)
    return _NULLIFY.format(table=qualified(link.table), cleared=cleared, condition=_condition(link, trigger=trigger))


def _carry_on(link: SoftDeleteLink, *, trigger: SoftDeleteTrigger) -> str:
    step = _MARK if link.is_soft else _DELETE
    return step.format(
        table=qualified(link.table),
        column=quote_identifier(trigger.column),
        condition=_condition(link, trigger=trigger),
    )


def _condition(link: SoftDeleteLink, *, trigger: SoftDeleteTrigger) -> str:
    matching = _matches(link.columns, link.target_columns, alias="pointing")
    return f"{matching} AND pointing.{quote_identifier(trigger.column)} IS NULL" if link.is_soft else matching


def _matches(columns: tuple[str, ...], target_columns: tuple[str, ...], *, alias: str) -> str:
    return " AND ".join(
        f"{alias}.{quote_identifier(column)} = NEW.{quote_identifier(target)}"
        for column, target in zip(columns, target_columns, strict=True)
    )
