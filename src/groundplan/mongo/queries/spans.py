"""Intervals as the calendar counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal as DecimalNumber

from groundplan.mongo.queries.inexpressible import Inexpressible

DAY = 86_400_000
"""Milliseconds of a day of 24 hours."""

MONTH = 30 * DAY
"""Milliseconds of a month where intervals are compared (PostgreSQL manual 8.5.4)."""

_PART = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}
_MILLISECONDS = {"millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An interval as the calendar counts it: months and days have no fixed length."""

    months: int = 0
    days: int = 0
    milliseconds: int = 0

    @property
    def length(self) -> int:
        """Milliseconds, with a month of 30 days, as intervals are compared and stored."""
        return self.months * MONTH + self.days * DAY + self.milliseconds

    def __neg__(self) -> Span:
        return Span(months=-self.months, days=-self.days, milliseconds=-self.milliseconds)

    def __add__(self, other: Span) -> Span:
        return Span(
            months=self.months + other.months,
            days=self.days + other.days,
            milliseconds=self.milliseconds + other.milliseconds,
        )


def span_of(text: str) -> Span:
    """Read `1 month 2 hours`, as the plan spells intervals. Raises Inexpressible for any other spelling."""
    found, position = Span(), 0
    while position < len(text.rstrip()):
        part = _PART.match(text, position)
        if part is None:
            raise Inexpressible(f"the interval '{text}' has a spelling that is not known here")
        found, position = found + _span_part(DecimalNumber(part[1]), part[2].lower(), text), part.end()
    return found


def _span_part(amount: DecimalNumber, unit: str, text: str) -> Span:
    unit = unit.removesuffix("s")
    if unit in _MILLISECONDS:
        return Span(milliseconds=int(amount * _MILLISECONDS[unit]))
    whole = int(amount)
    if unit in _DAYS:
        days = amount * _DAYS[unit]
        return Span(days=int(days), milliseconds=int((days - int(days)) * DAY))
    if unit in _MONTHS and amount == whole:
        return Span(months=whole * _MONTHS[unit])
    raise Inexpressible(f"the interval '{text}' has a part that is no number of months, days or milliseconds")
