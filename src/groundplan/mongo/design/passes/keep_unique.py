"""Keep what is unique so: an index for every key that is not a document's own."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.base.names import fit
from groundplan.logical.model import CandidateKey, Relation, Role
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.nesting import Nest, nests_in
from groundplan.mongo.design.partial_filters import Filter, NotPartial, all_of, partial_filter
from groundplan.mongo.model import Collection, Index, IndexKey

INDEX_NAME_BYTES = 120
"""Names may be longer since 4.2; tools that show them may not."""


def keep_unique(draft: Draft) -> Draft:
    """Keep what is unique so: an index for every key that is not a document's own.

    The server takes fields that are not there for equal, SQL takes NULLs for different: a key with optional attributes
    is unique among the documents that have them all. Deleted rows that are still there do not count. Nothing can be
    unique in a time series.
    """
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        indexes: list[Index] = []
        for nest in nests_in(collection) if collection.time_series is None else ():
            relation = draft.facts.relations[nest.relation]
            for key in _keys(relation, nest):
                index = _index(collection, nest, relation, key)
                if index is not None:
                    indexes.append(index)
                    decisions.append(_decision(relation, key, index, collection=collection))
        collections.append(replace(collection, indexes=(*collection.indexes, *indexes)))
    return draft.with_collections(collections, decisions=decisions)


def _keys(relation: Relation, nest: Nest) -> list[CandidateKey]:
    """Return the keys that an index is needed for: none that `_id` or the document around the row sees to.

    Rows are put into arrays only where every key is unique within the document around them.
    """
    primary = CandidateKey(attributes=relation.primary_key, origin=relation.origin)
    keys = list(relation.candidate_keys)
    if not nest.path and len(relation.primary_key) > 1:
        keys.insert(0, primary)
    return [
        key
        for key in keys
        if all(nest.has(name) for name in key.attributes)
        and not nest.is_array
        and (key is primary or not set(relation.primary_key) <= set(key.attributes))
    ]


def _index(collection: Collection, nest: Nest, relation: Relation, key: CandidateKey) -> Index | None:
    is_primary = key.attributes == relation.primary_key
    words = () if is_primary else key.attributes
    prefix = nest.path.replace(".", "_")
    try:
        where = _where(relation, nest, key, is_primary=is_primary)
    except NotPartial:
        return None
    return Index(
        name=fit("_".join((collection.name, *((prefix,) if prefix else ()), *words, "key")), limit=INDEX_NAME_BYTES),
        keys=tuple(IndexKey(path=nest.field(name)) for name in key.attributes),
        is_unique=True,
        where=where or None,
        serves=(f"key of {relation.name}" if is_primary else f"{relation.name} ({', '.join(key.attributes)}) unique",),
        origin=key.origin,
    )


def _where(relation: Relation, nest: Nest, key: CandidateKey, *, is_primary: bool) -> Filter:
    parts: list[Filter] = []
    if key.where is not None:
        parts.append(partial_filter(key.where, path=nest.field))
    parts += [
        {nest.field(name): {"$exists": True}}
        for name in key.attributes
        if nest.path or relation.attribute(name).is_optional
    ]
    mark = deletion_mark(relation)
    if mark is not None and not is_primary:
        parts.append({nest.field(mark): None})
    return all_of(parts)


def deletion_mark(relation: Relation) -> str | None:
    """Return the attribute that marks deleted rows; None where deleting removes them."""
    return next((found.name for found in relation.attributes if found.role is Role.DELETED_AT), None)


def _decision(relation: Relation, key: CandidateKey, index: Index, *, collection: Collection) -> Decision:
    words = "_".join(dict.fromkeys(relation.attribute(name).declared for name in key.attributes))
    where = "" if index.where is None else ", only where " + " and ".join(sorted(index.where))
    return Decision(
        object=f"mongo.{collection.name}.{index.name}",
        topic="unique",
        choice=f"unique ({', '.join(found.path for found in index.keys)}){where}",
        rule="keep_unique",
        reason=(
            "Only an index keeps two programs that write at once from writing the same."
            if index.where is None
            else "Only an index keeps two programs from writing the same; fields that are not there count as equal."
        ),
        pin=f"mongo.{relation.source}.{words}.unique",
        inputs=(Input(name="rows", value=f"{relation.rows.now:,}"),),
        alternatives=(
            Alternative(
                choice="looking before writing",
                why_not="not built: two programs look at the same time and both find nothing",
            ),
        ),
        origin=key.origin,
    )
