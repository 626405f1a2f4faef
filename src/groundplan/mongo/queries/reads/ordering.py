"""The order of rows: sort keys that an index can have, and where NULLs go.

MongoDB sorts a field that is not there below every value: first in an ascending order, last in a descending one. An
order that wants it otherwise, for a key that can be NULL, sorts by whether there is a value first, then by the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Command, Given
from groundplan.mongo.queries.normal_form import key_parts
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.naming import value_name
from groundplan.plan.expressions import Expression
from groundplan.plan.nullability import Known, can_be_null
from groundplan.plan.patterns import NullsOrder, OrderKey
from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One key of the order: the field that holds it, and what its result field is called if nothing else shows it."""

    expression: Expression
    path: str
    wish: str
    type: AttributeType | None
    is_descending: bool
    nulls: NullsOrder
    is_nullable: bool

    @property
    def is_ranked(self) -> bool:
        """Tell whether NULLs stand where the server would not put them."""
        return self.is_nullable and self.nulls is not (NullsOrder.LAST if self.is_descending else NullsOrder.FIRST)


def sort_keys(order: Sequence[OrderKey], *, formulas: Formulas, known: Known) -> tuple[SortKey, ...]:
    """Return the keys of an order, each once; what no field holds is computed into one."""
    found: dict[str, SortKey] = {}
    storage = formulas.rows.storage
    for key in order:
        for part in key_parts(key.expression, storage=storage):
            operand = formulas.value(part)
            path = _path(part, operand, formulas)
            is_nullable = operand.is_optional and can_be_null(part, known=known, is_nullable=storage.is_nullable)
            found.setdefault(
                path,
                SortKey(
                    expression=part,
                    path=path,
                    wish=value_name(part, storage=storage),
                    type=operand.type,
                    is_descending=key.is_descending,
                    nulls=key.nulls,
                    is_nullable=is_nullable,
                ),
            )
    return tuple(found.values())


def _path(expression: Expression, operand: Operand, formulas: Formulas) -> str:
    if operand.path is not None:
        return operand.path
    name = formulas.rows.names.take(f"by_{value_name(expression, storage=formulas.rows.storage)}")
    formulas.rows.stages.append({"$set": {name: operand.expression}})
    formulas.known[expression] = Operand(expression=f"${name}", type=operand.type, is_optional=operand.is_optional)
    return name


def sort_stages(keys: Sequence[SortKey], *, formulas: Formulas) -> list[Command]:
    """Return the stages that sort by keys; none for no keys."""
    ranks: dict[str, Bson] = {}
    sort: dict[str, Bson] = {}
    for key in keys:
        if key.is_ranked:
            rank = formulas.rows.names.take(f"has_{key.wish}")
            ranks[rank] = {"$gt": (f"${key.path}", None)}
            sort[rank] = 1 if key.nulls is NullsOrder.FIRST else -1
        sort[key.path] = -1 if key.is_descending else 1
    if not sort:
        return []
    return [*([{"$set": ranks}] if ranks else []), {"$sort": sort}]


def after(keys: Sequence[SortKey], parameters: Sequence[str]) -> Command:
    """Return the filter for the rows that come after the one whose keys are given.

    It is made of ranges, at each of which an index in the order of the page can begin; a bound on the first key stands
    before them, so that one scan of the index passes through all of them. Given values may be NULL where their key can.
    """
    if not keys:
        raise Inexpressible("a page without an order has no next one")
    ranges = _ranges(keys, parameters)
    first = keys[0]
    if len(ranges) == 1:
        return ranges[0]
    bound: Command = {} if first.is_nullable else {first.path: {_beyond(first) + "e": Given(parameters[0])}}
    return {**bound, "$or": tuple(ranges)}


def _ranges(keys: Sequence[SortKey], parameters: Sequence[str]) -> list[Command]:
    if not keys:
        return []
    key, given = keys[0], Given(parameters[0])
    # A comparison with NULL finds nothing, as in SQL; {$eq: null} finds what is not there.
    found: list[Command] = [{key.path: {_beyond(key): given}}]
    if key.is_nullable and key.nulls is NullsOrder.LAST:
        found.append({key.path: None, "$expr": {"$gt": ({"$literal": given}, None)}})
    elif key.is_nullable:
        found.append({key.path: {"$ne": None}, "$expr": {"$lte": ({"$literal": given}, None)}})
    for rest in _ranges(keys[1:], parameters[1:]):
        found.append({key.path: {"$eq": given}, **rest})
    return found


def _beyond(key: SortKey) -> str:
    return "$lt" if key.is_descending else "$gt"
