"""Numbers as people write them: a few digits that count, and never an exponent."""

from __future__ import annotations

_DECIMALS = 12


def figure(number: float, *, digits: int = 4) -> str:
    """Return a number with at most so many digits that count, without an exponent: `20,000`, `4.998`, `0.5`."""
    text = f"{float(f'{number:.{digits}g}'):,.{_DECIMALS}f}"
    return text.rstrip("0").rstrip(".")
