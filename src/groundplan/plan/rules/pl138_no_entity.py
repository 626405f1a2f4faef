"""A plan declares no entity.

## What it does
Finds plans without entities.

## Why it matters
A database is about something. Without an entity there is nothing to design and nothing to prove, and a design that is
empty looks like one that is done.

## Example
```yaml
plan: blog
access: {}
```

## Instead
```yaml
plan: blog
entities:
  Post: {attributes: {title: text(255)}}
```

## When to ignore
Never: entities may stand in files that the plan includes.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find plans that are about nothing."""
    plan = examined.plan
    if not plan.entities:
        yield RULE.found(plan.origin, f'the plan "{plan.name}" declares no entity', help="write entities: {Post: {…}}")


RULE = PlanRule(code="PL138", name="no_entity", check=check, page=__doc__)
