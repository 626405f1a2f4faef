"""Two access patterns or transactions share a name.

## What it does
Finds access patterns and transactions whose names are the same but for upper and lower case.

## Why it matters
Each pattern has a file of its own, and not every file system tells `Inbox.sql` from `inbox.sql`. A workload names
patterns and transactions alike, so the same name for both leaves open which one is meant.

## Example
```yaml
access:
  checkout: {insert: Order}
transactions:
  Checkout: {steps: [checkout]}
```

## Instead
```yaml
access:
  add_order: {insert: Order}
transactions:
  Checkout: {steps: [add_order]}
```

## When to ignore
Never: one file would take the place of the other.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find access patterns and transactions with the same name."""
    plan = examined.plan
    named = [(f'access pattern "{pattern.name}"', pattern.name, pattern.origin) for pattern in plan.access]
    named += [(f'transaction "{found.name}"', found.name, found.origin) for found in plan.transactions]
    first: dict[str, str] = {}
    for subject, name, origin in named:
        folded = name.casefold()
        if folded in first:
            yield RULE.found(origin, f"{subject} has the name of {first[folded]}", help="rename one of them")
        first.setdefault(folded, subject)


RULE = PlanRule(code="PL122", name="pattern_name_twice", check=check, page=__doc__)
