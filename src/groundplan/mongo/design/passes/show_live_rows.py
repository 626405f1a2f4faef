"""Show the documents that are not deleted by a view, for whoever writes queries by hand."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, settle
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.passes.keep_unique import deletion_mark
from groundplan.mongo.model import LiveView

VIEW = "view"
NONE = "none"


def show_live_rows(draft: Draft) -> Draft:
    """Show the documents that are not deleted by a view, for whoever writes queries by hand."""
    taken = {collection.name for collection in draft.model.collections}
    views: list[LiveView] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        relation = draft.facts.relations[collection.document.relation]
        mark = deletion_mark(relation)
        if mark is None:
            continue
        pin = f"mongo.{relation.source}.live_rows"
        choice = settle(draft.pins, key=pin, default=VIEW, among=(VIEW, NONE))
        if choice.value == VIEW:
            name = f"live_{collection.name}"
            while name in taken:
                name = f"{name}_view"
            taken.add(name)
            marker = collection.document.value_field(mark).name
            origin = relation.lifecycle.origin
            views.append(LiveView(name=name, collection=collection.name, marker=marker, origin=origin))
        offers = {
            VIEW: Alternative(choice=VIEW, why_not="the plan pins it off"),
            NONE: Alternative(choice=NONE, why_not="whoever forgets the condition once shows what was deleted"),
        }
        decisions.append(
            Decision(
                object=f"mongo.{collection.name}",
                topic="live_rows",
                choice=choice.value,
                rule="show_live_rows",
                reason=(
                    "Reports and people in mongosh see live documents; the generated queries say the condition "
                    "themselves."
                    if choice.value == VIEW
                    else "The plan pins it."
                ),
                pin=pin,
                alternatives=tuple(offer for name, offer in offers.items() if name != choice.value),
                is_pinned=choice.is_pinned,
                origin=relation.lifecycle.origin,
            )
        )
    model = replace(draft.model, views=tuple(sorted(views, key=lambda view: view.name)))
    return replace(draft, model=model, decisions=(*draft.decisions, *decisions))
