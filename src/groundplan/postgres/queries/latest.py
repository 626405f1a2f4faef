"""The newest row for each value of something, without reading the rest.

Three ways: a loop over the referenced rows that takes one row from the index each time, the same loop over the distinct
values found by hopping through the index, and DISTINCT ON, which reads every row. NULL is no value: rows that reference
nothing are left out.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from groundplan.plan.expressions import Expression, Hop, conjuncts, paths
from groundplan.plan.patterns import LatestPer, NullsOrder, OrderKey, ReadPattern
from groundplan.postgres.queries.blocks import Block, aliased
from groundplan.postgres.queries.fixed_rows import fixed_column
from groundplan.postgres.queries.formulas import condition_sql
from groundplan.postgres.queries.keyset import sort_keys
from groundplan.postgres.queries.nullability import known_from
from groundplan.postgres.queries.roots import entity_block, restrict
from groundplan.postgres.queries.select import Output, Select, Sort, in_parentheses
from groundplan.postgres.queries.statement import Draft, identifier, qualified
from groundplan.postgres.queries.storage import Place, Storage


class LatestWay(Enum):
    """How the newest rows are found."""

    LOOP = "loop"
    HOP = "hop"
    SORT = "sort"


def latest_block(pattern: ReadPattern, latest: LatestPer, *, way: LatestWay, storage: Storage, draft: Draft) -> Block:
    """Begin a block on the newest rows of a read."""
    hop = reference_hop(latest, storage=storage)
    if is_one_value(pattern, latest, storage=storage):
        return _newest_of_one(pattern, latest, storage, draft)
    if way is LatestWay.LOOP and hop is not None:
        return _loop_over_references(pattern, latest, hop, storage, draft)
    if way is LatestWay.HOP and not latest.per.hops:
        return _loop_over_values(pattern, latest, storage, draft)
    return _sorted_out(pattern, latest, storage, draft)


def reference_hop(latest: LatestPer, *, storage: Storage) -> Hop | None:
    """Return the reference that the newest rows are asked per; None where it is an attribute."""
    hops = latest.per.hops
    is_reference = len(hops) == 1 and latest.per.attribute is None and storage.step(hops[0]).is_reference
    return hops[0] if is_reference else None


def _own_places(latest: LatestPer, storage: Storage) -> tuple[Place, ...]:
    """Return the columns of the row itself that hold what the newest is asked per."""
    hop = reference_hop(latest, storage=storage)
    if hop is None:
        return storage.places(latest.per)
    return tuple(Place((), column) for column, _ in storage.reference_columns(hop))


def is_one_value(pattern: ReadPattern, latest: LatestPer, *, storage: Storage) -> bool:
    """Tell whether a read's condition leaves one value to find the newest row for: there is only one way to do that."""
    fixed = {fixed_column(condition, storage=storage) for condition in conjuncts(pattern.where)}
    return {place.column.name for place in _own_places(latest, storage)} <= fixed


def _newest_first(pattern: ReadPattern, latest: LatestPer, block: Block) -> tuple[Sort, ...]:
    """Order by time, latest first and NULL last; the key decides between equals where it has to."""
    storage = block.storage
    fixed = {place.column.name for place in (*_own_places(latest, storage), *storage.places(latest.by))}
    order = [OrderKey(expression=latest.by, is_descending=True, nulls=NullsOrder.LAST)]
    known = known_from(pattern.where)
    sorts = [key.sort() for key in sort_keys(order, block=block, known=known)]
    if not storage.is_unique(pattern.entity, fixed, is_alive=True):
        rest = (column.name for column in storage.key(pattern.entity) if column.name not in fixed)
        sorts += [Sort(sql=block.column((), name), is_descending=True) for name in rest]
    return tuple(sorts)


def _newest_of_one(pattern: ReadPattern, latest: LatestPer, storage: Storage, draft: Draft) -> Block:
    newest = entity_block(pattern.entity, storage=storage, draft=draft)
    restrict(newest, conjuncts(pattern.where))
    order = _newest_first(pattern, latest, newest)
    return Block.on(
        newest,
        text=lambda: (
            Select(outputs=newest.given, sources=newest.sources, where=newest.conditions, order=order, limit=1).text
        ),
        alias=storage.table(pattern.entity).name,
    )


