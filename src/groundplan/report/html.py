"""Blocks as HTML, in which no word can leave its place."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import assert_never

from groundplan.report.blocks import (
    Block,
    Code,
    Fold,
    Grid,
    Heading,
    Inline,
    Item,
    Link,
    Listing,
    Paragraph,
    Picture,
    Source,
    Strong,
    Words,
)
from groundplan.report.characters import printable


def html(blocks: Iterable[Block]) -> str:
    """Render blocks, one element a line."""
    return "\n".join(_block(block) for block in blocks)


def inline_html(words: Words) -> str:
    """Render a line of text."""
    return "".join(_inline(piece) for piece in words)


def text_html(words: str) -> str:
    """Escape words for text and for quoted attributes."""
    return escape(printable(words))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{inline_html(block.words)}</h{block.level}>"
        case Paragraph():
            return f"<p>{inline_html(block.words)}</p>"
        case Grid():
            return _grid(block)
        case Listing():
            return f"<ul>{''.join(_item(item) for item in block.items)}</ul>"
        case Source():
            return f"<pre><code>{text_html(block.text)}</code></pre>"
        case Picture():
            return f'<img src="{text_html(block.target)}" alt="{text_html(block.about)}">'
        case Fold():
            kind = f' class="{text_html(block.kind)}"' if block.kind else ""
            anchor = f' id="{text_html(block.anchor)}"' if block.anchor else ""
            inside = html(block.blocks)
            return f"<details{kind}{anchor}><summary>{inline_html(block.summary)}</summary>\n{inside}</details>"
        case _:
            assert_never(block)


def _grid(grid: Grid) -> str:
    def line(name: str, cells: Iterable[str]) -> str:
        numeric = (' class="number"' if at in grid.numeric else "" for at in range(len(grid.header)))
        inside = (f"<{name}{kind}>{cell}</{name}>" for kind, cell in zip(numeric, cells, strict=True))
        return f"<tr>{''.join(inside)}</tr>"

    header = line("th", map(text_html, grid.header))
    rows = "\n".join(line("td", map(inline_html, row)) for row in grid.rows)
    return f'<div class="wide"><table><thead>{header}</thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _item(item: Item) -> str:
    below = "".join(f"<li>{inline_html(words)}</li>" for words in item.below)
    inside = f"<ul>{below}</ul>" if below else ""
    return f"<li>{inline_html(item.words)}{inside}</li>"


def _inline(piece: Inline) -> str:
    match piece:
        case str():
            return text_html(piece)
        case Strong():
            return f"<b>{text_html(piece.text)}</b>"
        case Code():
            return f"<code>{text_html(piece.text)}</code>"
        case Link():
            return f'<a href="{text_html(piece.target)}">{text_html(piece.text)}</a>'
        case _:
            assert_never(piece)
