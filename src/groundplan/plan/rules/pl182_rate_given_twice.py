"""A rate is given by the pattern and by the workload.

## What it does
Finds access patterns and transactions with a `rate` of their own whose share of the workload the used mix gives as
well.

## Why it matters
A workload stands in the place of a rate per pattern. With both, the numbers contradict each other sooner or later.

## Example
```yaml
access:
  add_bid: {insert: Bid, rate: 20/s}
workload: {mixes: {bidding: {add_bid: 10%}}, use: bidding, total: 1000/s}
```

## Instead
```yaml
access:
  add_bid: {insert: Bid}
workload: {mixes: {bidding: {add_bid: 10%}}, use: bidding, total: 1000/s}
```

## When to ignore
Never: take one of them out.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find rates that stand in two places."""
    workload = examined.plan.workload
    if workload is None:
        return
    weighed = {name for mix in workload.mixes if mix.name == workload.use for name, _ in mix.weights}
    for named in (*examined.plan.access, *examined.plan.transactions):
        if named.load.rate is not None and named.name in weighed:
            yield RULE.found(
                named.origin,
                f'"{named.name}" has a rate of its own and a share of the workload',
                help="take the rate out, or the weight",
            )


RULE = PlanRule(code="PL182", name="rate_given_twice", check=check, page=__doc__)