def _sorted_out(pattern: ReadPattern, latest: LatestPer, storage: Storage, draft: Draft) -> Block:
    newest = entity_block(pattern.entity, storage=storage, draft=draft)
    restrict(newest, conjuncts(pattern.where))
    places = _own_places(latest, storage)
    per = tuple(newest.column(place.hops, place.column.name) for place in places)
    newest.where += [f"{sql} IS NOT NULL" for sql, place in zip(per, places, strict=True) if place.column.is_nullable]
    # All descending: an index on (per, by) serves it, read backwards.
    order = (*(Sort(sql=sql, is_descending=True) for sql in per), *_newest_first(pattern, latest, newest))
    return Block.on(
        newest,
        text=lambda: (
            Select(
                outputs=newest.given, sources=newest.sources, where=newest.conditions, order=order, distinct_on=per
            ).text
        ),
        alias=storage.table(pattern.entity).name,
    )


def _loop_over_references(pattern: ReadPattern, latest: LatestPer, hop: Hop, storage: Storage, draft: Draft) -> Block:
    block = Block(storage, draft)
    table = storage.table(hop.target).name
    driver = block.fresh_alias(storage.word(hop))
    block.begin_with(lambda: aliased(table, driver), hops=(hop,), alias=driver)
    own = {column.name: qualified(driver, key.name) for column, key in storage.reference_columns(hop)}
    about_driver = tuple(part for part in conjuncts(pattern.where) if _is_about(part, hop))
    rest = tuple(part for part in conjuncts(pattern.where) if part not in about_driver)
    _take_newest(pattern, latest, block, own, rest)
    block.where += [condition_sql(part, block=block) for part in about_driver]
    return block


def _is_about(condition: Expression, hop: Hop) -> bool:
    """Tell whether a condition speaks of the referenced row alone."""
    found = paths(condition)
    return bool(found) and all(path.hops[:1] == (hop,) and not path.is_many for path in found)


def _loop_over_values(pattern: ReadPattern, latest: LatestPer, storage: Storage, draft: Draft) -> Block:
    block = Block(storage, draft)
    (place,) = storage.places(latest.per)
    driver = block.fresh_alias("distinct_values")
    table = storage.table(pattern.entity).name
    text = _hopping(table, place.column.name)
    block.begin_with(lambda: f"{in_parentheses(text)} AS {identifier(driver)}")
    own = {place.column.name: qualified(driver, "value")}
    _take_newest(pattern, latest, block, own, conjuncts(pattern.where))
    return block


def _hopping(table: str, column: str) -> str:
    """Return a query for the distinct values of a column that reads one index entry for each (a loose index scan)."""
    value = qualified(table, column)
    first = Select(
        outputs=(Output(sql=value),),
        sources=(identifier(table),),
        where=(f"{value} IS NOT NULL",),
        order=(Sort(sql=value),),
        limit=1,
    )
    following = replace(first, where=(f'{value} > "hop"."value"',))
    onward = Select(
        outputs=(Output(sql='"next"."value"'),),
        sources=('"hop"', f'CROSS JOIN LATERAL {in_parentheses(following.text)} AS "next" ("value")'),
    )
    found = Select(outputs=(Output(sql='"hop"."value"'),), sources=('"hop"',))
    steps = in_parentheses(f"{in_parentheses(first.text)}\nUNION ALL\n{onward.text}")
    return f'WITH RECURSIVE "hop" ("value") AS {steps}\n{found.text}'


def _take_newest(
    pattern: ReadPattern, latest: LatestPer, block: Block, own: dict[str, str], conditions: tuple[Expression, ...]
) -> None:
    """Join the newest row whose columns equal `own`, the driver's."""
    newest = entity_block(pattern.entity, storage=block.storage, draft=block.draft, names=block.names)
    newest.where[:0] = [f"{newest.column((), name)} = {driver}" for name, driver in own.items()]
    restrict(newest, conditions)
    order = _newest_first(pattern, latest, newest)
    alias = block.fresh_alias("newest")

    def text() -> str:
        found = Select(outputs=newest.given, sources=newest.sources, where=newest.conditions, order=order, limit=1)
        return f"CROSS JOIN LATERAL {in_parentheses(found.text)} AS {identifier(alias)}"

    block.stand_on(newest, alias=alias)
    for name, driver in own.items():
        block.equal[(), name] = driver
    block.begin_with(text)
