"""Markdown pieces: tables, code and text that cannot break out of their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def text(words: str) -> str:
    """Escape words so that Markdown and HTML in them stay words, on one line."""
    return re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", " ".join(words.split()))


def code(words: str) -> str:
    """Return words as inline code; backquotes in them are kept by a longer fence."""
    flat = " ".join(words.split())
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{space}{flat}{space}{fence}".replace("|", "\\|")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are already Markdown. Nothing for no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(header)} |", f"| {' | '.join('---' for _ in header)} |", *lines, ""]


def count(number: float) -> str:
    """Spell a number with thin groups: 20 000 000."""
    return f"{number:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
