"""Choose time-series collections for rows that come in the order of time and then stay as they are."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Relation, RelationAttribute, Role
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import Collection, TimeSeries, ValueField
from groundplan.plan.model import DeletePolicy
from groundplan.plan.patterns import DeletePattern, UpdatePattern, UpsertPattern
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth
from groundplan.plan.types import Arrival, Timestamp

TIME_SERIES = "time series"
COLLECTION = "collection"

WORTH_ROWS = 1_000_000
"""Below so many rows the smaller documents of a time series are worth less than what it cannot do."""

_GRANULARITIES = ((60.0, "seconds"), (3_600.0, "minutes"))
"""A bucket spans an hour, a day or 30 days: by how many seconds lie between two rows of one source."""


def choose_time_series(draft: Draft) -> Draft:
    """Choose time-series collections for rows that come in the order of time and then stay as they are.

    Such a collection takes no unique index, no validator, no update of single documents, and no write in a
    transaction (MongoDB manual, Time Series Collection Limitations): rows whose key has to be refused twice keep a
    collection of the usual kind unless the plan pins it.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        relation = draft.facts.relations[collection.document.relation]
        time = _time(relation)
        if time is None:
            collections.append(collection)
            continue
        decision = _decision(draft, relation, collection, time=time)
        decisions.append(decision)
        if decision.choice == TIME_SERIES:
            collection = replace(collection, time_series=_options(draft, relation, collection, time=time))
        collections.append(collection)
    return draft.with_collections(collections, decisions=decisions)


def _time(relation: Relation) -> RelationAttribute | None:
    """Return the time that rows come by, where the plan says that they come in its order."""
    for attribute in relation.attributes:
        is_in_order = attribute.role is Role.PLAN and attribute.values.arrives is Arrival.IN_ORDER
        if is_in_order and isinstance(attribute.type, Timestamp) and not attribute.is_optional:
            return attribute
    return None


def _decision(draft: Draft, relation: Relation, collection: Collection, *, time: RelationAttribute) -> Decision:
    pin = f"mongo.{relation.source}.collection"
    barred = _barred(draft, relation, collection)
    doubt = None if barred is not None else _doubt(relation)
    among = (COLLECTION,) if barred is not None else (TIME_SERIES, COLLECTION)
    default = TIME_SERIES if barred is None and doubt is None else COLLECTION
    choice = settle(draft.pins, key=pin, default=default, among=among)
    why_not = {
        TIME_SERIES: f"not to be had: {barred}" if barred is not None else doubt or "the plan pins the usual kind",
        COLLECTION: "a document and an entry of each index for every row, where a bucket holds hundreds in columns",
    }
    reason = {
        TIME_SERIES: (
            f"{relation.name} come in the order of {time.name} and nothing changes them: the server keeps them in "
            "buckets, column by column, and checks no types there."
        ),
        COLLECTION: "A collection of the usual kind can be validated, and updated row by row.",
    }
    return Decision(
        object=f"mongo.{collection.name}",
        topic="collection",
        choice=choice.value,
        rule="choose_time_series",
        reason=reason[choice.value],
        pin=pin,
        inputs=(
            Input(name="rows", value=f"{relation.rows.now:,}"),
            Input(name="time", value=f"{time.name}, in order"),
        ),
        alternatives=tuple(
            Alternative(choice=other, why_not=text) for other, text in why_not.items() if other != choice.value
        ),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )


def _barred(draft: Draft, relation: Relation, collection: Collection) -> str | None:
    """Return why rows cannot be a time series at all."""
    if len(collection.document.fields) != sum(isinstance(found, ValueField) for found in collection.document.fields):
        return f"documents of {relation.name} hold other rows or copies, which change"
    if draft.facts.references_to[relation.name]:
        return "others point at its rows, and nothing can hold a key there to one row"
    if relation.candidate_keys:
        return "nothing can be unique in a time series"
    if relation.lifecycle.delete is DeletePolicy.SOFT or relation.lifecycle.has_audit or relation.lifecycle.has_history:
        return "marking, auditing and keeping versions change rows or need transactions"
    for pattern in draft.facts.patterns:
        match pattern:
            case UpdatePattern() | UpsertPattern() | DeletePattern() if pattern.entity == relation.source:
                return f"{pattern.name} changes single rows"
            case _:
                pass
    for transaction in draft.resolved.transactions:
        for pattern in draft.facts.patterns:
            if pattern.name in transaction.steps and getattr(pattern, "entity", None) == relation.source:
                return f"{transaction.name} is a transaction, and nothing can be written to a time series in one"
    return None


def _doubt(relation: Relation) -> str | None:
    """Return what would be lost that the plan asks for."""
    if not any(attribute.role is Role.SURROGATE for attribute in relation.attributes):
        return f"nothing is unique there: the same ({', '.join(relation.primary_key)}) twice would not be refused"
    if relation.checks:
        return "its checks would not be made: a time series takes no validator"
    if relation.rows.now < WORTH_ROWS:
        return f"{relation.rows.now:,} rows are too few for it to matter"
    return None


def _options(draft: Draft, relation: Relation, collection: Collection, *, time: RelationAttribute) -> TimeSeries:
    sources = [reference for reference in relation.references if len(reference.attributes) == 1]
    meta = None
    seconds = 0.0
    if len(sources) == 1:
        meta = collection.document.value_field(sources[0].attributes[0]).name
        targets = max(1, draft.facts.relations[sources[0].target].rows.now)
        rate = _rows_a_second(draft, relation)
        seconds = targets / rate if rate else 0.0
    granularity = next((word for limit, word in _GRANULARITIES if seconds < limit), "hours")
    return TimeSeries(
        time_field=collection.document.value_field(time.name).name,
        meta_field=None if meta == "_id" else meta,
        granularity=granularity,
    )


def _rows_a_second(draft: Draft, relation: Relation) -> float:
    inserts = draft.facts.writes(relation.name).inserts
    if inserts:
        return inserts
    match relation.rows.growth:
        case AbsoluteGrowth(rows=rows, per=per):
            return rows / float(per.value)
        case CompoundGrowth(share=share, per=per):
            return relation.rows.now * float(share) / float(per.value)
        case None:
            return 0.0
