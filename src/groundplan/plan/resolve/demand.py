"""How often each access pattern runs and how fast it must be: from its own load, its transactions and the workload."""

from __future__ import annotations

from math import fsum

from groundplan.plan.access import AccessPattern, Load, Mix, Read, Transaction
from groundplan.plan.model import Plan
from groundplan.plan.patterns import DEFAULT_READ_TARGET_MS, Demand


class Demands:
    """The demand of every access pattern and transaction of a plan.

    A rate is a pattern's own, or its share of the workload's total; to it comes the rate of each transaction that has
    the pattern as a step, once for each time it does. What nothing says is None.
    """

    def __init__(self, plan: Plan) -> None:
        self._shares = _shares(plan)
        self._transactions = plan.transactions

    def of_pattern(self, pattern: AccessPattern) -> Demand:
        """Return the demand of an access pattern; a read without a target has the default one."""
        parts = [self._own(pattern.name, pattern.load)]
        for transaction in self._transactions:
            rate = self._own(transaction.name, transaction.load)
            parts += [rate] * transaction.steps.count(pattern.name)
        known = [rate for rate in parts if rate is not None]
        is_assumed = isinstance(pattern, Read) and pattern.load.target is None
        return Demand(
            # Exactly rounded, so that the order of transactions means nothing.
            rate=fsum(known) if known else None,
            target_ms=DEFAULT_READ_TARGET_MS if is_assumed else _target(pattern.load),
            is_target_assumed=is_assumed,
        )

    def of_transaction(self, transaction: Transaction) -> Demand:
        """Return the demand of a transaction."""
        rate = self._own(transaction.name, transaction.load)
        return Demand(rate=rate, target_ms=_target(transaction.load), is_target_assumed=False)

    def _own(self, name: str, load: Load) -> float | None:
        return load.rate.per_second if load.rate is not None else self._shares.get(name)


def _target(load: Load) -> float | None:
    return None if load.target is None else load.target.milliseconds


def _shares(plan: Plan) -> dict[str, float]:
    """Return the rate per second of every name in the mix that is used."""
    workload = plan.workload
    if workload is None:
        return {}
    used = next((mix for mix in workload.mixes if mix.name == workload.use), Mix(name="", weights=()))
    return {name: float(share) * workload.total.per_second for name, share in used.weights}
