"""Blocks as Markdown (CommonMark with GitHub's tables), in which no word can leave its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never
from urllib.parse import quote

from groundplan.report.blocks import (
    Block,
    Code,
    Fold,
    Grid,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Picture,
    Source,
    Strong,
    Words,
)
from groundplan.report.characters import on_one_line, printable
from groundplan.report.html import inline_html

_SPECIAL = re.compile(r"([\\`*\[\]<>~&#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|!$)")
"""What means something to Markdown or HTML; an underscore inside a word does not (CommonMark 6.2)."""


def markdown(blocks: Iterable[Block]) -> str:
    """Render a document."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def anchor(name: str) -> str:
    """Return the anchor that Markdown viewers give a heading."""
    return "".join(mark for mark in on_one_line(name).lower().replace(" ", "-") if mark.isalnum() or mark in "-_")


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_words(block.words)}"
        case Paragraph():
            return _line(block.words)
        case Grid():
            return _grid(block)
        case Listing():
            return "\n".join(
                f"{indent}- {_line(words)}"
                for item in block.items
                for indent, words in (("", item.words), *(("  ", below) for below in item.below))
            )
        case Source():
            return _fenced(block)
        case Picture():
            return f"![{_text(block.about)}]({quote(block.target)})"
        case Fold():
            # A line of HTML ends with a blank line (CommonMark 4.6); what is between is Markdown again.
            inside = "\n\n".join(_block(inner) for inner in block.blocks)
            return f"<details><summary>{on_one_line(inline_html(block.summary))}</summary>\n\n{inside}\n\n</details>"
        case _:
            assert_never(block)


def _grid(grid: Grid) -> str:
    marks = ("---:" if at in grid.numeric else "---" for at in range(len(grid.header)))
    rows = (" | ".join(_cell(cell) for cell in row) for row in grid.rows)
    return "\n".join(f"| {row} |" for row in (" | ".join(map(_text, grid.header)), " | ".join(marks), *rows))


def _cell(words: Words) -> str:
    """Escape what would end a cell, which in a table counts in code too (GitHub Flavored Markdown 4.10)."""
    return _words(words).replace("|", "\\|")


def _words(words: Words) -> str:
    return "".join(_inline(piece) for piece in words)


def _inline(piece: Inline) -> str:
    match piece:
        case str():
            return _text(piece)
        case Strong():
            return f"**{_text(piece.text).strip()}**"
        case Code():
            return _code(piece.text)
        case Link():
            return f"[{_text(piece.text).strip()}]({quote(printable(piece.target), safe='/#')})"
        case _:
            assert_never(piece)


def _text(words: str) -> str:
    """Escape words on one line; blanks at the ends stay, as they join pieces."""
    start = " " if words[:1].isspace() else ""
    end = " " if words[-1:].isspace() and words.strip() else ""
    return start + _SPECIAL.sub(r"\\\1", on_one_line(words)) + end


def _line(words: Words) -> str:
    """Escape what at the start of a line would begin a list, a quotation or a rule."""
    line = _words(words).strip()
    return re.sub(r"^(\d{1,9})([.)])|^([+\-=|])", lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def _code(words: str) -> str:
    """Fence words by more backquotes than they hold in a row."""
    flat = on_one_line(words)
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") or not flat else ""
    return f"{fence}{space}{flat}{space}{fence}"


def _fenced(source: Source) -> str:
    text = "\n".join(printable(line) for line in source.text.splitlines())
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{source.language}\n{text}\n{fence}"
