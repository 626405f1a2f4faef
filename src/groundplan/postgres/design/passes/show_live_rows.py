"""Show the rows that are not deleted by a view, for whoever writes queries by hand."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, settle
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.design.passes.apply_soft_delete import deletion_mark, is_live
from groundplan.postgres.model import FilteredView

VIEW = "view"
NONE = "none"


def show_live_rows(draft: Draft) -> Draft:
    """Show the rows that are not deleted by a view, for whoever writes queries by hand.

    The mark is left out, being empty in each of them, and so are secrets and columns of the design's own.
    """
    names = Names.of(draft.schema)
    views: list[FilteredView] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations.get(table.name)
        mark = None if relation is None else deletion_mark(relation)
        if relation is None or mark is None:
            continue
        pin = f"postgres.{relation.source}.live_rows"
        choice = settle(draft.pins, key=pin, default=VIEW, among=(VIEW, NONE))
        why_not = {VIEW: "the plan pins it off", NONE: "whoever forgets the condition once shows what was deleted"}
        if choice.value == VIEW:
            shown = (column for column in table.columns if not column.is_secret and column.attribute is not None)
            views.append(
                FilteredView(
                    name=names.take("live", table.name),
                    table=table.name,
                    columns=tuple(column.name for column in shown if column.name != mark),
                    where=is_live(mark),
                    origin=relation.lifecycle.origin,
                )
            )
        decisions.append(
            Decision(
                object=f"postgres.{table.name}",
                topic="live_rows",
                choice=choice.value,
                rule="show_live_rows",
                reason=(
                    "Reports and people with psql see live rows; the generated queries say the condition themselves."
                    if choice.value == VIEW
                    else "The plan pins it."
                ),
                pin=pin,
                alternatives=tuple(
                    Alternative(choice=other, why_not=text) for other, text in why_not.items() if other != choice.value
                ),
                is_pinned=choice.is_pinned,
                origin=relation.lifecycle.origin,
            )
        )
    schema = replace(draft.schema, views=(*draft.schema.views, *sorted(views, key=lambda view: view.name)))
    return replace(draft, schema=schema, decisions=(*draft.decisions, *decisions))
