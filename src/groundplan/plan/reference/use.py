"""The sections of the reference about use: access, transactions, rollups, choices, quantities, expressions, YAML."""

from __future__ import annotations

from groundplan.plan.grammar.numbers import COUNT_SUFFIXES
from groundplan.plan.grammar.quantities import DISTANCE_UNITS, SIZE_UNITS, TIME_UNITS
from groundplan.plan.quantities import TimeUnit
from groundplan.plan.reference.section import Example, Section
from groundplan.plan.reference.tables import table


def _words(unit: TimeUnit) -> str:
    return ", ".join(f"`{word}`" for word, meaning in TIME_UNITS.items() if meaning is unit)


_QUANTITIES = table(
    "quantity",
    "for example",
    "units",
    rows=[
        (
            "count",
            "`5000`, `20_000`, `5K`, `1.5B`",
            ", ".join(f"`{suffix}` {size:,}" for suffix, size in COUNT_SUFFIXES.items()),
        ),
        ("share", "`10%`, `0.5%`", "`%`, always written"),
        ("length of time", "`50ms`, `10min`, `90 days`", "; ".join(_words(unit) for unit in TimeUnit)),
        ("rate", "`500/s`, `5/min`, `2K/day`", "any unit of time"),
        ("growth", "`3%/month`, `+50M/day`", "a share (compound) or a count, per any unit of time"),
        (
            "distance",
            "`5km`, `200m`",
            ", ".join(f"`{unit}` {float(metres):,g} m" for unit, metres in DISTANCE_UNITS.items()),
        ),
        (
            "size",
            "`4KB`, `1.5MB`",
            ", ".join(f"`{unit}` {size:,} byte{'s' if size > 1 else ''}" for unit, size in SIZE_UNITS.items()),
        ),
    ],
)

_ACCESS = Section(
    title="Access patterns",
    prose="""
An access pattern is what the application asks, how often and how fast. One key says what it does: `read`, `insert`,
`update`, `upsert` or `delete` with an entity, or `sql` and `mongo` with a statement for what the language cannot say.

A page without a total order gets the key appended, so that no row is shown twice or never. `search` takes its words
from the parameter `:words`, all of which must match. Parameters are written `:name`; `params` says how the proof fills
them.

The links of an n:m relationship are read and written under its label: `{insert: Post.tags}`. A link has a side for each
of its two entities, named after them in the singular, `post` and `tag`; where an entity is linked with itself, the
second side is named after the relationship: `user` and `follow` for `User.follows <> User`. Beside these stand the
attributes of the link. An insert of a pair that is there is refused; an upsert sets the attributes, or leaves the link
alone where it has none. A link is never marked as deleted. It stays when a side is, and its sides are shown as any
reference is, so `tag.deleted_at is null` leaves such links out; `tags.name`, read from the post, does so by itself.
""",
    examples=(
        Example(
            text="""
entities:
  User:    {attributes: {username: text(50) unique}}
  Post:
    attributes:
      title: text(255)
      slug: slug unique
      content: text ~4KB
      status: enum(draft, published) = draft
      published_at: timestamp?
  Comment: {attributes: {content: text(4000)}}
  Place:   {attributes: {name: text(100), coordinates: point}}
  Reading: {attributes: {device: text(20), at: timestamp, value: float}}
  Tag:     {attributes: {name: text(50) unique}}
relationships:
  Post.author > User:  {inverse: posts}
  Post.tags <> Tag:    {inverse: posts, attributes: {position: "int(0..) = 0"}}
  Comment.post > Post: {inverse: comments}
access:
  recent_posts:
    read: Post
    fields: [title, slug, published_at, author.username]
    where: status = 'published' and published_at > now() - interval '30 days'
    order: published_at desc
    page: 20
    rate: 500/s
    target: 50ms
  post_by_slug: {read: Post, one: true, where: slug = :slug, fields: [title, content], rate: 900/s}
  search_posts: {read: Post, search: {in: [title, content], language: english}, page: 20}
  near_me:      {read: Place, near: {coordinates: ":here", within: 5km}, page: 20}
  statistics:   {read: Post, fields: [title, count(comments) as comment_count], staleness: 10min, rate: 5/min}
  history:      {read: Reading, where: "device = :device and at >= :since", params: {device: hot}, limit: 1000}
  latest:       {read: Reading, latest: {per: device, by: at}}
  by_hour:      {read: Reading, group: "date_trunc('hour', at)", fields: [avg(value) as mean]}
  add_comment:  {insert: Comment, rate: 50/s}
  load:         {insert: Reading, batch: 5000}
  publish:      {update: Post, where: id = :id, set: {status: published, published_at: now()}}
  save:         {upsert: Post, on: [slug]}
  remove:       {delete: Post, where: id = :id}
  tag_post:     {insert: Post.tags, batch: 10}
  place_tag:    {upsert: Post.tags}
  move_tag:     {update: Post.tags, where: post = :post and tag = :tag, set: {position: ":position"}}
  untag_post:   {delete: Post.tags, where: post = :post and tag.name = :name}
  tags_of_post: {read: Post.tags, where: post = :post, order: position, fields: [tag.name, position, post.title]}
  count_all:    {sql: select count(*) from posts, mongo: {count: posts}}
"""
        ),
    ),
    kinds=("read", "field", "order", "search", "near", "latest", "insert", "update", "upsert", "delete", "raw", "rate"),
)

