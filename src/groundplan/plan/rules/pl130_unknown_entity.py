"""Something refers to an entity that the plan does not have.

## What it does
Finds relationships, access patterns, tenants and rollups that name an unknown entity.

## Why it matters
Nothing can be designed for it, and everything that depends on it would be left out in silence.

## Example
```yaml
entities:
  Customer: {}
relationships:
  Order.customer > Custmer: {}
```

## Instead
```yaml
entities:
  Customer: {}
  Order: {}
relationships:
  Order.customer > Customer: {}
```

## When to ignore
Never: declare the entity, if need be in an included file.

## Also known as
SQLSTATE 42P01 (undefined_table).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.origin import Origin
from groundplan.plan.access import Raw
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of entities that are not declared."""
    known = examined.scope.entities
    for subject, name, origin in _named(examined):
        if name not in known:
            yield RULE.found(
                origin,
                f'{subject} names the entity "{name}", which does not exist',
                help=did_you_mean(name, known, kind="entities"),
            )


def _named(examined: ExaminedPlan) -> Iterator[tuple[str, str, Origin]]:
    plan = examined.plan
    for relationship in plan.relationships:
        for name in dict.fromkeys((relationship.source, *relationship.targets)):
            yield f'relationship "{relationship.label}"', name, relationship.origin
    for pattern in plan.access:
        if not isinstance(pattern, Raw):
            yield f'access pattern "{pattern.name}"', pattern.entity, pattern.origin
    for entity in plan.entities:
        if entity.tenant is not None:
            yield f'the tenant of "{entity.name}"', entity.tenant, entity.origin
    for rollup in plan.rollups:
        yield f'rollup "{rollup.name}"', rollup.of, rollup.origin


RULE = PlanRule(code="PL130", name="unknown_entity", check=check, page=__doc__)
