"""A plan with every type, and a layout with everything that a document can keep: nesting, copies, counts, subsets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.design.passes.constrain import constrain
from groundplan.mongo.design.passes.index_references import index_references
from groundplan.mongo.design.passes.keep_audit_trail import keep_audit_trail
from groundplan.mongo.design.passes.keep_unique import keep_unique
from groundplan.mongo.design.passes.number_keys import number_keys
from groundplan.mongo.design.passes.show_live_rows import show_live_rows
from groundplan.mongo.design.passes.version_documents import version_documents
from groundplan.mongo.load import Assembler
from groundplan.mongo.model import DocumentModel
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.rows.generate import generate_sample

STUDIO = """
plan: studio
about: Rooms that people book, and what is said of them.
targets: {postgres: 18, mongo: 6}
conventions: {keys: uuid}

entities:
  Member:
    rows: {now: 20}
    about: Somebody who books; it's "quoted".
    lifecycle: {delete: soft, audit: true}
    attributes:
      email:     email unique
      nickname:  {type: text(3..20), about: How others see them.}
      token:     text(64) secret
      website:   url?
      level:     enum(new, regular, 'old hand') = new
      last_seen: ip?
  Profile:
    rows: {now: 20}
    attributes:
      birthday: date?
      wakes_at: time?
      avatar:   bytes(8)?
      settings: json = {}
    checks: {grown: "birthday is null or birthday < date '2015-01-01'"}
  Room:
    rows: {now: 20}
    attributes:
      slug:     slug unique
      price:    decimal(6, 2)
      deposit:  money?
      seats:    int(1..500)
      rating:   float(0..5)?
      open:     bool = true
      spot:     point
      grounds:  polygon?
      look:     vector(3)?
      labels:   list(3) of text(10)
      clean_for: interval?
      kept:     range of int?
    checks: {cheap: "price < 5000 or open", sane: "seats <> 13"}
  Booking:
    rows: {now: 20}
    attributes:
      starts_at: timestamp
      ends_at:   timestamp
      during:    range of timestamp?
    checks: {order: "starts_at < ends_at"}
  Tag:
    rows: {now: 15}
    attributes: {name: text(20) unique}
  Note:
    rows: {now: 40}
    attributes:
      body: text(200)
      stars: int(0..5)?
    checks: {praise: "stars is null or stars < 5 or length(body) > 3"}
  Reading:
    rows: {now: 20}
    key: [room, at]
    attributes:
      at:    timestamp
      value: float

relationships:
  Profile.member - Member:   {inverse: profile}
  Booking.room > Room:       {inverse: bookings, inverse_fanout: {p50: 2, max: 40}}
  Booking.member > Member:   {inverse: bookings}
  Booking.paid_by > Member?: {inverse: payments}
  Note.booking > Booking:    {inverse: notes, inverse_fanout: {p50: 1, max: 5}}
  Room.tags <> Tag:          {inverse: rooms, fanout: {max: 10}}
  Reading.room > Room:       {inverse: readings}

access:
  room: {read: Room, one: true, where: slug = :slug}
"""

HOSTILE = r"""
plan: hostile
targets: {mongo: 6}
entities:
  "It's a `thing` {x} // */":
    about: "*/ alert('1'); // it's \"\"\" \u2028 \\ end"
    attributes:
      __proto__:   text(5)
      constructor: int
      class:       {type: bool, about: "*/ the class"}
      "a 'b' \"c\"": {type: {name: enum, values: ["it's", "*/", "$x", "\\", "`${y}`", "\"\"\""]}}
      copy:        text?
      model_name:  text?
      datetime:    timestamp
      "n 1":       int
      price$:      decimal(10, 2)
      größe:       float?
      language:    text(20)?
    unique: [[price$, "n 1"]]
  Version:
    attributes: {stats: int}
relationships:
  "Version.of > It's a `thing` {x} // */": {inverse: versions}
access: {}
"""

NESTED = Layout(
    embedded={"profiles": "member", "bookings": "room", "notes": "booking", "room_tags": "room"},
    copies={("bookings", "member"): ("nickname",), ("bookings", "paid_by"): ("nickname", "website")},
    subsets={("readings", "room"): Subset(order="at", limit=2)},
    counts=frozenset({("bookings", "member"), ("readings", "room")}),
)
FLAT = Layout()


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    resolved: ResolvedPlan
    logical: LogicalModel
    model: DocumentModel


@cache
def derived(text: str) -> tuple[ResolvedPlan, LogicalModel]:
    reading = read_plan_text(text, file="studio.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), (*reading.diagnostics, *resolved.diagnostics)
    return resolved, derive_relations(resolved)


def designed(text: str, *, layout: Layout) -> Studio:
    resolved, logical = derived(text)
    facts = Facts(resolved, logical)
    model = DocumentModel(version=6, collections=collections_of(layout, facts))
    draft = Draft(resolved=resolved, logical=logical, facts=facts, layout=layout, model=model)
    passes = (
        constrain,
        keep_unique,
        index_references,
        show_live_rows,
        version_documents,
        keep_audit_trail,
        number_keys,
    )
    for change in passes:
        draft = change(draft)
    return Studio(resolved=resolved, logical=logical, model=draft.model)


@cache
def studio() -> Studio:
    return designed(STUDIO, layout=NESTED)


NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, uuid_representation=UuidRepresentation.STANDARD)


@cache
def documents() -> dict[str, tuple[dict[str, Any], ...]]:
    """Synthetic documents of the nested studio, by collection."""
    made = studio()
    sample = generate_sample(made.resolved, made.logical, now=NOW, seed=1)
    assembler = Assembler(made.logical, sample.relations)
    return {
        collection.name: tuple(bson.decode(bytes(raw), OPTIONS) for raw in assembler.documents(collection))
        for collection in made.model.collections
    }
