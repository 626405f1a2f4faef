"""What one pattern asks of one table, sorted by what an index can do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from groundplan.logical.model import Relation
from groundplan.plan.expressions import Expression, Local, Path, every, paths
from groundplan.plan.patterns import NullsOrder, OrderKey
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.indexing.conditions import (
    Asked,
    Between,
    Constant,
    Elsewhere,
    Equal,
    Filter,
    Matched,
    OneOf,
    asked_by,
    is_immutable,
)
from groundplan.postgres.design.passes.apply_soft_delete import deletion_mark, is_live
from groundplan.postgres.design.text import in_words
from groundplan.postgres.model import IndexKey, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a pattern asks of one table.

    `order` are the index keys that would spare a sort, empty where none is asked for or none would; `limit` is how many
    rows are taken at most. `predicates` are conditions that a partial index can repeat, that of the lifecycle among
    them.
    """

    relation: Relation
    table: Table
    equal: tuple[Equal, ...] = ()
    between: tuple[Between, ...] = ()
    one_of: tuple[OneOf, ...] = ()
    constants: tuple[Constant, ...] = ()
    matched: tuple[Matched, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    filters: tuple[Filter, ...] = ()
    predicates: tuple[Expression, ...] = ()
    order: tuple[IndexKey, ...] = ()
    limit: int | None = None

    @property
    def equal_names(self) -> tuple[str, ...]:
        """The attributes that are fixed to one value, whether by the caller or by a constant."""
        fixed = [name for equal in self.equal if isinstance(equal.expression, Local) for name in equal.names]
        return tuple(dict.fromkeys((*fixed, *(found.fixes for found in self.constants if found.fixes is not None))))

    @property
    def needed_names(self) -> frozenset[str]:
        """The attributes that cannot be NULL in the rows asked for: a comparison with NULL is never true."""
        found = [name for equal in self.equal for name in equal.names]
        found += [name for between in self.between for name in between.names]
        found += [name for one_of in self.one_of for name in one_of.names]
        found += [name for matched in self.matched for name in matched.names]
        found += [name for constant in self.constants for name in constant.needs]
        return frozenset(found)

    @property
    def where(self) -> Expression | None:
        """The predicate of a partial index for this request."""
        return every(self.predicates)

    @property
    def is_empty(self) -> bool:
        """Tell whether every row of the table is asked for, in any order."""
        found = (self.equal, self.between, self.one_of, self.constants, self.matched, self.elsewhere, self.filters)
        return not any(found)


def request_of(
    conditions: Iterable[Expression], *, relation: Relation, table: Table, facts: Facts, is_alive: bool = True
) -> Request:
    """Sort the conditions of a pattern (over `Path`s from the relation's entity) by what an index can do about them.

    `is_alive` leaves soft-deleted rows out, as every read of an entity does.
    """
    found = [
        asked
        for condition in conditions
        for asked in asked_by(condition, relation=relation, table=table, lookup=facts.lookup)
    ]
    request = Request(relation=relation, table=table)
    for asked in found:
        request = _with(request, asked)
    predicates = tuple(constant.condition for constant in request.constants)
    mark = deletion_mark(relation) if is_alive else None
    if mark is not None and is_live(mark) not in predicates:
        predicates = (is_live(mark), *predicates)
    return replace(request, predicates=tuple(sorted(predicates, key=in_words)))


def _with(request: Request, asked: Asked) -> Request:
    match asked:
        case Equal():
            return replace(request, equal=(*request.equal, asked))
        case Between():
            return replace(request, between=(*request.between, asked))
        case OneOf():
            return replace(request, one_of=(*request.one_of, asked))
        case Constant():
            return replace(request, constants=(*request.constants, asked))
        case Matched():
            return replace(request, matched=(*request.matched, asked))
        case Elsewhere():
            return replace(request, elsewhere=(*request.elsewhere, asked))
        case Filter():
            return replace(request, filters=(*request.filters, asked))
        case _:
            assert_never(asked)


def ordered(request: Request, order: tuple[OrderKey, ...], *, limit: int | None, facts: Facts) -> Request:
    """Add the order of a read to a request, where an index on the table can have it."""
    keys: list[IndexKey] = []
    for wanted in order:
        expressions = _order_expressions(wanted.expression, facts=facts)
        if expressions is None:
            return replace(request, limit=limit)
        for expression in expressions:
            key = _order_key(expression, wanted, request=request)
            if _is_fixed(expression, request) or any(known.expression == expression for known in keys):
                continue
            keys.append(key)
    return replace(request, order=tuple(keys), limit=limit)


def _order_expressions(expression: Expression, *, facts: Facts) -> tuple[Expression, ...] | None:
    match expression:
        case Path():
            names = facts.lookup.names(expression)
            return None if names is None else tuple(Local(name) for name in names)
        case _ if is_immutable(expression) and all(facts.lookup.names(path) for path in paths(expression)):
            return (facts.lookup.localize(expression),)
        case _:
            return None


def _is_fixed(expression: Expression, request: Request) -> bool:
    return isinstance(expression, Local) and expression.name in request.equal_names


def _order_key(expression: Expression, wanted: OrderKey, *, request: Request) -> IndexKey:
    """Return the index key of a sort key; NULLs lie where the query asks for them, by default where there are none."""
    is_nulls_first = wanted.is_descending
    if _can_be_null(expression, request):
        is_nulls_first = wanted.nulls is NullsOrder.FIRST
    return IndexKey(expression=expression, is_descending=wanted.is_descending, is_nulls_first=is_nulls_first)


def _can_be_null(expression: Expression, request: Request) -> bool:
    if not isinstance(expression, Local):
        return True
    return request.table.column(expression.name).is_nullable and expression.name not in request.needed_names
