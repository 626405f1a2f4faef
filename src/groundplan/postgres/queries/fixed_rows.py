"""Conditions that fix one row by a unique key: `author.username = :name`, `tags.slug = :slug`.

As a join such a condition would lose the order of the page: the planner does not know that the other side is one row,
and sorts every post of a tag to return twenty. So the row is looked up first, by a scalar subquery, and its key is
compared where it is referenced. Through an n:m link, or where the reached rows are unique per row read, that is a join
which cannot multiply; and since the link holds the key of the row read, pages in key order follow the link's index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.plan.expressions import Binary, Call, Expression, Operator, Path, paths
from groundplan.plan.resolve.functions import ANY_OF
from groundplan.postgres.model import Table
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.formulas import formula_sql
from groundplan.postgres.queries.select import Output, Select, in_parentheses
from groundplan.postgres.queries.statement import qualified
from groundplan.postgres.queries.storage import Hops, Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fixed:
    """`column` of the row that `hops` lead to equals `value`; `attribute` is its name in the plan, if it has one."""

    hops: Hops
    column: str
    attribute: Path | None
    value: Expression


def fixed_row_sql(condition: Expression, *, block: Block) -> tuple[str, ...] | None:
    """Return a condition that fixes a related row, as conditions of the block; None for every other."""
    storage = block.storage
    fixed = _fixed(condition, storage)
    if fixed is None or not fixed.hops or any(hop.is_many for hop in fixed.hops[:-1]):
        return None
    hop = fixed.hops[-1]
    step = storage.step(hop)
    is_one = storage.is_unique(hop.target, (fixed.column,), is_alive=not step.is_reference)
    if step.link is not None:
        return _through_link(fixed, block) if is_one else None
    if step.is_reference:
        return (_by_lookup(fixed, block),) if is_one else None
    own = {there for _, there in step.pairs}
    if hop.is_many and storage.is_unique(hop.target, {fixed.column, *own}, is_alive=True):
        return _on_many_side(fixed, block)
    return None


def fixed_column(condition: Expression, *, storage: Storage) -> str | None:
    """Return the column of the row read that a condition fixes to one value; None where it does not."""
    fixed = _fixed(condition, storage)
    return fixed.column if fixed is not None and not fixed.hops else None


def _fixed(condition: Expression, storage: Storage) -> _Fixed | None:
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) if _is_one_value(value):
            pass
        case Binary(Operator.EQUAL, value, Path() as path) if _is_one_value(value):
            pass
        case _:
            return None
    places = storage.places(path)
    if len(places) != 1:
        return None
    place = storage.nearest(places[0])
    attribute = storage.key_attribute(path) if place == places[0] else None
    return _Fixed(hops=place.hops, column=place.column.name, attribute=attribute, value=value)


def _is_one_value(value: Expression) -> bool:
    return not paths(value) and not (isinstance(value, Call) and value.function == ANY_OF)


def _equals(fixed: _Fixed, *, own: Block) -> str:
    """Write the equality on a block whose rows are those that hold the value."""
    if fixed.attribute is None:
        return f"{own.column((), fixed.column)} = {formula_sql(fixed.value, block=own)}"
    attribute = replace(fixed.attribute, entity=fixed.attribute.reached, hops=())
    return formula_sql(Binary(Operator.EQUAL, attribute, fixed.value), block=own)


def _lookup(fixed: _Fixed, block: Block, *, outputs: tuple[str, ...], is_alive: bool) -> str:
    """Return the subquery that finds the row at the end of a path by one attribute."""
    target = fixed.hops[-1].target
    inner = Block.of_entity(target, storage=block.storage, draft=block.draft, names=block.names)
    inner.where.append(_equals(fixed, own=inner))
    mark = block.storage.deletion_mark(target)
    if mark is not None and is_alive:
        inner.where.append(f"{inner.column((), mark.name)} IS NULL")
    found = Select(
        outputs=tuple(Output(sql=inner.column((), name)) for name in outputs),
        sources=inner.sources,
        where=inner.conditions,
    )
    return in_parentheses(found.text)


def _by_lookup(fixed: _Fixed, block: Block) -> str:
    pairs = block.storage.step(fixed.hops[-1]).pairs
    here = tuple(block.column(fixed.hops[:-1], near) for near, _ in pairs)
    return f"{_row(here)} = {_lookup(fixed, block, outputs=tuple(far for _, far in pairs), is_alive=False)}"


def _through_link(fixed: _Fixed, block: Block) -> tuple[str, ...]:
    link = block.storage.link(fixed.hops[-1])
    alias = _join_beside(fixed.hops, link.table, link.near, block)
    here = tuple(qualified(alias, own) for own, _ in link.far)
    there = tuple(far for _, far in link.far)
    is_key = there == (fixed.column,)
    if is_key and block.storage.deletion_mark(fixed.hops[-1].target) is None:
        return (f"{here[0]} = {formula_sql(fixed.value, block=block)}",)
    return (f"{_row(here)} = {_lookup(fixed, block, outputs=there, is_alive=True)}",)


def _on_many_side(fixed: _Fixed, block: Block) -> tuple[str, ...]:
    hop = fixed.hops[-1]
    step = block.storage.step(hop)
    alias = _join_beside(fixed.hops, step.target, tuple((there, here) for here, there in step.pairs), block)
    own = Block.of_joined(block, alias=alias)
    mark = block.storage.deletion_mark(hop.target)
    alive = () if mark is None else (f"{qualified(alias, mark.name)} IS NULL",)
    return (_equals(fixed, own=own), *alive)


def _join_beside(hops: Hops, table: Table, pairs: tuple[tuple[str, str], ...], block: Block) -> str:
    """Join the rows that hold the key of the row read; from here on their columns stand for that key."""
    near = {here: block.column(hops[:-1], there) for here, there in pairs}
    alias = block.join_aside(table.name, matches=near)
    for here, there in pairs:
        block.equal.setdefault((hops[:-1], there), qualified(alias, here))
        block.twins[qualified(alias, here)] = near[here]
    return alias


def _row(columns: tuple[str, ...]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
