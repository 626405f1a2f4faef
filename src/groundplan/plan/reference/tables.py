"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(*heads: str, rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table, with the bars inside its cells escaped."""
    lines = [_line(heads), _line(("---",) * len(heads))]
    lines += [_line(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"
