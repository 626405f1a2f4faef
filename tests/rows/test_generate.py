"""What a plan says about its rows holds in the rows that are made up for it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from itertools import pairwise

import pytest

from groundplan.base.errors import RowsImpossible
from groundplan.postgres.design.indexing.shares import DELETED_WHERE_SILENT, NULLS_WHERE_SILENT
from groundplan.rows.columns.draw import DELETED_SHARE, USUAL_NULL_SHARE

BLOG = """
entities:
  User:
    rows: {now: 200K, growth: 3%/month}
    lifecycle: {delete: soft}
    attributes:
      email:    email unique
      username: text(3..20) unique
      token:    text(64) unique secret
      nick:     text(30)?
      about:    text ~4KB
      role:     enum(admin 1%, user 94%, guest 5%) = user
  Post:
    rows: {now: 2M}
    attributes:
      slug:         slug unique
      status:       enum(draft 10%, published 85%, archived 5%) = draft
      published_at: timestamp?
      score:        {type: int(0..100), values: {distinct: 20, skew: zipf 1.2}}
      rating:       {type: float, optional: true, values: {nulls: 60%}}
  Tag:     {rows: {now: 300}, attributes: {name: text(50) unique}}
  Comment:
    rows: {now: 10M}
    attributes:
      content:      text(4000)
      is_approved:  bool = false
      is_seen:      {type: bool, values: {trues: 90%, nulls: 20%}}
  Session: {rows: {now: 200K}, attributes: {expires_at: timestamp}, lifecycle: {expires: expires_at}}
  Preferences: {rows: {now: 200K}, attributes: {settings: json}}
relationships:
  Post.author > User:        {inverse: posts, inverse_fanout: {p50: 3, p99: 100, max: 20K}}
  Post.tags <> Tag:          {inverse: posts, fanout: {p50: 3, max: 10}}
  Comment.post > Post:       {inverse: comments, inverse_fanout: {p50: 2, p99: 60, max: 50K}}
  Comment.parent > Comment?: {inverse: replies, same: post}
  Session.user > User:       {inverse: sessions}
  Preferences.user - User:   {inverse: preferences}
access:
  recent:
    read: Post
    where: status = 'published' and published_at > now() - interval '30 days'
    order: published_at desc
    page: 20
  publish: {update: Post, where: id = :id, set: {status: published, published_at: now()}}
  dark:   {read: Preferences, where: "settings @> '{\\"theme\\":\\"dark\\"}'", page: 20}
