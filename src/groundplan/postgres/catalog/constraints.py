"""Keys, checks, foreign keys and exclusions, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import CheckFacts, ExclusionFacts, ForeignKeyFacts, KeyFacts
from groundplan.postgres.catalog.rows import rows_of, texts

# NOT NULL is a constraint of its own since 18, and a fact of the column here.
# What 18 added (conenforced) is read by way of JSON, so that older servers answer too.
_KEYS = """
SELECT c.relname, k.conname, CASE k.contype WHEN 'p' THEN 'primary key' ELSE 'unique' END,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
             WHERE u.place > i.indnkeyatts ORDER BY u.place),
       NOT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), k.condeferrable
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_index AS i ON i.indexrelid = k.conindid
WHERE c.relnamespace = $1::regnamespace AND k.contype IN ('p', 'u')
ORDER BY c.relname, k.conname
"""

_CHECKS = """
SELECT c.relname, k.conname, pg_get_expr(k.conbin, k.conrelid), k.convalidated,
       coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
WHERE c.relnamespace = $1::regnamespace AND k.contype = 'c'
ORDER BY c.relname, k.conname
"""

_FOREIGN_KEYS = """
SELECT c.relname, k.conname, t.relname, k.confdeltype::text, k.confupdtype::text, k.confmatchtype::text,
       k.condeferrable, k.condeferred, k.convalidated, coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true),
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confdelsetcols) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place)
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_class AS t ON t.oid = k.confrelid
WHERE c.relnamespace = $1::regnamespace AND k.contype = 'f'
ORDER BY c.relname, k.conname
"""

_EXCLUSIONS = """
SELECT c.relname, k.conname, m.amname, pg_get_expr(i.indpred, i.indrelid), k.condeferrable,
       ARRAY(SELECT coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, u.place::integer, false))
             FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
             LEFT JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
       ARRAY(SELECT o.oprname::text FROM unnest(k.conexclop) WITH ORDINALITY AS u (operator, place)
             JOIN pg_operator AS o ON o.oid = u.operator ORDER BY u.place)
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_index AS i ON i.indexrelid = k.conindid
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_am AS m ON m.oid = x.relam
WHERE c.relnamespace = $1::regnamespace AND k.contype = 'x'
ORDER BY c.relname, k.conname
"""

_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_MATCHES = {"s": "simple", "f": "full", "p": "partial"}


def read_keys(connection: psycopg.Connection, namespace: str) -> tuple[KeyFacts, ...]:
    """Return the primary keys and unique constraints of a namespace."""
    return tuple(
        KeyFacts(
            table=table,
            name=name,
            kind=kind,
            columns=texts(columns),
            include=texts(include),
            are_nulls_distinct=are_nulls_distinct,
            is_deferrable=is_deferrable,
        )
        for table, name, kind, columns, include, are_nulls_distinct, is_deferrable in rows_of(
            connection, _KEYS, namespace
        )
    )


def read_checks(connection: psycopg.Connection, namespace: str) -> tuple[CheckFacts, ...]:
    """Return the checks of a namespace."""
    return tuple(
        CheckFacts(table=table, name=name, condition=condition, is_valid=is_valid, is_enforced=is_enforced)
        for table, name, condition, is_valid, is_enforced in rows_of(connection, _CHECKS, namespace)
    )


def read_foreign_keys(connection: psycopg.Connection, namespace: str) -> tuple[ForeignKeyFacts, ...]:
    """Return the foreign keys of a namespace."""
    facts = []
    for row in rows_of(connection, _FOREIGN_KEYS, namespace):
        table, name, target, on_delete, on_update, match, *flags, columns, target_columns, set_columns = row
        is_deferrable, is_deferred, is_valid, is_enforced = flags
        facts.append(
            ForeignKeyFacts(
                table=table,
                name=name,
                columns=texts(columns),
                target=target,
                target_columns=texts(target_columns),
                on_delete=_ACTIONS[on_delete],
                on_update=_ACTIONS[on_update],
                set_columns=texts(set_columns),
                match=_MATCHES[match],
                is_deferrable=is_deferrable,
                is_deferred=is_deferred,
                is_valid=is_valid,
                is_enforced=is_enforced,
            )
        )
    return tuple(facts)


def read_exclusions(connection: psycopg.Connection, namespace: str) -> tuple[ExclusionFacts, ...]:
    """Return the exclusion constraints of a namespace."""
    return tuple(
        ExclusionFacts(
            table=table,
            name=name,
            method=method,
            members=tuple(zip(columns, operators, strict=True)),
            predicate=predicate,
            is_deferrable=is_deferrable,
        )
        for table, name, method, predicate, is_deferrable, columns, operators in rows_of(
            connection, _EXCLUSIONS, namespace
        )
    )
