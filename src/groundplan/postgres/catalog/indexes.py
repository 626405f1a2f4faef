"""Indexes, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import IndexFacts, IndexKeyFacts
from groundplan.postgres.catalog.rows import rows_of, texts

_INDEXES = """
SELECT x.relname, c.relname, m.amname, i.indisunique, pg_get_expr(i.indpred, i.indrelid),
       NOT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
       i.indisvalid AND i.indisready, x.reloptions,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
             WHERE u.place > i.indnkeyatts ORDER BY u.place),
       (SELECT jsonb_agg(jsonb_build_array(
                   a.attname,
                   CASE WHEN i.indkey[k.place] = 0 THEN pg_get_indexdef(i.indexrelid, k.place + 1, false) END,
                   o.opcname,
                   i.indoption[k.place] & 1 = 1,
                   i.indoption[k.place] & 2 = 2,
                   CASE WHEN i.indcollation[k.place] NOT IN (0, 100) THEN l.collname END)
               ORDER BY k.place)
        FROM generate_series(0, i.indnkeyatts - 1) AS k (place)
        JOIN pg_opclass AS o ON o.oid = i.indclass[k.place]
        LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place] AND a.attnum > 0
        LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[k.place])
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_am AS m ON m.oid = x.relam
WHERE x.relnamespace = $1::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid IN (x.oid, c.oid) AND d.deptype = 'e')
ORDER BY x.relname
"""


def read_indexes(connection: psycopg.Connection, namespace: str) -> tuple[IndexFacts, ...]:
    """Return the indexes of a namespace that back no constraint."""
    facts = []
    for row in rows_of(connection, _INDEXES, namespace):
        name, table, method, is_unique, predicate, are_nulls_distinct, is_valid, options, include, keys = row
        facts.append(
            IndexFacts(
                name=name,
                table=table,
                method=method,
                keys=tuple(_key(*key) for key in keys),
                is_unique=is_unique,
                include=texts(include),
                predicate=predicate,
                are_nulls_distinct=are_nulls_distinct,
                is_valid=is_valid,
                options=texts(options),
            )
        )
    return tuple(facts)


def _key(
    column: str | None,
    expression: str | None,
    operator_class: str,
    is_descending: bool,  # noqa: FBT001 - in the order of the query
    is_nulls_first: bool,  # noqa: FBT001
    collation: str | None,
) -> IndexKeyFacts:
    return IndexKeyFacts(
        column=column,
        expression=expression,
        operator_class=operator_class,
        is_descending=is_descending,
        is_nulls_first=is_nulls_first,
        collation=collation,
    )
