"""Reads of rows: filter, sort and limit first, then join what is shown beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from groundplan.plan.patterns import NullsOrder, OrderKey
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.fields import NamedValue, output, result_column
from groundplan.postgres.queries.keyset import SortKey, after, sort_keys
from groundplan.postgres.queries.model import CompiledRead, CursorKey, QueryParameter, ResultColumn, Statement
from groundplan.postgres.queries.nullability import Known
from groundplan.postgres.queries.roots import DISTANCE
from groundplan.postgres.queries.select import Output, Select, union_all
from groundplan.postgres.queries.statement import Draft, identifier, placeholder_name, unused
from groundplan.postgres.queries.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class RowQuery:
    """What a read of rows asks for.

    `root` begins the block of its rows, under the name `alias`; `taken` are the names of the plan's parameters.
    `is_matched` tells that rows are found by search or nearness, so no index has them in order.
    """

    pattern: str
    root: Callable[[Draft], Block]
    alias: str
    values: tuple[NamedValue, ...]
    order: tuple[OrderKey, ...]
    known: Known
    page: int | None = None
    limit: int | None = None
    is_matched: bool = False
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    statement: Statement
    columns: tuple[ResultColumn, ...]
    cursor: tuple[CursorKey, ...]


def compile_rows(query: RowQuery, *, storage: Storage) -> CompiledRead:
    """Compile a read of rows, and for pages the statement that goes on after a cursor."""
    first = _written(query, storage, is_next=False)
    following = None if query.page is None else _written(query, storage, is_next=True)
    return CompiledRead(
        pattern=query.pattern,
        first=first.statement,
        columns=first.columns,
        next=None if following is None else following.statement,
        cursor=first.cursor,
        page=query.page,
    )


def _written(query: RowQuery, storage: Storage, *, is_next: bool) -> _Written:
    flat = _Attempt(query, storage, is_next=is_next).flat()
    return flat if flat is not None else _Attempt(query, storage, is_next=is_next).split()


class _Attempt:
    """One way to write a read; `flat` gives up where rows would be joined before the limit."""

    def __init__(self, query: RowQuery, storage: Storage, *, is_next: bool) -> None:
        self._query = query
        self._draft = Draft(storage)
        self._core = query.root(self._draft)
        self._keys = self._sort_keys()
        self._parameters = self._cursor_parameters()
        self._ranges = self._ranges_after() if is_next else ((),)
        self._limit = query.page if query.page is not None else query.limit

    def flat(self) -> _Written | None:
        core, query = self._core, self._query
        if len(self._ranges) > 1:
            return None
        joined = core.source_count
        outputs = [output(value, block=core) for value in query.values]
        if self._limit is not None and core.source_count > joined and not core.is_grouped:
            return None
        internal = self._internal(outputs, tuple(key.sql for key in self._keys))
        (range_,) = self._ranges
        text = Select(
            outputs=(*outputs, *internal),
            sources=core.sources,
            where=(*core.conditions, *range_),
            group=core.group,
            order=tuple(key.sort() for key in self._keys),
            limit=self._limit,
        ).text
        return self._result(text, block=core, outputs=(*outputs, *internal), keys=tuple(key.sql for key in self._keys))

    def split(self) -> _Written:
        query = self._query
        outer = Block.on(self._core, text=self._core_text, alias=query.alias)
        keys = tuple(outer.given_out(key.sql, wish=key.wish) for key in self._keys)
        outputs = [output(value, block=outer) for value in query.values]
        internal = self._internal(outputs, keys)
        text = Select(
            outputs=(*outputs, *internal),
            sources=outer.sources,
            where=outer.conditions,
            order=tuple(key.sort(sql) for key, sql in zip(self._keys, keys, strict=True)),
        ).text
        return self._result(text, block=outer, outputs=(*outputs, *internal), keys=keys)

    def _core_text(self) -> str:
        core = self._core
        whole = Select(
            outputs=core.given,
            sources=core.sources,
            where=core.conditions,
            order=tuple(key.sort() for key in self._keys),
            limit=self._limit,
        )
        selects = tuple(replace(whole, where=(*whole.where, *conditions)) for conditions in self._ranges)
        if len(selects) == 1:
            return selects[0].text
        order = tuple(key.sort(identifier(core.outputs[key.sql])) for key in self._keys)
        return union_all(selects, order=order, limit=self._limit)

    # The order and the cursor

    def _sort_keys(self) -> tuple[SortKey, ...]:
        core, query = self._core, self._query
        keys = sort_keys(query.order, block=core, known=query.known)
        return keys if core.distance is None else (_distance_key(core.distance), *keys)

    def _cursor_parameters(self) -> tuple[QueryParameter, ...]:
        if self._query.page is None:
            return ()
        taken = list(self._query.taken)
        found: list[QueryParameter] = []
        for key in self._keys:
            name = unused(placeholder_name(f"after_{key.wish}"), among=taken)
            taken.append(name)
            found.append(QueryParameter(name=name, type=key.type, is_optional=key.is_nullable, is_cursor=True))
        return tuple(found)

    def _ranges_after(self) -> tuple[tuple[str, ...], ...]:
        marks = [self._draft.parameter(parameter) for parameter in self._parameters]
        ranges = after(self._keys, marks)
        twin = self._core.twins.get(self._keys[0].sql)
        if twin is not None and len(self._keys) == 1:
            # The planner knows that both are equal, not that both are beyond the cursor: a merge join would begin
            # to read the other side at its first row.
            ranges = tuple((*conditions, *after([replace(self._keys[0], sql=twin)], marks)[0]) for conditions in ranges)
        if len(ranges) == 1 or not self._query.is_matched:
            return ranges
        # What is found by search or nearness is found once, and sorted anyway.
        either = " OR ".join(_in_one(conditions) for conditions in ranges)
        return ((f"({either})",),)

    def _internal(self, outputs: Sequence[Output], keys: tuple[str, ...]) -> tuple[Output, ...]:
        """Return the columns that the cursor needs and nobody asked for."""
        if self._query.page is None:
            return ()
        shown = {shown.sql for shown in outputs}
        names = [shown.name or "" for shown in outputs]
        found: list[Output] = []
        for key, sql in zip(self._keys, keys, strict=True):
            if sql not in shown:
                name = unused(key.wish, among=names)
                names.append(name)
                found.append(Output(sql=sql, name=name))
        return tuple(found)

    def _result(self, text: str, *, block: Block, outputs: Sequence[Output], keys: tuple[str, ...]) -> _Written:
        columns = [result_column(value, block=block) for value in self._query.values]
        holding = {output.sql: output.name or "" for output in reversed(outputs)}
        types = {sql: key.type for key, sql in zip(self._keys, keys, strict=True)}
        columns += [
            ResultColumn(name=output.name or "", type=types[output.sql], is_internal=True)
            for output in outputs[len(columns) :]
        ]
        cursor = tuple(
            CursorKey(
                column=holding[sql],
                parameter=parameter.name,
                type=key.type,
                is_descending=key.is_descending,
                nulls=key.nulls,
                is_nullable=key.is_nullable,
            )
            for key, sql, parameter in zip(self._keys, keys, self._parameters, strict=False)
        )
        return _Written(statement=self._draft.finish(text), columns=tuple(columns), cursor=cursor)


def _in_one(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"


def _distance_key(sql: str) -> SortKey:
    return SortKey(
        sql=sql,
        wish=DISTANCE,
        type="double precision",
        is_descending=False,
        nulls=NullsOrder.LAST,
        is_nullable=False,
    )
