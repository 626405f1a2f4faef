"""The sections of the reference about data: entities, attributes, constraints, relationships."""

from __future__ import annotations

from groundplan.plan.grammar.relationships import KINDS
from groundplan.plan.grammar.type_words import TYPE_WORDS
from groundplan.plan.model import Arrow
from groundplan.plan.reference.section import Example, Section
from groundplan.plan.reference.tables import table

_TYPES = table(
    "type",
    "means",
    "for example",
    rows=[(f"`{word.word}`", word.means, ", ".join(f"`{one}`" for one in word.examples)) for word in TYPE_WORDS],
)

_ARROW_MEANINGS = {
    Arrow.MANY_TO_ONE: ("`Post.author > User`", "each post has one author, an author has many posts"),
    Arrow.ONE_TO_MANY: ("`User.posts < Post`", "the same, written from the other side"),
    Arrow.ONE_TO_ONE: ("`Preferences.user - User`", "each user has at most one"),
    Arrow.MANY_TO_MANY: ("`Post.tags <> Tag`", "posts have many tags, tags many posts"),
}
_ARROWS = table(
    "arrow",
    "kind",
    "for example",
    "means",
    rows=[
        (f"`{arrow.value}`", f"`{next(word for word, kind in KINDS.items() if kind is arrow)}`", *meaning)
        for arrow, meaning in _ARROW_MEANINGS.items()
    ],
)

_PLAN = Section(
    title="A plan",
    prose="""
Every section may be left out, and their order means nothing; neither does the order of what they declare. Without
`plan:`, the plan has the name of its file. Names are free: blanks, quotes, any script and reserved words are quoted
where they need it; only dots, which part the steps of a path, and control characters cannot stand in a name, and
slashes not in that of an access pattern or a transaction, which also names a file.
""",
    examples=(
        Example(
            text="""
plan: shop
about: Sells things to people.
targets: {postgres: 18}

entities:
  User:
    about: Somebody who buys.
    rows: {now: 2M, growth: 3%/month}
    attributes:
      email: email unique
  Order:
    rows: 20M
    attributes:
      placed_at: timestamp = now()
      total:     money

relationships:
  Order.buyer > User: {inverse: orders, on_delete: restrict}

access:
  orders_of_user: {read: Order, where: buyer = :user, order: placed_at desc, page: 20, rate: 50/s, target: 50ms}
"""
        ),
    ),
    kinds=("plan",),
)

_INCLUDE = Section(
    title="Several files",
    prose="""
`include` names further files of the plan, relative to the file that names them. They lie within the folder of the plan
or below it, each is read once however often it is named, and none may include itself. Each thing is declared in one of
them; the dependencies of an entity may stand elsewhere.
""",
    examples=(
        Example(
            text="""
plan: shop
include: [users.plan.yaml]
entities:
  Order:
    attributes: {total: money}
relationships:
  Order.buyer > User: {inverse: orders}
"""
        ),
        Example(
            file="users.plan.yaml",
            text="""
entities:
  User:
    attributes: {email: email unique}
""",
        ),
    ),
)

_ENTITIES = Section(
    title="Entities",
    prose="""
An entity is a kind of thing. Without `key` it gets a surrogate key by the conventions (`uuid`, or an `identity`
bigint), and `created_at` and `updated_at` unless the conventions say no; `deleted_at` where deleting is `soft`. An
attribute of the same name takes the place of such an implicit one.
""",
    examples=(
        Example(
            text="""
entities:
  User:
    about: Somebody who can sign in.
    rows: {now: 2M, growth: 3%/month}
    lifecycle: {delete: soft, audit: true}
    attributes: {email: email unique}
  Session:
    rows: 500K
    lifecycle: {expires: expires_at}
    attributes: {token: text(64) unique secret, expires_at: timestamp}
  Reading:
    key: [device, at]
    rows: {now: 2B, growth: +50M/day}
    lifecycle: {retain: 90 days by at}
    attributes: {at: timestamp, value: float}
  Device:
  Item:
    tenant: Shop
    attributes: {sku: text(20)}
  Shop:
relationships:
  Reading.device > Device: {inverse: readings}
  Item.shop > Shop: {inverse: items}
"""
        ),
    ),
    kinds=("entity", "rows", "growth", "lifecycle", "retain"),
)

