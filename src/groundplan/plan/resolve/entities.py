"""What entities and links say in formulas: checks, defaults, filters of unique sets, computed attributes."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.plan.defects import Defect
from groundplan.plan.model import Arrow, Attribute, Plan
from groundplan.plan.patterns import ResolvedCheck, ResolvedComputed, ResolvedDefault, ResolvedUniqueFilter
from groundplan.plan.resolve.formulas import Formulas
from groundplan.plan.resolve.places import CHECK, COMPUTED, DEFAULT, GROUPED_FIELD, UNIQUE_FILTER
from groundplan.plan.resolve.reading import Beside
from groundplan.plan.scope import Scope


def resolve_checks(*, scope: Scope, defects: list[Defect]) -> tuple[ResolvedCheck, ...]:
    """Resolve the checks of every entity."""
    formulas = Formulas(scope=scope, defects=defects)
    found: list[ResolvedCheck] = []
    for entity in scope.entities.values():
        for check in entity.checks:
            condition = formulas.expression(check.formula, CHECK, entity=entity.name)
            if condition is not None:
                found.append(
                    ResolvedCheck(entity=entity.name, name=check.name, condition=condition, origin=check.origin)
                )
    return tuple(found)


def resolve_unique_filters(*, scope: Scope, defects: list[Defect]) -> tuple[ResolvedUniqueFilter, ...]:
    """Resolve the conditions under which attributes are unique together."""
    formulas = Formulas(scope=scope, defects=defects)
    found: list[ResolvedUniqueFilter] = []
    for entity in scope.entities.values():
        for position, unique in enumerate(entity.unique):
            if unique.where is None:
                continue
            condition = formulas.expression(unique.where, UNIQUE_FILTER, entity=entity.name)
            if condition is not None:
                found.append(ResolvedUniqueFilter(entity=entity.name, position=position, condition=condition))
    return tuple(found)


def resolve_defaults(plan: Plan, *, scope: Scope, defects: list[Defect]) -> tuple[ResolvedDefault, ...]:
    """Resolve the defaults of declared attributes, of entities and of links."""
    found = [
        default
        for entity in scope.entities.values()
        for default in _defaults(entity.name, entity.attributes, scope=scope, defects=defects)
    ]
    for relationship in plan.relationships:
        if relationship.arrow is Arrow.MANY_TO_MANY:
            found += _defaults(relationship.label, relationship.attributes, scope=scope, defects=defects)
    return tuple(found)


def _defaults(
    owner: str, attributes: Iterable[Attribute], *, scope: Scope, defects: list[Defect]
) -> Iterable[ResolvedDefault]:
    formulas = Formulas(scope=scope, defects=defects)
    for attribute in attributes:
        if attribute.default is None:
            continue
        value = formulas.value(
            attribute.default,
            DEFAULT,
            subject=f"{owner}.{attribute.name}",
            beside=Beside(attribute.type),
            is_optional=attribute.is_optional,
        )
        if value is not None:
            yield ResolvedDefault(entity=owner, attribute=attribute.name, value=value)


def resolve_computed(*, scope: Scope, defects: list[Defect]) -> tuple[ResolvedComputed, ...]:
    """Resolve what the computed attributes of entities follow from."""
    formulas = Formulas(scope=scope, defects=defects)
    found: list[ResolvedComputed] = []
    for entity in scope.entities.values():
        for attribute in entity.attributes:
            if attribute.computed is None:
                continue
            value = formulas.value(
                attribute.computed,
                COMPUTED,
                subject=f"{entity.name}.{attribute.name}",
                beside=Beside(attribute.type),
                is_optional=True,
                entity=entity.name,
            )
            if value is not None:
                found.append(ResolvedComputed(entity=entity.name, attribute=attribute.name, value=value))
    return tuple(found)


def examine_rollups(plan: Plan, *, scope: Scope, defects: list[Defect]) -> None:
    """Find the defects of the fields of rollups, which no stage resolves yet."""
    formulas = Formulas(scope=scope, defects=defects)
    for rollup in plan.rollups:
        for formula in rollup.fields if rollup.of in scope.entities else ():
            formulas.expressions(formula, GROUPED_FIELD, entity=rollup.of)
