"""A live database against the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import psycopg

from groundplan.postgres.catalog.expected import expected_catalog
from groundplan.postgres.catalog.facts import UNKNOWN, Catalog, Facts, IndexKeyFacts
from groundplan.postgres.catalog.read import read_catalog
from groundplan.postgres.catalog.scratch import normalized
from groundplan.postgres.model import Schema

_NO_VIEWS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many objects the model has, and where the database differs from it, each in a sentence."""

    objects: int
    differences: tuple[str, ...]


def compare(schema: Schema, connection: psycopg.Connection, *, views: Mapping[str, str] = _NO_VIEWS) -> Comparison:
    """Compare a database with the model, object by object; it is left as it was.

    `views` gives the query of each materialized view by its name; one without is compared by its columns alone.
    """
    with connection.transaction(force_rollback=True):
        scratch = normalized(schema, connection, views=views)
        found = read_catalog(connection)
    expected = expected_catalog(schema, printed=scratch.catalog)
    return Comparison(
        objects=len(expected.facts),
        differences=(*scratch.refused, *catalog_differences(found, expected=expected)),
    )


def differences(
    schema: Schema, connection: psycopg.Connection, *, views: Mapping[str, str] = _NO_VIEWS
) -> tuple[str, ...]:
    """Return where a database differs from the model, each in a sentence; nothing where they are equal."""
    return compare(schema, connection, views=views).differences


def catalog_differences(found: Catalog, *, expected: Catalog) -> tuple[str, ...]:
    """Return where one catalog differs from another, in the order of the expected one, then what is too many."""
    left, right = found.by_identity(), expected.by_identity()
    sentences: list[str] = []
    for identity, wanted in right.items():
        seen = left.get(identity)
        if seen is None:
            sentences.append(f"{_label(identity)} is missing")
        else:
            sentences += _changes(seen, wanted=wanted, label=_label(identity))
    sentences += [f"{_label(identity)} is not in the model" for identity in left if identity not in right]
    return tuple(sentences)


def _changes(seen: Facts | IndexKeyFacts, *, wanted: Facts | IndexKeyFacts, label: str) -> list[str]:
    if type(seen) is not type(wanted):
        return [f"{label} is of another kind than in the model"]
    sentences: list[str] = []
    for field in fields(wanted):
        is_, should_be = getattr(seen, field.name), getattr(wanted, field.name)
        if should_be is UNKNOWN or is_ == should_be:
            continue
        if field.name == "keys" and len(is_) == len(should_be):
            for place, (key, wanted_key) in enumerate(zip(is_, should_be, strict=True), start=1):
                sentences += _changes(key, wanted=wanted_key, label=f"{label}, key {place}")
            continue
        what = field.name.replace("_", " ")
        sentences.append(f"{label}: {what} is {_shown(is_)}, in the model {_shown(should_be)}")
    return sentences


def _label(identity: tuple[str, ...]) -> str:
    kind, *names = identity
    return f"{kind} {'.'.join(names)}"


def _shown(value: object) -> str:
    match value:
        case None | () | "":
            return "none"
        case True:
            return "true"
        case False:
            return "false"
        case tuple():
            return ", ".join(_shown(item) for item in value)
        case IndexKeyFacts():
            return str(value.column or value.expression)
        case _:
            return str(value)
