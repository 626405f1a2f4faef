"""What an update does to a row: operators where constants are set, a pipeline where values follow from the row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from groundplan.logical.model import Relation
from groundplan.mongo.places import Place
from groundplan.mongo.queries.expressions import Translator
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Command
from groundplan.mongo.queries.operands import Operand, as_expression, both
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.writes.address import Address, Conditions
from groundplan.mongo.queries.writes.context import Context
from groundplan.plan.expressions import (
    Aggregate,
    Binary,
    Cast,
    Expression,
    Literal,
    Local,
    Operator,
    Parameter,
    Path,
)
from groundplan.plan.resolve.typing import type_of
from groundplan.plan.types import Decimal, Integer, Money

_TESTS = {"$in": "$in", "$eq": "$eq", "$ne": "$ne", "$lt": "$lt", "$lte": "$lte", "$gt": "$gt", "$gte": "$gte"}
_WHOLE = (Integer, Decimal, Money)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What becomes of attributes: `values` that a driver can say, `formulas` over the row as it was (`Local`s).

    `added` are amounts that are added; `extra` are further fields of the row's document, by their path in it.
    """

    relation: Relation
    values: Mapping[str, Bson] = field(default_factory=dict)
    added: Mapping[str, Bson] = field(default_factory=dict)
    formulas: Mapping[str, Expression] = field(default_factory=dict)
    extra: Mapping[str, Bson] = field(default_factory=dict)

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that change."""
        return frozenset((*self.values, *self.added, *self.formulas))


def amount_added(relation: Relation, attribute: str, formula: Expression, value: Callable[[Expression], Bson]) -> Bson:
    """Return what a formula adds to the attribute's own number; None for any other formula."""
    own = relation.attribute(attribute)
    if own.is_optional or not isinstance(own.type, _WHOLE):
        return None
    match formula:
        case Binary(Operator.PLUS, Local(name), added) if name == attribute:
            return value(added) if isinstance(added, Literal | Parameter) and _is_same_kind(own.type, added) else None
        case Binary(Operator.MINUS, Local(name), Literal(int() as taken)) if name == attribute:
            return -taken
        case _:
            return None


def _is_same_kind(type_: Integer | Decimal | Money, added: Literal | Parameter) -> bool:
    known = type_of(added)
    return isinstance(known, (Integer, type(type_)))


def update_of(
    changes: Changes, found: Address, conditions: Conditions, context: Context
) -> Command | tuple[Command, ...]:
    """Return the update for the rows at an address."""
    place = context.places.place(changes.relation.name)
    if changes.formulas:
        return _pipeline(changes, place, conditions, context)
    name = _field_of(place)
    settings: dict[str, Bson] = {found.path(name(each)): value for each, value in changes.values.items()}
    settings |= {found.path(path): value for path, value in changes.extra.items()}
    update: dict[str, Bson] = {"$set": settings} if settings else {}
    if changes.added:
        update["$inc"] = {found.path(name(each)): value for each, value in changes.added.items()}
    return update


def _field_of(place: Place) -> Callable[[str], str]:
    def name(attribute: str) -> str:
        try:
            return place.document.value_field(attribute).name
        except KeyError:
            raise Inexpressible(f"changing {attribute} would move rows from one document to another") from None

    return name


def _pipeline(changes: Changes, place: Place, conditions: Conditions, context: Context) -> tuple[Command, ...]:
    if not place.is_array:
        path = f"{place.path}." if place.path else ""
        bases = _bases(place)
        values = _assigned(changes, bases, place, context)
        return ({"$set": {f"{path}{name}": value for name, value in values.items()}},)
    first = place.steps[0]
    return ({"$set": {first.name: _rewritten(changes, place, conditions, context, depth=0, bases=["$"])}},)


def _bases(place: Place) -> list[str]:
    """Return how a formula reaches into the document at each depth, with no arrays on the way."""
    found = ["$"]
    path = ""
    for step in place.steps:
        path = f"{path}{step.name}."
        found.append(f"${path}")
    return found


def _rewritten(
    changes: Changes, place: Place, conditions: Conditions, context: Context, *, depth: int, bases: list[str]
) -> Bson:
    """Return the value of the field at `depth` with the rows in it changed."""
    step = place.steps[depth]
    whole = f"{bases[-1]}{step.name}"
    variable = f"row{depth}" if step.is_array else ""
    base = f"$${variable}." if variable else f"{whole}."
    document: Bson = f"$${variable}" if variable else whole
    inner = [*bases, base]
    if depth + 1 == len(place.steps):
        changed = document
        for name, value in _assigned(changes, inner, place, context).items():
            changed = {"$setField": {"field": name, "input": changed, "value": value}}
    else:
        value = _rewritten(changes, place, conditions, context, depth=depth + 1, bases=inner)
        changed = {"$setField": {"field": place.steps[depth + 1].name, "input": document, "value": value}}
    tests = both([_test(f"{base}{name}", condition) for name, condition in conditions.levels[depth + 1].items()])
    kept: Bson = changed if tests is True else {"$cond": (tests, changed, document)}
    return {"$map": {"input": whole, "as": variable, "in": kept}} if variable else kept


def _test(path: str, condition: Bson) -> Bson:
    """Return the expression for what a filter asks of a field."""
    if isinstance(condition, Mapping) and set(condition) <= set(_TESTS):
        return both([_one_test(path, operator, value) for operator, value in condition.items()])
    return _one_test(path, "$eq", condition)


def _one_test(path: str, operator: str, value: Bson) -> Bson:
    if value is None:
        return {"$lte" if operator == "$eq" else "$gt": (path, None)}
    return {operator: (path, as_expression(value))}


def _assigned(changes: Changes, bases: list[str], place: Place, context: Context) -> dict[str, Bson]:
    """Return the new values of fields as expressions, those that become NULL taken away."""
    translator = _translator(changes.relation, bases, context, changes.formulas.values())
    name = _field_of(place)
    found: dict[str, Bson] = {}
    for attribute, value in changes.values.items():
        found[name(attribute)] = _kept(
            as_expression(value), is_optional=changes.relation.attribute(attribute).is_optional
        )
    for attribute, formula in changes.formulas.items():
        known = changes.relation.attribute(attribute)
        operand = translator.value(formula)
        if operand.type is not None and type(operand.type) is not type(known.type):
            operand = translator.value(Cast(formula, known.type))
        found[name(attribute)] = _kept(operand.expression, is_optional=operand.is_optional)
    for attribute, amount in changes.added.items():
        own = f"{bases[-1]}{name(attribute)}"
        found[name(attribute)] = {"$add": (own, as_expression(amount))}
    found |= {path: _kept(as_expression(value), is_optional=True) for path, value in changes.extra.items()}
    return found


def _kept(expression: Bson, *, is_optional: bool) -> Bson:
    return {"$ifNull": (expression, "$$REMOVE")} if is_optional else expression


def _translator(relation: Relation, bases: list[str], context: Context, formulas: Iterable[Expression]) -> Translator:
    parameters = Parameters(formulas)

    def leaf(node: Path | Local | Parameter | Aggregate) -> Operand:
        match node:
            case Local(name):
                spot = context.places.spot(relation.name, name)
                attribute = relation.attribute(name)
                return Operand(
                    expression=f"{bases[spot.depth]}{spot.field}",
                    type=attribute.type,
                    is_optional=attribute.is_optional,
                )
            case Parameter():
                return parameters.operand(node)
            case Path() | Aggregate():
                raise Inexpressible("it sets values of other rows")

    return Translator(leaf)
