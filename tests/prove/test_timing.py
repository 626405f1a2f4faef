"""Percentiles and verdicts of time."""

from __future__ import annotations

import time

import pytest

from groundplan.prove.evidence import Verdict
from groundplan.prove.timing import LEAST_RUNS, USUAL_RUNS, Times, judge, measure, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.95, 3.0),
        ([1.0, 2.0], 0.5, 1.0),
        (list(range(1, 101)), 0.5, 50),
        (list(range(1, 101)), 0.95, 95),
        (list(range(100, 0, -1)), 0.951, 96),
        ([1.0] * 94 + [9.0] * 6, 0.95, 9.0),
    ],
)
def test_percentiles_are_values_that_were_seen(values, share, expected):
    assert percentile(values, share) == expected


def test_runs_take_turns_and_the_first_are_not_counted():
    called = []

    def run(number: int):
        def once() -> float:
            called.append(number)
            return float(number)

        return once

    times = measure([run(1), run(2)])
    assert (times.runs, times.p50_ms, times.p95_ms) == (USUAL_RUNS, 1.0, 2.0)
    assert called[:6] == [1, 2, 1, 2, 1, 2]
    assert len(called) == USUAL_RUNS + 2


def test_a_slow_pattern_is_given_up_and_not_proven():
    def slow() -> float:
        time.sleep(0.02)
        return 20.0

    times = measure([slow], seconds=0.2)
    assert 0 < times.runs < LEAST_RUNS
    verdict, reason = judge(times, target_ms=100)
    assert verdict is Verdict.NOT_PROVEN
    assert "runs were done" in reason


def test_verdicts():
    times = Times(runs=120, p50_ms=4.0, p95_ms=9.0)
    assert judge(times, target_ms=10) == (Verdict.MET, None)
    assert judge(times, target_ms=8) == (Verdict.MISSED, "the p95 of 9.0 ms is above the target of 8 ms")
    assert judge(times, target_ms=None) == (Verdict.NOT_PROVEN, None)
