"""A relationship that has no link of its own has attributes.

## What it does
Finds `attributes` on relationships other than n:m.

## Why it matters
Only an n:m relationship is kept in rows of its own. On any other arrow the source row is the link, and its attributes
are those of the source.

## Example
```yaml
relationships:
  Order.customer > Customer: {attributes: {since: date}}
```

## Instead
```yaml
entities:
  Order: {attributes: {customer_since: date}}
relationships:
  Order.customer > Customer: {}
```

## When to ignore
Never: there is no row to keep them in.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.model import Arrow
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find attributes on relationships without links."""
    for relationship in examined.plan.relationships:
        if relationship.attributes and relationship.arrow is not Arrow.MANY_TO_MANY:
            keeper = relationship.source
            if relationship.arrow is Arrow.ONE_TO_MANY and relationship.targets:
                keeper = relationship.targets[0]
            yield RULE.found(
                relationship.attributes[0].origin,
                f'"{relationship.label}" is not n:m, so its attributes have no row of their own',
                help=f'declare them on "{keeper}", or write <> if each side can have several',
            )


RULE = PlanRule(code="PL151", name="link_attributes_on_reference", check=check, page=__doc__)
