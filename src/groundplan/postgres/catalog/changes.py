"""Which rows a statement changed, in whatever way: triggers note the keys, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg

from groundplan.postgres.model import Schema, Table
from groundplan.postgres.quoting import quote_identifier, quote_text

TouchedKeys = Mapping[str, str]
"""The keys of touched rows by table, as a JSON array of objects from column to value."""

_LOG = """
CREATE TABLE groundplan_changes (relation text NOT NULL, key jsonb NOT NULL);
CREATE FUNCTION groundplan_note_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO groundplan_changes
    SELECT TG_ARGV[0], jsonb_object_agg(name, touched.content -> name)
    FROM (VALUES (to_jsonb(OLD)), (to_jsonb(NEW))) AS touched (content), unnest(TG_ARGV[1:]) AS name
    WHERE touched.content IS NOT NULL
    GROUP BY touched.content;
    RETURN NULL;
END $$;
"""

_TOUCHED = """
SELECT relation, jsonb_agg(DISTINCT key)::text FROM groundplan_changes GROUP BY relation ORDER BY relation COLLATE "C"
"""


def transaction_moment(connection: psycopg.Connection) -> datetime:
    """Return what now() is in the connection's transaction, in whole milliseconds. Raises ValueError outside of one."""
    if connection.info.transaction_status is not psycopg.pq.TransactionStatus.INTRANS:
        raise ValueError("now() stands still only in a transaction")
    (moment,) = connection.execute("SELECT now()").fetchall()[0]
    in_utc: datetime = moment.astimezone(UTC)
    return in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)


def note_changes(connection: psycopg.Connection, schema: Schema) -> None:
    """Let every table of a relation note the keys of rows that change, to the end of the transaction."""
    tables = [table for table in schema.tables if table.relation is not None]
    triggers = "".join(
        f"CREATE TRIGGER zz_groundplan_note AFTER INSERT OR UPDATE OR DELETE ON {quote_identifier(table.name)} "
        f"FOR EACH ROW EXECUTE FUNCTION groundplan_note_change("
        f"{', '.join(map(quote_text, (table.name, *table.primary_key.columns)))});\n"
        for table in tables
    )
    connection.execute(f"{_LOG}{triggers}".encode())


def forget_changes(connection: psycopg.Connection) -> None:
    """Forget the keys noted so far."""
    connection.execute("DELETE FROM groundplan_changes")


def touched_keys(connection: psycopg.Connection) -> TouchedKeys:
    """Return the keys noted so far."""
    return dict(connection.execute(_TOUCHED.encode()).fetchall())


def rows_by_key(connection: psycopg.Connection, table: Table, keys: str) -> list[dict[str, Any]]:
    """Return the rows of a table that have one of these keys, by attribute."""
    columns = [column for column in table.columns if column.attribute is not None and column.generated is None]
    listed = ", ".join(f"t.{quote_identifier(column.name)}" for column in columns)
    equal = " AND ".join(
        f"t.{quote_identifier(name)} = (k.key ->> {quote_text(name)})::{table.column(name).type}"
        for name in table.primary_key.columns
    )
    touched = "jsonb_array_elements($1::jsonb) AS k (key)"
    query = f"SELECT {listed} FROM {touched} JOIN {quote_identifier(table.name)} AS t ON {equal}"  # noqa: S608 - quoted
    with psycopg.RawCursor(connection) as cursor:
        found = cursor.execute(query.encode(), (keys,)).fetchall()
    names = [str(column.attribute) for column in columns]
    return [dict(zip(names, row, strict=True)) for row in found]