_ATTRIBUTES = Section(
    title="Attributes",
    prose="""
The short form is a type and what follows it, in any order: `?` for optional, `~4KB` for the usual size of a text, a
JSON value or bytes, `unique`, `secret`; at the end `= default` or `computed` and an expression. A default is an
expression without paths, an enum's word, or JSON.

In the brackets of an enum, a value with commas, brackets or quotes stands in single quotes. Within `{}` and `[]` of
YAML, a short form with a comma needs quotes: `{price: "decimal(10,2)"}`.
""",
    examples=(
        Example(
            text="""
entities:
  Post:
    attributes:
      title:        text(3..255)
      slug:         slug unique
      content:      text ~4KB
      excerpt:      text(500)?
      status:       enum(draft 10%, published 85%, archived 5%) = draft
      is_pinned:    bool = false
      price:        decimal(10,2, 0..)?
      labels:       list(10) of text(20)
      settings:     json = {}
      reads:        int(0..) = 0
      word_count:   int computed length(content) / 6
      embedding:    vector(384)?
      written_at:   {type: timestamp, values: {arrives: in order, late: 5 min}}
      score:        {type: float, about: How good it is., values: {distinct: 5K, skew: zipf 1.1, nulls: 2%}}
"""
        ),
    ),
    table=_TYPES,
    kinds=("attribute", "type", "values", "skew"),
)

_CONSTRAINTS = Section(
    title="Constraints, dependencies and normal forms",
    prose="""
`unique` is a list of lists: each inner list is unique together. `checks` have names, or are a list. An exclusion keeps
two rows from both having equal (`=`) and overlapping (`&&`) values. Dependencies say what determines what beside the
keys; they may also stand under `dependencies` of the plan. A normal form lower than that of the conventions is a
deliberate denormalization, with its reason.
""",
    examples=(
        Example(
            text="""
entities:
  Item:
    unique:
      - [shop, sku]
      - {on: [barcode], where: barcode is not null}
    checks: {dates: starts_at < ends_at}
    attributes: {sku: text(20), barcode: text(20)?, starts_at: timestamp, ends_at: timestamp}
  Shop:
  Booking:
    exclude: [{room: "=", during: "&&"}]
    attributes: {room: text(20), during: range of timestamp}
  Order:
    normal_form: 2NF because the report reads it whole
    dependencies:
      - "zip -> city, country"
      - "customer ->> phone"
      - "join: [zip, city], [city, country]"
    attributes: {zip: text(10), city: text(80), country: text(60), customer: text, phone: text}
relationships:
  Item.shop > Shop: {inverse: items}
"""
        ),
    ),
    kinds=("unique", "check", "dependency", "normal_form"),
)

_RELATIONSHIPS = Section(
    title="Relationships",
    prose="""
The key of a relationship says its source, its name, an arrow and its target; `?` behind the target makes it optional.
Several targets with `|` between them make it polymorphic: each source has one target, of one of these kinds. A name
with a dot, an arrow, a bar or a question mark in it stands in double quotes. Without an arrow, `to` and `kind` stand
beside the key.

Fan-outs count what is there per one: `fanout` targets per source, as the relationship is written, `inverse_fanout`
sources per target. What deleting does follows the lifecycle of the target: `cascade` under a soft delete marks, too.
""",
    examples=(
        Example(
            text="""
entities: {User: , Post: , Tag: , Comment: , Preferences: , Attachment: , Ticket: , Message: }
relationships:
  Post.author > User:        {inverse: posts, inverse_fanout: {p50: 3, p99: 400, max: 20K}, on_delete: restrict}
  Preferences.user - User:   {inverse: preferences, on_delete: cascade}
  Post.tags <> Tag:          {inverse: posts, fanout: {p50: 3, max: 10}, attributes: {position: int(0..)}}
  Comment.post > Post:       {inverse: comments, on_delete: cascade}
  Comment.parent > Comment?: {inverse: replies, on_delete: cascade, same: post}
  Attachment.subject > Ticket | Message: {inverse: attachments}
  Comment.author:            {to: User, kind: n:1, optional: true}
"""
        ),
    ),
    table=_ARROWS,
    kinds=("relationship", "fanout"),
)

DATA_SECTIONS: tuple[Section, ...] = (_PLAN, _INCLUDE, _ENTITIES, _ATTRIBUTES, _CONSTRAINTS, _RELATIONSHIPS)
"""What a plan says about data, in the order of the page."""
