"""Keyset pagination: the order of a page, and which rows come after the last one seen.

Row comparison serves one direction over NOT NULL columns. For the rest the rows after a cursor are taken apart into
disjoint ranges, each of which an index in the order of the page can begin at: `a < :a`, then `a = :a AND b > :b`, and
NULLs where the order puts them. A page reads at most its size from each range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.plan.expressions import Expression, Path
from groundplan.plan.patterns import NullsOrder, OrderKey
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.fields import value_name
from groundplan.postgres.queries.formulas import formula_sql
from groundplan.postgres.queries.nullability import Known, can_be_null
from groundplan.postgres.queries.select import Sort
from groundplan.postgres.queries.value_types import value_type


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One column of the order; `wish` is what its result column is called if nothing else holds it."""

    sql: str
    wish: str
    type: str
    is_descending: bool
    nulls: NullsOrder
    is_nullable: bool

    def sort(self, sql: str | None = None) -> Sort:
        """Return the entry of ORDER BY, for the same value elsewhere where `sql` is given."""
        implied = NullsOrder.FIRST if self.is_descending else NullsOrder.LAST
        spelled = self.nulls.value.upper() if self.is_nullable and self.nulls is not implied else None
        return Sort(sql=sql or self.sql, is_descending=self.is_descending, nulls=spelled)


def sort_keys(order: Sequence[OrderKey], *, block: Block, known: Known) -> tuple[SortKey, ...]:
    """Return the columns of an order, each once; a row with several key columns is ordered by all of them."""
    storage = block.storage
    found: dict[str, SortKey] = {}
    for key in order:
        for part in _parts(key.expression, block):
            sql = formula_sql(part, block=block)
            found.setdefault(
                sql,
                SortKey(
                    sql=sql,
                    wish=value_name(part, storage=storage),
                    type=storage.without_modifier(value_type(part, storage=storage)),
                    is_descending=key.is_descending,
                    nulls=key.nulls,
                    is_nullable=can_be_null(part, known=known, storage=storage),
                ),
            )
    return tuple(found.values())


def _parts(expression: Expression, block: Block) -> tuple[Expression, ...]:
    if isinstance(expression, Path) and expression.attribute is None:
        return block.storage.key_paths(expression)
    return (expression,)


Conjunction = tuple[str, ...]
"""Conditions that hold together."""


def after(keys: Sequence[SortKey], values: Sequence[str]) -> tuple[Conjunction, ...]:
    """Return disjoint conjunctions: a row comes after the one whose keys are `values` where one of them holds.

    With nullable keys the first can be NULL in a later key's place only where the order says so; `values` may be NULL
    where their key is nullable.
    """
    if not keys:
        return ()
    key, value = keys[0], values[0]
    beyond = f"{key.sql} {_beyond(key)} {value}"
    if is_one_run(keys):
        ranges: list[Conjunction] = [(_row_comparison(keys, values) if len(keys) > 1 else beyond,)]
    else:
        ranges = [(beyond,), *((f"{key.sql} = {value}", *rest) for rest in after(keys[1:], values[1:]))]
    if key.is_nullable:
        ranges += _with_nulls(key, value, after(keys[1:], values[1:]))
    return tuple(ranges)


def is_one_run(keys: Sequence[SortKey]) -> bool:
    """Tell whether one row comparison says which rows with non-NULL first key come after."""
    return len({key.is_descending for key in keys}) == 1 and not any(key.is_nullable for key in keys[1:])


def is_row_comparison(keys: Sequence[SortKey]) -> bool:
    """Tell whether one row comparison says all."""
    return is_one_run(keys) and not any(key.is_nullable for key in keys)


def _beyond(key: SortKey) -> str:
    return "<" if key.is_descending else ">"


def _row_comparison(keys: Sequence[SortKey], values: Sequence[str]) -> str:
    return f"({', '.join(key.sql for key in keys)}) {_beyond(keys[0])} ({', '.join(values)})"


def _with_nulls(key: SortKey, value: str, rest: Sequence[Conjunction]) -> list[Conjunction]:
    """Return the ranges in which the key or the cursor is NULL; comparisons with NULL leave them out."""
    if key.nulls is NullsOrder.LAST:
        found = [(f"{value} IS NOT NULL", f"{key.sql} IS NULL")]
    else:
        found = [(f"{value} IS NULL", f"{key.sql} IS NOT NULL")]
    return [*found, *((f"{value} IS NULL", f"{key.sql} IS NULL", *conditions) for conditions in rest)]
