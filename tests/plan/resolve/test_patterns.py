"""Access patterns, resolved: fields, orders, parameters, demands."""

from __future__ import annotations

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.plan.expressions import Aggregate, Binary, Literal, Operator, Parameter, Path
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    NullsOrder,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.plan.types import Boolean, Date, Integer, Point, Text, Timestamp, Uuid

ENTITIES = """
entities:
  User:
    lifecycle: {delete: soft}
    attributes: {name: text, email: email unique, password: text secret, nick: text unique?}
  Device: {key: [maker, serial], attributes: {maker: text, serial: text}}
  Reading: {key: [device, at], attributes: {at: timestamp, value: float?}}
  Post:
    unique: [[author, slug]]
    attributes:
      title: text
      slug: slug
      published_at: timestamp?
      is_open: bool = false
      place: point?
      day: date?
  Tag: {attributes: {name: text}}
  Settings: {key: [user], attributes: {theme: text}}
relationships:
  Post.author > User: {inverse: posts}
  Post.device > Device?: {inverse: posts}
  Post.tags <> Tag: {inverse: posts, attributes: {weight: "int = 1"}}
  User.follows <> User: {inverse: followers}
  Reading.device > Device: {inverse: readings}
  Settings.user - User: {inverse: settings}
"""


def resolved(rest: str) -> ResolvedPlan:
    reading = read_plan_text(ENTITIES + rest, file="plan.yaml")
    assert reading.plan is not None
    assert not reading.diagnostics
    found = resolve(reading.plan)
    assert not has_errors(found.diagnostics), found.diagnostics
    return found


def read(body: str) -> ReadPattern:
    (pattern,) = resolved(f"access:\n  it: {body}\n").patterns
    assert isinstance(pattern, ReadPattern)
    return pattern


def orders(pattern: ReadPattern) -> list[str]:
    words = []
    for key in pattern.order:
        path = key.expression
        name = path.attribute or path.hops[-1].relationship if isinstance(path, Path) else type(path).__name__
        words.append(f"{name} {'desc' if key.is_descending else 'asc'} {key.nulls.value}")
    return words


def test_omitted_fields_are_all_but_secrets_and_the_mark_of_deletion() -> None:
    assert [field.name for field in read("{read: User}").fields] == [
        "id", "name", "email", "nick", "created_at", "updated_at",
    ]  # fmt: skip


def test_omitted_fields_hold_references_by_their_keys() -> None:
    assert [field.name for field in read("{read: Post}").fields] == [
        "id", "title", "slug", "published_at", "is_open", "place", "day",
        "author_id", "device_maker", "device_serial", "created_at", "updated_at",
    ]  # fmt: skip
    assert [field.name for field in read("{read: Settings}").fields][:2] == ["theme", "user_id"]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("[title, author.name, author, tags.name]", ["title", "author_name", "author_id", "tags_name"]),
        ("[count(tags), max(tags.created_at) as last]", ["count", "last"]),
        ("[tags, device]", ["tags", "device_maker", "device_serial"]),
        ('["lower(title)", "title || slug", "title::text", "case when is_open then 1 end"]', None),
        ("[author.settings.theme, author.settings]", ["author_settings_theme", "author_settings_user_id"]),
    ],
)
def test_results_are_named_by_their_words(fields: str, names: list[str] | None) -> None:
    found = [field.name for field in read(f"{{read: Post, fields: {fields}}}").fields]
    assert found == (names or ["lower", "value", "title", "case"])


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["id asc nulls last"]),
        ("order: title,", ["title asc nulls last", "id asc nulls last"]),
        ("order: published_at desc,", ["published_at desc nulls first", "id desc nulls first"]),
        ("order: published_at desc nulls last,", ["published_at desc nulls last", "id desc nulls first"]),
        (
            "order: [title desc, day nulls first],",
            ["title desc nulls first", "day asc nulls first", "id asc nulls last"],
        ),
        ("order: [author.name, id desc],", ["name asc nulls last", "id desc nulls first"]),
        ("order: [author, slug],", ["Post.author asc nulls last", "slug asc nulls last"]),
        ("order: slug,", ["slug asc nulls last", "id asc nulls last"]),
    ],
)
def test_a_page_has_a_total_order(order: str, expected: list[str]) -> None:
    assert orders(read(f"{{read: Post, {order} page: 20}}")) == expected


