"""Types as texts: `text(3..50)`, `enum(draft 10%, published)`, `list of int`, and the usual size behind `~`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal as DecimalNumber
from typing import assert_never

from groundplan.base.names import did_you_mean
from groundplan.plan import types
from groundplan.plan.grammar.brackets import Piece, check_enum, enum_value, spell_enum_value, take_pieces
from groundplan.plan.grammar.findings import UNKNOWN_TYPE, UNREADABLE_TYPE
from groundplan.plan.grammar.numbers import spell_decimal
from groundplan.plan.grammar.quantities import spell_size
from groundplan.plan.grammar.scan import Cursor, Unreadable
from groundplan.plan.grammar.type_words import FOREIGN_WORDS, WORDS, Arguments, TypeWord, word_of
from groundplan.plan.types import AttributeType

_WORD = re.compile(r"[^\W\d]\w*")
_OF = re.compile(r"of\b")
_SIZE = re.compile(r"~\s*([0-9][0-9_.]*\s*[A-Za-z]*)")
_NESTED = ("list", "range")


def parse_type(cursor: Cursor) -> AttributeType:
    """Read a type without its usual size."""
    start = cursor.at
    word = _take_word(cursor)
    begin = cursor.at
    pieces = take_pieces(cursor)
    if len(pieces) > len(word.brackets) and word.word != "enum":
        cursor.fail(UNREADABLE_TYPE, f"{word.word} takes no such brackets", help=_forms(word, pieces), at=begin)
    of = _take_element(cursor) if word.word in _NESTED else None
    try:
        return word.made_of(_arguments(word, pieces, of))
    except Unreadable as problem:
        problem.origin = problem.origin or cursor.place(start)
        raise


def _take_word(cursor: Cursor) -> TypeWord:
    found = cursor.take(_WORD)
    start = cursor.at
    if found is None:
        cursor.fail(UNREADABLE_TYPE, "a type is expected here", help="write one such as text(255), int or timestamp")
    name = found.group()
    if name in WORDS:
        return WORDS[name]
    start = found.start()
    known = FOREIGN_WORDS.get(name.lower())
    every = "types: " + ", ".join(WORDS)
    if known:
        advice = f'did you mean "{known}"? {every}'
    elif name[:1].isupper() and name.lower() not in WORDS:
        advice = f"for an entity write a relationship, such as Page.parent > {name}; {every}"
    else:
        advice = did_you_mean(name, WORDS, kind="types")
    return cursor.fail(UNKNOWN_TYPE, f'the type "{name}" is unknown', help=advice, at=start)


def _take_element(cursor: Cursor) -> AttributeType | None:
    """Read `of` and a type."""
    if cursor.take(_OF) is None:
        return None
    return parse_type(cursor)


def _arguments(word: TypeWord, pieces: tuple[Piece, ...], of: AttributeType | None) -> Arguments:
    if word.word == "enum":
        values = check_enum([(enum_value(piece), piece.place(0)) for piece in pieces]) if pieces else ()
        return Arguments(texts={}, values=values)
    texts: dict[str, Piece] = {}
    for meaning, piece in zip(word.brackets, pieces, strict=False):
        texts.update(_bounds(piece, word) if meaning == "bounds" else {meaning: piece})
    return Arguments(texts=texts, of=of)


def _bounds(piece: Piece, word: TypeWord) -> dict[str, Piece]:
    """Read `min..max`, either of which can be missing; the single bound of a text is its maximum."""
    low, dots, high = piece.text.partition("..")
    if not dots:
        if word.word == "text":
            return {"max": piece}
        shown = f"write {word.word}(..{piece.text}) or {word.word}(0..{piece.text})"
        problem = Unreadable(UNREADABLE_TYPE, f"{word.word} takes two bounds", help=shown)
        problem.origin = piece.place(0)
        raise problem
    at = len(low) + len(dots)
    bounds = {
        "min": replace(piece, text=low.strip()),
        "max": replace(piece, text=high.strip(), place=lambda offset: piece.place(at + offset)),
    }
    said = {key: bound for key, bound in bounds.items() if bound.text}
    if not said:
        problem = Unreadable(UNREADABLE_TYPE, "both bounds are missing", help=f"write one such as {word.word}(1..50)")
        problem.origin = piece.place(0)
        raise problem
    return said


def _forms(word: TypeWord, pieces: tuple[Piece, ...]) -> str:
    if word.word == "money":
        return f"write money, or decimal({','.join(piece.text for piece in pieces)}) for digits of your own"
    return "write " + " or ".join(word.examples)


def take_size(cursor: Cursor) -> Piece | None:
    """Read `~4KB`; None where no `~` follows."""
    found = cursor.take(_SIZE)
    if found is None:
        return None
    start, place = found.start(1), cursor.place
    return Piece(found.group(1).strip(), lambda offset: place(start + offset))


def with_typical(type_: AttributeType, size: int) -> AttributeType | None:
    """Return the type with its usual size; None where sizes of that type do not vary."""
    match type_:
        case types.Text() | types.Json() | types.Bytes():
            return replace(type_, typical_bytes=size)
        case types.ListOf(of=types.Text() as element):
            return replace(type_, of=replace(element, typical_bytes=size))
        case _:
            return None


def typical_size(type_: AttributeType) -> int | None:
    """Return the usual size in bytes, where the type has one."""
    match type_:
        case types.Text() | types.Json() | types.Bytes():
            return type_.typical_bytes
        case types.ListOf(of=types.Text() as element):
            return element.typical_bytes
        case _:
            return None


def spell_type(type_: AttributeType) -> str:
    """Spell a type without its usual size."""
    word = word_of(type_)
    match type_:
        case types.Text(minimum=None, maximum=int() as maximum):
            return f"{word}({maximum})"
        case types.Text() | types.Integer() | types.Float():
            bounds = _spell_bounds(type_.minimum, type_.maximum)
            return f"{word}({bounds})" if bounds else word
        case types.Decimal():
            bounds = _spell_bounds(type_.minimum, type_.maximum)
            digits = f"{type_.precision},{type_.scale}"
            return f"{word}({digits}, {bounds})" if bounds else f"{word}({digits})"
        case types.Bytes():
            return word if type_.maximum is None else f"{word}({_spell_bytes(type_.maximum)})"
        case types.Enum():
            return f"{word}({', '.join(spell_enum_value(value) for value in type_.values)})"
        case types.Vector():
            return f"{word}({type_.dimensions})"
        case types.Range():
            return f"{word} of {spell_type(type_.of)}"
        case types.ListOf():
            most = "" if type_.maximum is None else f"({type_.maximum})"
            return f"{word}{most} of {spell_type(type_.of)}"
        case (
            types.Email()
            | types.Url()
            | types.Slug()
            | types.Uuid()
            | types.Money()
            | types.Boolean()
            | types.Date()
            | types.Time()
            | types.Timestamp()
            | types.Interval()
            | types.Json()
            | types.Point()
            | types.Polygon()
            | types.Ip()
        ):
            return word
        case _:
            assert_never(type_)


def _spell_bounds(minimum: int | DecimalNumber | None, maximum: int | DecimalNumber | None) -> str:
    low, high = _spell_bound(minimum), _spell_bound(maximum)
    return f"{low}..{high}" if low or high else ""


def _spell_bound(bound: int | DecimalNumber | None) -> str:
    match bound:
        case None:
            return ""
        case int():
            return str(bound)
        case DecimalNumber():
            return spell_decimal(bound)


def _spell_bytes(size: int) -> str:
    return str(size) if size % 1024 else spell_size(size)
