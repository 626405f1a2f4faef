"""Choose how collections that outgrow one machine are spread over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundplan.base.amounts import bytes_in_words, count_in_words
from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.logical.facts import LARGE_ROWS
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.fields import Fields
from groundplan.mongo.design.sharding import (
    MONTHS,
    MOST_BYTES,
    MOST_DOCUMENTS,
    Spread,
    rows_later,
    spreads_of,
)
from groundplan.mongo.design.text import key_in_words
from groundplan.mongo.model import Collection, KeyKind, ShardKey
from groundplan.mongo.places import Places

NONE = "none"


def choose_shard_keys(draft: Draft) -> Draft:
    """Choose how collections that outgrow one machine are spread over several.

    The key is the field that most of the work names, so that one machine answers it, among those that have values
    enough, whose most frequent value is no burden, and that every unique index begins with. Keys that rise with time
    are hashed, or all new documents would go to one machine. There is no cluster here to prove it on.
    """
    fields = Fields(draft.facts, Places(draft.model, draft.logical))
    arrangement = Arrangement(draft.layout, Book(draft.facts))
    collections: list[Collection] = []
    decisions: list[Decision] = []
    for collection in draft.model.collections:
        relation = draft.facts.relations[collection.document.relation]
        if relation.rows.now <= LARGE_ROWS or collection.time_series is not None:
            collections.append(collection)
            continue
        size = arrangement.document_bytes(relation.name)
        spreads = spreads_of(collection, fields=fields, document_bytes=size)
        later = rows_later(relation.rows)
        is_outgrown = later > MOST_DOCUMENTS or later * size > MOST_BYTES
        choice = _settle(draft, collection, spreads, is_outgrown=is_outgrown)
        chosen = next((found for found in spreads if _words(found) == choice.value), None)
        if chosen is not None:
            collection = replace(collection, shard_key=ShardKey(keys=chosen.keys))
        collections.append(collection)
        decisions.append(
            _decision(
                draft, collection, spreads, choice=choice, chosen=chosen, later=later, size=size, is_full=is_outgrown
            )
        )
    return draft.with_collections(collections, decisions=decisions)


def _pin(draft: Draft, collection: Collection) -> str:
    return f"mongo.{draft.facts.relations[collection.document.relation].source}.shard_key"


def _settle(draft: Draft, collection: Collection, spreads: Sequence[Spread], *, is_outgrown: bool) -> Choice:
    able = [_words(found) for found in spreads if found.problem is None]
    default = able[0] if is_outgrown and able else NONE
    return settle(draft.pins, key=_pin(draft, collection), default=default, among=(*able, NONE))


def _words(spread: Spread) -> str:
    return f"({', '.join(key_in_words(key) for key in spread.keys)})"


def _decision(
    draft: Draft,
    collection: Collection,
    spreads: Sequence[Spread],
    *,
    choice: Choice,
    chosen: Spread | None,
    later: float,
    size: float,
    is_full: bool,
) -> Decision:
    relation = draft.facts.relations[collection.document.relation]
    return Decision(
        object=f"mongo.{collection.name}",
        topic="shard_key",
        choice=choice.value,
        rule="choose_shard_keys",
        reason=_reason(collection, chosen, is_pinned=choice.is_pinned, is_full=is_full),
        pin=_pin(draft, collection),
        inputs=(
            Input(name=f"documents in {MONTHS} months", value=count_in_words(later)),
            Input(name=f"bytes in {MONTHS} months", value=bytes_in_words(later * size)),
            Input(
                name="one machine", value=f"{bytes_in_words(MOST_BYTES)} or {count_in_words(MOST_DOCUMENTS)} documents"
            ),
            *(() if chosen is None else _inputs_of(chosen)),
        ),
        alternatives=tuple(_alternatives(spreads, choice=choice.value, is_full=is_full)),
        is_pinned=choice.is_pinned,
        origin=relation.origin,
    )


def _inputs_of(spread: Spread) -> tuple[Input, ...]:
    return (
        Input(name="work that names the key", value=f"{spread.targeted:.0%}"),
        Input(name="different values", value=count_in_words(spread.values)),
        Input(name="documents of the most frequent value", value=bytes_in_words(spread.largest)),
    )


def _reason(collection: Collection, chosen: Spread | None, *, is_pinned: bool, is_full: bool) -> str:
    if is_pinned:
        return "The plan pins it."
    if chosen is None and is_full:
        return (
            f"{collection.name} outgrows one machine, and no key can spread it: archive old documents, or give up a "
            "unique index and keep its values in a collection of their own."
        )
    if chosen is None:
        return f"One machine holds {collection.name} for the next {MONTHS} months."
    is_hashed = chosen.keys[0].kind is KeyKind.HASHED
    hashed = " Values rise with time, so that hashes spread new documents evenly." if is_hashed else ""
    return (
        f"{collection.name} outgrows one machine; {chosen.targeted:.0%} of its reads and changes name "
        f"{chosen.keys[0].path}, and ask one machine alone.{hashed} Not proven: there is no cluster here."
    )


def _alternatives(spreads: Sequence[Spread], *, choice: str, is_full: bool) -> list[Alternative]:
    found: list[Alternative] = []
    if choice != NONE:
        found.append(Alternative(choice=NONE, why_not="one machine would be full, or no longer quick to replace"))
    for spread in spreads:
        if _words(spread) == choice:
            continue
        why_not = f"{spread.targeted:.0%} of the work names it; the rest would ask every machine"
        if spread.problem is not None:
            why_not = f"not to be had: {spread.problem}"
        elif not is_full:
            why_not = "one machine is enough, and nothing asks two at once"
        found.append(Alternative(choice=_words(spread), why_not=why_not))
    return found
