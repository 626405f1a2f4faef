"""Targets of a whole batch, asked for at once: one query with `$in` in place of one for each row."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.mongo.queries.model import BATCH, Bson, Find, Given, Require


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetch:
    """The query for the targets of all rows; each is known by the field `path`, and meant by a row's `value`."""

    query: Find
    path: str
    value: Given


def prefetch(require: Require) -> Prefetch | None:
    """Return how to ask once for what is required of each row; None where the rows have to be asked for one by one.

    That is so where several fields find a target, or where it is inside another document.
    """
    if require.each != BATCH or not isinstance(require.query, Find) or len(require.query.filter) != 1:
        return None
    ((path, value),) = require.query.filter.items()
    if "." in path or not isinstance(value, Given) or value.name != BATCH or value.member is None:
        return None
    projection: dict[str, Bson] = {name: shown for name, shown in require.query.projection.items() if name != path}
    query = replace(require.query, filter={path: {"$in": value}}, projection={**projection, path: 1}, limit=None)
    return Prefetch(query=query, path=path, value=value)
