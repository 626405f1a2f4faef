"""The workload uses a mix that it does not have.

## What it does
Finds `use` that names none of the `mixes`.

## Why it matters
Without a mix no pattern has a rate, and every decision that weighs rates is made blindly.

## Example
```yaml
workload: {mixes: {bidding: {add_bid: 10%}}, use: biding, total: 1000/s}
```

## Instead
```yaml
workload: {mixes: {bidding: {add_bid: 10%}}, use: bidding, total: 1000/s}
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
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find the use of an unknown mix."""
    workload = examined.plan.workload
    if workload is None:
        return
    names = [mix.name for mix in workload.mixes]
    if workload.use not in names:
        yield RULE.found(
            workload.origin,
            f'the workload uses the mix "{workload.use}", which it does not have',
            help=did_you_mean(workload.use, names, kind="mixes"),
        )


RULE = PlanRule(code="PL182", name="unknown_mix", check=check, page=__doc__)
