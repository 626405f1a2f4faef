"""Logical values as the server reads them: text, whose type the statement's casts give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from groundplan.plan.types import AttributeType, ListOf
from groundplan.postgres.load import array_spelling, json_array, spelling
from groundplan.postgres.queries.model import QueryParameter
from groundplan.rows.model import Value

Spelled = dict[str, str | None]
"""Parameters of a statement by name."""


def spell(parameter: QueryParameter, value: Value, of: AttributeType | None) -> str | None:
    """Return the value of a parameter as text; None is NULL.

    `of` is the plan's type of the value, or of each value where the parameter takes an array of them.
    """
    if value is None:
        return None
    if of is None:
        return _plain(value)
    if parameter.type.endswith("[]") and not isinstance(of, ListOf) and isinstance(value, tuple):
        return array_spelling(of)(value)
    return spelling(of)(value)


def spell_bulk(values: Sequence[Value], of: AttributeType) -> str:
    """Return a column of values as the array that a bulk statement takes; lists in it are JSON."""
    if not isinstance(of, ListOf):
        return array_spelling(of)(tuple(values))
    items = ("NULL" if value is None else _quoted(json_array(value, of.of)) for value in values)
    return "{" + ",".join(items) + "}"


def spell_all(
    parameters: Sequence[QueryParameter], values: Mapping[str, Value], types: Mapping[str, AttributeType | None]
) -> Spelled:
    """Return the values of all parameters but those of a cursor. Raises KeyError for one that has none."""
    return {
        parameter.name: spell(parameter, values[parameter.name], types.get(parameter.name))
        for parameter in parameters
        if not parameter.is_cursor
    }


def _plain(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal() | UUID() | datetime() | date() | time():
            return str(value)
        case _:
            raise ValueError(f"a value of no known type: {value!r}")


def _quoted(item: str) -> str:
    doubled = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{doubled}"'
