"""Which rows a write is about: by conditions that a filter can say, or by the keys that a query finds first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from groundplan.logical.model import Relation
from groundplan.mongo.queries.constants import constant_value
from groundplan.mongo.queries.expressions import Translator
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Given, MongoParameter, Preparation
from groundplan.mongo.queries.operands import Operand, both
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.writes.address import Address, Conditions, address
from groundplan.mongo.queries.writes.context import Context, mark_of
from groundplan.mongo.queries.writes.given import moment_of
from groundplan.plan.expressions import (
    Aggregate,
    Binary,
    Call,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Not,
    Operator,
    Parameter,
    Path,
    conjuncts,
)
from groundplan.plan.types import AttributeType, Boolean, Email, Json, ListOf, Point, Polygon, Range, Vector

_COMPARISONS = {
    Operator.LESS: "$lt",
    Operator.LESS_EQUAL: "$lte",
    Operator.GREATER: "$gt",
    Operator.GREATER_EQUAL: "$gte",
}
_SWAPPED = {
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
    Operator.EQUAL: Operator.EQUAL,
}
_COMPOSED = (Json, ListOf, Point, Polygon, Range, Vector)
"""Types whose equality a filter would take for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rows of a relation that conditions select: all of them over the row's own attributes, or not.

    `conditions` are what filters say; `tests` are aggregation expressions over documents that are rows; `is_joined`
    tells that other rows decide, or formulas over elements of arrays, so that a query has to find the rows by all of
    `where`. `equal` are the attributes that are fixed to one value.
    """

    relation: Relation
    conditions: Conditions
    where: Expression
    tests: tuple[Bson, ...] = ()
    is_joined: bool = False
    equal: frozenset[str] = frozenset()

    @property
    def is_direct(self) -> bool:
        """Tell whether a filter says it all."""
        return not self.is_joined

    @property
    def test(self) -> Bson:
        """All tests as one."""
        return both(self.tests)

    @property
    def is_of_one(self) -> bool:
        """Tell whether a key makes it one row at most."""
        keys = [self.relation.primary_key, *(key.attributes for key in self.relation.candidate_keys if not key.where)]
        keys += [reference.attributes for reference in self.relation.references if reference.is_unique]
        return any(set(key) <= self.equal for key in keys)


@dataclass(slots=True)
class _Reading:
    """Conditions on their way into a filter."""

    relation: Relation
    context: Context
    parameters: Parameters
    levels: list[dict[str, Bson]]
    tests: list[Bson] = field(default_factory=list)
    is_joined: bool = False
    equal: set[str] = field(default_factory=set)


def select(entity: str, where: Expression, *, context: Context) -> Selection:
    """Return the rows of an entity that are not soft-deleted and for which a condition holds."""
    relation = context.relation_of(entity)
    place = context.places.place(relation.name)
    reading = _Reading(relation, context, Parameters([where]), levels=[{} for _ in range(len(place.steps) + 1)])
    for condition in conjuncts(where):
        _read(condition, reading)
    mark = mark_of(relation)
    if mark is not None:
        spot = context.places.spot(relation.name, mark)
        reading.levels[spot.depth][spot.field] = None
    return Selection(
        relation=relation,
        conditions=Conditions(levels=tuple(reading.levels)),
        where=where,
        tests=tuple(reading.tests),
        is_joined=reading.is_joined,
        equal=frozenset(reading.equal),
    )


def _read(condition: Expression, reading: _Reading) -> None:
    composite = _composite(condition, reading)
    if composite is not None:
        for attribute, value in composite.items():
            _add(attribute, value, reading)
        return
    try:
        localized = reading.context.facts.lookup.localize(condition)
    except (KeyError, ValueError):
        reading.is_joined = True
        return
    for part in conjuncts(localized):
        found = _simple(part, reading)
        if found is None or not _add(found[0], found[1], reading):
            _test(part, reading)


def _test(condition: Expression, reading: _Reading) -> None:
    """Ask a condition as an expression, which a filter can of documents but not of the elements of an array."""
    if reading.context.places.place(reading.relation.name).is_array:
        reading.is_joined = True
        return
    translator = row_translator(reading.relation, reading.context, reading.parameters)
    reading.tests.append(translator.truth(condition))


def _composite(condition: Expression, reading: _Reading) -> dict[str, Bson] | None:
    """Return the attributes that hold a key of several attributes which is given; None for any other condition."""
    match condition:
        case Binary(Operator.EQUAL, Path(attribute=None, type=None) as path, Parameter() as parameter):
            pass
        case Binary(Operator.EQUAL, Parameter() as parameter, Path(attribute=None, type=None) as path):
            pass
        case _:
            return None
    names = reading.context.facts.lookup.names(path)
    key = reading.context.relation_of(path.reached).primary_key
    if names is None:
        return None
    return {here: Given(part_name(parameter.name, there)) for here, there in zip(names, key, strict=True)}


def part_name(parameter: str, attribute: str) -> str:
    """Return the name of the parameter for one attribute of a key of several."""
    return f"{parameter}_{attribute}"


def _add(attribute: str, condition: Bson, reading: _Reading) -> bool:
    """Add a condition on an attribute to the filter; False where the filter says something of it already."""
    spot = reading.context.places.spot(reading.relation.name, attribute)
    level = reading.levels[spot.depth]
    if spot.field in level:
        return False
    level[spot.field] = condition
    if not isinstance(condition, Mapping) or "$eq" in condition:
        reading.equal.add(attribute)
    return True


def _simple(condition: Expression, reading: _Reading) -> tuple[str, Bson] | None:
    """Return an attribute with what a filter asks of it; None for what takes an expression."""
    match condition:
        case Binary(Operator.EQUAL, Local(name), Call(function="any", arguments=(Parameter() as listed,))):
            return name, {"$in": _value(listed, name, reading)}
        case Binary(operator, Local(name), value) if operator in _SWAPPED:
            return _compared(operator, name, value, reading)
        case Binary(operator, value, Local(name)) if operator in _SWAPPED:
            return _compared(_SWAPPED[operator], name, value, reading)
        case Local(name):
            return name, True
        case Not(Local(name)):
            return name, False
        case IsNull(operand=Local(name), is_negated=is_negated):
            return name, ({"$ne": None} if is_negated else None)
        case In(operand=Local(name), items=items, is_negated=False):
            values = [_value(item, name, reading) for item in items]
            return None if any(value is None for value in values) else (name, {"$in": tuple(values)})
        case _:
            return None


def _compared(operator: Operator, name: str, value: Expression, reading: _Reading) -> tuple[str, Bson] | None:
    attribute = reading.relation.attribute(name)
    found = _value(value, name, reading)
    if found is None or isinstance(attribute.type, _COMPOSED):
        return None
    if operator is not Operator.EQUAL:
        # An order that is not the one of the stored values: enums are in that of the plan.
        return None if isinstance(attribute.type, Boolean) else (name, {_COMPARISONS[operator]: found})
    if attribute.is_optional and isinstance(found, Given):
        # NULL equals nothing, though for a filter it does what is not there.
        return name, {"$eq": found, "$ne": None}
    return name, found


def _value(expression: Expression, attribute: str, reading: _Reading) -> Bson:
    return given_value(expression, of=reading.relation.attribute(attribute).type)


def given_value(expression: Expression, *, of: AttributeType | None) -> Bson:
    """Return what an expression without attributes means as a value of a type; None where a driver cannot say it."""
    match expression:
        case Parameter():
            return Given(expression.name, Preparation.LOWER_CASE if isinstance(of, Email) else Preparation.NONE)
        case Literal():
            return constant_value(expression, of)
        case _:
            return moment_of(expression)


def row_translator(relation: Relation, context: Context, parameters: Parameters) -> Translator:
    """Return what writes formulas over a row's own attributes, in documents that are such rows or hold one."""

    def leaf(node: Path | Local | Parameter | Aggregate) -> Operand:
        match node:
            case Local(name):
                attribute = relation.attribute(name)
                path = context.places.path(relation.name, name)
                return Operand(expression=f"${path}", type=attribute.type, is_optional=attribute.is_optional)
            case Parameter():
                return parameters.operand(node)
            case Path() | Aggregate():
                raise Inexpressible("it takes values of other rows")

    return Translator(leaf)


def direct_address(selection: Selection, context: Context) -> Address:
    """Return the address of rows that a filter selects; the documents that it finds have such rows in them."""
    place = context.places.place(selection.relation.name)
    found = address(place, selection.conditions)
    where = dict(found.filter)
    if place.steps and not selection.conditions.levels[-1]:
        where[f"{place.path}.0" if place.steps[-1].is_array else place.path] = {"$exists": True}
    if selection.tests:
        where["$expr"] = both(selection.tests)
    return replace(found, filter=where)


def pattern_parameters(
    parameters: tuple[Parameter, ...], expressions: tuple[Expression, ...], context: Context
) -> tuple[MongoParameter, ...]:
    """Return the parameters of an update or delete; a key of several attributes is given by one for each."""
    known = Parameters(expressions)
    found: list[MongoParameter] = []
    for parameter in parameters:
        like = parameter.like
        if like is not None and like.attribute is None and like.type is None:
            for name, part in zip(
                context.relation_of(like.reached).primary_key, context.storage.key_paths(like), strict=True
            ):
                found.append(MongoParameter(name=part_name(parameter.name, name), type=part.type, like=part))
            continue
        known.operand(parameter)
        found.extend(each for each in known.found if each.name == parameter.name)
    return tuple(found)
