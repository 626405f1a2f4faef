"""Values that have no equality are said to be unique.

## What it does
Finds points and polygons that are unique, or a member of `key` or `unique`.

## Why it matters
PostgreSQL has no equality for places that an index could use: two measurements of one place differ in the last digit.
Such a constraint cannot be created, and would not mean what it says.

## Example
```yaml
attributes: {coordinates: point unique}
```

## Instead
```yaml
attributes: {coordinates: point, address: text(200) unique}
```

## When to ignore
Never: the constraint could not be created.

## Also known as
SQLSTATE 42704 (data type point has no default operator class for access method "btree").
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import Origin, place_of
from groundplan.plan.kinds import WITHOUT_EQUALITY, kind_of, type_word
from groundplan.plan.model import Entity
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find values without equality in keys and unique sets."""
    for entity in examined.scope.entities.values():
        attributes = examined.scope.attributes(entity.name)
        for name, origin in _unique_members(entity):
            attribute = attributes.get(name)
            if attribute is not None and kind_of(attribute.type) in WITHOUT_EQUALITY:
                yield RULE.found(
                    place_of(name, otherwise=origin),
                    f'"{name}" cannot be unique: a {type_word(attribute.type)} equals nothing',
                    help="make something else unique, such as an address or a name",
                )


def _unique_members(entity: Entity) -> Iterator[tuple[str, Origin]]:
    for attribute in entity.attributes:
        if attribute.is_unique:
            yield attribute.name, attribute.origin
    for name in entity.key:
        yield name, entity.origin
    for unique in entity.unique:
        for name in unique.members:
            yield name, unique.origin


RULE = PlanRule(code="PL136", name="unique_without_equality", check=check, page=__doc__)
