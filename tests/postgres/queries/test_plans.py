"""Queries touch rows in proportion to what they return, wherever a page is and however many rows there are."""

from __future__ import annotations

from typing import Any

import pytest

from groundplan.postgres.queries import decode_cursor, encode_cursor

ACCESS = """
newest:      {read: Post, order: at desc, page: 20, fields: [slug, author.name, count(likes) as n], rate: 10/s}
both_ways:   {read: Post, order: [rank desc, at], page: 20, fields: [slug], rate: 10/s}
with_nulls:  {read: Post, order: [score desc nulls last, id], page: 20, fields: [slug], rate: 10/s}
by_topic:    {read: Post, where: topics.name = :topic, page: 20, fields: [slug], rate: 10/s}
by_slug:     {read: Comment, where: post.slug = :slug, page: 20, fields: [text], rate: 10/s}
by_liker:    {read: Post, where: likes.user = :user, page: 20, fields: [slug], rate: 10/s}
latest:      {read: Reading, latest: {per: device, by: at}, fields: [device, value], rate: 1/s}
kinds:       {read: Reading, latest: {per: kind, by: at}, fields: [kind, value], rate: 1/s}
of_one:      {read: Reading, latest: {per: device, by: at}, where: device = :device, fields: [value], rate: 1/s}
all_counts:  {read: Topic, fields: [name, count(posts) as n], rate: 1/s}
"""
ROWS = """
INSERT INTO users (email, name) SELECT n || '@x.org', 'name ' || n FROM generate_series(1, 200) AS n;
INSERT INTO topics (name) SELECT 'topic ' || n FROM generate_series(1, 4) AS n;
INSERT INTO posts (title, slug, rank, score, at, labels, author_id)
  SELECT 'Post', 'post-' || n, n % 3, CASE n % 5 WHEN 0 THEN NULL ELSE n % 4 END,
         now() - n / 7 * interval '1 minute', '{}', (SELECT id FROM users WHERE name = 'name ' || n % 200 + 1)
  FROM generate_series(1, 20000) AS n;
INSERT INTO post_topics (post_id, topic_id) SELECT posts.id, topics.id FROM posts, topics WHERE topics.name = 'topic 1';
INSERT INTO post_topics (post_id, topic_id)
  SELECT posts.id, topics.id FROM posts, topics WHERE topics.name = 'topic 2' AND posts.rank = 0;
INSERT INTO likes (post_id, user_id, strength)
  SELECT posts.id, users.id, 1 FROM posts, users WHERE users.name IN ('name 1', 'name 2', 'name 3');
INSERT INTO comments (text, post_id)
  SELECT 'text', posts.id FROM generate_series(1, 100), generate_series(1, 300) AS n JOIN posts ON slug = 'post-' || n;
INSERT INTO devices (serial, site) SELECT 'd' || n, 'site' FROM generate_series(1, 20) AS n;
INSERT INTO readings (device_serial, at, value, kind)
  SELECT 'd' || n % 20 + 1, now() - n * interval '1 second', n, 'kind ' || n % 3 FROM generate_series(1, 40000) AS n;
"""


@pytest.fixture(scope="module")
def filled(postgres_server: Any, build_shop: Any) -> Any:
    shop = build_shop(ACCESS)
    postgres_server.create_database("shop_to_explain")
    with postgres_server.connect("shop_to_explain") as connection:
        connection.execute(shop.schema)
        connection.execute(ROWS)
        connection.execute("VACUUM ANALYZE")
        yield shop, connection
    postgres_server.drop_database("shop_to_explain")


def examined(connection: Any, statement: Any, arguments: dict[str, Any]) -> int:
    """Return how many rows all scans of a statement looked at."""
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {statement.named}"
    ((plan,),) = connection.execute(explain, arguments).fetchone()
    return _examined(plan["Plan"])


def _examined(node: dict[str, Any]) -> int:
    rows = 0
    if "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        rows = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return rows + sum(_examined(child) for child in node.get("Plans", []))


def value(connection: Any, text: str) -> Any:
    return connection.execute(text).fetchone()[0]


@pytest.mark.parametrize(
    ("name", "argument", "most", "pages"),
    [
        # 20 posts, three likes of each, and their authors, where it may read all 200
        ("newest", None, 280, 60),
        ("both_ways", None, 80, 60),
        ("with_nulls", None, 120, 60),
        ("by_topic", ("topic", "SELECT 'topic 1'"), 50, 60),
        ("by_slug", ("slug", "SELECT 'post-7'"), 45, 4),
        ("by_liker", ("user", "SELECT id FROM users WHERE name = 'name 2'"), 50, 60),
    ],
)
def test_every_page_costs_what_the_first_does(
    name: str, argument: tuple[str, str] | None, most: int, pages: int, filled: Any, fetch: Any
) -> None:
    shop, connection = filled
    read = shop.read(name)
    arguments = {} if argument is None else {argument[0]: value(connection, argument[1])}
    assert examined(connection, read.first, arguments) <= most
    page = fetch(connection, read.first, arguments)
    for depth in range(pages):
        following = {**arguments, **decode_cursor(read, encode_cursor(read, page[-1]))}
        if depth % 20 in (0, 3):
            assert examined(connection, read.next, following) <= most
        page = fetch(connection, read.next, following)
        assert len(page) == 20


def test_pages_stay_cheap_where_values_turn_into_nulls(filled: Any, fetch: Any) -> None:
    shop, connection = filled
    read = shop.read("with_nulls")
    last = connection.execute("SELECT score, id FROM posts WHERE score = 0 ORDER BY id DESC LIMIT 1").fetchone()
    null = connection.execute(
        "SELECT score, id FROM posts WHERE score IS NULL ORDER BY id LIMIT 1 OFFSET 999"
    ).fetchone()
    for score, key in (last, null):
        following = {"after_score": score, "after_id": key}
        assert examined(connection, read.next, following) <= 60
        page = fetch(connection, read.next, following)
        assert [row["score"] for row in page] == [None] * 20


@pytest.mark.parametrize(("name", "most"), [("latest", 60), ("kinds", 25), ("of_one", 1)])
def test_the_latest_rows_are_taken_from_an_index(name: str, most: int, filled: Any) -> None:
    shop, connection = filled
    arguments = {"device": "d3"} if name == "of_one" else {}
    assert examined(connection, shop.read(name).first, arguments) <= most


def test_where_all_are_counted_the_other_side_is_read_once(filled: Any) -> None:
    shop, connection = filled
    links = value(connection, "SELECT count(*) FROM post_topics")
    assert examined(connection, shop.read("all_counts").first, {}) <= links + 10
