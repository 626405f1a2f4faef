"""References by what points along them: by which attributes, and how many rows meet at the target of an average one."""

from __future__ import annotations

from groundplan.logical.model import FanoutEstimate, Reference


def busy_rows(fanout: FanoutEstimate) -> float:
    """Return how many rows point at the target of an average row: where few targets have most, far above the mean.

    E[n^2] / E[n]; of a log-normal spread the mean times (mean / median)^2, of a Poisson one the mean and one.
    """
    if fanout.p50 < 1 or fanout.mean <= fanout.p50:
        return min(fanout.mean + 1, max(fanout.max, 1.0))
    return min(fanout.mean * (fanout.mean / fanout.p50) ** 2, max(fanout.max, 1.0))


def own_attributes(reference: Reference) -> tuple[str, ...]:
    """Return the attributes of a reference that no other one shares with it."""
    return tuple(name for name in reference.attributes if name not in reference.agrees)
