"""Fan-outs keep their total exactly, and their quantiles as far as the total lets them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.logical.model import FanoutEstimate
from groundplan.rows.fanouts import spread


def estimate(mean: float, p50: float, p99: float, most: float) -> FanoutEstimate:
    return FanoutEstimate(mean=mean, p50=p50, p99=p99, max=most, is_assumed=False, is_bounded=True)


def counts(found: FanoutEstimate, *, targets: int, sources: int, declared: int | None = None, limit=None) -> list[int]:
    return spread(
        found,
        targets=targets,
        declared_targets=declared or targets,
        sources=sources,
        limit=limit,
        random=Random(7),
    )


@pytest.mark.parametrize(
    ("mean", "p50", "p99", "most", "targets", "sources"),
    [
        (7.5, 4, 300, 50_000, 20_000, 150_000),
        (10, 3, 400, 20_000, 5_000, 50_000),
        (3.1, 3, 8, 10, 10_000, 31_000),
        (0.5, 0, 3, 10, 10_000, 5_000),
        (75, 75, 96, 118, 2_000, 150_000),
    ],
)
def test_the_declared_quantiles_come_out(mean, p50, p99, most, targets, sources):
    found = sorted(counts(estimate(mean, p50, p99, most), targets=targets, sources=sources))
    assert sum(found) == sources
    assert found[targets // 2] == pytest.approx(p50, rel=0.1, abs=1)
    assert found[int(targets * 0.988)] <= p99 * 1.05 + 1
    assert found[int(targets * 0.992)] >= p99 * 0.95 - 1
    assert found[-1] <= most


def test_where_sources_are_scaled_and_targets_are_not_the_numbers_move_with_the_mean():
    found = sorted(counts(estimate(12_000, 2_000, 200_000, 3_000_000), targets=5_000, sources=60_000))
    assert sum(found) == 60_000
    assert found[2_500] == pytest.approx(2, abs=1)
    assert found[-1] > 1_000


def test_a_limit_is_kept_and_the_rest_goes_to_others():
    found = counts(estimate(10, 3, 400, 20_000), targets=100, sources=1_000, limit=12)
    assert (sum(found), max(found)) == (1_000, 12)


def test_more_than_fits_is_cut():
    assert counts(estimate(10, 3, 400, 20_000), targets=5, sources=1_000, limit=2) == [2] * 5


@given(
    p50=st.integers(0, 50),
    p99=st.integers(0, 500),
    most=st.integers(1, 5_000),
    targets=st.integers(1, 300),
    sources=st.integers(0, 3_000),
    limit=st.none() | st.integers(1, 100),
)
def test_totals_are_exact_for_any_numbers(p50, p99, most, targets, sources, limit):
    found = counts(
        estimate(max(0.01, sources / targets), p50, p99, most), targets=targets, sources=sources, limit=limit
    )
    assert len(found) == targets
    assert min(found) >= 0
    assert sum(found) == min(sources, targets * (limit or sources))
    assert limit is None or max(found) <= limit
