"""The latest row is asked for by something that has no later.

## What it does
Finds `latest` whose `by` is not a number, date, time, timestamp or uuid.

## Why it matters
The latest row is the one with the largest value. Texts, booleans and JSON have an order too, but none that grows with
time.

## Example
```yaml
access:
  newest: {read: Reading, latest: {per: device, by: label}}
```

## Instead
```yaml
access:
  newest: {read: Reading, latest: {per: device, by: at}}
```

## When to ignore
Never: there is no latest.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import place_of
from groundplan.plan.access import Read
from groundplan.plan.kinds import Kind, kind_of, type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_GROWING = frozenset({Kind.NUMBER, Kind.FLOAT, Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.UUID})


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find `latest` by what has no later."""
    for pattern in examined.plan.access:
        if not isinstance(pattern, Read) or pattern.latest is None or pattern.entity not in examined.scope.subjects:
            continue
        attribute = examined.scope.attributes(pattern.entity).get(pattern.latest.by)
        if attribute is not None and kind_of(attribute.type) not in _GROWING:
            yield RULE.found(
                place_of(pattern.latest.by, otherwise=pattern.latest.origin),
                f'nothing is the latest by "{pattern.latest.by}" of type {type_word(attribute.type)}',
                help="name a timestamp, date or number that grows",
            )


RULE = PlanRule(code="PL172", name="latest_by_unordered", check=check, page=__doc__)
