"""Place every relation: in a collection of its own."""

from __future__ import annotations

from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.draft import Draft


def place_relations(draft: Draft) -> Draft:
    """Place every relation: in a collection of its own."""
    return draft.with_collections(collections_of(draft.layout, draft.facts))
