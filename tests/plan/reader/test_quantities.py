"""Quantities: what is read, and how it is spelt again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.plan.grammar import numbers, quantities
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Distance, Duration, Rate, TimeUnit

COUNT = (numbers.parse_count, numbers.spell_count)
DURATION = (quantities.parse_duration, quantities.spell_duration)
RATE = (quantities.parse_rate, quantities.spell_rate)
GROWTH = (quantities.parse_growth, quantities.spell_growth)
DISTANCE = (quantities.parse_distance, quantities.spell_distance)
SIZE = (quantities.parse_size, quantities.spell_size)
SHARE = (numbers.parse_share, numbers.spell_percent)
DECIMAL = (numbers.parse_decimal, numbers.spell_decimal)


@pytest.mark.parametrize(
    ("forms", "text", "value", "spelt"),
    [
        (COUNT, "0", 0, "0"),
        (COUNT, "+5", 5, "5"),
        (COUNT, " 20_000 ", 20_000, "20K"),
        (COUNT, "1234", 1234, "1234"),
        (COUNT, "1.25K", 1250, "1250"),
        (COUNT, "1_234_567", 1_234_567, "1234567"),
        (COUNT, "2m", 2_000_000, "2M"),
        (COUNT, "1.5B", 1_500_000_000, "1.5B"),
        (COUNT, "3 T", 3 * 10**12, "3T"),
        (COUNT, "0.5K", 500, "500"),
        (DURATION, "50ms", Duration(Fraction(50), TimeUnit.MILLISECOND), "50ms"),
        (DURATION, "1.5 s", Duration(Fraction(3, 2), TimeUnit.SECOND), "1.5s"),
        (DURATION, "10 minutes", Duration(Fraction(10), TimeUnit.MINUTE), "10min"),
        (DURATION, "1h", Duration(Fraction(1), TimeUnit.HOUR), "1 hour"),
        (DURATION, "2 hours", Duration(Fraction(2), TimeUnit.HOUR), "2 hours"),
        (DURATION, "90d", Duration(Fraction(90), TimeUnit.DAY), "90 days"),
        (DURATION, "1 week", Duration(Fraction(1), TimeUnit.WEEK), "1 week"),
        (DURATION, "6 months", Duration(Fraction(6), TimeUnit.MONTH), "6 months"),
        (DURATION, "2y", Duration(Fraction(2), TimeUnit.YEAR), "2 years"),
        (RATE, "500/s", Rate(Fraction(500), TimeUnit.SECOND), "500/s"),
        (RATE, "0.5 / min", Rate(Fraction(1, 2), TimeUnit.MINUTE), "0.5/min"),
        (RATE, "1K/second", Rate(Fraction(1000), TimeUnit.SECOND), "1000/s"),
        (RATE, "2M/day", Rate(Fraction(2_000_000), TimeUnit.DAY), "2M/day"),
        (GROWTH, "3%/month", CompoundGrowth(Fraction(3, 100), TimeUnit.MONTH), "3%/month"),
        (GROWTH, "-0.5 % / year", CompoundGrowth(Fraction(-5, 1000), TimeUnit.YEAR), "-0.5%/year"),
        (GROWTH, "+50M/day", AbsoluteGrowth(50_000_000, TimeUnit.DAY), "+50M/day"),
        (GROWTH, "100/h", AbsoluteGrowth(100, TimeUnit.HOUR), "+100/hour"),
        (DISTANCE, "5km", Distance(Fraction(5000)), "5km"),
        (DISTANCE, "0.2 km", Distance(Fraction(200)), "200m"),
        (DISTANCE, "1 mi", Distance(Fraction(1_609_344, 1000)), "1.609344km"),
        (SIZE, "4KB", 4096, "4KB"),
        (SIZE, "100b", 100, "100B"),
        (SIZE, "1.5mb", 1_572_864, "1536KB"),
        (SIZE, "1GB", 2**30, "1GB"),
        (SHARE, "3.74%", Fraction(374, 10_000), "3.74%"),
        (SHARE, "100 %", Fraction(1), "100%"),
        (DECIMAL, "-1.50", Decimal("-1.5"), "-1.50"),
        (DECIMAL, "1e50", Decimal("1e50"), "1E+50"),
    ],
)
def test_reading_and_spelling(
    forms: tuple[Callable[[str], Any], Callable[[Any], str]], text: str, value: object, spelt: str
) -> None:
    parse, spell = forms
    assert parse(text) == value
    assert spell(parse(text)) == spelt
    assert parse(spelt) == value


@given(count=st.integers(0, numbers.MAX_COUNT))
def test_every_count_reads_as_it_is_spelt(count: int) -> None:
    assert numbers.parse_count(numbers.spell_count(count)) == count
    assert len(numbers.spell_count(count)) <= len(str(count))


def test_a_number_that_no_decimal_equals_is_rounded() -> None:
    assert numbers.spell_number(Fraction(1, 3)) == "0.333333333333"
    assert numbers.spell_number(Fraction(-2, 3)) == "-0.666666666667"
    assert numbers.spell_number(Fraction(1, 10**13 * 3)) == "0"


@pytest.mark.parametrize("forms", [COUNT, DURATION, RATE, GROWTH, DISTANCE, SIZE, SHARE, DECIMAL])
@pytest.mark.parametrize(
    "text", ["", " ", "x", "-", "/", "%", "5 5", "1..2", "٣", "9" * 100, "1_", "_1", "0x1F", "∞", "nan"]
)
def test_what_is_no_quantity_is_found_wrong(
    forms: tuple[Callable[[str], Any], Callable[[Any], str]], text: str
) -> None:
    with pytest.raises(Unreadable) as found:
        forms[0](text)
    assert found.value.help
