"""SELECT statements as lines of text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundplan.postgres.queries.statement import identifier

_INDENT = "    "
_ALIAS = r'"(?:[^"]|"")*"\.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One column of a result: its SQL and its name; None where nobody asks for it by name."""

    sql: str
    name: str | None = None

    @property
    def text(self) -> str:
        """The select list's entry; `AS` is left out where the column has that name already."""
        if self.name is None:
            return self.sql
        quoted = identifier(self.name)
        is_named_so = re.fullmatch(_ALIAS + re.escape(quoted), self.sql) is not None
        return self.sql if is_named_so else f"{self.sql} AS {quoted}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One key of ORDER BY; NULLS is spelled only where it differs from what the direction implies."""

    sql: str
    is_descending: bool = False
    nulls: str | None = None

    @property
    def text(self) -> str:
        """The key as ORDER BY takes it."""
        return f"{self.sql}{' DESC' if self.is_descending else ''}{f' {self.nulls}' if self.nulls else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """One SELECT; `sources` are the entries of FROM with their join words, first the one without."""

    outputs: tuple[Output, ...]
    sources: tuple[str, ...]
    where: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    distinct_on: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The statement, one clause a line, long lists one entry a line."""
        head = f"SELECT DISTINCT ON ({', '.join(self.distinct_on)})" if self.distinct_on else "SELECT"
        lines = [_listing(head, [output.text for output in self.outputs])]
        if self.sources:
            lines.append("FROM " + "\n".join(self.sources))
        if self.where:
            lines.append("WHERE " + conjunction(self.where))
        if self.group:
            lines.append("GROUP BY " + ", ".join(self.group))
        if self.order:
            lines.append("ORDER BY " + ", ".join(key.text for key in self.order))
        if self.limit is not None:
            lines.append(f"LIMIT {self.limit}")
        return "\n".join(lines)


def _listing(head: str, entries: list[str]) -> str:
    if not entries:
        return f"{head} 1"
    if len(entries) == 1 and "\n" not in entries[0]:
        return f"{head} {entries[0]}"
    return f"{head}\n" + ",\n".join(indented(entry) for entry in entries)


def conjunction(conditions: tuple[str, ...]) -> str:
    """Join conditions with AND, one a line; each has to hold together under AND."""
    first, *rest = conditions
    return "".join([first, *(f"\n{indented(f'AND {condition}')}" for condition in rest)])


def indented(text: str) -> str:
    """Indent every line of a text."""
    return "\n".join(_INDENT + line if line else line for line in text.split("\n"))


def in_parentheses(text: str) -> str:
    """Put a statement in parentheses, on lines of its own."""
    return f"(\n{indented(text)}\n)"


def union_all(selects: tuple[Select, ...], *, order: tuple[Sort, ...], limit: int | None) -> str:
    """Return UNION ALL of selects that keep their own ORDER BY and LIMIT, ordered and limited once more as a whole."""
    text = "\nUNION ALL\n".join(in_parentheses(select.text) for select in selects)
    if order:
        text += "\nORDER BY " + ", ".join(key.text for key in order)
    return text if limit is None else f"{text}\nLIMIT {limit}"