_TRANSACTIONS = Section(
    title="Transactions and the workload",
    prose="""
A transaction is a list of access patterns that run as one. A workload gives patterns and transactions their rates as
shares of one total, in one mix or several; `use` chooses the mix that the design is made for.
""",
    examples=(
        Example(
            text="""
entities: {Bid: {attributes: {amount: money}}, Item: {attributes: {nb_of_bids: int = 0}}}
access:
  add_bid: {insert: Bid}
  bump:    {update: Item, where: id = :id, set: {nb_of_bids: nb_of_bids + 1}}
  item:    {read: Item, one: true, where: id = :id}
transactions:
  StoreBid: {steps: [add_bid, bump], isolation: read committed}
  Look:     [item]
workload:
  mixes:
    bidding:  {StoreBid: 3.74%, Look: 96.26%}
    browsing: {Look: 100%}
  use: bidding
  total: 1000/s
"""
        ),
    ),
    kinds=("transaction", "workload"),
)

_ROLLUPS = Section(
    title="Rollups",
    prose="A rollup keeps a summary of an entity, per group and period, when the rows themselves are gone.",
    examples=(
        Example(
            text="""
entities:
  Reading:
    lifecycle: {retain: 90 days by at}
    attributes: {device: text(20), at: timestamp, value: float}
rollups:
  hourly: {of: Reading, by: [device], every: 1 hour by at, fields: [avg(value) as mean], keep: 2 years}
"""
        ),
    ),
    kinds=("rollup", "period"),
)

_CHOICES = Section(
    title="Targets, conventions and decisions",
    prose="""
Everything that a design decides is shown with a key, such as `postgres.Post.title.type`, its choice and the
alternatives. Under `decisions` the plan makes a decision itself; the design shows it as pinned.
""",
    examples=(
        Example(
            text="""
targets: {postgres: 18, mongo: 6}
conventions: {keys: uuid, timestamps: true, names: snake_case plural, normal_form: BCNF}
entities: {Post: {attributes: {title: text(255)}}}
decisions:
  postgres.Post.title.type: varchar
"""
        ),
    ),
    kinds=("targets", "conventions", "names"),
)

_NUMBERS = Section(
    title="Quantities",
    prose="Numbers have their units beside them; a blank between them is fine.",
    table=_QUANTITIES,
)

_EXPRESSIONS = Section(
    title="Expressions",
    prose="""
`where`, `order`, `group`, `set`, `checks`, defaults, computed attributes and `fields` are SQL expressions over
attributes and dotted paths such as `author.username`. Names are found in the plan first, so attributes may be called
`end`, `from` or `desc`; a bare word that is a value of the attribute's enum is that value. The name of a relationship
alone is the row that it leads to: `post = :post`. A path to several rows asks in `where` whether one of them fits, and
gives an ordered list in `fields`. Constants are those of SQL: `'text'`, `5`, `true`, `null`, `interval '30 days'`; a
date, a time, an address or a UUID is a text in single quotes, `'2030-01-31'`.

In YAML an expression with `: ` or ` #` in it, or that begins with a quote or a bracket, stands in double quotes.
""",
)

_YAML = Section(
    title="YAML",
    prose="""
Plans are YAML 1.2 in UTF-8, up to 10 MB: `no`, `on` and `yes` are texts, `true` and `false` truth values. Keys are
texts, each once; tags other than those of YAML itself, merge keys and several documents in a file are errors. So are
texts that YAML would misread silently: one that a comma splits within brackets, and one that ` #` cuts off.
""",
)

USE_SECTIONS: tuple[Section, ...] = (
    _ACCESS,
    _TRANSACTIONS,
    _ROLLUPS,
    _CHOICES,
    _NUMBERS,
    _EXPRESSIONS,
    _YAML,
)
"""What a plan says about use, and what holds everywhere, in the order of the page."""
