"""Which unique index finds the one document that a request can be about."""

from __future__ import annotations

from groundplan.mongo.design.indexing.request import Request
from groundplan.mongo.design.partial_filters import Filter
from groundplan.mongo.model import KEY, Index

KEY_INDEX = "_id_"
"""The name of the index that every collection has."""


def unique_name(request: Request) -> str | None:
    """Return the name of a unique index whose every field a request fixes, the narrowest first; None for none."""
    fixed = request.equal_paths
    if KEY in fixed:
        return KEY_INDEX
    collection = request.fields.places.collection(request.relation.name)
    found = [
        (len(index.keys), index.name)
        for index in collection.indexes
        if index.is_unique and {key.path for key in index.keys} <= fixed and _is_repeated(index, request)
    ]
    return min(found)[1] if found else None


def _is_repeated(index: Index, request: Request) -> bool:
    repeated = [condition for found in request.predicates for condition in conditions_of(found.filter)]
    return all(
        condition in repeated or is_presence_of(condition, request.equal_paths)
        for condition in conditions_of(index.where)
    )


def conditions_of(where: Filter | None) -> list[Filter]:
    """Return the conditions of a filter that all have to hold, one by one."""
    found: list[Filter] = []
    for name, value in (where or {}).items():
        if name == "$and" and isinstance(value, list | tuple):
            found += [inner for part in value for inner in conditions_of(part)]
        else:
            found.append({name: value})
    return found


def is_presence_of(condition: Filter, paths: frozenset[str]) -> bool:
    """Tell whether a condition only says that one of these fields is there: comparing it with a value says so too."""
    ((name, value),) = condition.items()
    return name in paths and value == {"$exists": True}
