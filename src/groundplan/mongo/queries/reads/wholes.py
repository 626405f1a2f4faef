"""Sums beside all rows: one pass over each side, grouped, instead of a `$lookup` for every row.

`$unionWith` puts the groups of the other side beside the rows, and one `$group` by the key brings together what belongs
together. Where every row is read anyway, that takes a fraction of the index descents that lookups would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.mongo.model import KEY
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.accumulators import accumulated, operand_of
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.naming import unused, value_name
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.reads.stages import Stage, rendered
from groundplan.mongo.queries.reads.summaries import many_prefix
from groundplan.mongo.queries.storage import Side, Storage
from groundplan.plan.expressions import Aggregate, Expression, Hop, Path, paths, walk, with_children
from groundplan.plan.patterns import ReadPattern

ROW = "row"
IS_ROW = "is_row"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """The aggregates over the rows that one to-many hop leads to."""

    hop: Hop
    side: Side
    aggregates: tuple[Aggregate, ...]


def is_summed_whole(
    pattern: ReadPattern, conditions: tuple[Expression, ...], shown: Iterable[Expression], *, formulas: Formulas
) -> bool:
    """Tell whether a read shows sums beside all rows there are, and nothing else of the rows beside them."""
    storage = formulas.rows.storage
    relation = storage.relation(pattern.entity)
    is_cut = pattern.page is not None or pattern.is_one
    if conditions or is_cut or pattern.group or pattern.latest or pattern.search or pattern.near:
        return False
    if len(relation.primary_key) != 1 or storage.places.place(relation.name).steps:
        return False
    asked = list(shown)
    ordered = [key.expression for key in pattern.order]
    if pattern.limit is not None and not any(_sums(each) for each in ordered):
        return False
    if any(formulas.first_many(each) is not None for each in asked):
        return False  # lists
    found = _besides([*asked, *ordered], formulas)
    return found is not None and bool(found)


def sum_whole(pattern: ReadPattern, shown: Iterable[Expression], formulas: Formulas) -> None:
    """Make the documents of a pipeline the rows with their sums; both become known by their expressions."""
    asked = [*shown, *(key.expression for key in pattern.order)]
    besides = _besides(asked, formulas) or ()
    summed = {aggregate for beside in besides for aggregate in beside.aggregates}
    row: dict[str, Bson] = {}
    known: dict[Expression, Operand] = {}
    for part in _plain_parts(asked, summed):
        operand = formulas.value(part)
        name = unused(value_name(part, storage=formulas.rows.storage), among=row)
        row[name] = operand.expression
        known[part] = Operand(expression=f"${ROW}.{name}", type=operand.type, is_optional=operand.is_optional)
    stages: list[Stage] = formulas.rows.stages
    stages.append({"$project": {KEY: 1, IS_ROW: {"$literal": True}, ROW: row or {"$literal": {}}}})
    fields: dict[str, Bson] = {}
    for beside in besides:
        _add_beside(beside, stages, fields, known, formulas)
    group: dict[str, Bson] = {
        KEY: f"${KEY}",
        IS_ROW: {"$max": f"${IS_ROW}"},
        ROW: {"$mergeObjects": f"${ROW}"},
        **{name: {"$max": f"${name}"} for name in fields},
    }
    stages.append({"$group": group})
    stages.append({"$match": {IS_ROW: True}})
    formulas.known.clear()
    formulas.known.update(known)


def _add_beside(
    beside: _Beside, stages: list[Stage], fields: dict[str, Bson], known: dict[Expression, Operand], formulas: Formulas
) -> None:
    storage = formulas.rows.storage
    rows = Rows.of_entity(beside.hop.target, storage=storage)
    inner = Formulas(rows, formulas.parameters)
    ((here, _),) = beside.side.pairs
    path = storage.places.path(beside.side.relation.name, here)
    mark = storage.mark_of(beside.side.relation)
    if mark is not None:
        rows.stages.append({"$match": {storage.places.path(beside.side.relation.name, mark): None}})
    group: dict[str, Bson] = {KEY: f"${path}"}
    word = storage.word(beside.hop)

    def give(accumulator: Bson) -> Bson:
        name = next((name for name, held in group.items() if held == accumulator), None)
        if name is None:
            name = unused(word, among=(KEY, IS_ROW, ROW, *fields))
            group[name] = fields[name] = accumulator
        return f"${name}"

    for aggregate in beside.aggregates:
        own = _from_target(aggregate, beside.hop)
        if isinstance(own, Aggregate):
            known[aggregate] = operand_of(own, accumulated(own, (), formulas=inner), give=give)
    rows.stages.append({"$group": group})
    stages.append({"$unionWith": {"coll": rows.collection, "pipeline": rendered(rows.stages)}})


def _sums(expression: Expression) -> tuple[Aggregate, ...]:
    return tuple(node for node in walk(expression) if isinstance(node, Aggregate) and many_prefix(paths(node.operand)))


def _besides(asked: Iterable[Expression], formulas: Formulas) -> tuple[_Beside, ...] | None:
    """Return the aggregates by the hop they are over; None where one is over more than one hop can say."""
    found: dict[Hop, list[Aggregate]] = {}
    for aggregate in (aggregate for expression in asked for aggregate in _sums(expression)):
        if formulas.summaries.is_in_document(aggregate):
            continue
        prefix = many_prefix(paths(aggregate.operand)) or ()
        if len(prefix) != 1 or any(path.hops[:1] != prefix for path in paths(aggregate.operand)):
            return None
        if not _is_grouped_by_one(prefix[0], formulas.rows.storage):
            return None
        held = found.setdefault(prefix[0], [])
        held += [] if aggregate in held else [aggregate]
    storage = formulas.rows.storage
    return tuple(
        _Beside(hop=hop, side=side, aggregates=tuple(aggregates))
        for hop, aggregates in found.items()
        if (side := storage.step(hop).holder) is not None
    )


def _is_grouped_by_one(hop: Hop, storage: Storage) -> bool:
    side = storage.step(hop).holder
    return side is not None and len(side.pairs) == 1 and not storage.places.place(side.relation.name).steps


def _from_target(expression: Expression, hop: Hop) -> Expression:
    """Return an expression as it is seen from the rows that the hop leads to."""
    match expression:
        case Path():
            return replace(expression, entity=hop.target, hops=expression.hops[1:])
        case _:
            return with_children(expression, lambda part: _from_target(part, hop))


def _plain_parts(asked: Iterable[Expression], summed: set[Aggregate]) -> tuple[Expression, ...]:
    """Return what is asked of the rows themselves: whole values, and the paths beside sums."""
    found: dict[Expression, None] = {}
    for expression in asked:
        nodes = walk(expression)
        if not any(node in summed for node in nodes if isinstance(node, Aggregate)):
            found[expression] = None
        else:
            _collect(expression, summed, found)
    return tuple(found)


def _collect(expression: Expression, summed: set[Aggregate], found: dict[Expression, None]) -> None:
    if isinstance(expression, Aggregate):
        if expression not in summed:
            found[expression] = None
        return
    if isinstance(expression, Path):
        found[expression] = None
        return
    with_children(expression, lambda part: _collected(part, summed, found))


def _collected(part: Expression, summed: set[Aggregate], found: dict[Expression, None]) -> Expression:
    _collect(part, summed, found)
    return part
