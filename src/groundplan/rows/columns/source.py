"""What every kind of value is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from groundplan.rows.expectations import Expectation
from groundplan.rows.timeline import History
from groundplan.rows.vocabulary import Corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Randomness of one attribute, words, the time its rows come from, and what formulas expect of it."""

    random: Random
    corpus: Corpus
    history: History
    expectation: Expectation


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """Write a whole number that is not negative in digits and lower-case letters."""
    found = ""
    while True:
        number, digit = divmod(number, 36)
        found = _DIGITS[digit] + found
        if not number:
            return found
