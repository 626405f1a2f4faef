"""What searches, nearness and newest rows ask for."""

from __future__ import annotations

from dataclasses import replace

from groundplan.logical.facts import LARGE_ROWS
from groundplan.logical.model import Relation
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.indexing.request import request_of
from groundplan.mongo.design.indexing.unique import unique_name
from groundplan.mongo.design.indexing.wanted import NotWanted, Outcome, Wanted, keys_of
from groundplan.mongo.languages import index_language
from groundplan.mongo.model import Index, IndexKey, KeyKind
from groundplan.plan.expressions import conjuncts, paths
from groundplan.plan.patterns import LatestPer, Nearness, ReadPattern, SearchTerm

WEIGHTS = (10, 4, 2, 1)
"""PostgreSQL's weights of A to D (ts_rank: 1.0, 0.4, 0.2, 0.1), in whole numbers as a text index takes them."""


def outcome_of_search(term: SearchTerm, *, relation: Relation, fields: Fields) -> Outcome:
    """Return the text index of a search; without one the server refuses the query, however few documents there are."""
    found = [field for member in term.members for field in fields.of(member) or ()]
    if not found or any(fields.of(member) is None for member in term.members):
        return NotWanted(reason="what it searches lies in several collections, and a text index in one")
    weights = {field.path: WEIGHTS[min(at, len(WEIGHTS) - 1)] for at, field in enumerate(found)}
    index = Index(
        name="",
        keys=tuple(IndexKey(path=path, kind=KeyKind.TEXT) for path in weights),
        weights=tuple(weights.items()),
        language=index_language(term.language),
        origin=relation.origin,
    )
    reason = "the text index keeps each word once, with the documents that hold it and their weight"
    return Wanted(index=index, free=0, share=1.0, reason=reason, is_needed=True)


def outcome_of_nearness(near: Nearness, *, relation: Relation, fields: Fields) -> Outcome:
    """Return the index of places; without one the server refuses to look for the nearest."""
    found = fields.of(near.attribute)
    if found is None or len(found) != 1:
        return NotWanted(reason="the place lies in documents of another collection")
    index = Index(name="", keys=(IndexKey(path=found[0].path, kind=KeyKind.SPHERE),), origin=relation.origin)
    reason = "the cells of the sphere around the place are looked through outwards, nearest first"
    return Wanted(index=index, free=0, share=1.0, reason=reason, is_needed=True)


def outcome_of_latest(pattern: ReadPattern, latest: LatestPer, *, relation: Relation, fields: Fields) -> Outcome:
    """Return the index (per, by): the newest row of each begins its part, and the rest of it is skipped."""
    documents = fields.documents(relation.name)
    if documents <= LARGE_ROWS:
        return NotWanted(reason=f"{documents:,} declared documents of {relation.name} are read whole")
    per, by = fields.of(latest.per), fields.of(latest.by)
    if per is None or by is None:
        return NotWanted(reason="what the newest row is asked per lies in other documents")
    if any(field.arrays for field in (*per, *by)):
        return NotWanted(reason="rows in an array are taken out of it before they are compared")
    conditions = tuple(part for part in conjuncts(pattern.where) if all(fields.of(path) for path in paths(part)))
    request = request_of(conditions, relation=relation, fields=fields)
    fixed = [field for field in request.equal if field not in per and not field.arrays]
    keys = [*keys_of((*per, *fixed)), *(IndexKey(path=field.path, kind=KeyKind.DESCENDING) for field in by)]
    if unique_name(replace(request, equal=(*per, *fixed, *by))) is None:
        keys += [
            IndexKey(path=field.path, kind=KeyKind.DESCENDING)
            for field in _key(relation, fields)
            if all(field.path != key.path for key in keys)
        ]
    index = Index(name="", keys=tuple(keys), where=request.where, origin=relation.origin)
    reason = "the newest row of each begins its part of the index, and the rest of the part is skipped"
    return Wanted(index=index, free=len(per), share=request.share, reason=reason)


def _key(relation: Relation, fields: Fields) -> tuple[Field, ...]:
    return tuple(fields.own(relation.name, name) for name in relation.primary_key)
