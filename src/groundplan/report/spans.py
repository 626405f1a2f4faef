"""Lengths of time in words."""

from __future__ import annotations

from groundplan.base.figures import figure

_UNITS = (("day", 86_400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


def span(seconds: float) -> str:
    """Spell a length of time in the largest unit that leaves no fraction: `10 min`, `90 s`, `50 ms`."""
    for unit, length in _UNITS:
        amount = seconds / length
        if amount >= 1 and abs(amount - round(amount)) < 1e-9:
            plural = "s" if unit == "day" and round(amount) != 1 else ""
            return f"{round(amount):,} {unit}{plural}"
    return f"{figure(seconds)} s" if seconds >= 1 else f"{figure(seconds * 1000)} ms"
