"""Quantities with units as a plan writes them: durations, rates, growth, distances and sizes."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

from groundplan.base.names import did_you_mean, nearest
from groundplan.plan.grammar.findings import IMPOSSIBLE_QUANTITY, UNREADABLE_QUANTITY
from groundplan.plan.grammar.numbers import (
    MAX_COUNT,
    NUMBER,
    exact,
    match_whole,
    parse_amount,
    parse_count,
    parse_percent,
    shown,
    spell_amount,
    spell_count,
    spell_number,
    spell_percent,
)
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Distance, Duration, Growth, Rate, TimeUnit

TIME_UNITS: dict[str, TimeUnit] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), TimeUnit.MILLISECOND),
    **dict.fromkeys(("s", "sec", "second", "seconds"), TimeUnit.SECOND),
    **dict.fromkeys(("min", "minute", "minutes"), TimeUnit.MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), TimeUnit.HOUR),
    **dict.fromkeys(("d", "day", "days"), TimeUnit.DAY),
    **dict.fromkeys(("w", "week", "weeks"), TimeUnit.WEEK),
    **dict.fromkeys(("month", "months"), TimeUnit.MONTH),
    **dict.fromkeys(("y", "year", "years"), TimeUnit.YEAR),
}
"""Units of time by every word that a plan may use for them."""

SHORT_UNITS: dict[TimeUnit, str] = {
    TimeUnit.MILLISECOND: "ms",
    TimeUnit.SECOND: "s",
    TimeUnit.MINUTE: "min",
    TimeUnit.HOUR: "hour",
    TimeUnit.DAY: "day",
    TimeUnit.WEEK: "week",
    TimeUnit.MONTH: "month",
    TimeUnit.YEAR: "year",
}
"""The word for each unit of time that the writer uses."""

DISTANCE_UNITS = {"m": Fraction(1), "km": Fraction(1000), "mi": Fraction(1_609_344, 1000)}
"""Units of distance in metres; a mile is 1,609.344 m."""

SIZE_UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}
"""Units of size in bytes; as in PostgreSQL's settings a KB is 1,024 bytes."""

_GLUED = (TimeUnit.MILLISECOND, TimeUnit.SECOND, TimeUnit.MINUTE)
_MEASURE = re.compile(rf"([-+]?)\s*({NUMBER})\s*([^\W\d_]*)")


def parse_duration(text: str) -> Duration:
    """Read a length of time: `50ms`, `10min`, `90 days`, `2 years`."""
    example = "50ms, 10min, 1 hour or 90 days"
    amount, unit = _measure(
        text, kind="a length of time", example=example, units=TIME_UNITS, shown_units=SHORT_UNITS.values()
    )
    if amount == 0:
        raise Unreadable(IMPOSSIBLE_QUANTITY, "a length of time must be more than 0", help="write one such as 50ms")
    return Duration(amount, TIME_UNITS[unit])


def spell_duration(duration: Duration) -> str:
    """Spell a length of time: `50ms`, `10min`, `1 hour`, `90 days`."""
    number, unit = spell_number(duration.amount), SHORT_UNITS[duration.unit]
    if duration.unit in _GLUED:
        return number + unit
    return f"{number} {unit}" if duration.amount == 1 else f"{number} {unit}s"


def parse_rate(text: str) -> Rate:
    """Read how often something happens: `500/s`, `5/min`, `2K/hour`."""
    count, slash, unit = text.partition("/")
    advice = "write how often it happens in which time, such as 500/s, 5/min or 2K/day"
    if not slash:
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} is not a rate: its period is missing", help=advice)
    amount = parse_amount(count, kind="a rate", example="500/s, 5/min or 2K/day")
    return Rate(amount, parse_period(unit, offset=len(count) + 1, advice=advice))


def spell_rate(rate: Rate) -> str:
    """Spell a rate: `500/s`; up to 10,000 in digits."""
    count = spell_number(rate.count) if rate.count < 10_000 else spell_amount(rate.count)
    return f"{count}/{SHORT_UNITS[rate.per]}"


def parse_period(
    text: str, *, offset: int = 0, advice: str = "write one such as s, min, hour, day or month"
) -> TimeUnit:
    """Read a unit of time that stands alone: `s`, `min`, `month`."""
    word = text.strip()
    if word in TIME_UNITS:
        return TIME_UNITS[word]
    near = nearest(word, SHORT_UNITS.values()) if len(word) > 1 else None
    raise Unreadable(
        UNREADABLE_QUANTITY,
        f"{shown(word)} is not a unit of time",
        help=f'did you mean "{near}"? {advice}' if near else advice,
        offset=offset,
    )