def test_an_aggregate_in_the_order_takes_rows_though_a_result_has_their_name() -> None:
    found = read("{read: Tag, fields: [name, count(posts) as posts], order: count(posts) desc, limit: 5}")
    assert [key.expression for key in found.order] == [field.expression for field in found.fields[1:]]


def test_a_page_goes_by_every_attribute_of_the_key() -> None:
    found = orders(read("{read: Reading, order: value desc, page: 20}"))
    assert found == [
        "value desc nulls first", "maker desc nulls first", "serial desc nulls first", "at desc nulls first",
    ]  # fmt: skip


def test_links_are_read_as_rows_of_their_own() -> None:
    assert [field.name for field in read("{read: Post.tags}").fields] == [
        "weight", "post_id", "tag_id", "created_at",
    ]  # fmt: skip
    found = read("{read: Post.tags, where: tag.name = :name, fields: [post.author.name, tag, weight], page: 5}")
    assert [field.name for field in found.fields] == ["post_author_name", "tag_id", "weight"]
    assert orders(found) == ["Post.tags.post asc nulls last", "Post.tags.tag asc nulls last"]
    assert found.parameters[0].like == found.where.left


def test_a_link_with_itself_has_two_sides_of_one_entity() -> None:
    found = read("{read: User.follows, where: follow = :star, fields: [user.name, follow.name]}")
    reached = [(field.name, field.expression.hops[0].relationship, field.expression.reached) for field in found.fields]
    assert reached == [("user_name", "User.follows.user", "User"), ("follow_name", "User.follows.follow", "User")]
    assert found.parameters[0].type == Uuid()


@pytest.mark.parametrize(
    ("on", "names"),
    [
        ("", ["Post.tags.post", "Post.tags.tag"]),
        ("on: [tag, post],", ["Post.tags.tag", "Post.tags.post"]),
    ],
)
def test_an_upsert_of_a_link_goes_by_its_sides(on: str, names: list[str]) -> None:
    (pattern,) = resolved(
        f"access:\n  it: {{upsert: Post.tags, {on} batch: 5, params: {{tag: hot, weight: 3}}}}\n"
    ).patterns
    assert isinstance(pattern, UpsertPattern)
    assert [path.hops[0].relationship for path in pattern.on] == names
    assert [(value.name, value.is_hot) for value in pattern.values] == [("tag", True), ("weight", False)]


def test_links_are_changed_and_deleted_by_what_they_point_at() -> None:
    weigh, drop = resolved(
        "access:\n"
        "  weigh: {update: Post.tags, where: post = :post and tag.name = :name, set: {weight: weight + 1}}\n"
        "  drop: {delete: Post.tags, where: post.author = :author}\n"
    ).patterns
    assert isinstance(weigh, UpdatePattern)
    assert [setting.target.attribute for setting in weigh.assignments] == ["weight"]
    assert [(each.name, each.type) for each in weigh.parameters] == [("post", Uuid()), ("name", Text())]
    assert isinstance(drop, DeletePattern)
    assert (drop.entity, drop.parameters[0].type) == ("Post.tags", Uuid())


def test_without_a_page_the_order_stays_as_it_is() -> None:
    assert orders(read("{read: Post, order: title, limit: 5}")) == ["title asc nulls last"]
    assert orders(read("{read: Post}")) == []


def test_an_optional_unique_attribute_orders_nothing_totally() -> None:
    assert orders(read("{read: User, order: nick, page: 20}"))[-1].startswith("id")
    assert orders(read("{read: User, order: email, page: 20}")) == ["email asc nulls last"]


