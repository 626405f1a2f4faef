"""The plan says something that no stage designs yet.

## What it does
Finds tenants, histories, retentions, computed attributes, dependencies that do not follow from a key, polymorphic
relationships, rollups, and major versions of PostgreSQL other than 14 to 18 and of MongoDB other than 5 to 8.

## Why it matters
All of these are read and checked, but nothing is made of them. A design without them would not be what the plan asks
for, so there is none.

## Example
```yaml
entities:
  Item:
    attributes:
      nb_of_bids: int computed count(bids)
```

## Instead
```yaml
entities:
  Item:
    attributes:
      nb_of_bids: int(0..) = 0
```
Keep such an attribute by an update that is a step of the transaction which adds a bid. What else is found can be taken
out until it is designed; the rest of the plan stays as it is.

## When to ignore
Never: take it out to design the rest.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import Origin
from groundplan.base.rule import Rule
from groundplan.plan.model import Entity, FunctionalDependency, Plan
from groundplan.plan.scope import Scope

POSTGRES_VERSIONS = range(14, 19)
"""The major versions of PostgreSQL that a design is made for."""

MONGO_VERSIONS = range(5, 9)
"""The major versions of MongoDB that a design is made for."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Find what is not designed yet."""
    for construct, origin in _constructs(plan):
        yield RULE.found(origin, f"{construct} not designed yet", help="take it out to design the rest")


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
    for engine, version, known in (
        ("PostgreSQL", plan.targets.postgres, POSTGRES_VERSIONS),
        ("MongoDB", plan.targets.mongo, MONGO_VERSIONS),
    ):
        if version is not None and version not in known:
            yield f"{engine} {version} (of {known.start} to {known.stop - 1}) is", plan.origin
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


RULE: Rule[Plan] = Rule(code="PL900", name="not_designed_yet", check=check, page=__doc__)
