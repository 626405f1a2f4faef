"""Keep an audit trail of the entities that ask for one: who changed what, and when, never a secret."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.base.origin import Origin
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Call, In, Literal, Local
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import (
    AuditColumn,
    AuditTrigger,
    Check,
    Column,
    Index,
    IndexKey,
    PrimaryKey,
    Table,
)

TIMESTAMP = "timestamp with time zone"


def keep_audit_trail(draft: Draft) -> Draft:
    """Keep an audit trail of the entities that ask for one: who changed what, and when, never a secret.

    The trail has no foreign key to the table: it outlives the rows it speaks of.
    """
    names = Names.of(draft.schema)
    tables: list[Table] = []
    trails: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        if relation.lifecycle.has_audit:
            trail = _trail(table, names=names, origin=relation.lifecycle.origin)
            trails.append(trail)
            trigger = AuditTrigger(
                name=trail.name,
                audit_table=trail.name,
                key=table.primary_key.columns,
                hidden=tuple(sorted(column.name for column in table.columns if column.is_secret)),
            )
            table = replace(table, triggers=(*table.triggers, trigger))
            decisions.append(_decision(relation, trail, trigger))
        tables.append(table)
    return draft.with_tables((*tables, *sorted(trails, key=lambda trail: trail.name)), decisions=decisions)


def _trail(table: Table, *, names: Names, origin: Origin) -> Table:
    name = names.take(table.name, "audit")
    operations = tuple(Literal(value=word) for word in ("insert", "update", "delete"))
    columns = (
        Column(name="id", type="bigint", is_identity=True, origin=origin),
        Column(name=AuditColumn.CHANGED_AT.value, type=TIMESTAMP, default=Call("now"), origin=origin),
        Column(name=AuditColumn.CHANGED_BY.value, type="text", origin=origin),
        Column(name=AuditColumn.OPERATION.value, type="text", origin=origin),
        Column(name=AuditColumn.ROW_KEY.value, type="jsonb", origin=origin),
        Column(name=AuditColumn.OLD_VALUES.value, type="jsonb", is_nullable=True, origin=origin),
        Column(name=AuditColumn.NEW_VALUES.value, type="jsonb", is_nullable=True, origin=origin),
    )
    return Table(
        name=name,
        columns=columns,
        primary_key=PrimaryKey(name=names.take(name, "pkey"), columns=("id",), origin=origin),
        checks=(
            Check(
                name=names.take(name, AuditColumn.OPERATION.value, "check"),
                condition=In(operand=Local(AuditColumn.OPERATION.value), items=operations),
                origin=origin,
            ),
        ),
        indexes=(
            Index(
                name=names.take(name, AuditColumn.ROW_KEY.value, AuditColumn.CHANGED_AT.value, "idx"),
                keys=(
                    IndexKey(expression=Local(AuditColumn.ROW_KEY.value)),
                    IndexKey(expression=Local(AuditColumn.CHANGED_AT.value)),
                ),
                serves=(f"the trail of one row of {table.name}",),
                origin=origin,
            ),
        ),
        comment=f"Who changed what in {table.name}, and when.",
        origin=origin,
    )


def _decision(relation: Relation, trail: Table, trigger: AuditTrigger) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{trigger.name}",
        topic="audit",
        choice=f"trigger into {trail.name}",
        rule="keep_audit_trail",
        reason="A trigger sees every change, whichever program makes it, and commits or fails together with it.",
        pin=f"postgres.{relation.source}.audit",
        inputs=(
            Input(name="lifecycle.audit", value="true"),
            Input(name="never written", value=", ".join(trigger.hidden) or "nothing is secret"),
        ),
        alternatives=(
            Alternative(
                choice="in the application",
                why_not="not built: a change by hand or by another program leaves no trace",
                cost="one row written less for each change",
            ),
            Alternative(
                choice="logical decoding",
                why_not="not built: the log does not say who, and needs a reader that is always there",
            ),
        ),
        origin=relation.lifecycle.origin,
    )
