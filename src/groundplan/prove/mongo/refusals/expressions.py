"""Documents that break an expression of a validator: a good one with other values in the fields that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from bson.decimal128 import Decimal128

from groundplan.mongo.validator import Clause

BsonDocument = dict[str, Any]

_MOST_TRIED = 400
_MOST_VALUES = 12


def breaking(clause: Clause, document: BsonDocument, documents: Sequence[BsonDocument]) -> Iterator[BsonDocument]:
    """Yield copies of a good document in which fields of the expression hold other values, one field first."""
    paths = tuple(dict.fromkeys(_paths(clause.condition)))
    choices = {path: tuple(_values(path, document, documents)) for path in paths}
    yielded = 0
    for count in range(1, len(paths) + 1):
        for chosen in _subsets(paths, count):
            for values in product(*(choices[path] for path in chosen)):
                changed = _with(document, dict(zip(chosen, values, strict=True)))
                if changed is not None:
                    yield changed
                yielded += 1
                if yielded == _MOST_TRIED:
                    return


def _subsets(paths: tuple[str, ...], count: int) -> Iterator[tuple[str, ...]]:
    from itertools import combinations

    yield from combinations(paths, count)


def _paths(value: object, inside: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the dotted paths of the fields that an expression reads; a variable's stand for those of its array."""
    names = inside or {}
    match value:
        case str() if value.startswith("$$"):
            variable, _, rest = value[2:].partition(".")
            if variable in names and rest:
                yield f"{names[variable]}.{rest}"
        case str() if value.startswith("$") and len(value) > 1:
            yield value[1:]
        case Mapping() if "$map" in value and isinstance(value["$map"], Mapping):
            spelled = value["$map"]
            source = next(_paths(spelled["input"], names), "")
            yield from _paths(spelled["in"], {**names, str(spelled["as"]): source})
        case Mapping():
            for name, inner in value.items():
                if name not in {"$literal", "$const"}:
                    yield from _paths(inner, names)
        case list() | tuple():
            for inner in value:
                yield from _paths(inner, names)
        case _:
            return


def _values(path: str, document: BsonDocument, documents: Sequence[BsonDocument]) -> Iterator[object]:
    """Yield other values for a field: near its own, of other documents, and none."""
    own = _at(document, path)
    seen: list[object] = []
    for value in (*_near(own), *(_at(other, path) for other in documents[:50])):
        if value is not None and value != own and value not in seen:
            seen.append(value)
            yield value
        if len(seen) >= _MOST_VALUES:
            break
    if own is not None:
        yield None


def _near(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1, -value - 1, value * 2 + 1, 0, -1)
        case Decimal128():
            number = value.to_decimal()
            yield from (Decimal128(found) for found in (number + 1, number - 1, -number - 1, number * 2 + 1))
        case datetime():
            day, moment = timedelta(days=1), timedelta(hours=1, milliseconds=1)
            yield from (value + moment, value - moment, value + 400 * day, value - 400 * day)
        case bytes():
            yield value * 2 + b"\x00" * 4096
        case {"lower": lower, "upper": upper}:
            yield {"lower": upper, "upper": lower}
        case str():
            yield from (f"{value}~", "", value.swapcase())
        case _:
            return


def _at(document: object, path: str) -> object:
    found = document
    for step in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _with(document: BsonDocument, values: Mapping[str, object]) -> BsonDocument | None:
    copy = deepcopy(document)
    for path, value in values.items():
        *steps, last = path.split(".")
        holder: Any = copy
        for step in steps:
            holder = holder.get(step) if isinstance(holder, dict) else None
            if isinstance(holder, list):
                holder = holder[0] if holder else None
        if not isinstance(holder, dict):
            return None
        if value is None:
            holder.pop(last, None)
        else:
            holder[last] = value
    return copy
