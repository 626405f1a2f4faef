"""What the caller of an insert or upsert gives: a value for each attribute that the engine does not fill itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation, RelationAttribute, Role
from groundplan.mongo.queries.constants import constant_value
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import BATCH, Bson, Given, Moment, MongoParameter, NewKey, Preparation
from groundplan.mongo.queries.spans import span_of
from groundplan.mongo.queries.writes.context import Context, unused
from groundplan.plan.expressions import Binary, Call, Expression, Literal, Operator, Path
from groundplan.plan.types import Email, Integer, Interval

_ENGINES_OWN = frozenset({Role.SURROGATE, Role.CREATED_AT, Role.UPDATED_AT, Role.DELETED_AT})
"""Attributes that no caller gives."""

_NOW = frozenset({"now", "current_timestamp"})
_TODAY = "current_date"
_KEYS = frozenset({"uuidv7", "gen_random_uuid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAttribute:
    """An attribute that the caller gives a value for, by a parameter of that name."""

    attribute: RelationAttribute
    parameter: str
    like: Path

    @property
    def takes_default(self) -> bool:
        """Tell whether NULL stands for the attribute's default; an optional attribute takes NULL as it is."""
        return self.attribute.default is not None and not self.attribute.is_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRow:
    """A row as the caller gives it: of each attribute its value, as a command holds it.

    `number` names the value that a counted key is kept as; None where keys are UUIDs or the caller's own.
    """

    relation: Relation
    given: tuple[GivenAttribute, ...]
    values: Mapping[str, Bson]
    batch: str | None
    number: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of everything that the caller gives."""
        return tuple(each.parameter for each in self.given)

    @property
    def parameters(self) -> tuple[MongoParameter, ...]:
        """The parameters, in the order of the attributes."""
        return tuple(
            MongoParameter(
                name=each.parameter,
                type=each.attribute.type,
                like=each.like,
                attribute=each.attribute.name,
                is_optional=each.attribute.is_optional or each.takes_default,
                is_batch=self.batch is not None,
            )
            for each in self.given
        )

    def kept(self, name: str) -> Given:
        """Return the value that an operation keeps for the row under a name."""
        return Given(name) if self.batch is None else Given(self.batch, member=name)


def given_row(entity: str, *, batch: int, context: Context) -> GivenRow:
    """Return what a caller gives for a row of an entity, for one of several where `batch` is more than one."""
    relation = context.relation_of(entity)
    given = given_attributes(entity, context=context)
    name = BATCH if batch > 1 and given else None
    row = GivenRow(relation=relation, given=given, values={}, batch=name, number=None)
    number: str | None = None
    values: dict[str, Bson] = {}
    by_attribute = {each.attribute.name: each for each in given}
    for attribute in relation.attributes:
        if attribute.name in by_attribute:
            values[attribute.name] = _given_value(by_attribute[attribute.name], row)
        elif attribute.role is Role.SURROGATE and isinstance(attribute.type, Integer):
            number = unused("number", among=row.names)
            values[attribute.name] = row.kept(number)
        elif attribute.role is Role.SURROGATE:
            values[attribute.name] = NewKey(attribute.name)
        elif attribute.role is not Role.DELETED_AT:
            values[attribute.name] = Moment() if attribute.default is None else default_value(attribute)
    return replace(row, values=values, number=number)


def given_attributes(entity: str, *, context: Context) -> tuple[GivenAttribute, ...]:
    """Return the attributes that a caller fills; parameters have the plan's words where these are one attribute."""
    found: list[GivenAttribute] = []
    for attribute in context.relation_of(entity).attributes:
        if attribute.role in _ENGINES_OWN:
            continue
        like, is_whole = attribute_path(entity, attribute, context)
        name = unused(attribute.declared if is_whole else attribute.name, among=[each.parameter for each in found])
        found.append(GivenAttribute(attribute=attribute, parameter=name, like=like))
    return tuple(found)


def attribute_path(entity: str, attribute: RelationAttribute, context: Context) -> tuple[Path, bool]:
    """Return what an attribute stores, and whether it stores all of that: a key can have several attributes."""
    scope = context.scope
    if attribute.role is not Role.REFERENCE:
        known = scope.attributes(entity)[attribute.declared]
        path = Path(entity=entity, attribute=attribute.declared, type=known.type, is_optional=known.is_optional)
        return path, True
    hop = scope.references_of(entity)[attribute.declared]
    path = Path(
        entity=entity, hops=(hop,), attribute=None, type=scope.key_type(hop.target), is_optional=hop.is_optional
    )
    parts = context.storage.key_paths(path)
    if len(parts) == 1:
        return path, True
    held = dict(context.storage.step(hop).pairs)
    key = context.relation_of(hop.target).primary_key
    return parts[key.index(held[attribute.name])], False


def _given_value(given: GivenAttribute, row: GivenRow) -> Bson:
    otherwise = default_value(given.attribute) if given.takes_default else None
    preparation = preparation_of(given.attribute)
    if row.batch is None:
        return Given(given.parameter, preparation, otherwise=otherwise)
    return Given(row.batch, preparation, member=given.parameter, otherwise=otherwise)


def preparation_of(attribute: RelationAttribute) -> Preparation:
    """Return what is done to a caller's value of an attribute before it is stored."""
    return Preparation.LOWER_CASE if isinstance(attribute.type, Email) else Preparation.NONE


def default_value(attribute: RelationAttribute) -> Bson:
    """Return the default of an attribute as a value that every driver can make.

    Raises Inexpressible for a default that only a server could compute.
    """
    default = attribute.default
    match default:
        case None:
            return None
        case Literal():
            return constant_value(default, attribute.type)
        case Call(function=name, arguments=()) if name in _KEYS:
            return NewKey(attribute.name)
        case _:
            moment = moment_of(default)
            if moment is None:
                raise Inexpressible(f"the default of {attribute.declared} is computed, and no driver does that")
            return moment


def moment_of(expression: Expression) -> Moment | None:
    """Return the moment that an expression means: now or today, and so much later or earlier."""
    match expression:
        case Call(function=name, arguments=()) if name in _NOW:
            return Moment()
        case Call(function=name, arguments=()) if name == _TODAY:
            return Moment(is_day=True)
        case Binary(Operator.PLUS | Operator.MINUS as operator, left, Literal(int() as days)):
            start = moment_of(left)
            sign = 1 if operator is Operator.PLUS else -1
            return None if start is None or not start.is_day else replace(start, days=start.days + sign * days)
        case Binary(Operator.PLUS | Operator.MINUS as operator, left, Literal(str() as text, Interval())):
            start, span = moment_of(left), span_of(text)
            if start is None or start.is_day:
                return None
            span = span if operator is Operator.PLUS else -span
            return Moment(
                months=start.months + span.months,
                days=start.days + span.days,
                milliseconds=start.milliseconds + span.milliseconds,
            )
        case _:
            return None


def reference_values(row: GivenRow, reference: Reference) -> dict[str, Bson]:
    """Return the attributes of the row that a reference points at, with the values that the reference gives them."""
    return {
        there: row.values[here] for here, there in zip(reference.attributes, reference.target_attributes, strict=True)
    }
