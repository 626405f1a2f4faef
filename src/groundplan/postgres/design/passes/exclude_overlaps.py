"""Exclude pairs of rows that the plan says cannot both be, such as two bookings of a room at one time."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.plan.types import Range
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import ExclusionConstraint, Table


def exclude_overlaps(draft: Draft) -> Draft:
    """Exclude pairs of rows that the plan says cannot both be, such as two bookings of a room at one time."""
    names = Names.of(draft.schema)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        exclusions: list[ExclusionConstraint] = []
        for wanted in relation.exclusions:
            name = names.take(table.name, *(member for member, _ in wanted.members), "excl")
            # Equalities first: the index then also serves reads that fix them.
            members = tuple(sorted(wanted.members, key=lambda member: member[1] != "="))
            exclusions.append(ExclusionConstraint(name=name, members=members, origin=wanted.origin))
            ranges = [column for column, _ in members if isinstance(relation.attribute(column).type, Range)]
            decisions.append(
                Decision(
                    object=f"postgres.{relation.name}.{name}",
                    topic="exclusion",
                    choice=f"EXCLUDE USING gist ({', '.join(f'{column} WITH {sign}' for column, sign in members)})",
                    rule="exclude_overlaps",
                    reason="The second of two rows that clash waits for the first, and is refused once that commits.",
                    pin=f"postgres.{relation.source}.{'_'.join(member for member, _ in wanted.members)}.exclusion",
                    inputs=(Input(name="ranges", value=", ".join(ranges) or "none"),),
                    alternatives=(
                        Alternative(
                            choice="a trigger that looks",
                            why_not="not built: two transactions that look at the same time both find nothing",
                        ),
                        Alternative(
                            choice="serializable transactions",
                            why_not="not built: holds only while every program uses them",
                        ),
                    ),
                    origin=wanted.origin,
                )
            )
        tables.append(replace(table, exclusions=tuple(exclusions)))
    return draft.with_tables(tables, decisions=decisions)
