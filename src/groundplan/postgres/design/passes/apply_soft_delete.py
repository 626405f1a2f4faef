"""Carry soft deletion through the schema: uniqueness among live rows, and what becomes of what points at one."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import rate_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.actions import is_said
from groundplan.logical.model import Relation, Role
from groundplan.plan.expressions import Expression, IsNull, Local, every, walk
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import Index, IndexKey, SoftDeleteLink, SoftDeleteTrigger, Table

AMONG_LIVE = "live rows"
AMONG_ALL = "all rows"


def apply_soft_delete(draft: Draft) -> Draft:
    """Carry soft deletion through the schema: uniqueness among live rows, and what becomes of what points at one."""
    names = Names.of(draft.schema)
    pointed_at = {(key.target, key.target_columns) for table in draft.schema.tables for key in table.foreign_keys}
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        mark = deletion_mark(relation)
        if mark is None:
            tables.append(table)
            continue
        table, about_keys = _unique_among_live(draft, relation, table, mark=mark, pointed_at=pointed_at)
        trigger, about_trigger = _trigger(draft.facts, relation, mark=mark, names=names)
        exclusions = tuple(replace(found, where=is_live(mark)) for found in table.exclusions)
        triggers = table.triggers if trigger is None else (*table.triggers, trigger)
        tables.append(replace(table, exclusions=exclusions, triggers=triggers))
        decisions += [*about_keys, *about_trigger, *_about_late_children(draft.facts, relation)]
    return draft.with_tables(tables, decisions=decisions)


def deletion_mark(relation: Relation) -> str | None:
    """Return the column that marks deleted rows; None where deleting removes them."""
    return next((found.name for found in relation.attributes if found.role is Role.DELETED_AT), None)


def is_live(mark: str) -> Expression:
    """Return the condition that leaves deleted rows out."""
    return IsNull(operand=Local(mark))


def _unique_among_live(
    draft: Draft, relation: Relation, table: Table, *, mark: str, pointed_at: set[tuple[str, tuple[str, ...]]]
) -> tuple[Table, list[Decision]]:
    unique = []
    indexes: list[Index] = []
    decisions: list[Decision] = []
    for constraint in table.unique:
        if (table.name, constraint.columns) in pointed_at:
            # A foreign key needs the whole of it, and with the key inside it holds for deleted rows anyway.
            unique.append(constraint)
            continue
        decision = _among(draft, relation, table, name=constraint.name, columns=constraint.columns)
        decisions.append(decision)
        if decision.choice == AMONG_ALL:
            unique.append(constraint)
            continue
        keys = tuple(IndexKey(expression=Local(column)) for column in constraint.columns)
        indexes.append(
            Index(name=constraint.name, keys=keys, is_unique=True, where=is_live(mark), origin=constraint.origin)
        )
    for index in table.indexes:
        columns = tuple(name for key in index.keys for name in _columns(key.expression))
        decision = _among(draft, relation, table, name=index.name, columns=columns)
        decisions.append(decision)
        where = index.where if decision.choice == AMONG_ALL else every((*_parts(index.where), is_live(mark)))
        indexes.append(replace(index, where=where))
    indexes.sort(key=lambda index: index.name)
    return replace(table, unique=tuple(unique), indexes=tuple(indexes)), decisions


def _parts(where: Expression | None) -> tuple[Expression, ...]:
    return () if where is None else (where,)


def _columns(expression: Expression) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.name for node in walk(expression) if isinstance(node, Local)))


def _among(draft: Draft, relation: Relation, table: Table, *, name: str, columns: tuple[str, ...]) -> Decision:
    words = "_".join(dict.fromkeys(relation.attribute(column).declared for column in columns))
    pin = f"postgres.{relation.source}.{words}.unique_among"
    choice = settle(draft.pins, key=pin, default=AMONG_LIVE, among=(AMONG_LIVE, AMONG_ALL))
    others = {
        AMONG_LIVE: "the plan pins it: what was taken once stays taken",
        AMONG_ALL: f"what a deleted row of {table.name} used could never be used again",
    }
    return Decision(
        object=f"postgres.{table.name}.{name}",
        topic="unique_among",
        choice=choice.value,
        rule="apply_soft_delete",
        reason=(
            "A deleted row stays in the table but gives up what was unique about it; one partial index says so, and "
            "serves the reads as well."
            if choice.value == AMONG_LIVE
            else "What was taken once stays taken, by the deleted row."
        ),
        pin=pin,
        inputs=(Input(name="lifecycle.delete", value="soft"), Input(name="columns", value=", ".join(columns))),
        alternatives=(
            *(Alternative(choice=other, why_not=text) for other, text in others.items() if other != choice.value),
            Alternative(
                choice="both",
                why_not="not built: a plain unique index beside the partial one forbids what that is there to allow",
                cost="a second index on the same columns",
            ),
        ),
        is_pinned=choice.is_pinned,
        origin=relation.lifecycle.origin,
    )


def _trigger(
    facts: Facts, relation: Relation, *, mark: str, names: Names
) -> tuple[SoftDeleteTrigger | None, list[Decision]]:
    links: dict[ReferentialAction, list[SoftDeleteLink]] = {action: [] for action in ReferentialAction}
    kept: list[str] = []
    pointing = facts.references_to[relation.name]
    for holder, reference in sorted(pointing, key=lambda pair: (pair[0].name, pair[1].attributes)):
        if not is_said(facts, holder, reference):
            kept.append(f"{holder.name}.{reference.name}")
            continue
        link = SoftDeleteLink(
            table=holder.name,
            columns=reference.attributes,
            target_columns=reference.target_attributes,
            is_soft=facts.is_soft(holder.name),
        )
        links[reference.on_delete].append(link)
    restricts = (*links[ReferentialAction.RESTRICT], *links[ReferentialAction.NO_ACTION])
    cascades = tuple(links[ReferentialAction.CASCADE])
    nullifies = tuple(links[ReferentialAction.SET_NULL])
    if not (restricts or cascades or nullifies):
        return None, []
    trigger = SoftDeleteTrigger(
        name=names.take(relation.name, "soft_delete"),
        column=mark,
        cascades=cascades,
        restricts=restricts,
        nullifies=nullifies,
    )
    return trigger, [_trigger_decision(relation, trigger, kept=kept)]


def _trigger_decision(relation: Relation, trigger: SoftDeleteTrigger, *, kept: list[str]) -> Decision:
    said = [
        *(f"refused while {link.table} point at it" for link in trigger.restricts),
        *(f"{link.table} cleared" for link in trigger.nullifies),
        *(f"{link.table} {'marked too' if link.is_soft else 'deleted'}" for link in trigger.cascades),
        *(f"{name} kept" for name in kept),
    ]
    return Decision(
        object=f"postgres.{relation.name}.{trigger.name}",
        topic="soft_delete",
        choice="; ".join(said),
        rule="apply_soft_delete",
        reason=(
            "The plan says what deleting does to each relationship, however the row is deleted; where it says nothing, "
            "the reference stays."
        ),
        pin=f"postgres.{relation.source}.soft_delete",
        inputs=(
            Input(name="lifecycle.delete", value="soft"),
            Input(
                name="isolation",
                value=(
                    "read committed; under repeatable read the trigger sees as its transaction does, and misses rows "
                    "committed since that began"
                ),
            ),
        ),
        alternatives=(
            Alternative(
                choice="foreign keys alone",
                why_not="not built: they act on DELETE, and a mark is an UPDATE",
            ),
            Alternative(
                choice="in the application",
                why_not="not built: a row added at the same moment would be missed; the trigger locks the marked row",
            ),
        ),
        origin=relation.lifecycle.origin,
    )


def _about_late_children(facts: Facts, relation: Relation) -> list[Decision]:
    """Say what becomes of rows that are written to point at a row once it is marked."""
    pointing = sorted(facts.references_to[relation.name], key=lambda pair: (pair[0].name, pair[1].attributes))
    if not pointing:
        return []
    holders = tuple(dict.fromkeys(holder.name for holder, _ in pointing))
    rates = {name: facts.writes(name).total for name in holders}
    return [
        Decision(
            object=f"postgres.{relation.name}",
            topic="late_children",
            choice="accepted",
            rule="apply_soft_delete",
            reason=(
                f"A foreign key asks whether a row is there, not whether it is marked: a row can be added to or moved "
                f"under a marked row of {relation.name}, and reads that lead there leave it out. Who must not do so "
                f"first reads the live row of {relation.name} FOR SHARE, in the same transaction."
            ),
            pin=f"postgres.{relation.source}.late_children",
            inputs=(
                Input(
                    name="pointing",
                    value=", ".join(f"{holder.name}.{reference.name}" for holder, reference in pointing),
                ),
                *(
                    Input(name=f"rows of {name} written", value=rate_in_words(rate or None))
                    for name, rate in rates.items()
                ),
            ),
            alternatives=(
                Alternative(
                    choice="refused by a trigger on each table that points here",
                    why_not="not built: the foreign key looks at the row already, and a trigger would do so once more",
                    cost=(
                        f"one more look and lock in {relation.name} for each row of {', '.join(holders)} written, "
                        "row by row in bulk loads too"
                    ),
                ),
            ),
            origin=relation.lifecycle.origin,
        )
    ]
