"""Read patterns as queries: rows first, in order and limited, then what is shown beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from groundplan.mongo.model import KEY
from groundplan.mongo.queries.model import (
    Aggregate,
    Bson,
    Command,
    CompiledRead,
    CursorKey,
    Find,
    Given,
    MongoParameter,
    Query,
    ResultField,
)
from groundplan.mongo.queries.normal_form import key_parts, normalized
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.grouping import group_rows, is_grouped, newest_rows
from groundplan.mongo.queries.reads.naming import unused
from groundplan.mongo.queries.reads.ordering import SortKey, after, sort_keys, sort_stages
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.reads.roots import DISTANCE, conditions_of, root_formulas
from groundplan.mongo.queries.reads.stages import rendered
from groundplan.mongo.queries.reads.starts import Start, find_start
from groundplan.mongo.queries.reads.subsets import subset_storage
from groundplan.mongo.queries.reads.wholes import is_summed_whole, sum_whole
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.expressions import Expression, Path, every, paths
from groundplan.plan.nullability import known_from
from groundplan.plan.patterns import NullsOrder, ReadPattern
from groundplan.plan.types import Float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    query: Query
    fields: tuple[ResultField, ...]
    cursor: tuple[CursorKey, ...]
    parameters: tuple[MongoParameter, ...]


def compile_read(pattern: ReadPattern, *, storage: Storage) -> CompiledRead:
    """Compile a read. Raises Inexpressible."""
    first = _from_subset(pattern, storage) or _Attempt(pattern, storage, is_next=False).written()
    following = None if pattern.page is None else _Attempt(pattern, storage, is_next=True).written()
    known = {parameter.name for parameter in first.parameters}
    further = () if following is None else tuple(each for each in following.parameters if each.name not in known)
    return CompiledRead(
        pattern=pattern.name,
        first=first.query,
        fields=first.fields,
        parameters=(*first.parameters, *further),
        next=None if following is None else following.query,
        cursor=first.cursor,
        page=pattern.page,
    )


def _from_subset(pattern: ReadPattern, storage: Storage) -> _Written | None:
    """Return the query for the first rows in the document that keeps them; None where it does not say all of them."""
    kept = subset_storage(pattern, conditions_of(pattern, storage=storage), storage=storage)
    if kept is None:
        return None
    written = _Attempt(pattern, kept, is_next=False).written()
    stages = written.query.stages if isinstance(written.query, Aggregate) else ()
    return None if any("$lookup" in stage for stage in stages) else written


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A field of the result before it is a command."""

    name: str
    expression: Expression


