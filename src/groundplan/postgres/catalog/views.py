"""Views and materialized views, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import ViewFacts
from groundplan.postgres.catalog.rows import rows_of, texts

_VIEWS = """
SELECT c.relname, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
       ARRAY(SELECT a.attname::text FROM pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
       pg_get_viewdef(c.oid), c.reloptions, obj_description(c.oid, 'pg_class')
FROM pg_class AS c
WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('v', 'm')
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""


def read_views(connection: psycopg.Connection, namespace: str) -> tuple[ViewFacts, ...]:
    """Return the views and materialized views of a namespace."""
    return tuple(
        ViewFacts(
            name=name,
            kind=kind,
            columns=tuple(zip(names, types, strict=True)),
            definition=definition,
            options=texts(options),
            comment=comment,
        )
        for name, kind, names, types, definition, options, comment in rows_of(connection, _VIEWS, namespace)
    )
