"""Numbers: spread over their bounds, or over the numbers that formulas compare them with."""

from __future__ import annotations

import math
from decimal import Decimal as DecimalNumber

from groundplan.plan.types import Decimal, Float, Integer, Money
from groundplan.rows.columns.source import Source

_USUAL_MAXIMUM = 1000
_MONEY_DIGITS = 2
"""Amounts are whole cents, though money keeps four digits."""


def integer_bounds(of: Integer, *, source: Source) -> tuple[int, int]:
    """Return the least and the greatest whole number to draw."""
    low, high = _bounds(of.minimum, of.maximum, source=source)
    return math.ceil(low), math.floor(high)


def integers(of: Integer, count: int, *, source: Source) -> list[int]:
    """Return whole numbers, each as likely as any other."""
    low, high = integer_bounds(of, source=source)
    random, width = source.random.random, high - low + 1
    return [low + int(random() * width) for _ in range(count)]


def different_integers(of: Integer, count: int, *, source: Source) -> list[int]:
    """Return whole numbers that differ; fewer where the bounds hold fewer."""
    low, high = integer_bounds(of, source=source)
    if of.maximum is None:
        high = max(high, low + 10 * count)
    return source.random.sample(range(low, high + 1), min(count, high - low + 1))


def floats(of: Float, count: int, *, source: Source) -> list[float]:
    """Return doubles with up to four digits after the point."""
    low, high = (float(bound) for bound in _bounds(of.minimum, of.maximum, source=source))
    random = source.random.random
    return [min(high, max(low, round(low + random() * (high - low), 4))) for _ in range(count)]


def decimals(of: Decimal, count: int, *, source: Source) -> list[DecimalNumber]:
    """Return exact numbers with the scale of their type."""
    largest = DecimalNumber(10) ** (of.precision - of.scale) - DecimalNumber(1).scaleb(-of.scale)
    low, high = _bounds(of.minimum, of.maximum, source=source)
    return _scaled(max(low, -largest), min(high, largest), count, digits=of.scale, source=source)


def amounts(_of: Money, count: int, *, source: Source) -> list[DecimalNumber]:
    """Return amounts in whole cents."""
    low, high = _bounds(None, None, source=source)
    return _scaled(low, high, count, digits=_MONEY_DIGITS, source=source)


def _scaled(low: DecimalNumber, high: DecimalNumber, count: int, *, digits: int, source: Source) -> list[DecimalNumber]:
    first, last = math.ceil(low.scaleb(digits)), math.floor(high.scaleb(digits))
    random, width = source.random.random, last - first + 1
    return [DecimalNumber(first + int(random() * width)).scaleb(-digits) for _ in range(count)]


def _bounds(
    minimum: DecimalNumber | int | None, maximum: DecimalNumber | int | None, *, source: Source
) -> tuple[DecimalNumber, DecimalNumber]:
    """Return the declared bounds; an open one leaves room on the other side of every constant in formulas."""
    constants = [
        DecimalNumber(str(value))
        for value in (*source.expectation.bounds, *source.expectation.values)
        if isinstance(value, int | float | DecimalNumber) and not isinstance(value, bool)
    ]
    low = (
        DecimalNumber(minimum) if minimum is not None else min([DecimalNumber(0), *(2 * value for value in constants)])
    )
    if maximum is not None:
        high = DecimalNumber(maximum)
        return (low if minimum is not None else min(low, high - _USUAL_MAXIMUM)), high
    return low, max([low + _USUAL_MAXIMUM, *(2 * value for value in constants)])