class _Attempt:
    """One query of a read: the first page, or (`is_next`) the one after a cursor."""

    def __init__(self, pattern: ReadPattern, storage: Storage, *, is_next: bool) -> None:
        self._pattern = pattern
        self._storage = storage
        self._is_next = is_next
        self._shown = _shown(pattern, storage)
        self._conditions = conditions_of(pattern, storage=storage)
        self._parameters = Parameters(
            [*self._conditions, *(each.expression for each in self._shown), *(key.expression for key in pattern.order)]
        )

    def written(self) -> _Written:
        pattern = self._pattern
        start = None if pattern.search or pattern.near else self._start()
        conditions = tuple(part for part in self._conditions if start is None or part is not start.condition)
        formulas = root_formulas(pattern, conditions, storage=self._storage, parameters=self._parameters)
        if start is not None and not start.keeps_order:
            self._begin_elsewhere(start, formulas)
        if is_grouped(pattern):
            group_rows(pattern, formulas)
        elif pattern.latest is not None:
            newest_rows(pattern, pattern.latest, formulas, self._conditions)
        elif self._is_summed_whole(formulas):
            sum_whole(self._in_normal_form(), [each.expression for each in self._shown], formulas)
        keys = self._keys(formulas)
        cursor = self._cursor_parameters(keys)
        if self._is_next:
            self._go_on(keys, cursor, formulas)
        formulas.rows.stages.extend(sort_stages(keys, formulas=formulas))
        limit = self._limit()
        if limit is not None:
            formulas.rows.stages.append({"$limit": limit})
        if start is not None and start.keeps_order:
            self._begin_elsewhere(start, formulas)
        operands = self._operands(formulas)
        return self._finished(operands, keys, cursor, formulas)

    def _is_summed_whole(self, formulas: Formulas) -> bool:
        shown = [each.expression for each in self._shown]
        return is_summed_whole(self._in_normal_form(), self._conditions, shown, formulas=formulas)

    def _in_normal_form(self) -> ReadPattern:
        """Return the pattern with an order of single values."""
        order = tuple(
            replace(key, expression=part)
            for key in self._pattern.order
            for part in key_parts(key.expression, storage=self._storage)
        )
        return replace(self._pattern, order=order)

    def _start(self) -> Start | None:
        return find_start(self._pattern, self._conditions, storage=self._storage, parameters=self._parameters)

    def _begin_elsewhere(self, start: Start, formulas: Formulas) -> None:
        stages = start.around(list(formulas.rows.stages), formulas=formulas)
        formulas.rows.stages[:] = stages
        formulas.rows.lookup.source = start.collection

    def _limit(self) -> int | None:
        pattern = self._pattern
        if pattern.page is not None:
            return pattern.page
        if pattern.limit is not None or not pattern.is_one:
            return pattern.limit
        return None if is_grouped(pattern) and not pattern.group else 1

    # The order and the cursor

    def _keys(self, formulas: Formulas) -> tuple[SortKey, ...]:
        known = known_from(every(self._conditions))
        order = [*self._pattern.order]
        keys = sort_keys(order, formulas=formulas, known=known)
        if self._pattern.near is None:
            return keys
        nearest = SortKey(
            expression=Path(entity=self._pattern.entity, attribute=None, type=None),
            path=DISTANCE,
            wish=DISTANCE,
            type=Float(),
            is_descending=False,
            nulls=NullsOrder.LAST,
            is_nullable=False,
        )
        return (nearest, *keys)

    def _cursor_parameters(self, keys: Sequence[SortKey]) -> tuple[MongoParameter, ...]:
        if self._pattern.page is None:
            return ()
        taken = [parameter.name for parameter in self._pattern.parameters]
        found: list[MongoParameter] = []
        for key in keys:
            name = unused(f"after_{key.wish}", among=taken)
            taken.append(name)
            found.append(MongoParameter(name=name, type=key.type, is_optional=key.is_nullable, is_cursor=True))
        return tuple(found)

    def _go_on(self, keys: Sequence[SortKey], cursor: Sequence[MongoParameter], formulas: Formulas) -> None:
        for parameter in cursor:
            self._parameters.add(parameter)
        formulas.rows.stages.append({"$match": after(keys, [parameter.name for parameter in cursor])})
        first = formulas.rows.stages[0]
        if self._pattern.near is not None and isinstance(first, Mapping):
            nearness = first["$geoNear"]
            if isinstance(nearness, Mapping):
                formulas.rows.stages[0] = {"$geoNear": {**nearness, "minDistance": Given(cursor[0].name)}}

    # The result

    def _operands(self, formulas: Formulas) -> list[tuple[_Shown, Operand, bool]]:
        """Return the values shown: those of the rows and of single rows beside them first, then lists and sums."""
        lists = {each.name: formulas.first_many(each.expression) is not None for each in self._shown}
        found: dict[str, Operand] = {}
        for each in sorted(self._shown, key=lambda each: _reaches_many(each.expression)):
            found[each.name] = formulas.value(each.expression)
        return [(each, found[each.name], lists[each.name]) for each in self._shown]

    def _finished(
        self,
        operands: Sequence[tuple[_Shown, Operand, bool]],
        keys: Sequence[SortKey],
        cursor: Sequence[MongoParameter],
        formulas: Formulas,
    ) -> _Written:
        fields = [
            ResultField(name=shown.name, type=operand.type, is_list=is_list) for shown, operand, is_list in operands
        ]
        shown: dict[str, Bson] = {each.name: operand.expression for each, operand, _ in operands}
        held: list[CursorKey] = []
        for key, parameter in zip(keys, cursor, strict=False):
            name = next((name for name, expression in shown.items() if expression == f"${key.path}"), None)
            if name is None:
                name = unused(key.wish, among=shown)
                shown[name] = f"${key.path}"
                fields.append(ResultField(name=name, type=key.type, is_internal=True))
            held.append(
                CursorKey(
                    field=name,
                    parameter=parameter.name,
                    is_descending=key.is_descending,
                    nulls=key.nulls,
                    is_nullable=key.is_nullable,
                )
            )
        stages = rendered(formulas.rows.stages)
        query = _query(formulas.rows.collection, stages, _projection(shown))
        return _Written(query=query, fields=tuple(fields), cursor=tuple(held), parameters=self._parameters.found)


def _reaches_many(expression: Expression) -> bool:
    return any(path.is_many for path in paths(expression))


def _shown(pattern: ReadPattern, storage: Storage) -> tuple[_Shown, ...]:
    found: list[_Shown] = []
    for field in pattern.fields:
        match field.expression:
            case Path(attribute=None) as path if len(storage.parts(path)) > 1:
                pairs = zip(storage.parts(path), key_parts(path, storage=storage), strict=True)
                found += [_Shown(name=f"{field.name}_{part.attribute}", expression=each) for part, each in pairs]
            case expression:
                found.append(_Shown(name=field.name, expression=normalized(expression, storage=storage)))
    return tuple(found)


def _projection(shown: Mapping[str, Bson]) -> Command:
    found: dict[str, Bson] = {} if KEY in shown else {KEY: 0}
    for name, expression in shown.items():
        found[name] = 1 if expression == f"${name}" else _in_projection(expression)
    return found


def _in_projection(expression: Bson) -> Bson:
    """Return an expression for a projection, where a bare number or truth value would choose fields."""
    return {"$literal": expression} if isinstance(expression, bool | int | float | Decimal) else expression


def _query(collection: str, stages: Sequence[Command], projection: Command) -> Query:
    """Return a `find` where filter, order and limit say all that comes before the projection."""
    left = list(stages)
    conditions = left.pop(0)["$match"] if left and "$match" in left[0] else {}
    sort = left.pop(0)["$sort"] if left and "$sort" in left[0] else None
    limit = left.pop(0)["$limit"] if left and "$limit" in left[0] else None
    is_plain = not left and isinstance(conditions, Mapping) and (sort is None or isinstance(sort, Mapping))
    if is_plain and isinstance(conditions, Mapping):
        return Find(
            collection=collection,
            filter=conditions,
            projection=projection,
            sort=sort if isinstance(sort, Mapping) else None,
            limit=limit if isinstance(limit, int) else None,
        )
    return Aggregate(collection=collection, stages=(*stages, {"$project": projection}))
