"""Aggregate functions as accumulators of `$group`, with what SQL makes of no rows and of NULL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.mongo.queries.arithmetic import as_exact
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand, is_there
from groundplan.mongo.queries.storage import Hops
from groundplan.plan.expressions import Aggregate, Path
from groundplan.plan.kinds import Kind, kind_of
from groundplan.plan.resolve.casts import UNBOUNDED_DECIMAL
from groundplan.plan.resolve.typing import list_of
from groundplan.plan.types import Boolean, Float, Integer, Interval

if TYPE_CHECKING:
    from groundplan.mongo.queries.reads.formulas import Formulas

Give = Callable[[Bson], Bson]
"""Adds an accumulator to the group and returns what it found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulated:
    """What an aggregate looks at in each row: None for the row itself."""

    operand: Operand | None


def accumulated(aggregate: Aggregate, prefix: Hops | None, *, formulas: Formulas) -> Accumulated:
    """Return what an aggregate looks at; `prefix` leads to the rows that it is over."""
    match aggregate.operand:
        case None:
            return Accumulated(operand=None)
        case Path(attribute=None, hops=hops) if hops == prefix and not aggregate.is_distinct:
            return Accumulated(operand=None)
        case Path(attribute=None) as path if not aggregate.is_distinct:
            return Accumulated(operand=formulas.rows.presence(path))
        case Path(attribute=None, type=None) as path:
            parts = formulas.rows.storage.parts(path)
            operands = [formulas.rows.operand(part.hops, part.attribute) for part in parts]
            whole: Bson = {f"k{count}": operand.expression for count, operand in enumerate(operands)}
            if any(operand.is_optional for operand in operands):
                whole = {"$cond": ({"$and": tuple(map(is_there, operands))}, whole, None)}
            is_optional = any(operand.is_optional for operand in operands)
            return Accumulated(operand=Operand(expression=whole, type=None, is_optional=is_optional))
        case expression:
            return Accumulated(operand=formulas.translator.value(expression))


def operand_of(aggregate: Aggregate, parts: Accumulated, *, give: Give) -> Operand:
    """Return an aggregate's value. Raises Inexpressible."""
    operand = parts.operand
    if aggregate.function == "count":
        return Operand(expression={"$ifNull": (_count(aggregate, operand, give), 0)}, type=Integer())
    if operand is None:
        raise Inexpressible(f"{aggregate.function}() of whole rows has no counterpart")
    if aggregate.is_distinct and aggregate.function in ("sum", "avg", "array_agg"):
        return _of_different(aggregate, operand, give)
    match aggregate.function:
        case "sum":
            total = give({"$sum": operand.expression})
            if operand.is_optional:
                # The sum of nothing is NULL, and 0 to $sum.
                total = {"$cond": ({"$gt": (give(_counting(operand)), 0)}, total, None)}
            return Operand(expression=total, type=operand.type, is_optional=True)
        case "avg":
            return _average(operand, give({"$avg": _averaged(operand)}))
        case "min" | "max" as function:
            found = give({f"${function}": operand.expression})
            return Operand(expression=found, type=operand.type, is_optional=True)
        case "bool_and" | "bool_or" as function:
            found = give({"$min" if function == "bool_and" else "$max": operand.expression})
            return Operand(expression=found, type=Boolean(), is_optional=True)
        case "array_agg":
            pushed = {"$ifNull": (operand.expression, None)} if operand.is_optional else operand.expression
            of = None if operand.type is None else list_of(operand.type)
            return Operand(expression=give({"$push": pushed}), type=of, is_optional=True)
        case other:
            raise Inexpressible(f"{other}() has no counterpart")


def operand_over(aggregate: Aggregate, operand: Operand, *, items: Bson, element: str) -> Operand | None:
    """Return an aggregate over the elements of an array; `operand` is a value of one of them. None where it is no sum.

    `$sum` and its like leave out what is missing, in an array as in a group.
    """
    function = aggregate.function
    if function not in ("count", "sum", "min", "max", "avg"):
        return None
    shown = _averaged(operand) if function == "avg" else operand.expression
    values: Bson = {"$map": {"input": items, "as": element, "in": shown}}
    if operand.is_optional or aggregate.is_distinct:
        values = {"$setDifference": (values, (None,))} if aggregate.is_distinct else _without_null(values)
    match function:
        case "count":
            return Operand(expression={"$size": values}, type=Integer())
        case "sum":
            is_empty = {"$eq": ({"$size": values}, 0)}
            total = {"$cond": (is_empty, None, {"$sum": values})}
            return Operand(expression=total, type=operand.type, is_optional=True)
        case "avg":
            return _average(operand, {"$avg": values})
        case _:
            return Operand(expression={f"${function}": values}, type=operand.type, is_optional=True)


def _without_null(values: Bson) -> Bson:
    return {"$filter": {"input": values, "cond": {"$gt": ("$$this", None)}}}


def _count(aggregate: Aggregate, operand: Operand | None, give: Give) -> Bson:
    if operand is None:
        return give({"$sum": 1})
    if aggregate.is_distinct:
        return {"$size": {"$ifNull": (_different(operand, give), ())}}
    return give(_counting(operand) if operand.is_optional else {"$sum": 1})


def _counting(operand: Operand) -> Bson:
    return {"$sum": {"$cond": (is_there(operand), 1, 0)}}


def _different(operand: Operand, give: Give) -> Bson:
    found = give({"$addToSet": operand.expression})
    return {"$setDifference": (found, (None,))} if operand.is_optional else found


def _of_different(aggregate: Aggregate, operand: Operand, give: Give) -> Operand:
    values = _different(operand, give)
    is_empty = {"$eq": ({"$size": {"$ifNull": (values, ())}}, 0)}
    if aggregate.function == "sum":
        return Operand(expression={"$cond": (is_empty, None, {"$sum": values})}, type=operand.type, is_optional=True)
    if aggregate.function == "avg":
        each = Operand(expression="$$this", type=operand.type)
        listed = {"$map": {"input": values, "in": _averaged(each)}}
        return _average(operand, {"$avg": listed})
    in_order = {"$sortArray": {"input": values, "sortBy": 1}}
    of = None if operand.type is None else list_of(operand.type)
    return Operand(expression=in_order, type=of, is_optional=True)


def _averaged(operand: Operand) -> Bson:
    is_exact = operand.type is not None and kind_of(operand.type) is Kind.NUMBER
    return as_exact(operand) if is_exact else operand.expression


def _average(operand: Operand, found: Bson) -> Operand:
    match operand.type:
        case Float():
            return Operand(expression=found, type=Float(), is_optional=True)
        case Interval():
            whole = {"$toLong": {"$round": (found, 0)}}
            return Operand(expression=whole, type=Interval(), is_optional=True)
        case _:
            return Operand(expression=found, type=UNBOUNDED_DECIMAL, is_optional=True)
