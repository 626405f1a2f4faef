"""Fan-outs from what little a plan says: a log-normal spread through two quantiles, else chance alone."""

from __future__ import annotations

import math
from statistics import NormalDist

from groundplan.logical.model import FanoutEstimate
from groundplan.plan.quantities import Fanout

_NORMAL = NormalDist()
_FEW = 50.0
"""Up to this mean a Poisson quantile is counted out; above it the normal distribution is near enough."""


def is_said(fanout: Fanout) -> bool:
    """Tell whether the plan says anything of a fan-out."""
    return fanout.p50 is not None or fanout.p99 is not None or fanout.max is not None


def spread(fanout: Fanout, *, among: int) -> float:
    """Return the standard deviation of the fan-out's logarithm, where each of `among` rows has one.

    The largest of n values lies near the quantile 1 - 1/n. 0 where fewer than two quantiles are said.
    """
    known = [(0.5, fanout.p50), (0.99, fanout.p99), (1 - 1 / max(among, 3), fanout.max)]
    said = [(_NORMAL.inv_cdf(quantile), value) for quantile, value in known if value is not None and value > 0]
    if len(said) < 2:
        return 0.0
    (low_z, low), (high_z, high) = said[0], said[1]
    return max(0.0, math.log(high / low) / (high_z - low_z)) if high_z > low_z else 0.0


def mean_of(fanout: Fanout, *, among: int) -> float | None:
    """Return the mean of a log-normal fan-out through the quantiles said; None where nothing is said.

    The mean is exp(mu + sigma^2 / 2) (Johnson, Kotz, Balakrishnan 1994, chapter 14), never above the maximum.
    """
    sigma = spread(fanout, among=among)
    if fanout.p50 is not None:
        mean = fanout.p50 * math.exp(sigma**2 / 2)
    elif fanout.p99 is not None:
        mean = fanout.p99 * math.exp(sigma**2 / 2 - sigma * _NORMAL.inv_cdf(0.99)) / (1 if sigma else 2)
    elif fanout.max is not None:
        mean = fanout.max / 2
    else:
        return None
    return min(mean, float(fanout.max)) if fanout.max is not None else mean


def estimate(fanout: Fanout, *, mean: float, among: int) -> FanoutEstimate:
    """Fill in what the plan leaves out of a fan-out of that mean, one for each of `among` rows.

    Where nothing is said, each source picks its target by chance: a Poisson distribution.
    """
    top = 1 - 1 / max(among, 3)
    if not is_said(fanout):
        p50, p99, most = (_poisson_quantile(mean, quantile) for quantile in (0.5, 0.99, top))
        return FanoutEstimate(mean=mean, p50=p50, p99=p99, max=max(most, p99), is_assumed=True, is_bounded=False)
    sigma = spread(fanout, among=among)
    p50 = float(fanout.p50) if fanout.p50 is not None else mean / math.exp(sigma**2 / 2)
    if fanout.p99 is not None:
        p99 = float(fanout.p99)
    else:
        p99 = p50 * math.exp(sigma * _NORMAL.inv_cdf(0.99)) if sigma else max(p50, _poisson_quantile(mean, 0.99))
    most = float(fanout.max) if fanout.max is not None else p50 * math.exp(sigma * _NORMAL.inv_cdf(top))
    most = max(most, 1.0) if fanout.max is not None else max(most, p99, p50)
    return FanoutEstimate(
        mean=mean,
        p50=min(p50, most),
        p99=min(p99, most),
        max=most,
        is_assumed=False,
        is_bounded=fanout.max is not None,
    )


def _poisson_quantile(mean: float, quantile: float) -> float:
    if mean > _FEW:
        return float(math.ceil(mean + math.sqrt(mean) * _NORMAL.inv_cdf(quantile)))
    count, chance = 0, math.exp(-mean)
    reached = chance
    while reached < quantile and count < 10 * _FEW:
        count += 1
        chance *= mean / count
        reached += chance
    return float(count)
