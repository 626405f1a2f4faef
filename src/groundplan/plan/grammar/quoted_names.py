"""Names inside texts: bare where nothing in them means something else, else in double quotes, doubled inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.base.names import composed
from groundplan.base.origin import PlacedName
from groundplan.base.rule import FindingKind
from groundplan.plan.grammar.findings import BAD_NAME
from groundplan.plan.grammar.names import name_problem
from groundplan.plan.grammar.scan import Cursor, Place

MAX_LENGTH = 1000
"""Longest text with names in it that is read."""

_BARE = re.compile(r"\w+(?:[ -]\w+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A mark or a name with its offset."""

    text: str
    offset: int
    is_name: bool

    def placed(self, place: Place) -> PlacedName:
        """Return the name with its place."""
        return PlacedName(self.text, place(self.offset))


def tokens(cursor: Cursor, *, marks: re.Pattern[str], rule: FindingKind, advice: str) -> Iterator[Token]:
    """Read all that is left as marks and names; a name is whatever stands between marks.

    Raises Unreadable where the text is too long, a quote is not closed or a name cannot be one.
    """
    if len(cursor.text) > MAX_LENGTH:
        cursor.fail(rule, f"the text is longer than {MAX_LENGTH} characters", help=advice)
    piece = re.compile(
        rf'(?P<quoted>"(?:[^"]|"")*")|(?P<mark>{marks.pattern})|(?P<bare>(?:(?!{marks.pattern})[^"])+)|(?P<open>")'
    )
    for found in piece.finditer(cursor.text, cursor.at):
        text, offset = found.group(), found.start()
        match found.lastgroup:
            case "mark":
                yield Token(text.strip(), offset, is_name=False)
            case "quoted":
                yield _name(text[1:-1].replace('""', '"'), offset, cursor)
            case "bare" if text.strip():
                yield _name(text.strip(), offset + len(text) - len(text.lstrip()), cursor)
            case "open":
                cursor.fail(rule, "a quote is not closed", help=advice, at=offset)
    cursor.at = len(cursor.text)


def _name(name: str, offset: int, cursor: Cursor) -> Token:
    problem = name_problem(name)
    if problem:
        cursor.fail(BAD_NAME, problem, help="write a name such as OrderLine or order_line", at=offset)
    return Token(composed(name), offset, is_name=True)


def spell_name(name: str) -> str:
    """Spell a name within a text, in double quotes unless it is made of words."""
    return name if _BARE.fullmatch(name) else '"' + name.replace('"', '""') + '"'
