"""Raw statements: the plan's own SQL, its `:name` parameters turned into placeholders.

A colon and a name are a parameter wherever PostgreSQL reads an operand: not in text, quoted names, comments or dollar
quotes, not in a cast (`::`) or assignment (`:=`), and not right after a word, a number or a closing bracket, where the
colon is that of an array slice (`a[1:n]`).
"""

from __future__ import annotations

import re

from groundplan.plan.expressions import Parameter
from groundplan.plan.patterns import RawPattern
from groundplan.postgres.queries.model import CompiledRaw, QueryParameter
from groundplan.postgres.queries.statement import UNKNOWN, Draft, placeholder_name, query_parameter
from groundplan.postgres.queries.storage import Storage

_NAME = r"(?:[A-Za-z_]|[^\x00-\x9f\s])(?:[A-Za-z0-9_]|[^\x00-\x9f\s])*"

_PIECE = re.compile(
    rf"""
      (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<escaped>[eE]'(?:[^'\\]|''|\\.)*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<dollar>\$(?P<tag>(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?)\$.*?\$(?P=tag)\$)
    | (?P<colons>::|:=)
    | (?P<operand>(?:{_NAME}|\d[\w.]*|[)\]])(?::(?=[\w\]]))?)
    | (?P<parameter>:(?P<name>{_NAME}))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def compile_raw(pattern: RawPattern, *, storage: Storage) -> CompiledRaw:
    """Compile a raw statement; None in it where the plan gives none for PostgreSQL."""
    if pattern.sql is None:
        return CompiledRaw(pattern=pattern.name, statement=None)
    draft = Draft(storage)
    known = {parameter.name: parameter for parameter in pattern.parameters}
    pieces: list[str] = []
    for piece, name in raw_pieces(pattern.sql.strip().rstrip(";").rstrip()):
        pieces.append(piece if name is None else draft.bare_parameter(_parameter(name, known, storage)))
    return CompiledRaw(pattern=pattern.name, statement=draft.finish("".join(pieces)))


def raw_pieces(sql: str) -> list[tuple[str, str | None]]:
    """Take SQL apart into (text, None) and (`:name`, name) in reading order."""
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(sql):
        piece = _PIECE.match(sql, at)
        if piece is None:
            raise ValueError(f"no token at offset {at}")
        end = _end_of_comment(sql, at) if piece.lastgroup == "block" else piece.end()
        found.append((sql[at:end], piece["name"]))
        at = end
    return found


def _end_of_comment(sql: str, at: int) -> int:
    """Return where a block comment ends; they nest (manual 4.1.5)."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(sql, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def _parameter(name: str, known: dict[str, Parameter], storage: Storage) -> QueryParameter:
    if name in known:
        return query_parameter(known[name], storage=storage)
    return QueryParameter(name=placeholder_name(name), type=UNKNOWN)
