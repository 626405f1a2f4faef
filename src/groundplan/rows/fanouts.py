"""Fan-outs: how many sources each target gets, heavy-tailed as the plan says, with an exact total.

The quantile function runs through the plan's median, 99th percentile and maximum. Between these points it is geometric
in `-log(1 - q)`, as a Pareto tail is, bent by one exponent that is solved for so that the mean comes out right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from groundplan.logical.model import FanoutEstimate

_STEPS, _TAIL = 1000, 50
"""The body of a large curve is drawn in steps, its last fiftieth target by target."""

_BISECTIONS = 30
_LEAST_BEND, _MOST_BEND = 1 / 32, 32.0
_LEAST_COUNT = 0.25
"""A geometric segment cannot start at zero; a quarter of a row is rounded away."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Points (u, count) that the quantile function goes through, with u = -log(1 - q)."""

    points: tuple[tuple[float, float], ...]

    def at(self, depth: float, bend: float) -> float:
        points = self.points
        for (low_depth, low), (high_depth, high) in pairwise(points):
            if depth <= high_depth:
                step = ((depth - low_depth) / (high_depth - low_depth)) ** bend
                if low <= 0:
                    return high * float(step)
                return low * float((max(high, low) / low) ** step)
        return points[-1][1]


def spread(
    estimate: FanoutEstimate, *, targets: int, declared_targets: int, sources: int, limit: int | None, random: Random
) -> list[int]:
    """Return how many of `sources` rows point at each of `targets` rows, in random order.

    The estimate is of the whole: where the sample has more or fewer sources per target, its numbers move with the
    mean. `limit` caps what one target can get; the total is `sources`, or `targets * limit` where that is less.
    """
    if targets == 0:
        return []
    limit = sources if limit is None else limit
    sources = min(sources, targets * limit)
    ratio = (sources / targets) / estimate.mean if estimate.mean > 0 else 1.0
    curve = _curve(estimate, ratio=ratio, targets=max(targets, declared_targets))
    bend = _solve_bend(curve, targets=targets, mean=sources / targets)
    shares = _shares(curve, bend=bend, targets=targets)
    counts = _whole_numbers(shares, total=sources)
    _cap(counts, limit=limit)
    random.shuffle(counts)
    return counts


def _curve(estimate: FanoutEstimate, *, ratio: float, targets: int) -> _Curve:
    median = max(0.0, estimate.p50 * ratio)
    high = max(median, estimate.p99 * ratio)
    most = max(high, estimate.max * ratio, _LEAST_COUNT)
    last = max(math.log(2 * targets), math.log(200))
    if median <= 0:
        return _Curve(((0.0, 0.0), (math.log(2), _LEAST_COUNT), (math.log(100), max(high, _LEAST_COUNT)), (last, most)))
    return _Curve(((0.0, 0.0), (math.log(2), median), (math.log(100), high), (last, most)))


def _solve_bend(curve: _Curve, *, targets: int, mean: float) -> float:
    """Find the exponent whose curve has the mean; a larger one bends the curve down."""
    steps = list(_steps(targets))
    low, high = math.log(_LEAST_BEND), math.log(_MOST_BEND)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        bend = math.exp(middle)
        if sum(width * curve.at(depth, bend) for depth, width in steps) > mean * targets:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _shares(curve: _Curve, *, bend: float, targets: int) -> list[float]:
    """Return the curve at each target, smallest first."""
    return [share for depth, width in _steps(targets) for share in [curve.at(depth, bend)] * width]


def _steps(targets: int) -> Iterator[tuple[float, int]]:
    """Yield (depth, how many targets share it): in the body of a large curve many, in its tail one."""
    step = max(1, targets // _STEPS)
    tail = targets - targets // _TAIL if step > 1 else 0
    for first in range(0, tail, step):
        width = min(step, tail - first)
        yield _depth(first + (width - 1) / 2, targets), width
    for rank in range(tail, targets):
        yield _depth(rank, targets), 1


def _depth(rank: float, targets: int) -> float:
    return -math.log1p(-(rank + 0.5) / targets)


def _whole_numbers(shares: list[float], *, total: int) -> list[int]:
    """Round shares, smallest first, to whole numbers with an exact total; what rounding takes the next one gets."""
    whole = sum(shares)
    if whole <= 0:
        return [total // len(shares) + (1 if rank < total % len(shares) else 0) for rank in range(len(shares))]
    factor = total / whole
    counts: list[int] = []
    given, running = 0, 0.0
    for share in shares:
        running += share * factor
        due = round(running)
        counts.append(due - given)
        given = due
    counts[-1] += total - given
    return counts


def _cap(counts: list[int], *, limit: int) -> None:
    """Take what lies above the limit and give it to the next largest, one target after the other."""
    excess = sum(max(0, count - limit) for count in counts)
    if not excess:
        return
    for position in range(len(counts) - 1, -1, -1):
        taken = min(limit - counts[position], excess) if counts[position] < limit else 0
        counts[position] = min(counts[position], limit) + taken
        excess -= taken
