"""`groundplan design`."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.cli.exits import Exit, finding_shape, print_findings
from groundplan.cli.progress import shown_progress
from groundplan.service.design import MONGO, POSTGRES, design_plan
from groundplan.service.files import design_files
from groundplan.service.output import check_output, write_output
from groundplan.service.proof import prove_design

if TYPE_CHECKING:
    from groundplan.prove.evidence import ChoiceEvidence
    from groundplan.report.summary import Summary

PIPE_WIDTH = 160
"""Columns of the table of patterns where no terminal sets them."""

SHOWN_MISSES = 20
"""How many missed claims the terminal lists; evidence.json has all."""


def run_design(
    plan: Path, *, out: Path, target: str | None, is_proven: bool, rows: int, has_strict_times: bool, is_json: bool
) -> int:
    """Design, prove, write, and print the summary; returns the exit code."""
    from groundplan.report.summary import summary

    check_output(out)
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it says of lost connections, we say ourselves
    with shown_progress(is_quiet=is_json) as progress:
        result = design_plan(plan, engines=_engines(target), progress=progress)
        if is_proven:
            result = prove_design(result, rows=rows, progress=progress)
        progress("writing", 0, 0)
        write_output(out, design_files(result))
    short = summary(result)
    is_unmet = bool(short.missed) or (has_strict_times and bool(short.slow))
    if is_json:
        shape = _json_shape(short, out=out) | {"findings": [finding_shape(note) for note in result.notes]}
        print(json.dumps(shape, indent=2, ensure_ascii=False))
    else:
        print_findings(result.notes)
        _print_summary(short, out=out)
    return Exit.UNMET if is_unmet else Exit.FINE


def _engines(target: str | None) -> tuple[str, ...] | None:
    match target:
        case None:
            return None
        case "both":
            return (POSTGRES, MONGO)
        case _:
            return (target,)


def _json_shape(short: Summary, *, out: Path) -> dict[str, object]:
    shape = asdict(short, dict_factory=_plain)
    return {"version": 1, "out": str(out), **shape, "decided": dict(short.decided)}


def _plain(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name: value.value if isinstance(value, Enum) else value for name, value in pairs if name != "cases"}


def _print_summary(short: Summary, *, out: Path) -> None:
    from rich.console import Console
    from rich.markup import escape

    is_terminal = sys.stdout.isatty()
    console = Console(highlight=False, width=None if is_terminal else PIPE_WIDTH)
    if short.patterns:
        from groundplan.cli.patterns import pattern_table

        console.print(pattern_table(short.patterns))
    made = ", ".join(f"{count} {_counted(kind, count)}" for kind, count in short.decided if count)
    console.print(f"[bold]{escape(short.plan)}[/bold]: {made}.", soft_wrap=True)
    if not short.is_proven:
        console.print("Nothing was proven: run without --no-prove to ask a real engine.", soft_wrap=True)
    elif short.missed:
        console.print(f"[bold red]{len(short.missed)} missed:[/bold red]")
        for miss in short.missed[:SHOWN_MISSES]:
            console.print(f"  {miss}", markup=False, soft_wrap=True)
        if len(short.missed) > SHOWN_MISSES:
            rest = f"  and {len(short.missed) - SHOWN_MISSES} more, in {out / 'evidence.json'}"
            console.print(rest, markup=False, soft_wrap=True)
    else:
        console.print("[green]Every claim was backed by the engine.[/green]")
    if short.choice is not None:
        console.print(_recommendation(short.choice), markup=False, soft_wrap=True)
    if short.slow:
        console.print(f"Over target on the sample: {', '.join(short.slow)}.", markup=False, soft_wrap=True)
    console.print(f"Read {out / 'README.md'}, open {out / 'report.html'}.", markup=False, soft_wrap=True)


def _recommendation(choice: ChoiceEvidence) -> str:
    from groundplan.prove.evidence import Recommendation
    from groundplan.prove.versions import NAMES

    is_split = choice.recommendation is Recommendation.SPLIT
    name = "each pattern where it is faster" if is_split else NAMES[choice.recommendation.value]
    return f"Recommended: {name} ({choice.reason})."


def _counted(kind: str, count: int) -> str:
    if count == 1:
        return kind
    match kind:
        case "query":
            return "queries"
        case "index":
            return "indexes"
        case "index of MongoDB":
            return "indexes of MongoDB"
        case _:
            return f"{kind}s"
