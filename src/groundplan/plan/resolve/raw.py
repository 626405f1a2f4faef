"""The parameters of raw SQL: every `:name` outside texts, quoted names and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECES = re.compile(
    r"""
      (?<!\w)[eE]'(?:[^'\\]|''|\\.)*' # an escape string
    | '(?:[^']|'')*'                  # a text
    | "(?:[^"]|"")*"                  # a quoted name
    | --[^\r\n]*                      # a comment to the end of the line
    | /\*.*?\*/                       # a comment in brackets
    | (?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)   # a dollar-quoted text
    | ::                              # a cast
    | :(?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RawParameter:
    """One `:name` in raw SQL: its name without the colon, and the offsets of the whole."""

    name: str
    start: int
    end: int


def raw_parameters(sql: str) -> tuple[RawParameter, ...]:
    """Return every parameter of raw SQL in reading order, repeats kept."""
    found = (match for match in _PIECES.finditer(sql) if match["name"] is not None)
    return tuple(RawParameter(match["name"], match.start(), match.end()) for match in found)
