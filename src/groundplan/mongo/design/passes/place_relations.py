"""Place every relation: whole in one place, and in copies where reads pay for their upkeep."""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.design.costs.pricing import Pricing
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.placing.accounts import Accounts
from groundplan.mongo.design.placing.assumptions import assumptions_of
from groundplan.mongo.design.placing.offers import questions_of
from groundplan.mongo.design.placing.search import Search, without_contradictions


def place_relations(draft: Draft) -> Draft:
    """Place every relation: whole in one place, and in copies where reads pay for their upkeep.

    For each reference one of what can be built is taken, so that all access patterns together take least, each as
    often as it runs. A pin leaves no choice, and what else is free is chosen around it.
    """
    pricing = Pricing(draft.facts)
    questions = questions_of(draft.facts, pricing.book, pricing.profiles)
    copied: dict[str, list[str]] = {}
    for question in questions:
        for offer in question.offers:
            copied.setdefault(question.reference.target, []).extend(offer.copies)
    pricing.expect_changes(copied)
    search = Search(pricing, without_contradictions(questions, pricing))
    found = search.run()
    accounts = Accounts(search, found)
    layout = accounts.layout
    return replace(
        draft,
        layout=layout,
        model=replace(draft.model, collections=collections_of(layout, draft.facts)),
        decisions=(*draft.decisions, *accounts.decisions()),
        assumptions=(*draft.assumptions, *assumptions_of(pricing, layout)),
    )