def test_an_order_may_name_a_result() -> None:
    found = read("{read: Post, fields: [title, count(tags) as tags], order: tags desc, limit: 5}")
    (key,) = found.order
    assert isinstance(key.expression, Aggregate)
    assert key.nulls is NullsOrder.FIRST


def test_a_grouped_read_returns_what_it_groups_by() -> None:
    found = read("{read: Post, group: [\"date_trunc('month', published_at) as month\", author], fields: [count(*)]}")
    assert [field.name for field in found.fields] == ["month", "author_id", "count"]
    assert [field.expression for field in found.fields[:2]] == list(found.group)
    again = read("{read: Post, group: [author], fields: [count(*) as posts, author as who], order: posts desc}")
    assert [field.name for field in again.fields] == ["posts", "who"]


def test_parameters_have_one_type_each() -> None:
    found = read("{read: Post, where: '(:q is null or title = :q) and published_at > now() - :age and author = :who'}")
    types = {parameter.name: parameter.type for parameter in found.parameters}
    assert [type(of).__name__ for of in types.values()] == ["Text", "Interval", "Uuid"]
    likes = {parameter.name: parameter.like is not None for parameter in found.parameters}
    assert likes == {"q": True, "age": False, "who": True}
    assert found.where is not None


def test_search_near_and_latest() -> None:
    search = read("{read: Post, search: {in: [title, slug]}, page: 20}").search
    assert search is not None
    assert [member.attribute for member in search.members] == ["title", "slug"]
    assert search.words == Parameter(name="words", type=Text())
    near = read('{read: Post, near: {place: ":here", within: 5km}, page: 20}')
    assert near.near is not None
    assert near.near.metres == 5000
    assert near.near.center == Parameter(name="here", type=Point(), like=near.near.attribute)
    assert orders(near) == ["id asc nulls last"]
    fixed = read('{read: Post, near: {place: "point(13.4, 52.5)", within: 5km}}')
    assert fixed.parameters == ()
    latest = read("{read: Reading, latest: {per: device, by: at}}").latest
    assert latest is not None
    assert (latest.per.attribute, latest.per.reached, latest.by.attribute) == (None, "Device", "at")


def test_proposed_values_take_the_type_of_their_parameter() -> None:
    found = read(
        "{read: Post, where: author = :who and published_at > :since and title = :title and day = :day, "
        "params: {who: hot, since: now() - 1 day, title: blue sky, day: current_date}}"
    )
    values = {value.name: value for value in found.values}
    assert values["who"].is_hot
    assert isinstance(values["since"].value, Binary)
    assert values["title"].value == Literal("blue sky", Text())
    assert values["day"].value is not None


def test_writes() -> None:
    plan = resolved(
        """
access:
  add: {insert: Post, batch: 50, params: {title: x, author: hot}}
  keep: {upsert: Settings, on: [user], params: {theme: dark}}
  open:
    update: Post
    where: id = :id
    set: {is_open: true, day: current_date, author: ":who", title: "title || :more"}
  drop: {delete: Post, where: tags.name = :tag}
  raw: {sql: "SELECT :n, :day WHERE ':no' = 'a'", params: {n: 5, day: current_date}}
"""
    )
    add, keep, update, drop, raw = plan.patterns
    assert isinstance(add, InsertPattern)
    assert add.batch == 50
    assert {value.name: value.is_hot for value in add.values} == {"title": False, "author": True}
    assert isinstance(keep, UpsertPattern)
    assert [path.hops[0].relationship for path in keep.on] == ["Settings.user"]
    assert isinstance(update, UpdatePattern)
    targets = [assignment.target for assignment in update.assignments]
    assert [(path.attribute, len(path.hops)) for path in targets] == [
        ("is_open", 0), ("day", 0), (None, 1), ("title", 0),
    ]  # fmt: skip
    assert update.assignments[0].value == Literal(value=True, type=Boolean())
    assert {parameter.name: parameter.type for parameter in update.parameters} == {
        "id": Uuid(), "who": Uuid(), "more": Text(),
    }  # fmt: skip
    assert isinstance(drop, DeletePattern)
    assert isinstance(raw, RawPattern)
    assert [(parameter.name, parameter.type) for parameter in raw.parameters] == [("n", Integer()), ("day", Date())]


