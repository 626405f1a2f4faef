"""Extensions, enums, and objects of kinds that no design makes, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import EnumFacts, ExtensionFacts, OtherFacts
from groundplan.postgres.catalog.rows import rows_of, texts

_EXTENSIONS = """
SELECT e.extname FROM pg_extension AS e
WHERE e.extnamespace = $1::regnamespace
ORDER BY e.extname
"""

_ENUMS = """
SELECT t.typname,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
FROM pg_type AS t
WHERE t.typnamespace = $1::regnamespace AND t.typtype = 'e'
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY t.typname
"""

# A sequence depends on its identity column internally (`i`); one of a serial column or of its own does not.
_OTHERS = """
WITH object (classid, objid, kind, name) AS (
    SELECT 'pg_class'::regclass, c.oid, CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type'
           ELSE 'foreign table' END, c.relname::text
    FROM pg_class AS c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('S', 'c', 'f')
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'range type' END, t.typname::text
    FROM pg_type AS t WHERE t.typnamespace = $1::regnamespace AND t.typtype IN ('d', 'r')
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE 'window function' END,
           p.proname::text
    FROM pg_proc AS p WHERE p.pronamespace = $1::regnamespace AND p.prokind IN ('a', 'w')
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, 'operator', o.oprname::text
    FROM pg_operator AS o WHERE o.oprnamespace = $1::regnamespace
    UNION ALL
    SELECT 'pg_collation'::regclass, l.oid, 'collation', l.collname::text
    FROM pg_collation AS l WHERE l.collnamespace = $1::regnamespace
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, 'statistics', s.stxname::text
    FROM pg_statistic_ext AS s WHERE s.stxnamespace = $1::regnamespace
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, 'policy', c.relname || '.' || p.polname
    FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid WHERE c.relnamespace = $1::regnamespace
    UNION ALL
    SELECT 'pg_rewrite'::regclass, r.oid, 'rule', c.relname || '.' || r.rulename
    FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
    WHERE c.relnamespace = $1::regnamespace AND r.rulename <> '_RETURN'
)
SELECT object.kind, object.name
FROM object
WHERE NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = object.classid AND d.objid = object.objid
                    AND (d.deptype = 'e' OR object.kind = 'sequence' AND d.deptype = 'i'))
ORDER BY object.kind, object.name
"""


def read_extensions(connection: psycopg.Connection, namespace: str) -> tuple[ExtensionFacts, ...]:
    """Return the extensions whose objects live in a namespace."""
    return tuple(ExtensionFacts(name=name) for (name,) in rows_of(connection, _EXTENSIONS, namespace))


def read_enums(connection: psycopg.Connection, namespace: str) -> tuple[EnumFacts, ...]:
    """Return the enums of a namespace."""
    return tuple(EnumFacts(name=name, values=texts(values)) for name, values in rows_of(connection, _ENUMS, namespace))


def read_others(connection: psycopg.Connection, namespace: str) -> tuple[OtherFacts, ...]:
    """Return whatever else there is in a namespace."""
    return tuple(OtherFacts(kind=kind, name=name) for kind, name in rows_of(connection, _OTHERS, namespace))