"""


@pytest.fixture(scope="module")
def blog(made):
    return made(BLOG, largest=20_000)


def share(values, wanted) -> float:
    return sum(1 for value in values if value == wanted) / len(values)


def test_the_same_arguments_give_the_same_rows_and_another_seed_others(made, blog):
    again, other = made(BLOG, largest=20_000), made(BLOG, largest=20_000, seed=2)
    assert again.sample == blog.sample
    assert other.column("users", "email") != blog.column("users", "email")


def test_the_order_of_declarations_means_nothing(made, blog):
    head, _, tail = BLOG.partition("relationships:")
    links, _, access = tail.partition("access:")
    blocks = head.split("\n  ")
    moved = [block for block in blocks if block.startswith(("Tag:", "Preferences:"))]
    kept = [block for block in blocks if block not in moved]
    turned = "\n".join(reversed(links.strip("\n").splitlines()))
    shuffled = "\n  ".join([kept[0], *moved, *kept[1:]]) + f"\nrelationships:\n{turned}\naccess:{access}"
    other = made(shuffled, largest=20_000).sample
    assert {rows.relation: rows for rows in other.relations} == {rows.relation: rows for rows in blog.sample.relations}


def test_relations_are_scaled_together(blog):
    counts = {rows.relation: len(rows.rows) for rows in blog.sample.relations}
    assert counts["comments"] == 20_000
    assert counts["posts"] == 4_000
    assert counts["users"] == counts["preferences"] == 400
    assert counts["tags"] == 300


def test_every_reference_points_at_a_row(blog):
    for relation in blog.logical.relations:
        for reference in relation.references:
            keys = set(zip(*(blog.column(reference.target, name) for name in reference.target_attributes), strict=True))
            for key in zip(*(blog.column(relation.name, name) for name in reference.attributes), strict=True):
                assert None in key or key in keys


def test_fanouts_follow_the_plan(blog):
    per_user = sorted(Counter(blog.column("posts", "author_id")).values())
    assert per_user[len(per_user) // 2] == pytest.approx(3, abs=1)
    assert per_user[-1] > 60
    per_post = Counter(blog.column("post_tags", "post_id"))
    assert max(per_post.values()) <= 10
    assert [clip.relationship for clip in blog.sample.clips if clip.wanted == 20_000] == ["Post.author"]


def test_links_hold_no_pair_twice(blog):
    pairs = list(zip(blog.column("post_tags", "post_id"), blog.column("post_tags", "tag_id"), strict=True))
    assert len(pairs) == len(set(pairs))


def test_a_reply_is_under_its_parent_s_post_and_after_it(blog):
    comments = blog.dicts("comments")
    known = {comment["id"]: comment for comment in comments}
    replies = [comment for comment in comments if comment["parent_id"] is not None]
    assert len(replies) > 4_000
    for reply in replies:
        parent = known[reply["parent_id"]]
        assert parent["post_id"] == reply["post_id"]
        assert parent["created_at"] <= reply["created_at"]
        assert parent["id"] != reply["id"]


def test_trees_have_a_sensible_depth(blog):
    depth: dict = {}
    for comment in blog.dicts("comments"):
        depth[comment["id"]] = depth.get(comment["parent_id"], 0) + 1
    assert 3 <= max(depth.values()) <= 60


def test_one_to_one_uses_each_target_once(blog):
    users = blog.column("preferences", "user_id")
    assert len(users) == len(set(users))


def test_unique_values_differ_and_addresses_differ_without_case(blog):
    for name in ("username", "token", "id"):
        values = blog.column("users", name)
        assert len(values) == len(set(values))
    addresses = blog.column("users", "email")
    assert len({address.lower() for address in addresses}) == len(addresses)
    assert any(address != address.lower() for address in addresses)


def test_bounds_and_typical_sizes(blog):
    assert all(3 <= len(name) <= 20 for name in blog.column("users", "username"))
    sizes = [len(text) for text in blog.column("users", "about")]
    assert sum(sizes) / len(sizes) == pytest.approx(4096, rel=0.1)
    assert min(sizes) > 1_900
    assert all(len(token) == 64 for token in blog.column("users", "token"))
    assert all(0 <= score <= 100 for score in blog.column("posts", "score"))


def test_shares_and_distributions(blog):
    roles, statuses = blog.column("users", "role"), blog.column("posts", "status")
    assert share(roles, "user") == pytest.approx(0.94, abs=0.05)
    assert share(statuses, "published") == pytest.approx(0.85, abs=0.03)
    assert share(blog.column("posts", "rating"), None) == pytest.approx(0.6, abs=0.05)
    scores = Counter(blog.column("posts", "score"))
    assert len(scores) == 20
    assert scores.most_common(1)[0][1] > 5 * min(scores.values())
    assert share(blog.column("comments", "is_approved"), True) == pytest.approx(0.5, abs=0.05)
    seen = blog.column("comments", "is_seen")
    assert share(seen, None) == pytest.approx(0.2, abs=0.03)
    assert share([value for value in seen if value is not None], True) == pytest.approx(0.9, abs=0.03)


def test_words_are_frequent_and_rare(blog):
    words = Counter(word for text in blog.column("users", "about") for word in set(text.split()))
    ranked = [count for _, count in words.most_common()]
    assert ranked[0] > 300
    assert ranked[len(ranked) // 2] < 10


def test_a_tie_of_states_holds(blog):
    assert all(post["published_at"] is not None for post in blog.dicts("posts") if post["status"] == "published")


def test_times_lead_up_to_now_in_order(blog, now):
    created = blog.column("users", "created_at")
    assert created == sorted(created)
    assert max(created) <= now
    assert all(moment.microsecond % 1000 == 0 and moment.tzinfo is UTC for moment in created)
    late = sum(1 for moment in created if moment > now - timedelta(days=365))
    assert late > len(created) / 4, "a growing relation has most rows of late"
    assert all(user["updated_at"] >= user["created_at"] for user in blog.dicts("users"))


def test_keys_carry_the_time_of_creation(blog):
    for user in blog.dicts("users"):
        assert user["id"].version == 7
        assert user["id"].int >> 80 == int(user["created_at"].timestamp() * 1000)
    assert blog.column("comments", "id") == sorted(blog.column("comments", "id"))


def test_a_few_rows_are_soft_deleted_and_some_sessions_have_expired(blog, now):
    deleted = blog.column("users", "deleted_at")
    assert 0 < sum(1 for moment in deleted if moment is not None) < 40
    expired = [moment for moment in blog.column("sessions", "expires_at") if moment < now]
    assert 0.1 < len(expired) / 400 < 0.35


def test_what_patterns_look_for_is_there(blog, now):
    dark = [each for each in blog.column("preferences", "settings") if each.get("theme") == "dark"]
    assert 10 < len(dark) < 100
    recent = [moment for moment in blog.column("posts", "published_at") if moment and moment > now - timedelta(days=30)]
    assert recent


def test_spare_rows_fit_in_beside_the_others(blog):
    for relation in blog.logical.relations:
        rows, spare = blog.dicts(relation.name), blog.dicts(relation.name, spare=True)
        assert spare, relation.name
        for key in (relation.primary_key, *(key.attributes for key in relation.candidate_keys)):
            values = [tuple(row[name] for name in key) for row in (*rows, *spare)]
            assert len(values) == len(set(values)), (relation.name, key)
        for reference in relation.references:
            targets = (*blog.dicts(reference.target), *blog.dicts(reference.target, spare=True))
            keys = {tuple(row[name] for name in reference.target_attributes) for row in targets}
            pointing = [tuple(row[name] for name in reference.attributes) for row in spare]
            assert all(None in key or key in keys for key in pointing), (relation.name, reference.name)


def test_checks_are_met_by_other_values(made):
    plan = """
    entities:
      Event:
        rows: {now: 2K}
        attributes:
          starts_at: timestamp
          ends_at:   timestamp
          price:     decimal(8,2)
          discount:  decimal(8,2)?
          seats:     int(1..50)
          kind:      enum(free 20%, paid 80%)
        checks:
          dates: starts_at < ends_at
          fair: "discount is null or discount < price"
          free: "kind <> 'free' or price = 0"
    """
    events = made(plan).dicts("events")
    assert len(events) == 2_000
    for event in events:
        assert event["starts_at"] < event["ends_at"]
        assert event["discount"] is None or event["discount"] < event["price"]
        assert event["kind"] != "free" or event["price"] == 0
    assert 100 < sum(1 for event in events if event["kind"] == "free") < 600


def test_a_check_that_no_row_meets_is_named(made):
    plan = """
    entities:
      Box:
        rows: {now: 50}
        attributes: {width: int(1..9), height: int(1..9)}
        checks: {large: "width * height > 90"}
    """
    with pytest.raises(RowsImpossible, match=r'no row of boxes .* the check "large"'):
        made(plan)


def test_natural_keys_and_arrival(made, now):
    plan = """
    entities:
      Device:  {key: [serial], rows: {now: 50}, attributes: {serial: text(12)}}
      Reading:
        key: [device, at]
        rows: {now: 2M, growth: +50K/day}
        attributes:
          at:    {type: timestamp, values: {arrives: in order, late: 5 min}}
          value: {type: float, values: {distinct: 50}}
    relationships:
      Reading.device > Device: {inverse: readings}
    """
    readings = made(plan).dicts("readings")
    assert len({(each["device_serial"], each["at"]) for each in readings}) == 2_000
    behind = [each["created_at"] - each["at"] for each in readings]
    assert min(behind) >= timedelta(0)
    assert timedelta(minutes=4) < max(behind) <= timedelta(minutes=5)
    assert min(each["at"] for each in readings) > now - timedelta(days=41)
    assert len({each["value"] for each in readings}) <= 50


def test_exclusions_are_kept_apart(made):
    plan = """
    entities:
      Room:    {rows: {now: 5}, attributes: {name: text(20)}}
      Booking:
        rows: {now: 500}
        attributes: {during: range of timestamp}
        exclude: [{room: "=", during: "&&"}]
    relationships:
      Booking.room > Room: {inverse: bookings}
    """
    by_room: dict = {}
    for booking in made(plan).dicts("bookings"):
        by_room.setdefault(booking["room_id"], []).append(booking["during"])
    assert len(by_room) == 5
    for spans in by_room.values():
        ordered = sorted(spans)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))


def test_required_cycles_and_unique_together_across_them(made):
    plan = """
    entities:
      Team:   {rows: {now: 40}, attributes: {name: text(40) unique}}
      Player: {rows: {now: 900}, attributes: {shirt: int(1..99)}, unique: [[team, shirt]]}
    relationships:
      Team.captain > Player: {inverse: leads}
      Player.team > Team:    {inverse: players}
    """
    found = made(plan)
    players = found.dicts("players")
    assert len({(player["team_id"], player["shirt"]) for player in players}) == 900
    assert {team["captain_id"] for team in found.dicts("teams")} <= {player["id"] for player in players}


def test_future_values_where_formulas_look_ahead(made, now):
    plan = """
    entities:
      Auction: {rows: {now: 1K}, attributes: {ends_at: timestamp, born: date}}
    access:
      open: {read: Auction, where: ends_at > now(), order: ends_at, page: 20}
    """
    found = made(plan)
    ahead = [moment for moment in found.column("auctions", "ends_at") if moment > now]
    assert 200 < len(ahead) < 400
    assert max(found.column("auctions", "born")) <= now.date()


def test_every_type_has_values(made):
    plan = """
    entities:
      Thing:
        rows: {now: 200}
        attributes:
          a: text
          b: text(2..2)
          c: url
          d: decimal(5,2)
          e: money
          f: date
          g: time
          h: interval
          i: bytes
          j: polygon
          k: ip
          l: list of text(5)
          m: vector(4)
          n: range of int(0..100)
          o: range of date
          p: point
          q: json ~1KB
          r: uuid
    """
    found = made(plan)
    for attribute in found.logical.relation("things").attributes:
        values = found.column("things", attribute.name)
        assert all(value is not None for value in values)
        assert len({repr(value) for value in values}) > 20, attribute.name
    assert {len(text) for text in found.column("things", "b")} == {2}
    assert all(low < high for low, high in found.column("things", "n"))
    assert all(len(vector) == 4 for vector in found.column("things", "m"))


def test_links_of_an_entity_to_itself(made):
    plan = """
    entities:
      User: {rows: {now: 300}, attributes: {name: text(20)}}
    relationships:
      User.follows <> User: {inverse: followers, fanout: {p50: 5, p99: 50}}
    """
    found = made(plan)
    follows = found.sample.of("user_follows")
    pairs = [row[:2] for row in follows.rows]
    assert len(pairs) == len(set(pairs)) > 1_000


def test_silence_means_the_same_to_designs_and_to_rows():
    assert float(USUAL_NULL_SHARE) == NULLS_WHERE_SILENT
    assert DELETED_SHARE == DELETED_WHERE_SILENT


def test_a_row_leaves_a_partial_key_where_its_reference_cannot_change(made):
    sample = made(
        """
entities:
  Copy: {rows: {now: 300}, attributes: {barcode: text(20) unique}}
  Loan:
    rows: {now: 3K}
    unique: [{on: [copy], where: returned_at is null}]
    attributes: {returned_at: timestamp?}
relationships:
  Loan.copy > Copy: {inverse: loans}
""",
        largest=3_000,
    )
    copies = sample.column("loans", "copy_id")
    lent = [copy for copy, back in zip(copies, sample.column("loans", "returned_at"), strict=True) if back is None]
    assert len(copies) > 2 * len(set(copies))
    assert lent
    assert len(lent) == len(set(lent))
