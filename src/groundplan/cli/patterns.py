"""The table of access patterns that `groundplan design` ends with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from groundplan.prove.evidence import Equivalence, Verdict
from groundplan.prove.versions import NAMES

if TYPE_CHECKING:
    from rich.table import Table

    from groundplan.prove.evidence import PatternEvidence

COLOURS = {Verdict.MET: "green", Verdict.MISSED: "red", Verdict.NOT_PROVEN: "yellow"}

AGREEMENT = {
    Equivalence.YES: ("yes", "green"),
    Equivalence.NO: ("no", "red"),
    Equivalence.BOUNDED: ("bounded", "green"),
}
"""What is said of a pattern on which both engines were compared."""


def pattern_table(patterns: tuple[PatternEvidence, ...]) -> Table:
    """Return the patterns as a table; with two engines a line for each, the two of a pattern one below the other."""
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    is_one = len({pattern.engine for pattern in patterns}) == 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("pattern", no_wrap=True)
    if not is_one:
        table.add_column("engine", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    for name in ("p95", "target", "read", "returned"):
        table.add_column(name, justify="right", no_wrap=True)
    if not is_one:
        table.add_column("same", no_wrap=True)
    table.add_column("index", no_wrap=True, overflow="ellipsis", ratio=1)
    for pattern in _by_name(patterns):
        shape = pattern.shape_verdict
        is_over = pattern.time_verdict is Verdict.MISSED
        table.add_row(
            escape(pattern.name),
            *(() if is_one else (NAMES[pattern.engine],)),
            Text(shape.value.replace("_", " "), style=COLOURS[shape]),
            Text(_milliseconds(pattern.p95_ms), style="red" if is_over else ""),
            _milliseconds(pattern.target_ms),
            _count(pattern.rows_examined),
            _count(pattern.rows_returned),
            *(() if is_one else (_agreement(pattern),)),
            escape(pattern.index or ""),
        )
    return table


def _by_name(patterns: Iterable[PatternEvidence]) -> Iterator[PatternEvidence]:
    """Yield the patterns in the order of their first engine, all engines of one after another."""
    found: dict[str, list[PatternEvidence]] = {}
    for pattern in patterns:
        found.setdefault(pattern.name, []).append(pattern)
    for alike in found.values():
        yield from alike


def _agreement(pattern: PatternEvidence) -> str:
    if pattern.equivalent is None:
        return ""
    word, colour = AGREEMENT[pattern.equivalent]
    return f"[{colour}]{word}[/{colour}]"


def _milliseconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
