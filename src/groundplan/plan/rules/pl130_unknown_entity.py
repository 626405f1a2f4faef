"""Something refers to an entity that the plan does not have.

## What it does
Finds relationships, access patterns, tenants and rollups that name an unknown entity, and access patterns that name
an unknown link of an n:m relationship.

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
from groundplan.base.origin import Origin, place_of
from groundplan.plan.access import Raw
from groundplan.plan.model import Arrow
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of entities that are not declared."""
    known = examined.scope.entities
    for subject, name, origin in _named(examined):
        if name not in known:
            yield RULE.found(
                place_of(name, otherwise=origin),
                f'{subject} names the entity "{name}", which does not exist',
                help=did_you_mean(name, known, kind="entities"),
            )
    for pattern in examined.plan.access:
        if not isinstance(pattern, Raw) and not _is_known(pattern.entity, examined):
            noun = "link" if "." in pattern.entity else "entity"
            yield RULE.found(
                place_of(pattern.entity, otherwise=pattern.origin),
                f'access pattern "{pattern.name}" names the {noun} "{pattern.entity}", which does not exist',
                help=_advice(pattern.entity, examined.scope),
            )


def _is_known(subject: str, examined: ExaminedPlan) -> bool:
    """Tell whether a pattern's entity or link is there; a link with an unknown side is found where it is declared."""
    links = (each.label for each in examined.plan.relationships if each.arrow is Arrow.MANY_TO_MANY)
    return subject in examined.scope.subjects or subject in links


def _advice(subject: str, scope: Scope) -> str:
    source, _, word = subject.partition(".")
    hop = scope.relationships_from(source).get(word) if source in scope.entities else None
    if hop is None:
        return did_you_mean(subject, scope.subjects, kind="entities and links" if scope.links else "entities")
    if hop.relationship in scope.links:
        return f'did you mean "{hop.relationship}"? a link is named by its relationship, not by the inverse'
    holder = source if word in scope.references_of(source) else hop.target
    return f'only n:m relationships have links; this one is written with the rows of "{holder}"'


def _named(examined: ExaminedPlan) -> Iterator[tuple[str, str, Origin]]:
    plan = examined.plan
    for relationship in plan.relationships:
        for name in dict.fromkeys((relationship.source, *relationship.targets)):
            yield f'relationship "{relationship.label}"', name, relationship.origin
    for entity in plan.entities:
        if entity.tenant is not None:
            yield f'the tenant of "{entity.name}"', entity.tenant, entity.origin
    for rollup in plan.rollups:
        yield f'rollup "{rollup.name}"', rollup.of, rollup.origin


RULE = PlanRule(code="PL130", name="unknown_entity", check=check, page=__doc__)
