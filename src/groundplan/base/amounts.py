"""Amounts in words: bytes, rates, counts and times as decisions show them."""

from __future__ import annotations


def bytes_in_words(count: float) -> str:
    """Return a size in the largest unit that leaves at least one before the point: `4.9 GB`."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(count) >= size:
            return f"{count_in_words(count / size)} {unit}"
    return f"{count:,.0f} bytes"


def rate_in_words(rate: float | None) -> str:
    """Return how often something happens, by the shortest time in which it happens at least once: `5/min`."""
    if rate is None:
        return "not said"
    for seconds, unit in ((1, "s"), (60, "min"), (3_600, "h")):
        if rate * seconds >= 1:
            return f"{count_in_words(rate * seconds)}/{unit}"
    return f"{count_in_words(rate * 86_400)}/day"


def count_in_words(number: float) -> str:
    """Return how many there are, in full up to the last digit that means something: `20,000`, `2.5`."""
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.1f}".removesuffix(".0")


def time_in_words(milliseconds: float) -> str:
    """Return a length of time in the largest unit that leaves at least one before the point: `500 ms`, `8 min`."""
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1_000, "s")):
        if milliseconds >= size:
            return f"{count_in_words(milliseconds / size)} {unit}"
    if 0 < milliseconds < 1:
        return f"{count_in_words(milliseconds * 1000)} µs"
    return f"{count_in_words(milliseconds)} ms"
