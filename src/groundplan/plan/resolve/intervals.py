"""Lengths of time inside formulas: `1 day`, `'30 days'`, `10min`."""

from __future__ import annotations

import re

UNITS: dict[str, str] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "milliseconds"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "seconds"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "week", "weeks"), "weeks"),
    **dict.fromkeys(("mon", "month", "months"), "months"),
    **dict.fromkeys(("y", "year", "years"), "years"),
}
"""Units of time by every word that a formula may use, with the word that both engines understand."""

_PART = re.compile(r"\s*([+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([A-Za-z]+)\s*")


def spelled(amount: str, unit: str) -> str:
    """Spell an amount and a unit out: `1` and `d` to `1 day`."""
    word = UNITS[unit.lower()]
    return f"{amount} {word.removesuffix('s') if amount == '1' else word}"


def interval_text(text: str) -> str | None:
    """Spell a length of time out (`2h 30min` to `2 hours 30 minutes`); None where the text is none."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.group(2).lower() not in UNITS:
            return None
        parts.append(spelled(found.group(1), found.group(2)))
        at = found.end()
    return " ".join(parts) or None
