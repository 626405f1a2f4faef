"""The table of access patterns that `groundplan design` ends with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from groundplan.prove.evidence import Equivalence, Verdict
from groundplan.prove.versions import NAMES

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from groundplan.prove.evidence import PatternEvidence

COLOURS = {Verdict.MET: "green", Verdict.MISSED: "red", Verdict.NOT_PROVEN: "yellow"}

AGREEMENT = {
    Equivalence.YES: ("yes", "green"),
    Equivalence.NO: ("no", "red"),
    Equivalence.BOUNDED: ("bounded", "green"),
}
"""What is said of a pattern on which both engines were compared."""


NUMBERS = ("p95", "target", "read", "returned")


def pattern_table(patterns: tuple[PatternEvidence, ...]) -> Table:
    """Return the patterns as a table; with two engines a line for each, the two of a pattern one below the other.

    Only the indexes, which stand last, are cut short where a line is too narrow.
    """
    from rich.table import Table

    is_one = len({pattern.engine for pattern in patterns}) == 1
    rows = [_cells(pattern) for pattern in _by_name(patterns)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [name for name in rows[0] if not (is_one and name in ("engine", "same"))] if rows else []
    for name in shown:
        # Columns that may wrap are made narrower first; the names of indexes do not wrap, so they are cut short.
        table.add_column(name, no_wrap=name != "index", justify="right" if name in NUMBERS else "left")
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    return table


def _cells(pattern: PatternEvidence) -> dict[str, Text]:
    from rich.text import Text

    shape = pattern.shape_verdict
    same, colour = ("", "") if pattern.equivalent is None else AGREEMENT[pattern.equivalent]
    return {
        "pattern": Text(pattern.name),
        "engine": Text(NAMES[pattern.engine]),
        "shape": Text(shape.value.replace("_", " "), style=COLOURS[shape]),
        "p95": Text(_milliseconds(pattern.p95_ms), style="red" if pattern.time_verdict is Verdict.MISSED else ""),
        "target": Text(_milliseconds(pattern.target_ms)),
        "read": Text(_count(pattern.rows_examined)),
        "returned": Text(_count(pattern.rows_returned)),
        "same": Text(same, style=colour),
        "index": Text(pattern.index or "", no_wrap=True, overflow="ellipsis"),
    }


def _by_name(patterns: Iterable[PatternEvidence]) -> Iterator[PatternEvidence]:
    """Yield the patterns in the order of their first engine, all engines of one after another."""
    found: dict[str, list[PatternEvidence]] = {}
    for pattern in patterns:
        found.setdefault(pattern.name, []).append(pattern)
    for alike in found.values():
        yield from alike


def _milliseconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
