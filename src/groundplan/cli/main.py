"""The `groundplan` command."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from groundplan import __version__
from groundplan.cli.exits import guarded

app = typer.Typer(
    name="groundplan",
    help="A compiler for databases: from a plan to an explained and proven design.",
    epilog="Exit codes: 0 fine, 1 findings or unmet claims, 2 the call or its input was wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Target(StrEnum):
    """Which engines to design for."""

    POSTGRES = "postgres"
    MONGO = "mongo"
    BOTH = "both"


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


MOST_ROWS = 50_000_000
"""Rows of the largest table that a proof makes up; each takes memory until the proof ends."""

FormatOption = Annotated[Format, typer.Option("--format", help="Print the result as text, or as JSON for programs.")]


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if is_wanted:
        print(f"groundplan {__version__}")
        raise typer.Exit


def _sample_size(rows: int) -> int:
    if rows > MOST_ROWS:
        raise typer.BadParameter(
            f"{rows:,} are too many: rows are made up in memory, so the proof takes {MOST_ROWS:,} at most; "
            "what a plan reads is judged in proportion, which far fewer show as well"
        )
    return rows


@app.callback()
def groundplan(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Design databases from plans, explained and proven."""


@app.command()
def design(
    plan: Annotated[Path, typer.Argument(help="The plan: a YAML file in the plan language.", show_default=False)],
    *,
    out: Annotated[
        Path, typer.Option(help="The folder for the design; it must be empty, new, or an earlier design.")
    ] = Path("design"),
    target: Annotated[
        Target | None, typer.Option(help="The engines to design for; by default the plan's own.", show_default=False)
    ] = None,
    prove: Annotated[bool, typer.Option(help="Prove the design on real engines that come with the package.")] = True,
    rows: Annotated[
        int,
        typer.Option(
            min=1000,
            callback=_sample_size,
            help="Rows of the largest table in the proof; never more than the plan declares.",
        ),
    ] = 200_000,
    strict_times: Annotated[bool, typer.Option("--strict-times", help="A pattern over its target fails too.")] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Design a database from a plan, prove it, and write everything down."""
    from groundplan.cli.design import run_design

    raise typer.Exit(
        guarded(
            lambda: run_design(
                plan,
                out=out,
                target=None if target is None else target.value,
                is_proven=prove,
                rows=rows,
                has_strict_times=strict_times,
                is_json=format is Format.JSON,
            ),
            is_json=format is Format.JSON,
        )
    )


@app.command()
def why(
    object: Annotated[  # noqa: A002 - the word of the manual
        str,
        typer.Argument(
            help="A table or collection, a column or field, an index, a constraint or a pattern.", show_default=False
        ),
    ],
    source: Annotated[
        Path | None,
        typer.Argument(help="A plan or a design's folder; by default what is in this folder.", show_default=False),
    ] = None,
    *,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """Print the decisions behind an object, with their inputs and the rejected alternatives."""
    from groundplan.cli.why import run_why

    is_json = format is Format.JSON
    raise typer.Exit(guarded(lambda: run_why(object, source=source, is_json=is_json), is_json=is_json))


@app.command()
def rules(
    code: Annotated[str | None, typer.Argument(help="A rule's code, such as PL104.", show_default=False)] = None,
    *,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """List the rules, or print the manual page of one."""
    from groundplan.cli.rules import run_rules

    is_json = format is Format.JSON
    raise typer.Exit(guarded(lambda: run_rules(code, is_json=is_json), is_json=is_json))


def main() -> None:
    """Run the command line; the entry point of the package."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
