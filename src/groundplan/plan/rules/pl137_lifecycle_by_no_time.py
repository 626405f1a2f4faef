"""A lifecycle or rollup is measured by an attribute that is no time.

## What it does
Finds `expires`, `retain … by` and the `every … by` of a rollup that name an attribute of another type than timestamp
(`retain` and rollups take a date as well).

## Why it matters
Rows go when their time has come. A text or a number has no time.

## Example
```yaml
entities:
  Session:
    lifecycle: {expires: ttl}
    attributes: {ttl: int}
```

## Instead
```yaml
entities:
  Session:
    lifecycle: {expires: expires_at}
    attributes: {expires_at: timestamp}
```

## When to ignore
Never: there is nothing to compare with the clock.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import Origin, place_of
from groundplan.plan.kinds import Kind, kind_of, type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_EXPIRES = frozenset({Kind.TIMESTAMP})
_MOMENT = frozenset({Kind.TIMESTAMP, Kind.DATE})


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find attributes by which no time can be told."""
    for entity, name, what, kinds, origin in _mentions(examined):
        attribute = examined.scope.attributes(entity).get(name) if entity in examined.scope.entities else None
        if attribute is not None and kind_of(attribute.type) not in kinds:
            expected = " or ".join(sorted(kind.value for kind in kinds))
            yield RULE.found(
                place_of(name, otherwise=origin),
                f'`{what}` needs a {expected}, and "{name}" is of type {type_word(attribute.type)}',
                help=f"name an attribute of type {expected}",
            )


def _mentions(examined: ExaminedPlan) -> Iterator[tuple[str, str, str, frozenset[Kind], Origin]]:
    for entity in examined.plan.entities:
        lifecycle = entity.lifecycle
        if lifecycle.expires is not None:
            yield entity.name, lifecycle.expires, "expires", _EXPIRES, lifecycle.origin
        if lifecycle.retain is not None:
            yield entity.name, lifecycle.retain.by, "retain", _MOMENT, lifecycle.origin
    for rollup in examined.plan.rollups:
        yield rollup.of, rollup.at, "every", _MOMENT, rollup.origin


RULE = PlanRule(code="PL137", name="lifecycle_by_no_time", check=check, page=__doc__)
