"""The weights of a mix add up to more than the whole.

## What it does
Finds mixes whose weights add up to more than 100 %. A tenth of a percent for each weight is let pass as rounding.

## Why it matters
Weights are shares of the workload's total. More than all of it cannot run.

## Example
```yaml
workload: {mixes: {busy: {read_post: 80%, search: 30%}}, use: busy, total: 1000/s}
```

## Instead
```yaml
workload: {mixes: {busy: {read_post: 70%, search: 30%}}, use: busy, total: 1000/s}
```
Less than the whole is fine: the rest is load that the plan does not describe.

## When to ignore
Never: raise the total instead.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_ROUNDING = Fraction(1, 1000)


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find mixes of more than the whole."""
    workload = examined.plan.workload
    for mix in workload.mixes if workload is not None else ():
        total = sum((share for _, share in mix.weights), Fraction())
        if total > 1 + _ROUNDING * len(mix.weights):
            yield RULE.found(
                mix.origin,
                f'the weights of the mix "{mix.name}" add up to {float(total * 100):g} %',
                help="weights are shares of the total, 100 % at most",
            )


RULE = PlanRule(code="PL181", name="mix_over_whole", check=check, page=__doc__)
