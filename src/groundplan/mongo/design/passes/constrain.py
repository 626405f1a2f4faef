"""Carry the plan's checks to the documents that hold the rows they are about."""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.nesting import nests_in
from groundplan.mongo.model import DocumentCheck


def constrain(draft: Draft) -> Draft:
    """Carry the plan's checks to the documents that hold the rows they are about; time series take none."""
    collections = []
    for collection in draft.model.collections:
        checks = tuple(
            DocumentCheck(
                relation=nest.relation,
                name=check.name,
                condition=check.condition,
                path=nest.path,
                is_array=nest.is_array,
                origin=check.origin,
            )
            for nest in nests_in(collection)
            for check in draft.facts.relations[nest.relation].checks
            if collection.time_series is None
        )
        collections.append(replace(collection, checks=checks))
    return draft.with_collections(collections)
