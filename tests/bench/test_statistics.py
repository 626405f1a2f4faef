"""Intervals and orders of designs that were timed in turn."""

from itertools import pairwise
from random import Random

import pytest
from document_designs.statistics import Totals, agreement, totals_of
from hypothesis import given
from hypothesis import strategies as st


def spread(middle: float, *, of: Random, rounds: int = 40, by: float = 0.2) -> list[float]:
    return [middle * of.lognormvariate(0, by) for _ in range(rounds)]


def together(*middles: float) -> Totals:
    return Totals(middles=middles, draws=(middles,) * 40)


def test_a_total_is_the_sum_of_rate_times_median() -> None:
    times = {"often": [[1.0, 9.0, 2.0], [3.0, 3.0, 3.0]], "seldom": [[10.0, 10.0, 10.0], [10.0, 50.0, 20.0]]}
    found = totals_of(times, {"often": 100.0, "seldom": 0.5}, seed=1)
    assert found.middles == (205.0, 310.0)


def test_the_interval_of_a_ratio_tells_a_tenth_apart_where_noise_is_shared() -> None:
    noise = Random(1)
    slow_machine = spread(1.0, of=noise, by=1.0)
    times = {"read": [[2.0 * each for each in slow_machine], [2.2 * each for each in slow_machine]]}
    found = totals_of(times, {"read": 10.0}, seed=1)
    ratio = found.ratio(1, 0)
    assert ratio.low == pytest.approx(1.1)
    assert ratio.high == pytest.approx(1.1)
    assert found.interval(0).overlaps(found.interval(1))


def test_designs_that_do_the_same_are_not_told_apart() -> None:
    noise = Random(2)
    times = {"read": [spread(2.0, of=noise), spread(2.0, of=noise)]}
    found = totals_of(times, {"read": 10.0}, seed=1)
    assert found.ratio(1, 0).low < 1 < found.ratio(1, 0).high
    assert agreement([1.0, 2.0], found).apart == 0


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=8, unique_by=lambda value: round(value, 1)))
def test_orders_that_are_the_same_agree_and_opposite_ones_do_not(middles: list[float]) -> None:
    ordered = sorted(middles)
    if any(after < before * 1.01 for before, after in pairwise(ordered)):
        return
    assert agreement(ordered, together(*ordered)).tau == pytest.approx(1.0)
    assert agreement(ordered[::-1], together(*ordered)).tau == pytest.approx(-1.0)


def test_what_the_model_has_level_counts_neither_way() -> None:
    found = agreement([1.0, 1.0, 2.0], together(1.0, 1.5, 2.0))
    assert found.tau == pytest.approx(2 / (2 * 3) ** 0.5)
    assert (found.apart, found.pairs) == (3, 3)
    assert found.tau_apart == pytest.approx(2 / 3)


def test_a_pair_in_the_wrong_order_is_seen() -> None:
    assert agreement([1.0, 3.0, 2.0], together(1.0, 2.0, 3.0)).tau == pytest.approx(1 / 3)
