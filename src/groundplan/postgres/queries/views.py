"""Materialized views: their SELECT, and the read of what is stored.

What stays outside (`stored_part`) uses columns of the view, which are added where no field holds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.plan.expressions import Expression, Path, parameters, paths
from groundplan.plan.patterns import ReadPattern
from groundplan.postgres.model import MaterializedView
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.choices import Chosen
from groundplan.postgres.queries.fields import NamedValue, named_values, value_name
from groundplan.postgres.queries.formulas import condition_sql
from groundplan.postgres.queries.groups import is_grouped
from groundplan.postgres.queries.model import CompiledRead, ResultColumn
from groundplan.postgres.queries.nullability import known_from
from groundplan.postgres.queries.read_patterns import row_limit, row_query
from groundplan.postgres.queries.reads import RowQuery, compile_rows
from groundplan.postgres.queries.statement import Draft, identifier, placeholder_name, qualified, unused
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.queries.stored_part import outside_of, stored_part


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRead:
    """The stored part of a read: the view's columns, those that are unique together, and its SELECT.

    `values` are what each column holds, by its name.
    """

    columns: tuple[ResultColumn, ...]
    values: tuple[tuple[str, Expression], ...]
    key: tuple[str, ...]
    sql: str


def can_be_stored(pattern: ReadPattern, *, storage: Storage) -> bool:
    """Tell whether a materialized view can answer a read: what its parameters compare is one value of each row."""
    if pattern.search is not None or pattern.near is not None or pattern.latest is not None:
        return False
    if any(parameters(field.expression) for field in pattern.fields) or any(map(parameters, pattern.group)):
        return False
    outside = [path for part in outside_of(pattern) for path in paths(part)]
    if is_grouped(pattern):
        groups = [storage.value(expression) for expression in pattern.group]
        return bool(pattern.group) and all(storage.value(path) in groups for path in outside)
    return not any(path.is_many or len(storage.places(path)) > 1 for path in outside)


def stored_read(pattern: ReadPattern, *, chosen: Chosen, storage: Storage) -> StoredRead:
    """Write the SELECT of the materialized view that answers a read."""
    values = _stored_values(pattern, storage)
    query = replace(row_query(stored_part(pattern), chosen=chosen, storage=storage), values=values)
    compiled = compile_rows(query, storage=storage)
    return StoredRead(
        columns=compiled.columns,
        values=tuple((value.name, value.expression) for value in values),
        key=_key(pattern, values, storage),
        sql=compiled.first.numbered,
    )


def compile_view_read(pattern: ReadPattern, view: MaterializedView, *, storage: Storage) -> CompiledRead:
    """Compile a read that a materialized view answers."""
    stored = {storage.value(value.expression): value.name for value in _stored_values(pattern, storage)}

    def root(draft: Draft) -> Block:
        block = Block(storage, draft)
        alias = block.names.take(view.name)
        block.begin_with(lambda: identifier(view.name), hops=(), alias=alias)
        block.stored = {expression: qualified(alias, name) for expression, name in stored.items()}
        block.where += [condition_sql(part, block=block) for part in outside_of(pattern)]
        return block

    query = RowQuery(
        pattern=pattern.name,
        root=root,
        alias=view.name,
        values=named_values(pattern.fields, storage=storage),
        order=pattern.order,
        known=known_from(pattern.where),
        page=pattern.page,
        limit=row_limit(pattern, storage=storage),
        taken=tuple(placeholder_name(parameter.name) for parameter in pattern.parameters),
    )
    return replace(compile_rows(query, storage=storage), source=view.name)


def _stored_values(pattern: ReadPattern, storage: Storage) -> tuple[NamedValue, ...]:
    """Return the view's columns: the fields, then what the key, the order and the conditions outside need."""
    values = list(named_values(pattern.fields, storage=storage))
    needed = [*_key_values(pattern, storage), *(key.expression for key in pattern.order)]
    needed += [path for part in outside_of(pattern) for path in paths(part)]
    known = {storage.value(value.expression) for value in values}
    for expression in _single(needed, storage):
        if storage.value(expression) not in known:
            known.add(storage.value(expression))
            name = unused(value_name(expression, storage=storage), among=[value.name for value in values])
            values.append(NamedValue(name=name, expression=expression))
    return tuple(values)


def _key_values(pattern: ReadPattern, storage: Storage) -> tuple[Expression, ...]:
    if is_grouped(pattern):
        return pattern.group
    return storage.key_paths(Path(entity=pattern.entity, attribute=None, type=None))


def _key(pattern: ReadPattern, values: tuple[NamedValue, ...], storage: Storage) -> tuple[str, ...]:
    names = {storage.value(value.expression): value.name for value in reversed(values)}
    return tuple(names[storage.value(part)] for part in _single(_key_values(pattern, storage), storage))


def _single(expressions: Iterable[Expression], storage: Storage) -> tuple[Expression, ...]:
    """Take rows with several key columns apart."""
    found: list[Expression] = []
    for expression in expressions:
        if isinstance(expression, Path) and len(storage.places(expression)) > 1:
            found += storage.key_paths(expression)
        else:
            found.append(expression)
    return tuple(found)
