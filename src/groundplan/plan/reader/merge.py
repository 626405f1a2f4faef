"""Merges what the files of a plan say into one plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from groundplan.base.names import did_you_mean
from groundplan.base.origin import Origin
from groundplan.plan.grammar.document import SINGLE_KEYS, DependenciesOf
from groundplan.plan.grammar.findings import DECLARED_TWICE, UNKNOWN_ENTITY
from groundplan.plan.grammar.records import Fields
from groundplan.plan.model import Conventions, Entity, Pin, Plan, Relationship, Targets


def merge(parts: list[Fields], *, name: str, origin: Origin) -> Plan:
    """Make a plan of what its files say, in their order; of what is said twice the first counts.

    `name` is that of a plan which does not say it.
    """
    single = {key: _single(parts, key) for key in SINGLE_KEYS}
    return Plan(
        name=single["plan"] or name,
        about=single["about"],
        targets=single["targets"] or Targets(),
        conventions=single["conventions"] or Conventions(),
        entities=_with_dependencies(_named(parts, "entities", kind="entity"), parts),
        relationships=_named(parts, "relationships", kind="relationship", name_of=_label),
        access=_named(parts, "access", kind="access pattern"),
        transactions=_named(parts, "transactions", kind="transaction"),
        workload=single["workload"],
        rollups=_named(parts, "rollups", kind="rollup"),
        pins=_named(parts, "decisions", kind="decision", name_of=_pin_key),
        origin=origin,
    )


def _label(relationship: Relationship) -> str:
    return relationship.label


def _pin_key(pin: Pin) -> str:
    return pin.key


def _name(thing: Any) -> str:  # noqa: ANN401 - entities, patterns and all else with a name
    name: str = thing.name
    return name


def _single(parts: list[Fields], key: str) -> Any:  # noqa: ANN401 - whatever the key holds
    """Return what the files say under a key of which there is one."""
    said = [fields for fields in parts if key in fields.places]
    for fields in said[1:]:
        _declared_twice(fields, fields.place(key), f'"{key}"', said[0].place(key))
    return next((fields.values[key] for fields in said if key in fields.values), None)


def _named(parts: list[Fields], key: str, *, kind: str, name_of: Callable[[Any], str] = _name) -> tuple[Any, ...]:
    """Return what the files declare under a key, each name once."""
    found: dict[str, Any] = {}
    for fields in parts:
        for thing in fields.get(key, ()):
            name = name_of(thing)
            if name in found:
                _declared_twice(fields, thing.origin, f'{kind} "{name}"', found[name].origin)
            else:
                found[name] = thing
    return tuple(found.values())


def _declared_twice(fields: Fields, origin: Origin, what: str, first: Origin) -> None:
    message = f"{what} is already declared at {first}"
    fields.report.add(DECLARED_TWICE, origin, message, help="keep one of the two, or rename one of them")


def _with_dependencies(entities: tuple[Entity, ...], parts: list[Fields]) -> tuple[Entity, ...]:
    """Return the entities with the dependencies that the plan gives beside them."""
    by_name = {entity.name: entity for entity in entities}
    for fields in parts:
        said: tuple[DependenciesOf, ...] = fields.get("dependencies", ())
        for one in said:
            entity = by_name.get(one.entity)
            if entity is None:
                advice = did_you_mean(one.entity, by_name, kind="entities")
                fields.report.add(UNKNOWN_ENTITY, one.origin, f'there is no entity "{one.entity}"', help=advice)
            else:
                dependencies = (*entity.dependencies, *one.dependencies)
                by_name[one.entity] = replace(entity, dependencies=dependencies)
    return tuple(by_name.values())
