"""A read is ordered by something that is the same for every row.

## What it does
Finds sort keys without any path or aggregate.

## Why it matters
In SQL `ORDER BY 2` means the second column, elsewhere a constant; in either case the order is not what the plan seems
to say, and a page has nothing to continue from.

## Example
```yaml
access:
  newest: {read: Post, order: 2 desc}
```

## Instead
```yaml
access:
  newest: {read: Post, order: published_at desc}
```

## When to ignore
Never: leave `order` out.

## Also known as
sqlfluff AM06.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.access import Read
from groundplan.plan.expressions import Aggregate, Path, walk
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find sort keys that do not depend on the row."""
    orders = {pattern.name: pattern.order for pattern in examined.plan.access if isinstance(pattern, Read)}
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, ReadPattern):
            continue
        for position, key in enumerate(pattern.order):
            if any(isinstance(node, Path | Aggregate) for node in walk(key.expression)):
                continue
            written = orders[pattern.name]
            yield RULE.found(
                written[min(position, len(written) - 1)].origin,
                f'"{pattern.name}" is ordered by a constant',
                help="order by an attribute, or leave `order` out",
            )


RULE = PlanRule(code="PL166", name="order_by_constant", check=check, page=__doc__)
