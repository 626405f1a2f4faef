"""Triggers, functions and procedures, read from the catalog."""

from __future__ import annotations

import psycopg

from groundplan.postgres.catalog.facts import RoutineFacts, TriggerFacts
from groundplan.postgres.catalog.rows import rows_of, texts

_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgtype, p.proname, pg_get_triggerdef(t.oid, true), t.tgenabled::text
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = $1::regnamespace AND NOT t.tgisinternal
ORDER BY c.relname, t.tgname
"""

_ROUTINES = """
SELECT p.proname, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
       p.proargnames, ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) AS a (type)),
       pg_get_expr(p.proargdefaults, 0), pg_get_function_result(p.oid), l.lanname, p.prosrc, p.prosecdef, p.proconfig,
       EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
               WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = $1::regnamespace AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
ORDER BY p.proname, p.oid
"""

# The bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h).
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))


def read_triggers(connection: psycopg.Connection, namespace: str) -> tuple[TriggerFacts, ...]:
    """Return the triggers of a namespace's tables, but those that foreign keys are made of."""
    return tuple(
        TriggerFacts(
            table=table,
            name=name,
            timing="before" if bits & _BEFORE else "instead of" if bits & _INSTEAD else "after",
            events=tuple(event for bit, event in _EVENTS if bits & bit),
            level="row" if bits & _ROW else "statement",
            function=function,
            definition=definition,
            mode=mode,
        )
        for table, name, bits, function, definition, mode in rows_of(connection, _TRIGGERS, namespace)
    )


def read_routines(connection: psycopg.Connection, namespace: str) -> tuple[RoutineFacts, ...]:
    """Return the functions and procedures of a namespace."""
    facts = []
    for row in rows_of(connection, _ROUTINES, namespace):
        name, kind, names, types, defaults, returns, language, body, is_security_definer, settings, is_public = row
        facts.append(
            RoutineFacts(
                name=name,
                kind=kind,
                argument_names=texts(names),
                argument_types=texts(types),
                argument_defaults=defaults,
                returns=returns,
                language=language,
                body=body,
                is_security_definer=is_security_definer,
                settings=texts(settings),
                is_public=is_public,
            )
        )
    return tuple(facts)
