"""Reads of groups, and of the newest row for each value."""

from __future__ import annotations

from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.normal_form import key_parts, normalized
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.accumulators import accumulated, operand_of
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.naming import unused, value_name
from groundplan.mongo.queries.reads.ordering import sort_keys, sort_stages
from groundplan.mongo.queries.storage import Part
from groundplan.plan.expressions import Aggregate, Binary, Call, Expression, Operator, Path, every, paths, walk
from groundplan.plan.nullability import known_from
from groundplan.plan.patterns import LatestPer, NullsOrder, OrderKey, ReadPattern
from groundplan.plan.resolve.functions import ANY_OF


def is_grouped(pattern: ReadPattern) -> bool:
    """Tell whether a read returns groups: it names them, or it aggregates over its own rows."""
    return bool(pattern.group) or any(own_aggregates(field.expression) for field in pattern.fields)


def own_aggregates(expression: Expression) -> tuple[Aggregate, ...]:
    """Return the aggregates over the rows read, not over what lies beside each of them."""
    return tuple(node for node in walk(expression) if isinstance(node, Aggregate) and not _is_across(node))


def _is_across(aggregate: Aggregate) -> bool:
    return aggregate.operand is not None and any(path.is_many for path in paths(aggregate.operand))


def group_rows(pattern: ReadPattern, formulas: Formulas) -> None:
    """Make the documents of a pipeline groups; their keys and sums become known by their expressions."""
    storage = formulas.rows.storage
    keys = [part for expression in pattern.group for part in key_parts(expression, storage=storage)]
    asked = [field.expression for field in pattern.fields] + [key.expression for key in pattern.order]
    aggregates = [
        aggregate for expression in asked for aggregate in own_aggregates(normalized(expression, storage=storage))
    ]
    fields: dict[str, Bson] = {}
    identity: dict[str, Bson] = {}
    known: dict[Expression, Operand] = {}
    for key in keys:
        operand = formulas.value(key)
        name = unused(value_name(key, storage=storage), among=identity)
        identity[name] = {"$ifNull": (operand.expression, None)} if operand.is_optional else operand.expression
        held = "$_id" if len(keys) == 1 else f"$_id.{name}"
        known[key] = Operand(expression=held, type=operand.type, is_optional=operand.is_optional)
    for aggregate in aggregates:
        if aggregate not in known:
            known[aggregate] = _summed(aggregate, fields, formulas)
    by: Bson = identity or None
    if len(keys) == 1:
        (by,) = identity.values()
    formulas.rows.stages.append({"$group": {"_id": by, **fields}})
    formulas.known.clear()
    formulas.known.update(known)


def _summed(aggregate: Aggregate, fields: dict[str, Bson], formulas: Formulas) -> Operand:
    def give(accumulator: Bson) -> Bson:
        name = next((name for name, held in fields.items() if held == accumulator), None)
        if name is None:
            name = unused(value_name(aggregate, storage=formulas.rows.storage), among=("_id", *fields))
            fields[name] = accumulator
        return f"${name}"

    return operand_of(aggregate, accumulated(aggregate, None, formulas=formulas), give=give)


def newest_rows(pattern: ReadPattern, latest: LatestPer, formulas: Formulas, where: tuple[Expression, ...]) -> None:
    """Keep the newest row for each value; NULL is no value, so rows that reference nothing are left out."""
    storage = formulas.rows.storage
    known = known_from(every(where))
    per = key_parts(latest.per, storage=storage)
    per_keys = [OrderKey(expression=part, is_descending=True, nulls=NullsOrder.LAST) for part in per]
    by = OrderKey(expression=latest.by, is_descending=True, nulls=NullsOrder.LAST)
    own = Path(entity=pattern.entity, attribute=None, type=None)
    rest = [OrderKey(expression=part, is_descending=True, nulls=NullsOrder.LAST) for part in storage.key_paths(own)]
    keys = sort_keys([*per_keys, by, *rest], formulas=formulas, known=known)
    firsts = keys[: len(per)]
    there: dict[str, Bson] = {key.path: {"$ne": None} for key in firsts if key.is_nullable}
    if there:
        formulas.rows.stages.append({"$match": there})
    fixed = {part for condition in where for part in _fixed(condition, formulas)}
    if all(storage.nearest(found) in fixed for part in per if isinstance(part, Path) for found in storage.parts(part)):
        formulas.rows.stages.extend(sort_stages(keys[len(per) :], formulas=formulas))
        formulas.rows.stages.append({"$limit": 1})
        return
    formulas.rows.stages.extend(sort_stages(keys, formulas=formulas))
    identity: Bson = f"${firsts[0].path}" if len(firsts) == 1 else {key.wish: f"${key.path}" for key in firsts}
    formulas.rows.stages.append({"$group": {"_id": identity, "newest": {"$first": "$$ROOT"}}})
    formulas.rows.stages.append({"$replaceWith": "$newest"})


def _fixed(condition: Expression, formulas: Formulas) -> tuple[Part, ...]:
    """Return the attribute of the row itself that a condition fixes to one value."""
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) | Binary(Operator.EQUAL, value, Path() as path):
            pass
        case _:
            return ()
    if paths(value) or formulas.first_many(path) is not None or _is_listed(value):
        return ()
    parts = formulas.rows.storage.parts(path)
    return tuple(formulas.rows.storage.nearest(part) for part in parts) if len(parts) == 1 else ()


def _is_listed(value: Expression) -> bool:
    return isinstance(value, Call) and value.function == ANY_OF
