"""What the plan language can say and no stage designs yet: each use of it, with its line."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity, in_reading_order
from groundplan.base.origin import Origin
from groundplan.plan.model import Entity, FunctionalDependency, Plan
from groundplan.plan.scope import Scope

NOT_DESIGNED_YET = "PL900"
"""A construct that no stage designs yet."""

NO_MONGO_YET = "PL901"
"""A target that no stage designs for yet."""

POSTGRES_VERSIONS = range(14, 19)
"""The major versions of PostgreSQL that a design is made for."""

_TAKE_OUT = "take it out to design the rest"


def not_designed_yet(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return a finding for each construct of a plan that is not designed yet, in reading order.

    Constructs are errors, because a design without them would not be what the plan asks for. A MongoDB target is one
    note: PostgreSQL is designed all the same.
    """
    found = [_diagnostic(construct, origin) for construct, origin in _constructs(plan)]
    if plan.targets.mongo is not None:
        found.append(
            Diagnostic(
                code=NO_MONGO_YET,
                message="MongoDB is not designed for yet",
                origin=plan.origin,
                help="the design for PostgreSQL is complete without it",
                severity=Severity.NOTE,
            )
        )
    return in_reading_order(found)


def _diagnostic(construct: str, origin: Origin) -> Diagnostic:
    return Diagnostic(code=NOT_DESIGNED_YET, message=f"{construct} not designed yet", origin=origin, help=_TAKE_OUT)


def _constructs(plan: Plan) -> Iterator[tuple[str, Origin]]:
    scope = Scope(plan)
    for entity in plan.entities:
        yield from _of_entity(entity, scope)
    for relationship in plan.relationships:
        if len(relationship.targets) > 1:
            several = " | ".join(relationship.targets)
            yield f'the polymorphic relationship "{relationship.label}" to {several} is', relationship.origin
        for attribute in relationship.attributes:
            if attribute.computed is not None:
                yield f'the computed attribute "{relationship.label}.{attribute.name}" is', attribute.origin
    version = plan.targets.postgres
    if version is not None and version not in POSTGRES_VERSIONS:
        yield f"PostgreSQL {version} (of {POSTGRES_VERSIONS.start} to {POSTGRES_VERSIONS.stop - 1}) is", plan.origin
    for rollup in plan.rollups:
        yield f'the rollup "{rollup.name}" is', rollup.origin


def _of_entity(entity: Entity, scope: Scope) -> Iterator[tuple[str, Origin]]:
    if entity.tenant is not None:
        yield f'the tenant of "{entity.name}" is', entity.origin
    if entity.lifecycle.has_history:
        yield f'the history of "{entity.name}" is', entity.lifecycle.origin
    if entity.lifecycle.retain is not None:
        yield f'the retention of "{entity.name}" is', entity.lifecycle.origin
    for attribute in entity.attributes:
        if attribute.computed is not None:
            yield f'the computed attribute "{entity.name}.{attribute.name}" is', attribute.origin
    for dependency in entity.dependencies:
        if not (isinstance(dependency, FunctionalDependency) and _follows_from_key(dependency, entity, scope)):
            yield f'a dependency within "{entity.name}" is', dependency.origin


def _follows_from_key(dependency: FunctionalDependency, entity: Entity, scope: Scope) -> bool:
    """Tell whether a key or unique set decides the dependent attributes already, so that nothing has to be split."""
    determinant = frozenset(dependency.determinant)
    if frozenset(dependency.dependent) <= determinant:
        return True
    keys = [frozenset(scope.key(entity.name))]
    keys += [
        frozenset({attribute.name})
        for attribute in scope.attributes(entity.name).values()
        if attribute.is_unique and not attribute.is_optional
    ]
    keys += [frozenset(unique.members) for unique in entity.unique if unique.where is None]
    return any(key <= determinant for key in keys)
