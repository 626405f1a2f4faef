"""Query files: a statement that loads into a session, with what one has to know to call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from groundplan.base.figures import figure
from groundplan.base.file_names import named_files
from groundplan.base.names import fit
from groundplan.postgres.queries.cursor import VERSION, fingerprint
from groundplan.postgres.queries.model import (
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    CompiledWrite,
    Purpose,
    QueryParameter,
    ResultColumn,
    Statement,
)
from groundplan.postgres.quoting import quote_identifier

_PREPARED = re.compile(r"\s*(select|insert|update|delete|merge|values|with|table)\b", re.IGNORECASE)
_PER = (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86_400.0))


def query_files(workload: CompiledWorkload) -> dict[str, str]:
    """Return the text of each query file by its name, patterns first."""
    texts = [(pattern.pattern, query_file(pattern)) for pattern in workload.patterns]
    texts += [(transaction.name, transaction_file(transaction)) for transaction in workload.transactions]
    return named_files(texts, suffix=".sql", noun="query")


def query_file(compiled: CompiledPattern) -> str:
    """Return the text of `queries/<pattern>.sql`: PREPARE with `$n`, and beneath it the same for psycopg."""
    head = _head(compiled.pattern, compiled.purpose)
    match compiled:
        case CompiledRead():
            parts = [*head, *_results(compiled.columns), *_source(compiled.source), *_paging(compiled)]
            body = _statement(compiled.pattern, compiled.first)
            if compiled.next is not None:
                body += ["", *_next_page(compiled), *_statement(f"{compiled.pattern}_next", compiled.next)]
        case CompiledWrite():
            parts = [*head, *_bulk(compiled), *_results(compiled.returning)]
            body = _statement(compiled.pattern, compiled.statement)
        case CompiledRaw():
            parts = head
            body = ["-- The plan gives no SQL for this pattern."]
            if compiled.statement is not None:
                body = _statement(compiled.pattern, compiled.statement)
        case _:
            assert_never(compiled)
    return "\n".join([*parts, "", *body]) + "\n"


def transaction_file(compiled: CompiledTransaction) -> str:
    """Return the text of `queries/<transaction>.sql`: one script from BEGIN to COMMIT."""
    states = " or ".join(
        f"{state} ({_MEANING[state]})" if state in _MEANING else state for state in compiled.retried_sqlstates
    )
    lines = [
        *_head(compiled.name, compiled.purpose),
        "--",
        f"-- When any statement, COMMIT included, fails with SQLSTATE {states},",
        "-- roll back and run the whole transaction again, a few times, after a short random wait.",
        "-- Placeholders are numbered afresh in each step.",
        "",
        f"BEGIN ISOLATION LEVEL {compiled.isolation.value.upper()};",
    ]
    for number, step in enumerate(compiled.steps, start=1):
        lines += ["", *_comment(f"{number}. {step.pattern}: {step.purpose.task}")]
        statement = _first(step)
        if statement is None:
            lines.append("-- The plan gives no SQL for this step.")
        else:
            lines += [*_parameters(statement.parameters), f"{statement.numbered};"]
    return "\n".join([*lines, "", "COMMIT;"]) + "\n"


_MEANING = {"40001": "serialization failure", "40P01": "deadlock"}


def _first(compiled: CompiledPattern) -> Statement | None:
    return compiled.first if isinstance(compiled, CompiledRead) else compiled.statement


def _head(name: str, purpose: Purpose) -> list[str]:
    lines = _comment(f"{name}: {purpose.task}" if purpose.task else name)
    lines += [] if purpose.about is None else _comment(purpose.about)
    demand = [] if purpose.rate is None else [f"rate {rate_text(purpose.rate)}"]
    demand += [] if purpose.target_ms is None else [f"target {_ungrouped(purpose.target_ms, digits=15)} ms"]
    return [*lines, *(_comment(", ".join(demand)) if demand else [])]


def rate_text(per_second: float) -> str:
    """Return a rate in the unit in which it is a number of at least one: `500/s`, `5/min`."""
    unit, seconds = next(((unit, seconds) for unit, seconds in _PER if per_second * seconds >= 1), _PER[-1])
    return f"{_ungrouped(per_second * seconds)}/{unit}"


def _ungrouped(number: float, *, digits: int = 4) -> str:
    """Return a number without an exponent and without commas, as plans write it."""
    return figure(number, digits=digits).replace(",", "")


def _comment(text: str, *, indent: str = "") -> list[str]:
    """Return text as line comments; whatever a reader of SQL takes for a line break is one."""
    return [f"-- {indent}{line}".rstrip() for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", text.strip())]


def _parameters(parameters: Iterable[QueryParameter]) -> list[str]:
    lines: list[str] = []
    for number, parameter in enumerate(parameters, start=1):
        optional = ", may be NULL" if parameter.is_optional else ""
        lines += _comment(f"${number} {parameter.name} {parameter.type}{optional}", indent="    ")
    return lines


def _results(columns: Iterable[ResultColumn]) -> list[str]:
    lines: list[str] = []
    for column in columns:
        internal = ", for the cursor" if column.is_internal else ""
        lines += _comment(f"{column.name} {column.type}{internal}", indent="    ")
    return ["--", "-- returns", *lines] if lines else []


def _source(view: str | None) -> list[str]:
    return [] if view is None else ["--", *_comment(f"answered by the materialized view {view}")]


def _bulk(compiled: CompiledWrite) -> list[str]:
    if not compiled.is_bulk:
        return []
    lines = ["--", "-- Each parameter is an array with one element for each row; all are of one length."]
    if any(each.type == "jsonb[]" for each in compiled.statement.parameters):
        lines.append("-- A jsonb[] holds one JSON document for each row; for a list attribute a JSON array.")
    return lines


def _paging(compiled: CompiledRead) -> list[str]:
    if compiled.page is None:
        return []
    return ["--", f"-- Pages of {compiled.page:,} rows; a shorter one is the last."]


def _next_page(compiled: CompiledRead) -> list[str]:
    pairs = ", ".join(f"{key.parameter} = {key.column}" for key in compiled.cursor)
    return [
        "-- The page after: from the last row of the page before,",
        *_comment(pairs, indent="    "),
        "-- A cursor for callers is base64url, without padding, of the first six bytes of the SHA-256 of this JSON,",
        "-- followed by the JSON:",
        *_comment(f'[{VERSION},"{fingerprint(compiled)}",[the values above]]', indent="    "),
    ]


def _statement(name: str, statement: Statement) -> list[str]:
    parameters = _parameters(statement.parameters)
    lines = ["-- parameters", *parameters] if parameters else []
    if _PREPARED.match(statement.numbered):
        # Types are inferred: every placeholder whose type is known is cast to it.
        lines.append(f"PREPARE {quote_identifier(fit(name))} AS")
    # A comment at the end of the plan's own SQL would swallow a semicolon on its line.
    lines += [statement.numbered, ";"] if "--" in statement.numbered else [f"{statement.numbered};"]
    if statement.parameters:
        lines += [
            "",
            "-- for psycopg:",
            *(f"--     {line}".rstrip() for line in re.split(r"\r\n?|\n", statement.named)),
        ]
    return lines
