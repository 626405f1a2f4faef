"""Tables and columns, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import ColumnFacts, TableFacts
from groundplan.postgres.catalog.rows import rows_of, texts

_TABLES = """
SELECT c.relname, c.relkind::text, c.relpersistence::text, c.relrowsecurity, c.reloptions,
       obj_description(c.oid, 'pg_class'),
       ARRAY(SELECT a.attname::text FROM pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
FROM pg_class AS c
WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text, a.attidentity::text,
       CASE WHEN a.attcollation <> t.typcollation THEN l.collname END,
       col_description(a.attrelid, a.attnum)
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY c.relname, a.attnum
"""


def read_tables(connection: psycopg.Connection, namespace: str) -> tuple[TableFacts, ...]:
    """Return the tables of a namespace."""
    return tuple(
        TableFacts(
            name=name,
            kind=kind,
            persistence=persistence,
            has_row_security=has_row_security,
            options=texts(options),
            comment=comment,
            columns=texts(columns),
        )
        for name, kind, persistence, has_row_security, options, comment, columns in rows_of(
            connection, _TABLES, namespace
        )
    )


def read_columns(connection: psycopg.Connection, namespace: str) -> tuple[ColumnFacts, ...]:
    """Return the columns of a namespace's tables."""
    facts = []
    for row in rows_of(connection, _COLUMNS, namespace):
        table, name, type_name, is_nullable, expression, generated_kind, identity_kind, collation, comment = row
        facts.append(
            ColumnFacts(
                table=table,
                name=name,
                type=type_name,
                is_nullable=is_nullable,
                default=None if generated_kind else expression,
                generated=expression if generated_kind else None,
                generated_kind=generated_kind,
                identity_kind=identity_kind,
                collation=collation,
                comment=comment,
            )
        )
    return tuple(facts)
