"""Numbers as a plan writes them: whole numbers with K, M and B, percentages, bounds; and how they are spelt."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from groundplan.base.names import did_you_mean
from groundplan.plan.grammar.findings import IMPOSSIBLE_QUANTITY, UNREADABLE_QUANTITY
from groundplan.plan.grammar.scan import Unreadable

COUNT_SUFFIXES = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
"""Thousand, million, billion (10⁹) and trillion (10¹²), as people write large counts."""

MAX_COUNT = 2**63 - 1
"""Largest count, that of a PostgreSQL bigint."""

MAX_LENGTH = 60
"""Longest number read; longer ones are slips, and Python converts them slowly or not at all."""

PLACES = 12
"""Decimal places kept of a share or an amount that no decimal number equals, such as a third."""

NUMBER = r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?"
"""A number without sign; underscores may group its digits."""

_COUNT = re.compile(rf"([-+]?)\s*({NUMBER})\s*([A-Za-z]*)")
_SHARE = re.compile(rf"([-+]?)\s*({NUMBER})\s*(%?)")
_WHOLE = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:_[0-9]+)*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")


def match_whole(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match all of a text of reasonable length."""
    return pattern.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None


def shown(text: str) -> str:
    """Quote a text for a message, cut where it is long."""
    return f'"{text}"' if len(text) <= 40 else f'"{text[:37]}..."'


def exact(digits: str) -> Fraction:
    """Read the digits that NUMBER matches."""
    return Fraction(digits.replace("_", ""))


def parse_amount(text: str, *, kind: str, example: str) -> Fraction:
    """Read a number with an optional suffix, at least 0: `5000`, `20_000`, `1.5B`."""
    found = match_whole(_COUNT, text)
    advice = f"write {kind} such as {example}; K, M, B and T stand for thousand, million, billion and trillion"
    if found is None:
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} is not {kind}", help=advice)
    sign, digits, suffix = found.groups()
    if suffix and suffix.upper() not in COUNT_SUFFIXES:
        near = did_you_mean(suffix, COUNT_SUFFIXES, kind="suffixes")
        raise Unreadable(UNREADABLE_QUANTITY, f'{shown(text)} ends in the unknown suffix "{suffix}"', help=near)
    amount = exact(digits) * COUNT_SUFFIXES.get(suffix.upper(), 1)
    if sign == "-" and amount:
        raise Unreadable(IMPOSSIBLE_QUANTITY, f"{kind} cannot be negative: {text.strip()}", help="write 0 or more")
    if amount > MAX_COUNT:
        raise Unreadable(
            IMPOSSIBLE_QUANTITY,
            f"{text.strip()} is too large",
            help=f"write at most {MAX_COUNT}, the limit of a bigint",
        )
    return amount


def parse_count(text: str) -> int:
    """Read a whole number, at least 0: `20`, `5K`, `1.5B`."""
    amount = parse_amount(text, kind="a count", example="5000, 20_000, 5K, 2M or 1.5B")
    if amount.denominator != 1:
        raise Unreadable(IMPOSSIBLE_QUANTITY, f"{text.strip()} is not a whole number", help="write a whole number")
    return int(amount)


def parse_positive(text: str) -> int:
    """Read a whole number, at least 1."""
    count = parse_count(text)
    if count == 0:
        raise Unreadable(
            IMPOSSIBLE_QUANTITY, "the number must be at least 1", help="write 1 or more, or leave the key out"
        )
    return count


def parse_share(text: str) -> Fraction:
    """Read a percentage from 0% to 100%."""
    share = parse_percent(text)
    if not 0 <= share <= 1:
        raise Unreadable(
            IMPOSSIBLE_QUANTITY,
            f"{text.strip()} is not from 0% to 100%",
            help="write the share of the whole, such as 15%",
        )
    return share


def parse_percent(text: str) -> Fraction:
    """Read any percentage, signed and beyond 100% too."""
    found = match_whole(_SHARE, text)
    if found is None:
        raise Unreadable(
            UNREADABLE_QUANTITY, f"{shown(text)} is not a percentage", help="write one such as 10% or 0.5%"
        )
    sign, digits, mark = found.groups()
    amount = exact(digits)
    if not mark:
        likely = spell_number(amount * 100) if 0 < amount < 1 else digits
        raise Unreadable(
            UNREADABLE_QUANTITY, f"{shown(text)} lacks the percent sign", help=f'did you mean "{likely}%"?'
        )
    return (-amount if sign == "-" else amount) / 100


def parse_whole(text: str) -> int:
    """Read a whole number of either sign, without suffix: a bound of an int."""
    if match_whole(_WHOLE, text) is None:
        raise Unreadable(
            UNREADABLE_QUANTITY, f"{shown(text)} is not a whole number", help="write a bound such as 0, -5 or 1000"
        )
    return int(text.strip().replace("_", ""))


def parse_decimal(text: str) -> Decimal:
    """Read a decimal number of either sign: a bound of a float or a decimal."""
    if match_whole(_DECIMAL, text) is None:
        raise Unreadable(
            UNREADABLE_QUANTITY, f"{shown(text)} is not a number", help="write a bound such as 0, -1.5 or 1e6"
        )
    return Decimal(text.strip().replace("_", ""))


def spell_number(amount: Fraction) -> str:
    """Spell a number in digits: exactly where a decimal number equals it, else rounded to PLACES places."""
    if amount.denominator == 1:
        return str(amount.numerator)
    places = _places(amount.denominator)
    scale = 10 ** (PLACES if places is None else places)
    digits = round(abs(amount) * scale)
    whole, part = divmod(digits, scale)
    spelt = f"{whole}.{str(part).rjust(len(str(scale)) - 1, '0')}".rstrip("0").rstrip(".")
    return f"-{spelt}" if amount < 0 and digits else spelt


def _places(denominator: int) -> int | None:
    """Return how many decimal places a fraction with this denominator needs; None where no number suffices."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def spell_count(count: int) -> str:
    """Spell a count with the largest suffix that leaves it whole or nearly so, where that is shorter: `2M`, `1250`."""
    digits = str(count)
    for suffix, size in reversed(COUNT_SUFFIXES.items()):
        if count >= size and count * 100 % size == 0:
            short = spell_number(Fraction(count, size)) + suffix
            return short if len(short) < len(digits) else digits
    return digits


def spell_amount(amount: Fraction) -> str:
    """Spell an amount, with a suffix where it is a whole number."""
    return spell_count(int(amount)) if amount.denominator == 1 else spell_number(amount)


def spell_percent(share: Fraction) -> str:
    """Spell a share as a percentage."""
    return spell_number(share * 100) + "%"


def spell_decimal(number: Decimal) -> str:
    """Spell a decimal number in digits, or with an exponent where the digits would be many."""
    plain = format(number, "f")
    return plain if len(plain) <= MAX_LENGTH // 2 else str(number)
