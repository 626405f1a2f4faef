"""Where an object comes from: a file, a line and a column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Stretches:
    """Where each character of a text stands in a file, also where the text is folded, indented or escaped there.

    `starts` are the offsets, ascending from 0, from which on characters stand side by side, each with its place.
    """

    starts: tuple[tuple[int, Origin], ...]

    def __call__(self, offset: int) -> Origin:
        """Return the place of a character."""
        start, origin = self.starts[bisect_right(self.starts, offset, key=_offset) - 1]
        return Origin(origin.file, origin.line, origin.column + offset - start)

    def behind(self, offset: int) -> Stretches:
        """Return the stretches of what is left of the text from an offset on."""
        later = tuple((start - offset, origin) for start, origin in self.starts if start > offset)
        return Stretches(((0, self(offset)), *later))


def _offset(start: tuple[int, Origin]) -> int:
    return start[0]


BUILT_IN = Origin("<built in>", 1, 1)
"""The origin of what no line of a plan asked for."""


class PlacedName(str):
    """A name that refers to something, with the place where it is written; equal to any text of the same letters."""

    __slots__ = ("origin",)

    origin: Origin

    def __new__(cls, name: str, origin: Origin = BUILT_IN) -> PlacedName:
        """Give a name its place."""
        placed = super().__new__(cls, name)
        placed.origin = origin
        return placed


def place_of(name: str, *, otherwise: Origin) -> Origin:
    """Return where a name is written, or `otherwise`, the place of what mentions it, where that is not known."""
    return name.origin if isinstance(name, PlacedName) and name.origin != BUILT_IN else otherwise
