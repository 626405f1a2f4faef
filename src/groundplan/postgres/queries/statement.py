"""Statements in the making: text with marks where parameters go, spelled out at the end for both kinds of driver.

A mark is a number between NULs. No SQL text can hold a NUL (`quoting` refuses it), so a mark is never mistaken. Line
breaks inside constants and names are marks too: layout can then indent whole lines without changing a constant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from groundplan.plan.expressions import Expression, Local, Parameter, Path
from groundplan.postgres.queries.model import QueryParameter, Statement
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.quoting import cast_type, expression_sql, quote_identifier

_LINE_BREAK = "\0n\0"
_MARK = re.compile("\0(n|p[0-9]+|s[0-9]+)\0")
_NOT_IN_A_PLACEHOLDER = re.compile(r"[()%\s\x00-\x1f\x7f]")

UNKNOWN = "unknown"
"""The type of a parameter or result that only the engine can tell; PREPARE accepts it and infers."""


def identifier(name: str) -> str:
    """Quote a name for use in a draft."""
    return quote_identifier(name).replace("\n", _LINE_BREAK)


def qualified(alias: str, column: str) -> str:
    """Return `"alias"."column"`."""
    return f"{identifier(alias)}.{identifier(column)}"


class Draft:
    """Collects the parameters of one statement while its text is written."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._parameters: list[QueryParameter] = []
        self._by_name: dict[str, int] = {}
        self._held: list[str] = []

    def parameter(self, parameter: QueryParameter) -> str:
        """Return the mark of a parameter, cast to its type; one that is there already is used again."""
        position = self._by_name.get(parameter.name)
        if position is None:
            position = self._by_name[parameter.name] = len(self._parameters)
            self._parameters.append(parameter)
        type_name = self._parameters[position].type
        mark = f"\0p{position}\0"
        return mark if type_name == UNKNOWN else f"{mark}::{self._storage.cast(type_name)}"

    def bare_parameter(self, parameter: QueryParameter) -> str:
        """Return the mark of a parameter without a cast, for text that somebody else wrote."""
        self.parameter(parameter)
        return f"\0p{self._by_name[parameter.name]}\0"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters so far."""
        return tuple(self._by_name)

    def asked(self, parameter: Parameter) -> str:
        """Return the mark of a parameter of the plan's."""
        return self.parameter(query_parameter(parameter, storage=self._storage))

    def expression(self, expression: Expression, *, name: Callable[[Path | Local], str]) -> str:
        """Write an expression; texts that `name` returns may hold marks and line breaks of the layout."""

        def held(node: Path | Local) -> str:
            self._held.append(name(node))
            return f"\0s{len(self._held) - 1}\0"

        text = expression_sql(expression, name=held, parameter=self.asked)
        return self._release(text.replace("\n", _LINE_BREAK))

    def _release(self, text: str) -> str:
        return _MARK.sub(lambda found: self._held[int(found[1][1:])] if found[1][0] == "s" else found[0], text)

    def finish(self, text: str) -> Statement:
        """Return the statement in both spellings; parameters are numbered by where they first stand."""
        order = list(dict.fromkeys(int(found[1][1:]) for found in _MARK.finditer(text) if found[1][0] == "p"))
        number = {position: count for count, position in enumerate(order, start=1)}
        names = [parameter.name for parameter in self._parameters]
        numbered = _spell(text, parameter=lambda position: f"${number[position]}", escape=str)
        named = _spell(text, parameter=lambda position: f"%({names[position]})s", escape=_double_percent)
        return Statement(
            named=named,
            numbered=numbered,
            parameters=tuple(self._parameters[position] for position in order),
        )


def _double_percent(text: str) -> str:
    return text.replace("%", "%%")


def _spell(text: str, *, parameter: Callable[[int], str], escape: Callable[[str], str]) -> str:
    pieces: list[str] = []
    at = 0
    for found in _MARK.finditer(text):
        pieces.append(escape(text[at : found.start()]))
        pieces.append("\n" if found[1] == "n" else parameter(int(found[1][1:])))
        at = found.end()
    pieces.append(escape(text[at:]))
    return "".join(pieces)


def query_parameter(parameter: Parameter, *, storage: Storage) -> QueryParameter:
    """Return a parameter of the plan's with its PostgreSQL type: that of the column it is like, else its own."""
    found = None if parameter.like is None else storage.type_of(parameter.like)
    if found is None and parameter.type is not None:
        found = cast_type(parameter.type)
    return QueryParameter(
        name=placeholder_name(parameter.name),
        type=UNKNOWN if found is None else storage.without_modifier(found),
        like=parameter.like,
    )


def placeholder_name(name: str) -> str:
    """Return a name that can stand in `%(name)s`: psycopg ends it at the first parenthesis."""
    return _NOT_IN_A_PLACEHOLDER.sub("_", name)


def unused(wish: str, *, among: Iterable[str]) -> str:
    """Return the wished name, numbered where it is taken."""
    taken = set(among)
    name, count = wish, 1
    while name in taken:
        count += 1
        name = f"{wish}_{count}"
    return name