def test_a_composite_reference_is_compared_as_a_row() -> None:
    found = read("{read: Reading, where: device = :device and at >= :since}")
    device = next(parameter for parameter in found.parameters if parameter.name == "device")
    assert device.type is None
    assert device.like is not None
    assert device.like.reached == "Device"


def test_rates_come_from_the_pattern_its_transactions_and_the_workload() -> None:
    plan = resolved(
        """
access:
  one: {read: Post, one: true, where: id = :id}
  add: {insert: Post}
  own: {read: Tag, rate: 120/min, target: 20ms}
  idle: {insert: Tag}
transactions:
  Publish: {steps: [one, add, add]}
  Slow: {steps: [own], rate: 1/s, target: 5s}
workload: {mixes: {day: {one: 10%, Publish: 5%, idle: 0%}, night: {one: 90%}}, use: day, total: 1000/s}
"""
    )
    demands = {pattern.name: pattern.demand for pattern in plan.patterns}
    assert {name: demand.rate for name, demand in demands.items()} == {"one": 150, "add": 100, "own": 3, "idle": 0}
    assert (demands["one"].target_ms, demands["one"].is_target_assumed) == (100, True)
    assert (demands["own"].target_ms, demands["own"].is_target_assumed) == (20, False)
    assert (demands["add"].target_ms, demands["add"].is_target_assumed) == (None, False)
    assert [(found.name, found.demand.rate, found.demand.target_ms) for found in plan.transactions] == [
        ("Publish", 50, None), ("Slow", 1, 5000),
    ]  # fmt: skip


def test_a_rate_that_nothing_says_is_unknown() -> None:
    (pattern,) = resolved("access:\n  add: {insert: Post}\n").patterns
    assert pattern.demand.rate is None


def test_checks_defaults_and_filters() -> None:
    reading = read_plan_text(
        """
entities:
  Item:
    checks: {dates: starts_at < ends_at}
    unique: [[sku], {on: [label], where: is_open}]
    attributes: {sku: text, label: text, is_open: bool = true, starts_at: timestamp = now(), ends_at: timestamp?}
  Tag: {attributes: {name: text}}
relationships:
  Item.tags <> Tag: {attributes: {weight: "int(0..9) = 5"}}
""",
        file="plan.yaml",
    )
    assert reading.plan is not None
    found = resolve(reading.plan)
    assert found.diagnostics == ()
    (check,) = found.checks
    assert (check.entity, check.name) == ("Item", "dates")
    assert isinstance(check.condition, Binary)
    assert check.condition.operator is Operator.LESS
    assert {(one.entity, one.attribute) for one in found.defaults} == {
        ("Item", "is_open"), ("Item", "starts_at"), ("Item.tags", "weight"),
    }  # fmt: skip
    (unique,) = found.unique_filters
    assert (unique.entity, unique.position) == ("Item", 1)
    assert isinstance(unique.condition, Path)


def test_a_broken_pattern_is_left_out_and_the_others_stay() -> None:
    reading = read_plan_text(
        ENTITIES + "access:\n  bad: {read: Post, where: titel = 'x'}\n  good: {read: Post}\n", file="plan.yaml"
    )
    assert reading.plan is not None
    found = resolve(reading.plan)
    assert [pattern.name for pattern in found.patterns] == ["good"]
    assert [finding.code for finding in found.diagnostics] == ["PL104"]


def test_timestamps_are_typed() -> None:
    found = read("{read: Post, where: created_at > :since}")
    assert found.parameters[0].type == Timestamp()
