"""How long executions take, from sending a statement to having all its rows, on a warm connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groundplan.prove.evidence import Verdict

LEAST_RUNS = 100
"""A percentile of fewer timings is no claim."""

USUAL_RUNS = 120
LONGEST_SECONDS = 4.0
"""A pattern that has not run a hundred times after so many seconds is given up: its time is not proven."""

_WARMING_RUNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Percentiles of wall-clock times in milliseconds; None where nothing ran."""

    runs: int
    p50_ms: float | None
    p95_ms: float | None


def measure(runs: Sequence[Callable[[], float]], *, seconds: float = LONGEST_SECONDS) -> Times:
    """Call runs in turn, again and again, each of which returns its own milliseconds.

    The first few are not counted. It ends after 120, or when the time is up.
    """
    deadline = time.perf_counter() + seconds
    for run in runs[:_WARMING_RUNS]:
        run()
    found: list[float] = []
    while runs and len(found) < USUAL_RUNS and (time.perf_counter() < deadline or not found):
        found.append(runs[len(found) % len(runs)]())
    return Times(runs=len(found), p50_ms=percentile(found, 0.5), p95_ms=percentile(found, 0.95))


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the least value that at least this share of the values do not exceed (nearest rank)."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def judge(times: Times, *, target_ms: float | None) -> tuple[Verdict, str | None]:
    """Return whether the 95th percentile is within the target, and the reason where it is not, or cannot be said."""
    if times.p95_ms is None or times.runs < LEAST_RUNS:
        return Verdict.NOT_PROVEN, f"only {times.runs} runs were done in {LONGEST_SECONDS:.0f} s"
    if target_ms is None:
        return Verdict.NOT_PROVEN, None
    if times.p95_ms > target_ms:
        return Verdict.MISSED, f"the p95 of {times.p95_ms:.1f} ms is above the target of {target_ms:g} ms"
    return Verdict.MET, None
