"""Choose where surrogate keys come from: a function of the engine that keeps new keys together."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Relation, Role
from groundplan.plan.expressions import Call
from groundplan.plan.types import Uuid
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.model import Column, Table

UUIDV7_SINCE = 18
"""The first version with uuidv7() (manual 9.14)."""

SEQUENTIAL_UUID = "uuidv7()"
RANDOM_UUID = "gen_random_uuid()"
WIDE_IDENTITY = "bigint identity"
NARROW_IDENTITY = "integer identity"

_INTEGER_ROOM = 2**31 - 1
_ROOM_FACTOR = 100
"""A narrow identity is offered only where the table could grow by this much before it runs out."""


def choose_keys(draft: Draft) -> Draft:
    """Choose where surrogate keys come from: a function of the engine that keeps new keys together."""
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        surrogate = next((found for found in relation.attributes if found.role is Role.SURROGATE), None)
        if surrogate is not None:
            is_uuid = isinstance(surrogate.type, Uuid)
            decision = _uuid(draft, relation) if is_uuid else _identity(draft, relation)
            decisions.append(decision)
            columns = tuple(
                _filled(column, decision.choice) if column.name == surrogate.name else column
                for column in table.columns
            )
            table = replace(table, columns=columns)
        tables.append(table)
    return draft.with_tables(tables, decisions=decisions)


def _filled(column: Column, choice: str) -> Column:
    match choice:
        case "uuidv7()" | "gen_random_uuid()":
            return replace(column, default=Call(choice.removesuffix("()")))
        case _:
            return replace(column, type=choice.removesuffix(" identity"), is_identity=True)


def _uuid(draft: Draft, relation: Relation) -> Decision:
    version = draft.schema.version
    has_sequential = version >= UUIDV7_SINCE
    default = SEQUENTIAL_UUID if has_sequential else RANDOM_UUID
    among = (SEQUENTIAL_UUID, RANDOM_UUID) if has_sequential else (RANDOM_UUID,)
    random_cost = (
        "each insert touches a page of the index of its own: more page images in the log, pages two thirds full"
    )
    why_not = {
        SEQUENTIAL_UUID: "tells when a row was made"
        if has_sequential
        else f"not to be had: PostgreSQL {version} has no such function, {UUIDV7_SINCE} does",
        RANDOM_UUID: "keys that come in no order scatter over the whole index",
    }
    costs = {RANDOM_UUID: random_cost, SEQUENTIAL_UUID: None}
    choice = settle(draft.pins, key=_pin(relation), default=default, among=among)
    return _decision(
        relation,
        choice=choice.value,
        is_pinned=choice.is_pinned,
        reason=(
            "Keys that begin with the time land side by side at the end of the index."
            if choice.value == SEQUENTIAL_UUID
            else "A UUID that the server makes; it tells nothing about the row."
        ),
        version=version,
        alternatives=tuple(
            Alternative(choice=other, why_not=why_not[other], cost=costs[other])
            for other in (SEQUENTIAL_UUID, RANDOM_UUID)
            if other != choice.value
        ),
    )


def _identity(draft: Draft, relation: Relation) -> Decision:
    has_room = relation.rows.now * _ROOM_FACTOR <= _INTEGER_ROOM
    among = (WIDE_IDENTITY, NARROW_IDENTITY) if has_room else (WIDE_IDENTITY,)
    choice = settle(draft.pins, key=_pin(relation), default=WIDE_IDENTITY, among=among)
    why_not = {
        WIDE_IDENTITY: "the plan pins the narrower one",
        NARROW_IDENTITY: "a failed insert uses its number up; widening a key rewrites every table with it"
        if has_room
        else f"not to be had: {relation.rows.now:,} rows leave too little room below {_INTEGER_ROOM:,}",
    }
    serial = Alternative(
        choice="bigserial", why_not="not built: a default with rights of its own; identity is the standard"
    )
    return _decision(
        relation,
        choice=choice.value,
        is_pinned=choice.is_pinned,
        reason="A number from the table's own sequence, as the standard writes it.",
        version=draft.schema.version,
        alternatives=(
            *(Alternative(choice=other, why_not=text) for other, text in why_not.items() if other != choice.value),
            serial,
        ),
    )


def _pin(relation: Relation) -> str:
    return f"postgres.{relation.source}.key"


def _decision(
    relation: Relation,
    *,
    choice: str,
    is_pinned: bool,
    reason: str,
    version: int,
    alternatives: tuple[Alternative, ...],
) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{relation.primary_key[0]}",
        topic="key",
        choice=choice,
        rule="choose_keys",
        reason=reason,
        pin=_pin(relation),
        inputs=(
            Input(name="PostgreSQL", value=str(version)),
            Input(name="rows", value=f"{relation.rows.now:,}"),
        ),
        alternatives=alternatives,
        is_pinned=is_pinned,
        origin=relation.origin,
    )
