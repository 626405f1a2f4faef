"""Summaries: what is said of the rows at the end of a to-many path, one row for each row it is read from.

Several fan-outs in one join multiply each other. So each to-many path has a summary of its own, which all its
aggregates and lists share: LATERAL where few rows are read, one grouped pass over the other side where all are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from groundplan.base.names import snake_case
from groundplan.plan.expressions import Aggregate, Expression, Path, paths
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.select import Output, Select, in_parentheses
from groundplan.postgres.queries.statement import identifier, qualified, unused
from groundplan.postgres.queries.storage import Hops
from groundplan.postgres.queries.value_types import value_type


class FormulaSql(Protocol):
    """Writes a formula inside a block."""

    def __call__(self, expression: Expression, *, block: Block) -> str:
        """Return the formula as SQL."""


class Summary:
    """One lateral or (`is_grouped`) grouped derived table beside the rows of `parent`."""

    def __init__(self, parent: Block, prefix: Hops) -> None:
        anchor = parent.first_many(prefix)
        if anchor is None:
            raise ValueError("the rows are at hand, nothing is to be summed up")
        self.block = Block.inside(parent, anchor)
        self.block.enter(anchor)
        if prefix != anchor:
            self.block.enter(prefix)
        self.is_grouped = parent.is_read_whole
        self._alias = parent.names.take(f"{parent.words(prefix)}_summary")
        parent.add_lateral(self._text)

    def give(self, sql: str, *, wish: str, empty: str | None) -> str:
        """Return the column that holds `sql`; `empty` is what it is where there are no rows."""
        column = qualified(self._alias, self.block.give_out(sql, wish=wish))
        return column if empty is None else f"COALESCE({column}, {empty})"

    def _text(self) -> str:
        block = self.block
        if not self.is_grouped or block.refers_outside:
            inner = Select(outputs=block.given, sources=block.sources, where=block.conditions)
            return f"CROSS JOIN LATERAL {in_parentheses(inner.text)} AS {identifier(self._alias)}"
        given = [output.name or "" for output in block.given]
        keys = tuple(
            Output(sql=own, name=unused(f"key_{count}", among=given))
            for count, (own, _) in enumerate(block.correlation, start=1)
        )
        inner = Select(
            outputs=(*keys, *block.given),
            sources=block.sources,
            where=tuple(block.where),
            group=tuple(key.sql for key in keys),
        )
        matches = " AND ".join(
            f"{qualified(self._alias, key.name or '')} = {outer}"
            for key, (_, outer) in zip(keys, block.correlation, strict=True)
        )
        return f"LEFT JOIN {in_parentheses(inner.text)} AS {identifier(self._alias)} ON {matches}"


def aggregate_sql(aggregate: Aggregate, *, block: Block, formula: FormulaSql) -> str | None:
    """Return an aggregate across a to-many path; None where it is one over the rows themselves."""
    prefix = _many_prefix(paths(aggregate.operand))
    if prefix is None:
        return None

    def written(summary: Summary) -> str:
        empty = "0" if aggregate.function == "count" and summary.is_grouped else None
        return summary.give(_call(aggregate, prefix, summary.block, formula), wish=_wish(aggregate), empty=empty)

    return _summarised(block, prefix, written, wish=_wish(aggregate))


def list_sql(expression: Expression, *, block: Block, formula: FormulaSql) -> str:
    """Return a formula over a to-many path as an ordered list, one element for each row at its end."""
    prefix = _many_prefix(paths(expression))
    if prefix is None:
        raise ValueError("a list needs a to-many path")
    type_name = value_type(expression, storage=block.storage)
    is_nested = type_name.endswith("[]")
    wish = _list_wish(expression)

    def written(summary: Summary) -> str:
        element = formula(expression, block=summary.block)
        key = ", ".join(summary.block.column(prefix, column.name) for column in block.storage.key(prefix[-1].target))
        function, empty = ("jsonb_agg", "'[]'") if is_nested else ("array_agg", "'{}'")
        return summary.give(f"{function}({element} ORDER BY {key})", wish=wish, empty=empty)

    return _summarised(block, prefix, written, wish=wish)


def _summarised(block: Block, prefix: Hops, written: Callable[[Summary], str], *, wish: str) -> str:
    """Write into the summary of `prefix`, wherever that is: the block a derived table stands on may have it already."""
    if block.base is not None and prefix in block.base.summaries:
        return block.given_out(_summarised(block.base, prefix, written, wish=wish), wish=wish)
    if block.first_many(prefix) is None and block.parent is not None:
        return _summarised(block.parent, prefix, written, wish=wish)
    if prefix not in block.summaries:
        block.summaries[prefix] = Summary(block, prefix)
    return written(block.summaries[prefix])


def _many_prefix(found: tuple[Path, ...]) -> Hops | None:
    """Return the longest beginning of the paths that ends in a to-many hop."""
    prefixes = [path.hops[:count] for path in found for count, hop in enumerate(path.hops, start=1) if hop.is_many]
    return max(prefixes, key=len, default=None)


def _call(aggregate: Aggregate, prefix: Hops, block: Block, formula: FormulaSql) -> str:
    match aggregate.operand:
        case Path(attribute=None, hops=hops) if hops == prefix and not aggregate.is_distinct:
            operand = "*"
        case Path(attribute=None) as path if not aggregate.is_distinct:
            operand = block.column(path.hops, block.storage.presence(path).name)
        case None:
            operand = "*"
        case expression:
            operand = formula(expression, block=block)
    return f"{aggregate.function}({'DISTINCT ' if aggregate.is_distinct else ''}{operand})"


def _wish(aggregate: Aggregate) -> str:
    last = next((path.attribute for path in paths(aggregate.operand)), None)
    return aggregate.function if last is None else f"{aggregate.function}_{snake_case(last)}"


def _list_wish(expression: Expression) -> str:
    return next((snake_case(path.attribute) for path in paths(expression) if path.attribute is not None), "key")
