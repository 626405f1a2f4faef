"""Compiled queries: parameterised statements with what goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.base.decisions import Decision
from groundplan.plan.access import Isolation
from groundplan.plan.expressions import Path
from groundplan.plan.patterns import NullsOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParameter:
    """One parameter; `type` is its PostgreSQL type, an array type for bulk statements.

    `like` is the path whose values fit it (None where nothing is known); `column` is set for parameters of a write that
    become a column's value; `is_optional` ones may be NULL.
    """

    name: str
    type: str
    like: Path | None = None
    column: str | None = None
    is_optional: bool = False
    is_cursor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement in two spellings: `named` for psycopg (`%(slug)s`), `numbered` for drivers with `$n`.

    `parameters` are in the order of `$1`, `$2`, …; each name occurs once.
    """

    named: str
    numbered: str
    parameters: tuple[QueryParameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """One column of the result; `is_internal` ones carry the cursor and are not asked for by the plan."""

    name: str
    type: str
    is_internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorKey:
    """One sort key of a keyset page: the result column that holds it, and the parameter that takes it back."""

    column: str
    parameter: str
    type: str
    is_descending: bool
    nulls: NullsOrder
    is_nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a pattern or transaction is for: `task` is its verb and entity (`reads Post`), the rest is the plan's.

    `rate` is per second, `target_ms` in milliseconds; None where nothing says it.
    """

    task: str = ""
    about: str | None = None
    rate: float | None = None
    target_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRead:
    """A read: the statement, and for pages the one that continues after a cursor.

    `source` names the materialized view that answers, None where tables do.
    """

    pattern: str
    purpose: Purpose = Purpose()
    first: Statement
    columns: tuple[ResultColumn, ...]
    next: Statement | None = None
    cursor: tuple[CursorKey, ...] = ()
    page: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWrite:
    """An insert, update, upsert or delete; a bulk statement takes one array per column."""

    pattern: str
    purpose: Purpose = Purpose()
    table: str
    statement: Statement
    returning: tuple[ResultColumn, ...] = ()
    is_bulk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRaw:
    """The plan's own SQL; None where it gives none for PostgreSQL."""

    pattern: str
    purpose: Purpose = Purpose()
    statement: Statement | None


CompiledPattern = CompiledRead | CompiledWrite | CompiledRaw


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTransaction:
    """Steps run between BEGIN and COMMIT at an isolation level, retried on the SQLSTATEs listed."""

    name: str
    purpose: Purpose = Purpose()
    isolation: Isolation
    steps: tuple[CompiledPattern, ...]
    retried_sqlstates: tuple[str, ...] = ("40001", "40P01")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWorkload:
    """Every access pattern and transaction of a plan, in the plan's order, with what was decided about them."""

    patterns: tuple[CompiledPattern, ...]
    transactions: tuple[CompiledTransaction, ...]
    decisions: tuple[Decision, ...] = ()

    def pattern(self, name: str) -> CompiledPattern:
        """Return the compiled pattern of that name; KeyError where there is none."""
        for compiled in self.patterns:
            if compiled.pattern == name:
                return compiled
        raise KeyError(name)
