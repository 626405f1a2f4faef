"""A transaction or workload names an access pattern that does not exist.

## What it does
Finds steps of transactions that are no access pattern, and weights of mixes that are neither a pattern nor a
transaction.

## Why it matters
A step that is left out changes what the transaction does; a weight that goes nowhere takes load from the total.

## Example
```yaml
access:
  add_bid: {insert: Bid}
transactions:
  StoreBid: {steps: [add_bidd]}
```

## Instead
```yaml
access:
  add_bid: {insert: Bid}
transactions:
  StoreBid: {steps: [add_bid]}
```

## When to ignore
Never: the name has no meaning.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.origin import place_of
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of access patterns that do not exist."""
    plan = examined.plan
    patterns = [pattern.name for pattern in plan.access]
    transactions = [transaction.name for transaction in plan.transactions]
    for transaction in plan.transactions:
        for step in dict.fromkeys(transaction.steps):
            if step in patterns:
                continue
            if step in transactions:
                problem, advice = "itself a transaction", "transactions do not nest; list its steps instead"
            else:
                problem, advice = "unknown", did_you_mean(step, patterns, kind="access patterns")
            message = f'"{step}", a step of "{transaction.name}", is {problem}'
            yield RULE.found(place_of(step, otherwise=transaction.origin), message, help=advice)
    for mix in plan.workload.mixes if plan.workload is not None else ():
        for name, _ in mix.weights:
            if name not in patterns and name not in transactions:
                yield RULE.found(
                    place_of(name, otherwise=mix.origin),
                    f'the mix "{mix.name}" weighs "{name}", which does not exist',
                    help=did_you_mean(name, [*patterns, *transactions], kind="patterns and transactions"),
                )


RULE = PlanRule(code="PL180", name="unknown_pattern", check=check, page=__doc__)
