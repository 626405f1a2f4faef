"""What a document says, before any format: headings, paragraphs, tables, lists and folds of plain words.

A renderer escapes the words; nothing else does, so that no name can leave its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """Words in the language of a machine: a name, a condition, a type."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to another file of the design (`postgres/schema.sql`) or to a table of the dictionary."""

    text: str
    target: str


Inline = str | Code | Strong | Link
Words = tuple[Inline, ...]
"""A line of text in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 is the document's own."""

    level: int
    words: Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; `numeric` are the positions of the columns that hold numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, with entries below it."""

    words: Words
    below: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list without numbers."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Text in a computer language, kept line by line."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in another file of the design."""

    about: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens them; `kind` is a word for style sheets and scripts, `anchor` for links."""

    summary: Words
    blocks: tuple[Block, ...]
    kind: str | None = None
    anchor: str | None = None


Block = Heading | Paragraph | Grid | Listing | Source | Picture | Fold


def trimmed(grid: Grid) -> Grid:
    """Return a table without the columns that say nothing."""
    kept = [at for at in range(len(grid.header)) if not grid.rows or any(any(row[at]) for row in grid.rows)]
    return Grid(
        header=tuple(grid.header[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in grid.rows),
        numeric=tuple(place for place, at in enumerate(kept) if at in grid.numeric),
    )


def prose(sentence: str) -> Words:
    """Return a sentence, what stands between backquotes as code."""
    pieces = re.split(r"`([^`]+)`", sentence)
    return tuple(Code(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece)


def codes(names: Sequence[str]) -> Words:
    """Return names as code, with commas between them."""
    return joined([(Code(name),) for name in names])


def joined(parts: Sequence[Words], *, separator: str = ", ") -> Words:
    """Return the parts as one line, a separator between each two."""
    found: list[Inline] = []
    for part in parts:
        if not part:
            continue
        if found:
            found.append(separator)
        found.extend(part)
    return tuple(found)


def count(number: float) -> str:
    """Spell a number with its thousands apart: 20,000,000."""
    return f"{number:,.0f}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: `1 table`, `2,000 tables`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
