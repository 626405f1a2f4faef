"""Everything that somebody made in a database, of any kind, for telling what a script left behind."""

from __future__ import annotations

import psycopg

# Objects that initdb makes have lower numbers (src/include/access/transam.h, FirstNormalObjectId).
_EVERYTHING = """
WITH made (classid, objid) AS (
    SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relkind <> 't' AND relnamespace <> 'pg_toast'::regnamespace
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typelem = 0 AND typrelid = 0
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
    UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
    UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
)
SELECT description
FROM made, pg_describe_object(made.classid, made.objid, 0) AS description
WHERE made.objid >= 16384
ORDER BY description COLLATE "C"
"""


def everything(connection: psycopg.Connection) -> tuple[str, ...]:
    """Return a description of every object in a database that initdb did not make, sorted."""
    return tuple(description for (description,) in connection.execute(_EVERYTHING).fetchall())