def parse_growth(text: str) -> Growth:
    """Read growth, compound or absolute: `3%/month`, `+50M/day`."""
    number, slash, unit = text.partition("/")
    if not slash:
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} is growth without a period", help=_growth_advice(number))
    per = parse_period(unit, offset=len(number) + 1, advice=_growth_advice(number))
    if "%" in number:
        return compound_growth(parse_percent(number), per)
    if number.strip().startswith("-"):
        raise Unreadable(
            IMPOSSIBLE_QUANTITY,
            "fewer rows by a fixed number would end below zero",
            help="write a percentage such as -3%/month, or lifecycle: {retain: 90 days by ...}",
        )
    return AbsoluteGrowth(parse_count(number), per)


def compound_growth(share: Fraction, per: TimeUnit) -> CompoundGrowth:
    """Make growth by a share of what is there, of which at most all can go."""
    if share < -1:
        raise Unreadable(IMPOSSIBLE_QUANTITY, "no more than 100% can go", help="write growth such as 3%/month")
    return CompoundGrowth(share, per)


def _growth_advice(number: str) -> str:
    written = number.strip()
    fits = match_whole(re.compile(rf"\+?{NUMBER}[KMBT]?|-?{NUMBER}%"), written)
    if not fits:
        return "write growth such as 3%/month or +50M/day"
    if written.endswith("%"):
        return f"write the period, such as {written}/month"
    plain = written.lstrip("+")
    return f"write a percentage and its period, such as {plain}%/month, or rows, such as +{plain}/day"


def spell_growth(growth: Growth) -> str:
    """Spell growth: `3%/month`, `+50M/day`."""
    match growth:
        case CompoundGrowth():
            return f"{spell_percent(growth.share)}/{SHORT_UNITS[growth.per]}"
        case AbsoluteGrowth():
            return f"+{spell_count(growth.rows)}/{SHORT_UNITS[growth.per]}"


def parse_distance(text: str) -> Distance:
    """Read a length on the ground: `5km`, `200m`, `3 mi`."""
    amount, unit = _measure(text, kind="a distance", example="5km, 200m or 3mi", units=DISTANCE_UNITS)
    if amount == 0:
        raise Unreadable(IMPOSSIBLE_QUANTITY, "a distance must be more than 0", help="write one such as 5km")
    return Distance(amount * DISTANCE_UNITS[unit])


def spell_distance(distance: Distance) -> str:
    """Spell a distance in kilometres from one kilometre on, else in metres."""
    if distance.metres >= 1000:
        return spell_number(distance.metres / 1000) + "km"
    return spell_number(distance.metres) + "m"


def parse_size(text: str) -> int:
    """Read a size in bytes: `100B`, `4KB`, `1.5MB`."""
    amount, unit = _measure(text.upper(), kind="a size", example="100B, 4KB or 1.5MB", units=SIZE_UNITS)
    size = amount * SIZE_UNITS[unit]
    if size.denominator != 1 or not 0 < size <= MAX_COUNT:
        raise Unreadable(
            IMPOSSIBLE_QUANTITY, f"{text.strip()} is no possible size", help="write at least 1B, in whole bytes"
        )
    return int(size)


def spell_size(size: int) -> str:
    """Spell a size with the largest unit that divides it."""
    for unit, factor in reversed(SIZE_UNITS.items()):
        if size % factor == 0:
            return f"{size // factor}{unit}"
    return f"{size}B"


def _measure(
    text: str, *, kind: str, example: str, units: Collection[str], shown_units: Collection[str] | None = None
) -> tuple[Fraction, str]:
    """Read a number and its unit, one of `units`; `shown_units` are those that a message lists."""
    advice = f"write {kind} such as {example}"
    found = match_whole(_MEASURE, text)
    if found is None:
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} is not {kind}", help=advice)
    sign, digits, unit = found.groups()
    if not unit:
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} lacks its unit", help=advice)
    if unit not in units:
        near = did_you_mean(unit, shown_units or units, kind="units")
        if unit == "m" and "min" in units:
            near = f"write {digits}min or {digits} months"
        raise Unreadable(UNREADABLE_QUANTITY, f'{shown(text)} has the unknown unit "{unit}"', help=near)
    if sign == "-":
        raise Unreadable(IMPOSSIBLE_QUANTITY, f"{kind} cannot be negative: {text.strip()}", help=advice)
    return exact(digits), unit
