"""A query that searches rows made of candidate values for one that meets conditions: the server is the solver."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.quoting.expressions import expression_sql
from groundplan.postgres.quoting.identifiers import quote_identifier
from groundplan.postgres.quoting.statements import constant
from groundplan.postgres.quoting.types import type_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchColumn:
    """One column of the rows searched: either its candidates are varied, or it stays at `value`."""

    name: str
    type: str
    value: str | None = None
    is_varied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Rows over `columns`; `generated` are computed from them. `$1` … are the candidates of the varied columns."""

    columns: tuple[SearchColumn, ...]
    generated: Mapping[str, Expression]
    enums: Collection[str]


def first_row(search: Search, *, holding: tuple[Expression, ...], failing: tuple[Expression, ...]) -> str:
    """Return a query for the first row in which no `holding` condition is false and every `failing` one is.

    It gives one number per varied column: the place of its candidate. Earlier candidates come first.
    """
    varied = [column for column in search.columns if column.is_varied]
    conditions = [
        *(f"({_sql(condition, search)}) IS NOT FALSE" for condition in holding),
        *(f"({_sql(condition, search)}) IS FALSE" for condition in failing),
    ]
    places = [f"{_candidate(number)}.place" for number in range(1, len(varied) + 1)] or ["1"]
    return " ".join(
        [
            f"SELECT {', '.join(places)}",
            f"FROM {_rows(search)}",
            f"WHERE {' AND '.join(conditions) or 'true'}",
            f"ORDER BY {' + '.join(places)}, {', '.join(places)} LIMIT 1",
        ]
    )


def always_failing(search: Search, *, failing: Expression, among: tuple[Expression, ...]) -> str:
    """Return a query over all rows in which `failing` is false.

    It gives how many there are and, for each condition of `among`, whether that is false in every one of them.
    """
    verdicts = [f"coalesce(bool_and(({_sql(condition, search)}) IS FALSE), false)" for condition in among]
    shown = ", ".join(["count(*)", *verdicts])
    return f"SELECT {shown} FROM {_rows(search)} WHERE ({_sql(failing, search)}) IS FALSE"  # noqa: S608


def valid_candidates() -> str:
    """Return a query for the places of the values (`$1`) that are valid input for their types (`$2`)."""
    return (
        "SELECT place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS candidate (value, type, place) "
        "WHERE value IS NULL OR pg_input_is_valid(value, type) ORDER BY place"
    )


def related_value(*, type: str, operator: str, enums: Collection[str]) -> str:  # noqa: A002 - the word of SQL
    """Return a query for the first of the values `$1` that stands in a relation to `$2`; the operator is checked."""
    name = type_sql(type, enums=enums)
    return (
        "SELECT value FROM unnest($1::text[]) WITH ORDINALITY AS candidate (value, place) "  # noqa: S608
        f"WHERE value::{name} {operator} $2::text::{name} ORDER BY place LIMIT 1"
    )


def _rows(search: Search) -> str:
    varied = [column for column in search.columns if column.is_varied]
    sources = [
        f"unnest(${number}::text[]) WITH ORDINALITY AS {_candidate(number)} (value, place)"
        for number in range(1, len(varied) + 1)
    ]
    number_of = {column.name: number for number, column in enumerate(varied, start=1)}
    cells = [
        f"{_value(column, number_of.get(column.name), enums=search.enums)} AS {quote_identifier(column.name)}"
        for column in search.columns
    ]
    sources.append(f"LATERAL (SELECT {', '.join(cells)}) AS stored")
    if search.generated:
        computed = [
            f"{_sql(expression, search)} AS {quote_identifier(name)}" for name, expression in search.generated.items()
        ]
        sources.append(f"LATERAL (SELECT {', '.join(computed)}) AS computed")
    return " CROSS JOIN ".join(sources)


def _value(column: SearchColumn, number: int | None, *, enums: Collection[str]) -> str:
    if number is None:
        return constant(column.value, type=column.type, enums=enums)
    return f"{_candidate(number)}.value::{type_sql(column.type, enums=enums)}"


def _candidate(number: int) -> str:
    return f"candidate_{number}"


def _sql(expression: Expression, search: Search) -> str:
    def qualified(found: Path | Local) -> str:
        if isinstance(found, Path):
            raise ValueError(f"a path cannot stand in an expression over one row: {found.entity}.{found.attribute}")
        row = "computed" if found.name in search.generated else "stored"
        return f"{row}.{quote_identifier(found.name)}"

    return expression_sql(expression, name=qualified)
