"""Paired medians, bootstrap intervals and Kendall's tau, from times that were taken in turn.

In every round each design runs each pattern once with the same parameters, so whatever slows the machine down for a
while slows all of them. Rounds are drawn again, the same ones for all designs (Efron 1979, the percentile bootstrap).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from statistics import median

DRAWS = 400
CONFIDENCE = 0.95

SAME = 0.0005
"""Figures that are this near are level: nobody would notice, and the search keeps the simpler design."""

Times = Mapping[str, Sequence[Sequence[float]]]
"""Milliseconds by pattern: for each design one for each round."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where it lies in 95 of 100 draws."""

    middle: float
    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two have a value in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Milliseconds of work a second: of each design, and in each draw of rounds."""

    middles: tuple[float, ...]
    draws: tuple[tuple[float, ...], ...]

    def interval(self, design: int) -> Interval:
        """Return what a design takes."""
        return _interval(self.middles[design], [draw[design] for draw in self.draws])

    def ratio(self, design: int, other: int) -> Interval:
        """Return how much one design takes for each unit that another does, in the same rounds."""
        ratios = [draw[design] / draw[other] for draw in self.draws]
        return _interval(self.middles[design] / self.middles[other], ratios)


def totals_of(times: Times, rates: Mapping[str, float], *, seed: int) -> Totals:
    """Return the sum of rate times median over all patterns, for each design, and how far it spreads."""
    random = Random(seed)
    designs = len(next(iter(times.values())))
    draws = []
    for _ in range(DRAWS):
        total = [0.0] * designs
        for name, by_design in times.items():
            rounds = random.choices(range(len(by_design[0])), k=len(by_design[0]))
            for design, found in enumerate(by_design):
                total[design] += rates[name] * median([found[each] for each in rounds])
        draws.append(tuple(total))
    middles = tuple(
        sum(rates[name] * median(by_design[design]) for name, by_design in times.items()) for design in range(designs)
    )
    return Totals(middles=middles, draws=tuple(draws))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How two rankings agree: over all pairs, and over those that the measurement can tell apart.

    `tau` is Kendall's tau-b of all pairs, in which what one ranking has level counts for neither. `tau_apart` counts
    only the `apart` pairs whose ratio has an interval without 1: the order of the others is chance.
    """

    tau: float
    tau_apart: float | None
    apart: int
    pairs: int


def agreement(model: Sequence[float], totals: Totals) -> Agreement:
    """Compare the order in which a model puts designs with the order that was measured."""
    pairs = list(combinations(range(len(model)), 2))
    apart: list[int] = []
    signs: list[tuple[int, int]] = []
    for one, other in pairs:
        expected, found = _sign(model[one], model[other]), _sign(totals.middles[one], totals.middles[other])
        signs.append((expected, found))
        ratio = totals.ratio(one, other)
        if not ratio.low <= 1 <= ratio.high:
            apart.append(expected * found)
    told = [sum(1 for sign in column if sign) for column in zip(*signs, strict=True)]
    return Agreement(
        tau=sum(expected * found for expected, found in signs) / (told[0] * told[1]) ** 0.5 if all(told) else 0.0,
        tau_apart=sum(apart) / len(apart) if apart else None,
        apart=len(apart),
        pairs=len(pairs),
    )


def _sign(one: float, other: float) -> int:
    if abs(one - other) <= SAME * max(abs(one), abs(other)):
        return 0
    return 1 if one > other else -1


def _interval(middle: float, draws: Sequence[float]) -> Interval:
    ordered = sorted(draws)
    out = round(len(ordered) * (1 - CONFIDENCE) / 2)
    return Interval(middle, ordered[out], ordered[-1 - out])
