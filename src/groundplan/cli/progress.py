"""Progress on standard error: on a terminal only, silent in pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from groundplan.service.design import Progress, no_progress


@contextmanager
def shown_progress(*, is_quiet: bool) -> Iterator[Progress]:
    """Yield a callback that shows each stage with a bar, and leaves a line per finished stage."""
    if is_quiet or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total or 1, total=bars.tasks[task].total or 1)
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield show
        for task in tasks.values():
            bars.update(task, completed=bars.tasks[task].total or 1, total=bars.tasks[task].total or 1)
