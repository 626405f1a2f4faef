"""Which unique index finds the one row that a request can be about."""

from __future__ import annotations

from groundplan.plan.expressions import Expression, Local, conjuncts
from groundplan.postgres.design.indexing.request import Request


def unique_name(request: Request) -> str | None:
    """Return the name of a key whose every part a request fixes, the narrowest first; None where there is none."""
    fixed: set[Expression] = {equal.expression for equal in request.equal}
    fixed |= {Local(name) for name in request.equal_names}
    table = request.table
    keys: list[tuple[int, str]] = []
    if set(map(Local, table.primary_key.columns)) <= fixed:
        keys.append((len(table.primary_key.columns), table.primary_key.name))
    keys += [(len(key.columns), key.name) for key in table.unique if set(map(Local, key.columns)) <= fixed]
    for index in table.indexes:
        is_implied = set(conjuncts(index.where)) <= set(request.predicates)
        if index.is_unique and is_implied and {key.expression for key in index.keys} <= fixed:
            keys.append((len(index.keys), index.name))
    return min(keys)[1] if keys else None
