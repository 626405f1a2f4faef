"""Quantities as forms: counts, shares, lengths of time, distances, growth and rates."""

from __future__ import annotations

from typing import Any

from groundplan.plan.grammar.findings import CONFLICTING_KEYS, MISSING_KEY
from groundplan.plan.grammar.forms import Atom, Form, ShortOrLong, Words
from groundplan.plan.grammar.numbers import (
    parse_amount,
    parse_count,
    parse_percent,
    parse_positive,
    parse_share,
    spell_amount,
    spell_count,
    spell_percent,
)
from groundplan.plan.grammar.quantities import (
    SHORT_UNITS,
    TIME_UNITS,
    compound_growth,
    parse_distance,
    parse_duration,
    parse_growth,
    parse_rate,
    spell_distance,
    spell_duration,
    spell_growth,
    spell_rate,
)
from groundplan.plan.grammar.records import Fields, Key, Record
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth, Rate

_NUMBER = r"[0-9][0-9_]*(\.[0-9]+)?"

COUNT = Atom(
    noun="a count",
    example="2M",
    parse=parse_count,
    spell=spell_count,
    pattern=rf"^\s*\+?{_NUMBER}\s*[KMBTkmbt]?\s*$",
    is_number=True,
)
POSITIVE = Atom(
    noun="a count of at least 1",
    example="20",
    parse=parse_positive,
    spell=str,
    pattern=rf"^\s*\+?{_NUMBER}\s*[KMBTkmbt]?\s*$",
    is_number=True,
)
SHARE = Atom(
    noun="a percentage", example="10%", parse=parse_share, spell=spell_percent, pattern=rf"^\s*\+?{_NUMBER}\s*%\s*$"
)
PERCENT = Atom(
    noun="a percentage",
    example="3.74%",
    parse=parse_percent,
    spell=spell_percent,
    pattern=rf"^\s*[-+]?{_NUMBER}\s*%\s*$",
)
DURATION = Atom(
    noun="a length of time",
    example="50ms",
    parse=parse_duration,
    spell=spell_duration,
    pattern=rf"^\s*\+?{_NUMBER}\s*({'|'.join(TIME_UNITS)})\s*$",
)
DISTANCE = Atom(
    noun="a distance",
    example="5km",
    parse=parse_distance,
    spell=spell_distance,
    pattern=rf"^\s*\+?{_NUMBER}\s*(m|km|mi)\s*$",
)
TIME_UNIT = Words(
    noun="a unit of time",
    example="month",
    kind="units",
    words={**{word: unit for unit, word in SHORT_UNITS.items()}, **TIME_UNITS},
)


AMOUNT = Atom(
    noun="a number",
    example="500",
    parse=lambda text: parse_amount(text, kind="a number", example="500, 0.5 or 2K"),
    spell=spell_amount,
    pattern=rf"^\s*\+?{_NUMBER}\s*[KMBTkmbt]?\s*$",
    is_number=True,
)


def _growth(fields: Fields) -> Growth | None:
    share, rows, per = fields.get("share"), fields.get("rows"), fields.get("per")
    if (share is None) == (rows is None):
        is_both = share is not None
        message = "growth is either a share or a number of rows" if is_both else "growth by what is not said"
        advice = "write {share: 3%, per: month} or {rows: 50M, per: day}"
        if is_both or not {"share", "rows"} & fields.places.keys():
            fields.report.add(CONFLICTING_KEYS if is_both else MISSING_KEY, fields.origin, message, help=advice)
        return None
    if rows is not None:
        return AbsoluteGrowth(rows, per)
    try:
        return compound_growth(share, per)
    except Unreadable as problem:
        fields.report.unreadable(problem, lambda _offset: fields.place("share"))
        return None


def _growth_said(growth: Growth) -> dict[str, Any]:
    match growth:
        case CompoundGrowth():
            return {"share": growth.share, "per": growth.per}
        case AbsoluteGrowth():
            return {"rows": growth.rows, "per": growth.per}


GROWTH: Form[Growth] = ShortOrLong(
    noun="growth",
    example="3%/month or +50M/day",
    short=Atom(
        noun="growth",
        example="3%/month",
        parse=parse_growth,
        spell=spell_growth,
        pattern=rf"^\s*([-+]?{_NUMBER}\s*%|\+?\s*{_NUMBER}\s*[KMBTkmbt]?)\s*/\s*({'|'.join(TIME_UNITS)})\s*$",
    ),
    long=Record(
        noun="growth",
        example="{share: 3%, per: month}",
        kind="growth",
        means="How a number of rows grows: by a share of what is there (compound), or by a number of rows.",
        keys=(
            Key(name="share", form=PERCENT, means="The share by which what is there grows.", example="3%"),
            Key(name="rows", form=COUNT, means="The number of rows that come.", example="50M"),
            Key(name="per", form=TIME_UNIT, means="The period in which they come.", is_required=True),
        ),
        build=_growth,
        take=_growth_said,
    ),
    is_short=lambda _growth: True,
)

RATE: Form[Rate] = ShortOrLong(
    noun="a rate",
    example="500/s",
    short=Atom(
        noun="a rate",
        example="500/s",
        parse=parse_rate,
        spell=spell_rate,
        pattern=rf"^\s*\+?{_NUMBER}\s*[KMBTkmbt]?\s*/\s*({'|'.join(TIME_UNITS)})\s*$",
    ),
    long=Record(
        noun="a rate",
        example="{count: 500, per: s}",
        kind="rate",
        means="How often something happens.",
        keys=(
            Key(name="count", form=AMOUNT, means="How many times.", is_required=True),
            Key(name="per", form=TIME_UNIT, means="In which time.", is_required=True, example="s"),
        ),
        build=lambda fields: Rate(fields.get("count"), fields.get("per")),
        take=lambda rate: {"count": rate.count, "per": rate.per},
    ),
    is_short=lambda _rate: True,
)
