"""Values that no row holds as they are asked for: words to search, places to look around, and what is absent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from groundplan.plan.types import AttributeType, Email, Integer, Slug, Text, Url, Uuid
from groundplan.rows.model import Value

_WORD = re.compile(r"[a-z]{4,}")
_TEXTS_READ = 2000
_DEGREES = 10
"""Places are counted per tenth of a degree, about ten kilometres."""

NOWHERE = (-179.5, 84.5)
"""A place in the Arctic Ocean, far from any in a sample."""

ABSENT_WORD = "qqzzyx"
_ABSENT_KEY = UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")


def words_by_frequency(columns: Iterable[Sequence[Value]]) -> list[str]:
    """Return the words of text columns, those in most texts first; a spread of rows is read."""
    found: Counter[str] = Counter()
    for column in columns:
        step = max(1, len(column) // _TEXTS_READ)
        for text in column[::step]:
            if isinstance(text, str):
                found.update(set(_WORD.findall(text.lower())))
    return [word for word, _ in sorted(found.items(), key=lambda counted: (-counted[1], counted[0]))]


def places_by_crowd(column: Sequence[Value]) -> list[Value]:
    """Return places, those with most neighbours first."""
    places = [place for place in column if isinstance(place, tuple)]
    crowds = Counter(_square(place) for place in places)
    return [*sorted(places, key=lambda place: -crowds[_square(place)])]


def _square(place: tuple[Value, ...]) -> tuple[int, ...]:
    return tuple(int(part * _DEGREES) for part in place if isinstance(part, float | int))


def absent_value(of: AttributeType | None, present: Iterable[Value]) -> Value:
    """Return a value of a type that no row has; None where the type offers none that is surely absent."""
    match of:
        case Uuid():
            return _ABSENT_KEY
        case Text(maximum=maximum):
            return ABSENT_WORD[:maximum]
        case Slug():
            return f"{ABSENT_WORD}-{ABSENT_WORD}"
        case Email():
            return f"{ABSENT_WORD}@example.org"
        case Url():
            return f"https://example.org/{ABSENT_WORD}/{ABSENT_WORD}"
        case Integer():
            numbers = [value for value in present if isinstance(value, int)]
            return max(numbers, default=0) + 1
        case _:
            return None
