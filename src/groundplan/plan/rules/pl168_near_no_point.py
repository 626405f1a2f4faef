"""Nearness is asked of something that is no place.

## What it does
Finds `near` on an attribute that is not of type point.

## Why it matters
The distance between two points on the earth needs longitude and latitude. Text and polygons have other questions.

## Example
```yaml
entities:
  Place: {attributes: {address: text}}
access:
  near_me: {read: Place, near: {address: ":here", within: 5km}}
```

## Instead
```yaml
entities:
  Place: {attributes: {address: text, coordinates: point}}
access:
  near_me: {read: Place, near: {coordinates: ":here", within: 5km}}
```

## When to ignore
Never: there is no distance.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import place_of
from groundplan.plan.access import Read
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.types import Point


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find nearness to what is no point."""
    for pattern in examined.plan.access:
        if not isinstance(pattern, Read) or pattern.near is None or pattern.entity not in examined.scope.subjects:
            continue
        attribute = examined.scope.attributes(pattern.entity).get(pattern.near.attribute)
        if attribute is not None and not isinstance(attribute.type, Point):
            yield RULE.found(
                place_of(pattern.near.attribute, otherwise=pattern.near.origin),
                f'"{pattern.near.attribute}" is no point but {type_word(attribute.type)}, so nothing is near it',
                help="name an attribute of type point",
            )


RULE = PlanRule(code="PL168", name="near_no_point", check=check, page=__doc__)
