"""Inserts, updates, upserts, deletes and raw statements, resolved."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.plan.access import Delete, Insert, Raw, Setting, Update, Upsert
from groundplan.plan.expressions import Parameter
from groundplan.plan.paths import row_path
from groundplan.plan.patterns import (
    Assignment,
    DeletePattern,
    Demand,
    InsertPattern,
    RawPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.resolve.parameters import with_parameters
from groundplan.plan.resolve.pattern_reading import PatternReading
from groundplan.plan.resolve.places import SET, WHERE
from groundplan.plan.resolve.raw import raw_parameters
from groundplan.plan.resolve.reading import Beside
from groundplan.plan.scope import Scope
from groundplan.plan.types import AttributeType


def resolve_insert(insert: Insert, *, within: PatternReading, demand: Demand) -> InsertPattern:
    """Resolve an insert; its parameters are named by attributes and relationships."""
    values = within.values(insert.params, types=given_types(insert.entity, scope=within.scope))
    return InsertPattern(
        name=insert.name, entity=insert.entity, batch=insert.batch, values=values, demand=demand, origin=insert.origin
    )


def resolve_upsert(upsert: Upsert, *, within: PatternReading, demand: Demand) -> UpsertPattern | None:
    """Resolve an upsert; None where a member of `on` is unknown. A link without `on` is told by its two sides."""
    is_link = upsert.entity in within.scope.links
    on = tuple(within.member(member) for member in upsert.on or (within.scope.key(upsert.entity) if is_link else ()))
    values = within.values(upsert.params, types=given_types(upsert.entity, scope=within.scope))
    if within.is_broken:
        return None
    return UpsertPattern(
        name=upsert.name,
        entity=upsert.entity,
        on=tuple(path for path in on if path is not None),
        batch=upsert.batch,
        values=values,
        demand=demand,
        origin=upsert.origin,
    )


def given_types(entity: str, *, scope: Scope) -> Mapping[str, AttributeType | None]:
    """Return the types of what an insert gives, by the plan's names."""
    types: dict[str, AttributeType | None] = {
        name: row_path(entity, (hop,), scope=scope).type for name, hop in scope.references_of(entity).items()
    }
    types.update({name: attribute.type for name, attribute in scope.attributes(entity).items()})
    return types


def resolve_update(update: Update, *, within: PatternReading, demand: Demand) -> UpdatePattern | None:
    """Resolve an update; None where something in it is broken."""
    where = within.expression(update.where, WHERE)
    assignments = [_assignment(setting, within) for setting in update.settings]
    settings = [assignment for assignment in assignments if assignment is not None]
    chosen, values = within.parameters((where, *(setting.value for setting in settings)), update.params)
    if where is None or within.is_broken:
        return None
    return UpdatePattern(
        name=update.name,
        entity=update.entity,
        where=with_parameters(where, chosen),
        assignments=tuple(
            Assignment(target=setting.target, value=with_parameters(setting.value, chosen)) for setting in settings
        ),
        parameters=tuple(chosen.values()),
        values=values,
        demand=demand,
        origin=update.origin,
    )


def _assignment(setting: Setting, within: PatternReading) -> Assignment | None:
    target = within.member(setting.name)
    if target is None:
        return None
    subject = f"{target.entity}.{setting.name}"
    value = within.value(
        setting.value, SET, subject=subject, beside=Beside(target.type, target), is_optional=target.is_optional
    )
    return None if value is None else Assignment(target=target, value=value)


def resolve_delete(delete: Delete, *, within: PatternReading, demand: Demand) -> DeletePattern | None:
    """Resolve a delete; None where something in it is broken."""
    where = within.expression(delete.where, WHERE)
    chosen, values = within.parameters((where,), delete.params)
    if where is None or within.is_broken:
        return None
    return DeletePattern(
        name=delete.name,
        entity=delete.entity,
        where=with_parameters(where, chosen),
        parameters=tuple(chosen.values()),
        values=values,
        demand=demand,
        origin=delete.origin,
    )


def resolve_raw(raw: Raw, *, within: PatternReading, demand: Demand) -> RawPattern:
    """Resolve a raw statement; the proposed values alone tell the types of its parameters."""
    names = dict.fromkeys(found.name for found in raw_parameters("" if raw.sql is None else raw.sql.text))
    if raw.mongo is not None:
        names.update(dict.fromkeys(hint.name for hint in raw.params))
    types = within.types_of_hints(raw.params)
    return RawPattern(
        name=raw.name,
        sql=None if raw.sql is None else raw.sql.text,
        mongo=None if raw.mongo is None else raw.mongo.text,
        parameters=tuple(Parameter(name=name, type=types.get(name)) for name in names),
        values=within.values(raw.params, types={name: types.get(name) for name in names}),
        demand=demand,
        origin=raw.origin,
    )
