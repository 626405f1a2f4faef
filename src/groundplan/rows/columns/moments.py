"""Dates and times: in the past that rows come from, and in the future where formulas look there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal as DecimalNumber

from groundplan.plan.types import Date, Decimal, Integer, Range, Timestamp
from groundplan.rows.columns.source import Source
from groundplan.rows.model import Value
from groundplan.rows.timeline import DAY, instants, milliseconds

_SHARE_AHEAD = 0.3
_DAYS_AHEAD = 30
_NEARLY_NOW = DAY
"""An attribute that formulas compare with a moment later than yesterday has values ahead of now, too."""

_EXPIRED_SHARE = 0.2
_EXPIRED_DAYS, _VALID_DAYS = 7, 28


def moments(count: int, *, source: Source) -> list[int]:
    """Return milliseconds since 1970 in random order."""
    found = source.history.draw(count, random=source.random)
    horizon = _horizon(source)
    if horizon is None:
        return found
    random, now = source.random.random, source.history.now
    ahead = horizon - now
    return [now + int(random() * ahead) if random() < _SHARE_AHEAD else moment for moment in found]


def expiries(born: Sequence[int], *, source: Source) -> list[int]:
    """Return moments of expiry, one in five of them past, each after its row came into being."""
    random, now = source.random.random, source.history.now
    found: list[int] = []
    for start in born:
        if random() < _EXPIRED_SHARE:
            moment = now - int(random() * _EXPIRED_DAYS * DAY)
        else:
            moment = now + int(random() * _VALID_DAYS * DAY)
        found.append(max(moment, start + 60_000))
    return found


def days(found: Sequence[int]) -> list[date]:
    """Return the days of moments, in UTC."""
    return [moment.date() for moment in instants(found)]


def times(count: int, *, source: Source) -> list[time]:
    """Return times of day, to the second."""
    random = source.random.random
    return [(datetime.min + timedelta(seconds=int(random() * 86_400))).time() for _ in range(count)]


def intervals(count: int, *, source: Source) -> list[timedelta]:
    """Return lengths of time of up to thirty days, in whole minutes."""
    random = source.random.random
    return [timedelta(minutes=1 + int(random() * 43_200)) for _ in range(count)]


def ranges(of: Range, count: int, *, source: Source) -> list[Value]:
    """Return spans (lower, upper), none of them empty."""
    random = source.random.random
    match of.of:
        case Timestamp():
            hour = DAY // 24
            starts = [moment // hour * hour for moment in moments(count, source=source)]
            ends = [start + hour * (1 + int(random() * 48)) for start in starts]
            return list(zip(instants(starts), instants(ends), strict=True))
        case Date():
            firsts = days(moments(count, source=source))
            return [(first, first + timedelta(days=1 + int(random() * 14))) for first in firsts]
        case Integer(minimum=minimum, maximum=maximum):
            low, high = _room(minimum, maximum)
            lowers = [low + int(random() * (high - low)) for _ in range(count)]
            return [(lower, min(high, lower + 1 + int(random() * 10))) for lower in lowers]
        case Decimal(minimum=least, maximum=most, scale=scale):
            low, high = _room(least, most)
            units = [int(low + random() * (high - low)) for _ in range(count)]
            return [
                (DecimalNumber(unit).scaleb(-scale), DecimalNumber(unit + 1 + int(random() * 100)).scaleb(-scale))
                for unit in units
            ]


def _room(minimum: int | DecimalNumber | None, maximum: int | DecimalNumber | None) -> tuple[int, int]:
    low = 0 if minimum is None else int(minimum)
    return low, max(low + 1, low + 10_000 if maximum is None else int(maximum))


def _horizon(source: Source) -> int | None:
    """Return how far ahead values reach: a month past the latest moment that formulas look at; None for nowhere."""
    looked_at = [_moment(value) for value in (*source.expectation.bounds, *source.expectation.values)]
    latest = max((moment for moment in looked_at if moment is not None), default=None)
    if latest is None or latest < source.history.now - _NEARLY_NOW:
        return None
    return max(latest, source.history.now) + _DAYS_AHEAD * DAY


def _moment(value: Value) -> int | None:
    match value:
        case datetime():
            return milliseconds(value)
        case date():
            return int(datetime(value.year, value.month, value.day).toordinal() - 719_163) * DAY
        case _:
            return None
