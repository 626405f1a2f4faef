"""Every row has to reference another row of the same entity.

## What it does
Finds required relationships from an entity to itself.

## Why it matters
The first row can only reference itself, and a tree has no root that is not its own parent. A cycle over several
entities is no mistake: its foreign keys are deferred to the end of the transaction.

## Example
```yaml
relationships:
  Category.parent > Category: {inverse: children}
```

## Instead
```yaml
relationships:
  Category.parent > Category?: {inverse: children}
```

## When to ignore
Where the root is meant to be its own parent.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.model import Arrow
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find required references of an entity to itself."""
    for relationship in examined.plan.relationships:
        is_self = relationship.targets == (relationship.source,)
        if is_self and not relationship.is_optional and relationship.arrow is not Arrow.MANY_TO_MANY:
            yield RULE.found(
                relationship.origin,
                f'every "{relationship.source}" has to reference another one by "{relationship.name}", also the first',
                help=f'write "{relationship.source}?" to let one stand alone',
            )


RULE = PlanRule(code="PL156", name="required_self_reference", check=check, page=__doc__, severity=Severity.WARNING)
