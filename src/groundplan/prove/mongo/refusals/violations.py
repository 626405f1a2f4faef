"""Documents that break one rule of a validator: a good one, changed in a single place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from groundplan.prove.mongo.refusals.rules import CLOSED, ITEM, REQUIRED, Rule

BsonDocument = dict[str, Any]

STRANGER = "not_in_the_plan"

_MOST_ELEMENTS = 20_000
_EACH_TYPE: tuple[object, ...] = (
    "text", 7, 1.5, True, datetime(2020, 1, 1, tzinfo=UTC), b"\x00", {"a": 1}, [1], Decimal128("1"),
)  # fmt: skip


def has_place(rule: Rule, document: Mapping[str, Any]) -> bool:
    """Tell whether a document has what a rule is about: its value, or the place where one is missing."""
    path = rule.path[:-1] if rule.operator == REQUIRED else rule.path
    return bool(list(_holders(document, path)))


def violations(rule: Rule, document: BsonDocument) -> Iterator[BsonDocument]:
    """Yield copies of a good document that break a rule, those first that break nothing else by all likelihood."""
    if rule.operator == REQUIRED:
        yield from _changed(document, rule.path[:-1], lambda found: [_without(found, rule.path[-1])])
    elif rule.operator == CLOSED:
        yield from _changed(document, rule.path, lambda found: [{**found, STRANGER: 1}])
    else:
        change = _CHANGES.get(rule.operator)
        if change is not None and rule.schema is not None:
            schema = rule.schema
            yield from _changed(document, rule.path, lambda found: change(found, schema))


def _without(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != name}


def _holders(value: object, path: tuple[str, ...]) -> Iterator[object]:
    """Yield the first value at a path; nothing where the path ends before."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step.startswith("[") and isinstance(value, list):
        position = 0 if step == ITEM else int(step[1:-1])
        if position < len(value):
            yield from _holders(value[position], rest)
    elif isinstance(value, Mapping) and step in value:
        yield from _holders(value[step], rest)


def _changed(
    document: BsonDocument, path: tuple[str, ...], change: Callable[[Any], Sequence[object] | Iterator[object]]
) -> Iterator[BsonDocument]:
    for value in _holders(document, path):
        for other in change(value):
            copy = deepcopy(document)
            if path:
                _put(copy, path, other)
                yield copy
            elif isinstance(other, dict):
                yield deepcopy(other)


def _put(document: BsonDocument, path: tuple[str, ...], value: object) -> None:
    holder: Any = document
    for step in path[:-1]:
        holder = holder[_key(step)]
    holder[_key(path[-1])] = value


def _key(step: str) -> str | int:
    return step if not step.startswith("[") else 0 if step == ITEM else int(step[1:-1])


def _other_types(_value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    wanted = schema["bsonType"]
    names = {wanted} if isinstance(wanted, str) else set(wanted)
    for other in _EACH_TYPE:
        if not names & _names(other):
            yield other


def _names(value: object) -> set[str]:
    match value:
        case bool():
            return {"bool"}
        case Int64():
            return {"long", "number"}
        case int():
            return {"int", "number"}
        case float():
            return {"double", "number"}
        case str():
            return {"string"}
        case datetime():
            return {"date"}
        case bytes():
            return {"binData"}
        case Mapping():
            return {"object"}
        case list():
            return {"array"}
        case Decimal128():
            return {"decimal", "number"}
        case _:
            return set()


def _shifted(value: object, by: int) -> object:
    match value:
        case Decimal128():
            return Decimal128(value.to_decimal() + by)
        case float():
            return value + by
        case int():
            moved = int(value) + by
            return moved if -(2**31) <= moved < 2**31 else Int64(moved)
        case _:
            return value


def _below(_value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    yield from (_shifted(schema["minimum"], -step) for step in (1, 1000))


def _above(_value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    yield from (_shifted(schema["maximum"], step) for step in (1, 1000))


def _between(value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    step = schema["multipleOf"]
    if isinstance(step, Decimal128):
        half = step.to_decimal() / 2
        zero = value.to_decimal() if isinstance(value, Decimal128) else step.to_decimal()
        yield from (Decimal128(zero + half), Decimal128(half), Decimal128(-half))
    elif isinstance(step, int | float):
        yield step / 2


def _shorter(value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    least = int(schema["minLength"])
    if isinstance(value, str) and least:
        yield from (value[: least - 1], "a" * (least - 1), value[-(least - 1) :] if least > 1 else "")


def _longer(value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    most = int(schema["maxLength"])
    if isinstance(value, str):
        missing = max(1, most + 1 - len(value))
        last = value[-1:] or "a"
        yield from (value + last * missing, value + "a" * missing, "a" * missing + value, "a" * (most + 1))


def _unlike(value: object, _schema: Mapping[str, Any]) -> Iterator[object]:
    if isinstance(value, str):
        yield from (value.upper(), f"{value[:-1]} ", f" {value[1:]}", value.replace("@", "-"), "", "~", "A b!")


def _no_choice(value: object, _schema: Mapping[str, Any]) -> Iterator[object]:
    yield from (f"{value}~" if isinstance(value, str) else "no such value", -1)


def _fewer(value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    if isinstance(value, list) and schema["minItems"]:
        yield value[: schema["minItems"] - 1]


def _more(value: object, schema: Mapping[str, Any]) -> Iterator[object]:
    most = int(schema["maxItems"])
    if isinstance(value, list) and value and most < _MOST_ELEMENTS:
        yield [value[position % len(value)] for position in range(most + 1)]


_CHANGES: Mapping[str, Callable[[Any, Mapping[str, Any]], Iterator[object]]] = {
    "bsonType": _other_types,
    "enum": _no_choice,
    "maximum": _above,
    "maxItems": _more,
    "maxLength": _longer,
    "minimum": _below,
    "minItems": _fewer,
    "minLength": _shorter,
    "multipleOf": _between,
    "pattern": _unlike,
}
