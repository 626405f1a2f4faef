"""Pages, put together, are the whole: every row once, in order, whatever the directions and NULLs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from groundplan.postgres.queries import decode_cursor, encode_cursor
from groundplan.postgres.queries.model import CompiledRead

from .walk import answer
from .world import World

DIRECTIONS = ("", " desc", " nulls first", " desc nulls last")
KEYS = ("rank", "score", "at", "author.karma", "editor.name")


def orders() -> dict[str, list[str]]:
    """Return orders of one key in every way, of two keys in every pair of ways."""
    singles = [[key + way] for key in KEYS for way in DIRECTIONS]
    pairs = [
        [first + one, second + other]
        for first, second in (("rank", "score"), ("score", "rank"), ("score", "author.karma"), ("rank", "at"))
        for one, other in itertools.product(DIRECTIONS, DIRECTIONS)
    ]
    triples = [["score desc", "author.karma nulls first", "rank desc"], ["rank", "at", "title desc"]]
    return {f"order_{number}": order for number, order in enumerate(singles + pairs + triples)}


ORDERS = orders()
OTHERS = {
    "no_order": {"read": "Post"},
    "by_unique": {"read": "Post", "order": "slug desc"},
    "joined": {"read": "Post", "order": "rank desc", "fields": ["author.name", "tags.name", "count(comments) as c"]},
    "by_tag": {"read": "Post", "where": "tags.name = 'tag 1'", "fields": ["slug", "tags.name"]},
    "by_topic": {"read": "Post", "where": "topics.name = 'topic 1'", "order": "score", "fields": ["slug"]},
    "by_comments": {"read": "Post", "where": "comments.votes > 1", "order": "score desc", "fields": ["slug"]},
    "by_count": {"read": "Post", "order": ["count(comments) desc", "avg(likes.strength) desc"], "fields": ["slug"]},
    "by_liker": {"read": "Post", "where": "likes.strength > 1", "fields": ["id"]},
    "not_null": {"read": "Post", "where": "score >= 0", "order": "score desc"},
    "key_of_two": {"read": "Like", "fields": ["strength"]},
    "key_backwards": {"read": "Reading", "order": "at desc"},
    "links": {"read": "Post.tags", "fields": ["post.title", "tag.name"]},
    "links_beyond": {"read": "Post.topics", "order": "post.rank desc", "where": "topic.name <> 'topic 0'"},
    "link_attributes": {"read": "Topic.keepers", "order": ["note", "rank desc"], "fields": ["user.name"]},
    "floats": {"read": "Reading", "order": "value", "fields": ["kind"]},
    "expression": {"read": "Post", "order": ["coalesce(score, 1) desc", "upper(title)"], "fields": ["slug"]},
}  # fmt: skip


def all_access() -> str:
    patterns: dict[str, dict[str, Any]] = {name: {"read": "Post", "order": order} for name, order in ORDERS.items()}
    patterns |= OTHERS
    lines = []
    for number, (name, pattern) in enumerate(patterns.items()):
        lines.append(f"{name}: {json.dumps({**pattern, 'page': number % 4 + 1})}")
        lines.append(f"{name}_whole: {json.dumps({**pattern, 'page': 100_000})}")
    return "\n".join(lines)


def pages(read: CompiledRead, fetch: Callable[[Any, dict[str, Any]], list[dict[str, Any]]]) -> Any:
    """Walk the pages of a read; cursors go through their text."""
    assert read.next is not None
    assert read.page is not None
    page = fetch(read.first, {})
    yield page
    while len(page) == read.page:
        cursor = encode_cursor(read, page[-1])
        page = fetch(read.next, decode_cursor(read, cursor))
        yield page


@pytest.mark.parametrize("name", [*ORDERS, *OTHERS])
def test_pages_put_together_are_the_whole(name: str, loaded: Any, build_shop: Any, fetch: Any) -> None:
    connection, world = loaded
    shop = build_shop(all_access())
    read = shop.read(name)
    found = [row for page in pages(read, lambda *call: fetch(connection, *call)) for row in page]
    shown = [column.name for column in read.columns if not column.is_internal]
    expected = answer(world, shop.pattern(f"{name}_whole"), {}, shop)
    assert len(expected) > read.page
    assert [{column: row[column] for column in shown} for row in found] == expected


@pytest.mark.parametrize("name", [name for name, order in ORDERS.items() if len(order) > 1][::5])
def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    name: str,
    database: Any,
    build_shop: Any,
    fetch: Any,
) -> None:
    shop = build_shop(all_access())
    rows = World(7, sizes={"Comment": 0, "Reading": 0})
    database.execute(shop.schema)
    rows.load(database, shop)
    read = shop.read(name)
    staying = {row.get("id") for row in rows.rows["Post"]}
    seen = []
    for page in pages(read, lambda *call: fetch(database, *call)):
        seen += [row["id"] for row in page]
        for _ in range(3):
            rows.insert(database, shop, rows.new_post())
        gone = rows.random.choice(sorted(staying))
        if gone not in seen:
            database.execute("DELETE FROM post_tags WHERE post_id = %s", [gone])
            database.execute("DELETE FROM post_topics WHERE post_id = %s", [gone])
            database.execute("DELETE FROM likes WHERE post_id = %s", [gone])
            database.execute("DELETE FROM posts WHERE id = %s", [gone])
            staying.remove(gone)
        if len(seen) > 500:
            break
    assert [each for each in staying if seen.count(each) != 1] == []
    assert len(set(seen)) == len(seen)


def test_one_direction_over_required_keys_is_one_row_comparison(build_shop: Any) -> None:
    shop = build_shop(all_access())
    following = shop.read("order_0").next
    assert '("posts"."rank", "posts"."id") > ($1::integer, $2::uuid)' in following.numbered
    assert "UNION" not in following.numbered


def test_a_condition_that_excludes_null_makes_a_key_required(build_shop: Any) -> None:
    following = build_shop(all_access()).read("not_null").next
    assert '("posts"."score", "posts"."id") < ' in following.numbered
    assert "UNION" not in following.numbered
    assert "NULLS" not in following.numbered


def test_other_orders_begin_each_range_at_the_cursor(build_shop: Any) -> None:
    """A nullable key has three ranges: beyond the cursor, NULLs after a value, and NULLs after a NULL."""
    following = build_shop(all_access()).read("order_4").next
    assert following.numbered.count("UNION ALL") == 2
    assert '("posts"."score", "posts"."id") > ($1::integer, $2::uuid)' in following.numbered
