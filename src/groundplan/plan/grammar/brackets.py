"""What stands in the brackets of a type: pieces between commas, in quotes where they hold commas or brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from groundplan.base.names import composed
from groundplan.base.origin import Origin
from groundplan.base.rule import FindingKind
from groundplan.plan.grammar.findings import IMPOSSIBLE_QUANTITY, REPEATED_MEMBER, UNREADABLE_TYPE
from groundplan.plan.grammar.numbers import parse_share, spell_percent
from groundplan.plan.grammar.scan import Cursor, Place, Unreadable
from groundplan.plan.types import EnumValue

T = TypeVar("T")

_QUOTES = "'\""
_PLAIN_VALUE = re.compile(r"[^\W\d_][\w-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A text between two commas, without blanks around it, with its place; `quote` is the quote it was written in."""

    text: str
    place: Place
    quote: str = ""

    def parsed(self, parse: Callable[[str], T]) -> T:
        """Read the text; what cannot be read is reported at the piece's own place."""
        try:
            return parse(self.text)
        except Unreadable as problem:
            problem.origin = problem.origin or self.place(problem.offset)
            raise


def take_pieces(cursor: Cursor) -> tuple[Piece, ...]:
    """Read from an opening bracket to the closing one; none where no bracket follows."""
    begin = cursor.at
    if not cursor.take_mark("("):
        return ()
    pieces: list[Piece] = []
    while True:
        pieces.append(_take_piece(cursor, begin))
        if cursor.take_mark(")"):
            return tuple(pieces)
        cursor.take_mark(",")


def _take_piece(cursor: Cursor, begin: int) -> Piece:
    """Read up to a comma or the closing bracket, which stays."""
    cursor.skip_blanks()
    start = cursor.at
    text = cursor.text
    quote = text[start : start + 1]
    if quote and quote in _QUOTES:
        cursor.at = _quote_end(text, start)
    while cursor.at < len(text) and text[cursor.at] not in ",()":
        cursor.at += 1
    if cursor.at >= len(text):
        cursor.fail(UNREADABLE_TYPE, "the bracket is not closed", help='write ")" after the last value', at=begin)
    if text[cursor.at] == "(":
        advice = "close the first one, or put a value with brackets in single quotes"
        cursor.fail(UNREADABLE_TYPE, "a bracket stands within brackets", help=advice)
    inside = text[start : cursor.at].strip()
    if not inside:
        cursor.fail(
            UNREADABLE_TYPE,
            "a value is missing between the brackets",
            help="write it, or take the comma or the brackets out",
        )
    place = cursor.place
    return Piece(inside, lambda offset: place(start + offset), quote if quote and quote in _QUOTES else "")


def _quote_end(text: str, start: int) -> int:
    """Return the offset after a quoted text; a doubled quote stands for itself."""
    quote, at = text[start], start + 1
    while at < len(text):
        if text[at] == quote:
            if text[at + 1 : at + 2] != quote:
                return at + 1
            at += 1
        at += 1
    return len(text)


def enum_value(piece: Piece) -> EnumValue:
    """Read a value of an enum with its share: `draft`, `draft 10%`, `'in review' 5%`."""
    text, share = piece.text, None
    head, _, last = text.rpartition(" ")
    if last.endswith("%") and head:
        at = len(text) - len(last)
        share = replace(piece, text=last, place=lambda offset: piece.place(at + offset)).parsed(parse_share)
        text = head.strip()
    if piece.quote:
        text = _unquoted(text, piece)
    elif text.endswith("%"):
        raise _bad_value(piece, f'"{text}" is a share without a value, or lacks a blank', "write one such as draft 10%")
    if not text.strip() or _CONTROL.search(text):
        raise _bad_value(piece, "a value of an enum is empty or holds a control character", "write a word or two")
    return EnumValue(composed(text), share)


def _unquoted(text: str, piece: Piece) -> str:
    end = _quote_end(text, 0)
    if end != len(text) or len(text) < 2 or text[-1] != piece.quote:
        raise _bad_value(piece, f"{text} has something behind its quotes", "write one such as 'in review' 5%")
    return text[1:-1].replace(piece.quote * 2, piece.quote)


def _bad_value(piece: Piece, message: str, advice: str) -> Unreadable:
    return _located(UNREADABLE_TYPE, message, advice, piece.place(0))


def spell_enum_value(value: EnumValue) -> str:
    """Spell a value of an enum, in single quotes unless it is a plain word."""
    word = value.name if _PLAIN_VALUE.fullmatch(value.name) else "'" + value.name.replace("'", "''") + "'"
    return word if value.share is None else f"{word} {spell_percent(value.share)}"


def check_enum(values: Sequence[tuple[EnumValue, Origin]]) -> tuple[EnumValue, ...]:
    """Return the values, unless one stands twice or the shares cannot be shares of one whole."""
    seen: set[str] = set()
    for value, origin in values:
        if value.name in seen:
            raise _located(REPEATED_MEMBER, f'the enum has "{value.name}" twice', "take one of them out", origin)
        seen.add(value.name)
    shares = [value.share for value, _ in values]
    total = sum((share for share in shares if share is not None), Fraction())
    slack = Fraction(len(shares), 1000)  # a tenth of a percent each: 33.3% three times is a whole
    if total > 1 + slack:
        advice = "write shares of one whole, 100%"
    elif None not in shares and total < 1 - slack:
        advice = "write shares of one whole, 100%, or leave one out: it takes the rest"
    else:
        return tuple(value for value, _ in values)
    message = f"the shares of the enum add up to {spell_percent(total)}"
    raise _located(IMPOSSIBLE_QUANTITY, message, advice, values[0][1])


def _located(rule: FindingKind, message: str, advice: str, origin: Origin) -> Unreadable:
    problem = Unreadable(rule, message, help=advice)
    problem.origin = origin
    return problem
