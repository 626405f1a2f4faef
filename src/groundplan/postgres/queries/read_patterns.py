"""Read patterns: which rows, in which order, from where."""

from __future__ import annotations

from groundplan.plan.expressions import conjuncts
from groundplan.plan.patterns import ReadPattern
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.choices import Chosen
from groundplan.postgres.queries.fields import named_values
from groundplan.postgres.queries.fixed_rows import fixed_column
from groundplan.postgres.queries.groups import groups_block, is_grouped
from groundplan.postgres.queries.latest import latest_block
from groundplan.postgres.queries.model import CompiledRead
from groundplan.postgres.queries.nullability import known_from
from groundplan.postgres.queries.reads import RowQuery, compile_rows
from groundplan.postgres.queries.roots import read_block
from groundplan.postgres.queries.statement import Draft, placeholder_name
from groundplan.postgres.queries.storage import Storage


def compile_read(pattern: ReadPattern, *, chosen: Chosen, storage: Storage) -> CompiledRead:
    """Compile a read that the tables answer."""
    return compile_rows(row_query(pattern, chosen=chosen, storage=storage), storage=storage)


def row_query(pattern: ReadPattern, *, chosen: Chosen, storage: Storage) -> RowQuery:
    """Return what a read asks of the tables."""

    def root(draft: Draft) -> Block:
        if is_grouped(pattern):
            return groups_block(pattern, storage=storage, draft=draft)
        if pattern.latest is not None:
            return latest_block(pattern, pattern.latest, way=chosen.latest, storage=storage, draft=draft)
        return read_block(pattern, is_read_whole=chosen.is_grouped_beside, storage=storage, draft=draft)

    return RowQuery(
        pattern=pattern.name,
        root=root,
        alias=storage.table(pattern.entity).name,
        values=named_values(pattern.fields, storage=storage),
        order=pattern.order,
        known=known_from(pattern.where),
        page=pattern.page,
        limit=row_limit(pattern, storage=storage),
        is_matched=pattern.search is not None or pattern.near is not None,
        taken=tuple(placeholder_name(parameter.name) for parameter in pattern.parameters),
    )


def row_limit(pattern: ReadPattern, *, storage: Storage) -> int | None:
    """Return how many rows a read takes at most; one row that a unique key finds needs no limit."""
    if pattern.is_one and pattern.limit is None:
        return None if _is_by_key(pattern, storage) else 1
    return pattern.limit


def _is_by_key(pattern: ReadPattern, storage: Storage) -> bool:
    if is_grouped(pattern):
        return not pattern.group
    fixed = {fixed_column(condition, storage=storage) for condition in conjuncts(pattern.where)}
    return storage.is_unique(pattern.entity, {column for column in fixed if column is not None}, is_alive=True)
