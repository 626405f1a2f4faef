"""A grouped read returns something that a group has several of.

## What it does
Finds paths in `fields` and `order` of a grouped read that the read neither groups by nor aggregates.

## Why it matters
A group stands for many rows. Which of their values should be returned is open, so PostgreSQL refuses the query.

## Example
```yaml
access:
  by_status: {read: Order, group: [status], fields: [status, customer, count(*)]}
```

## Instead
```yaml
access:
  by_status: {read: Order, group: [status], fields: [status, count(distinct customer) as customers, count(*)]}
```

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42803 (grouping_error), sqlfluff AM04.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import FieldOutsideGroup
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find paths that a group has several values of."""
    for defect in examined.defects_of(FieldOutsideGroup):
        yield RULE.found(
            defect.origin,
            f'`{defect.what}` of a grouped read names "{defect.path}", of which a group has several values',
            help=f"group by it too, or aggregate it, as in max({defect.path})",
        )


RULE = PlanRule(code="PL114", name="field_outside_group", check=check, page=__doc__)
