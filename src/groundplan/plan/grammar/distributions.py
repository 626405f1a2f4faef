"""Distributions: how the values of an attribute are spread."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from groundplan.plan.grammar.amounts import DURATION, POSITIVE, SHARE
from groundplan.plan.grammar.findings import UNREADABLE_TEXT
from groundplan.plan.grammar.forms import Atom, Form, ShortOrLong, Words
from groundplan.plan.grammar.numbers import NUMBER, exact, match_whole, shown, spell_count, spell_number
from groundplan.plan.grammar.records import Key, Record
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.types import Arrival, Distribution

_ZIPF = re.compile(rf"zipf\s+({NUMBER})")


def parse_skew(text: str) -> Fraction:
    """Read `uniform` or `zipf 1.1`."""
    if text.strip() == "uniform":
        return Fraction(0)
    found = match_whole(_ZIPF, text)
    if found is None:
        raise Unreadable(UNREADABLE_TEXT, f"{shown(text)} is no skew", help="write uniform, or the exponent: zipf 1.1")
    return exact(found.group(1))


SKEW: Form[Fraction] = ShortOrLong(
    noun="a skew",
    example="zipf 1.1",
    short=Atom(
        noun="a skew",
        example="zipf 1.1",
        parse=parse_skew,
        spell=lambda zipf: f"zipf {spell_number(zipf)}" if zipf else "uniform",
        pattern=r"^\s*(uniform|zipf\s+[0-9][0-9_]*(\.[0-9]+)?)\s*$",
    ),
    long=Record(
        noun="a skew",
        example="{zipf: 1.1}",
        kind="skew",
        means="How unevenly values are spread: the exponent of Zipf's law, 0 for evenly.",
        keys=(
            Key(
                name="zipf",
                form=Atom(
                    noun="an exponent",
                    example="1.1",
                    parse=lambda text: parse_skew(f"zipf {text.strip()}"),
                    spell=spell_number,
                    is_number=True,
                ),
                means="The exponent: the n-th most frequent value is n to this power rarer than the first.",
                is_required=True,
            ),
        ),
        build=lambda fields: fields.get("zipf"),
        take=lambda zipf: {"zipf": zipf},
    ),
    is_short=lambda _zipf: True,
)

DISTRIBUTION: Record[Distribution] = Record(
    noun="how values are spread",
    example="{distinct: 5K, skew: zipf 1.1, nulls: 2%}",
    kind="values",
    means="How the values of an attribute are spread, for synthetic rows and for estimates.",
    model=Distribution,
    keys=(
        Key(
            name="distinct",
            form=replace(POSITIVE, example="5K", spell=spell_count),
            means="How many different values there are.",
        ),
        Key(
            name="skew",
            form=SKEW,
            attribute="zipf",
            means="How unevenly they are spread: `uniform`, or `zipf` and an exponent.",
            default="uniform",
        ),
        Key(
            name="nulls",
            form=SHARE,
            means="The share of rows without a value; it makes the attribute optional.",
            example="2%",
        ),
        Key(
            name="trues",
            form=SHARE,
            means="The share of true among the values of a bool.",
            default="50%",
            example="90%",
        ),
        Key(
            name="arrives",
            form=Words(
                noun="an order of arrival",
                example="in order",
                kind="orders",
                words={arrival.value: arrival for arrival in Arrival},
            ),
            means="In which order values come: growing with time, as in a log, or in any order.",
        ),
        Key(
            name="late",
            form=DURATION,
            means="How far behind the newest a value that comes in order may arrive.",
            example="5 min",
        ),
    ),
)
