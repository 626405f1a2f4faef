"""Keep the time of the last change true by a trigger: a default is set once and never again."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, settle
from groundplan.logical.model import Role
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import Table, TouchTrigger

TRIGGER = "trigger"
NONE = "none"


def touch_updated_at(draft: Draft) -> Draft:
    """Keep the time of the last change true by a trigger: a default is set once and never again."""
    names = Names.of(draft.schema)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        touched = next((found for found in relation.attributes if found.role is Role.UPDATED_AT), None)
        if touched is not None:
            pin = f"postgres.{relation.source}.{touched.declared}.touch"
            choice = settle(draft.pins, key=pin, default=TRIGGER, among=(TRIGGER, NONE))
            if choice.value == TRIGGER:
                trigger = TouchTrigger(name=names.take(table.name, "touch"), column=touched.name)
                table = replace(table, triggers=(*table.triggers, trigger))
            why_not = {
                TRIGGER: "the plan pins it off; every program that writes has to set the column",
                NONE: "DEFAULT now() alone is the time of creation for ever",
            }
            decisions.append(
                Decision(
                    object=f"postgres.{table.name}.{touched.name}",
                    topic="touch",
                    choice=choice.value,
                    rule="touch_updated_at",
                    reason=(
                        "Whoever updates the row, and from wherever, the time is set."
                        if choice.value == TRIGGER
                        else "The plan pins it."
                    ),
                    pin=pin,
                    alternatives=tuple(
                        Alternative(choice=other, why_not=text)
                        for other, text in why_not.items()
                        if other != choice.value
                    ),
                    is_pinned=choice.is_pinned,
                    origin=touched.origin,
                )
            )
        tables.append(table)
    return draft.with_tables(tables, decisions=decisions)
