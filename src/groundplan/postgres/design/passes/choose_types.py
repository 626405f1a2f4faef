"""Choose a table for each relation, and a type for each of its columns."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.base.names import snake_case
from groundplan.logical.model import Relation, RelationAttribute, Role
from groundplan.plan.expressions import Binary, Operator
from groundplan.plan.patterns import UpdatePattern
from groundplan.plan.types import Email, Enum, Integer, Json, Text
from groundplan.postgres.design.column_types import Typing, column_type
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import Column, EnumType, PrimaryKey, Table
from groundplan.postgres.quoting import cast_type


def choose_types(draft: Draft) -> Draft:
    """Choose a table for each relation, and a type for each of its columns."""
    names = Names(relation.name for relation in draft.logical.relations)
    counters = _counters(draft)
    enums: list[EnumType] = []
    tables: list[Table] = []
    decisions: list[Decision] = []
    for relation in draft.logical.relations:
        columns: list[Column] = []
        for attribute in relation.attributes:
            if attribute.role is Role.REFERENCE or _is_number_of_a_sequence(attribute):
                # `choose_foreign_keys` gives the first the type of what it points at, `choose_keys` the second.
                columns.append(_column(attribute, spelling=cast_type(attribute.type)))
                continue
            typing = column_type(attribute.type, is_counter=(relation.source, attribute.declared) in counters)
            decision, spelling = _decide(draft, relation, attribute, typing)
            if spelling is None and isinstance(attribute.type, Enum):
                enum = _enum(relation, attribute, attribute.type, names=names)
                enums.append(enum)
                spelling = enum.name
            columns.append(_column(attribute, spelling=spelling or typing.spelling))
            decisions.append(decision)
        tables.append(_table(relation, columns, names=names))
    enums.sort(key=lambda enum: enum.name)
    return replace(
        draft,
        schema=replace(draft.schema, tables=tuple(tables), enums=tuple(enums)),
        decisions=(*draft.decisions, *decisions),
    )


def _is_number_of_a_sequence(attribute: RelationAttribute) -> bool:
    return attribute.role is Role.SURROGATE and isinstance(attribute.type, Integer)


def _counters(draft: Draft) -> set[tuple[str, str]]:
    """Return the attributes that an update adds to."""
    found: set[tuple[str, str]] = set()
    for pattern in draft.resolved.patterns:
        if not isinstance(pattern, UpdatePattern):
            continue
        for assignment in pattern.assignments:
            target, value = assignment.target, assignment.value
            if isinstance(value, Binary) and value.operator is Operator.PLUS and target in (value.left, value.right):
                found.add((pattern.entity, target.attribute or ""))
    return found


def _decide(
    draft: Draft, relation: Relation, attribute: RelationAttribute, typing: Typing
) -> tuple[Decision, str | None]:
    pin = f"postgres.{relation.source}.{attribute.declared}.type"
    offered = {offer.choice: offer.spelling for offer in typing.offers}
    choice = settle(draft.pins, key=pin, default=typing.spelling, among=(typing.spelling, *offered))
    spelling = offered.get(choice.value, typing.spelling)
    alternatives = [offer.alternative for offer in typing.offers if offer.choice != choice.value]
    if choice.value != typing.spelling:
        alternatives.insert(0, Alternative(choice=typing.spelling, why_not="the plan pins another type"))
    decision = Decision(
        object=f"postgres.{relation.name}.{attribute.name}",
        topic="type",
        choice=choice.value,
        rule="choose_types",
        reason=typing.reason if choice.value == typing.spelling else "The plan pins it.",
        pin=pin,
        inputs=_inputs(attribute),
        alternatives=(*alternatives, *typing.refused),
        is_pinned=choice.is_pinned,
        origin=attribute.origin,
    )
    return decision, spelling


def _inputs(attribute: RelationAttribute) -> tuple[Input, ...]:
    match attribute.type:
        case Text():
            found = [
                ("at least", attribute.type.minimum),
                ("at most", attribute.type.maximum),
                ("typical bytes", attribute.type.typical_bytes),
            ]
        case Integer():
            found = [("at least", attribute.type.minimum), ("at most", attribute.type.maximum)]
        case Json():
            found = [("typical bytes", attribute.type.typical_bytes)]
        case Enum():
            return (Input(name="values", value=", ".join(value.name for value in attribute.type.values)),)
        case Email():
            return (Input(name="plan type", value="email, compared without case"),)
        case _:
            return (Input(name="plan type", value=snake_case(type(attribute.type).__name__)),)
    return tuple(Input(name=name, value=str(value)) for name, value in found if value is not None)


def _column(attribute: RelationAttribute, *, spelling: str) -> Column:
    return Column(
        name=attribute.name,
        type=spelling,
        is_nullable=attribute.is_optional,
        default=attribute.default,
        is_secret=attribute.is_secret,
        comment=attribute.about,
        attribute=attribute.name,
        origin=attribute.origin,
    )


def _enum(relation: Relation, attribute: RelationAttribute, type: Enum, *, names: Names) -> EnumType:  # noqa: A002
    return EnumType(
        name=names.take(snake_case(relation.source.rpartition(".")[0] or relation.source), attribute.name),
        values=tuple(value.name for value in type.values),
        origin=attribute.origin,
    )


def _table(relation: Relation, columns: list[Column], *, names: Names) -> Table:
    return Table(
        name=relation.name,
        columns=tuple(columns),
        primary_key=PrimaryKey(
            name=names.take(relation.name, "pkey"), columns=relation.primary_key, origin=relation.origin
        ),
        comment=relation.about,
        relation=relation.name,
        origin=relation.origin,
    )
