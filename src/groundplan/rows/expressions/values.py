"""What evaluation works with beside the values of rows: intervals with months, and constants read from their text."""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as DecimalNumber
from uuid import UUID

from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    Interval,
    Json,
    Money,
    Time,
    Timestamp,
    Uuid,
)
from groundplan.rows.model import Value

_MICROSECONDS_PER_DAY = 86_400_000_000
_DAYS_PER_MONTH = 30


class CannotEvaluate(Exception):
    """An expression that only an engine can evaluate; the message says what in it."""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval as PostgreSQL keeps it: months and days have no fixed length (manual 8.5.4)."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    @property
    def length(self) -> int:
        """Microseconds with a month of 30 days and a day of 24 hours, as intervals are compared."""
        return (self.months * _DAYS_PER_MONTH + self.days) * _MICROSECONDS_PER_DAY + self.microseconds

    def __neg__(self) -> Span:
        return Span(-self.months, -self.days, -self.microseconds)

    def __add__(self, other: Span) -> Span:
        return Span(self.months + other.months, self.days + other.days, self.microseconds + other.microseconds)

    def after(self, start: datetime) -> datetime:
        """Return the instant this span after another: months, then days, then time (timestamptz_pl_interval)."""
        if self.months:
            start = _add_months(start, self.months)
        return start + timedelta(days=self.days, microseconds=self.microseconds)


def span_of(value: timedelta) -> Span:
    """Return a length of time as the interval that it is stored as: days apart from the time of day."""
    return Span(0, value.days, value.seconds * 1_000_000 + value.microseconds)


def _add_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


_INTERVAL_PART = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_INTERVAL_CLOCK = re.compile(r"\s*([+-]?)(\d+):(\d+)(?::(\d+(?:\.\d+)?))?")
_MONTHS_OF_UNIT = {"mon": 1, "month": 1, "y": 12, "yr": 12, "year": 12}
_DAYS_OF_UNIT = {"d": 1, "day": 1, "w": 7, "week": 7}
_MICROSECONDS_OF_UNIT = {
    "us": 1,
    "microsecond": 1,
    "ms": 1000,
    "millisecond": 1000,
    "s": 1_000_000,
    "sec": 1_000_000,
    "second": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "minute": 60_000_000,
    "h": 3_600_000_000,
    "hr": 3_600_000_000,
    "hour": 3_600_000_000,
}


def read_interval(text: str) -> Span:
    """Read `30 days`, `1 month 2 hours` or `01:30:00`. Raises CannotEvaluate for any other spelling."""
    found, position = Span(), 0
    while position < len(text.rstrip()):
        clock = _INTERVAL_CLOCK.match(text, position)
        if clock is not None:
            found, position = found + _clock(clock), clock.end()
            continue
        part = _INTERVAL_PART.match(text, position)
        if part is None:
            raise CannotEvaluate(f"the interval '{text}'")
        found, position = found + _part(part, text), part.end()
    if not text.strip():
        raise CannotEvaluate("an empty interval")
    return found


def _clock(match: re.Match[str]) -> Span:
    sign, hours, minutes, seconds = match.groups()
    time_of_day = (int(hours) * 60 + int(minutes)) * 60_000_000 + int(DecimalNumber(seconds or 0) * 1_000_000)
    return Span(0, 0, -time_of_day if sign == "-" else time_of_day)


def _part(match: re.Match[str], text: str) -> Span:
    amount, unit = DecimalNumber(match[1]), match[2].lower()
    if unit not in _MICROSECONDS_OF_UNIT and unit.endswith("s"):
        unit = unit[:-1]
    if unit in _MICROSECONDS_OF_UNIT:
        return Span(0, 0, int(amount * _MICROSECONDS_OF_UNIT[unit]))
    whole = int(amount)
    if unit in _DAYS_OF_UNIT:
        rest = (amount - whole) * _DAYS_OF_UNIT[unit]
        return Span(0, whole * _DAYS_OF_UNIT[unit] + int(rest), int((rest - int(rest)) * _MICROSECONDS_PER_DAY))
    if unit in _MONTHS_OF_UNIT and amount == whole:
        return Span(whole * _MONTHS_OF_UNIT[unit])
    raise CannotEvaluate(f"the interval '{text}'")


def read_constant(text: str, of: AttributeType | None) -> Value | Span:
    """Return the value that a constant's text means as a value of a type; text for types that are kept as text.

    Raises CannotEvaluate where the text means none.
    """
    try:
        match of:
            case Timestamp():
                return _read_timestamp(text)
            case Date():
                return date.fromisoformat(text.strip())
            case Time():
                return time.fromisoformat(text.strip())
            case Interval():
                return read_interval(text)
            case Uuid():
                return UUID(text.strip())
            case Integer():
                return int(text)
            case Decimal() | Money():
                return DecimalNumber(text.strip())
            case Float():
                return float(text)
            case Boolean():
                return _read_boolean(text)
            case Json():
                found: Value = frozen_json(json.loads(text))
                return found
            case _:
                return text
    except (ValueError, ArithmeticError) as error:
        raise CannotEvaluate(f"the constant '{text}'") from error


def frozen_json(value: object) -> Value:
    """Return decoded JSON with its lists as tuples."""
    match value:
        case dict():
            return {str(key): frozen_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return tuple(frozen_json(inner) for inner in value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise CannotEvaluate(f"{value!r} in JSON")


def _read_timestamp(text: str) -> datetime:
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _read_boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in ("true", "t", "yes", "y", "on", "1"):
        return True
    if word in ("false", "f", "no", "n", "off", "0"):
        return False
    raise CannotEvaluate(f"the constant '{text}'")
