"""A read answered by a materialized view returns what the tables would, as of the refresh."""

from __future__ import annotations

from typing import Any

import pytest

from groundplan.postgres.queries import decode_cursor, encode_cursor

from .walk import answer
from .world import World

STALE = "staleness: 1h, rate: 1000/s"
ACCESS = f"""
totals:    {{read: Post, order: id, fields: [id, title, count(comments) as c, sum(likes.strength) as s], {STALE}}}
of_author: {{read: Post, where: author = :author and status = 'published', order: [c desc, id], fields: [slug, count(comments) as c], {STALE}}}
by_email:  {{read: Post, where: author.email = :email and rank >= :rank, order: [author.name, slug], fields: [slug, count(likes) as n, tags.name], {STALE}}}
ranked:    {{read: Post, order: [score desc, rank], fields: [slug, count(comments) as c], page: 4, {STALE}}}
ranked_whole: {{read: Post, order: [score desc, rank, id], fields: [slug, count(comments) as c]}}
kinds:     {{read: Reading, group: [kind, device], where: device = :device, order: kind, fields: [kind, count(*) as n, max(value) as v], {STALE}}}
one:       {{read: Post, one: true, where: slug = :slug, fields: [title, count(comments) as c], {STALE}}}
"""  # noqa: E501
PINS = "{postgres.of_author.answer: materialized view, postgres.by_email.answer: materialized view, postgres.ranked.answer: materialized view, postgres.kinds.answer: materialized view, postgres.one.answer: materialized view, postgres.totals.answer: materialized view}"  # noqa: E501


@pytest.fixture
def shop(build_shop: Any) -> Any:
    return build_shop(ACCESS, decisions=PINS)


@pytest.fixture
def stored(database: Any, shop: Any) -> Any:
    rows = World(5)
    database.execute(shop.schema)
    rows.load(database, shop)
    for view in shop.design.schema.materialized_views:
        database.execute(f'REFRESH MATERIALIZED VIEW CONCURRENTLY "{view.name}"')
    return rows


def test_every_read_that_may_be_stale_is_stored_where_the_plan_says_so(shop: Any) -> None:
    sources = {read.pattern: read.source for read in shop.workload.patterns}
    assert sources == {**{name: name for name in sources}, "ranked_whole": None}


def test_the_view_returns_what_the_tables_would(stored: Any, shop: Any, database: Any, fetch: Any) -> None:
    posts, devices = stored.rows["Post"], stored.rows["Device"]
    authors = {post.links["Post.author"] for post in posts}
    arguments = {
        "totals": [{}],
        "of_author": [{"author": author.get("id")} for author in authors],
        "by_email": [{"email": author.get("email").upper(), "rank": rank} for author in authors for rank in (0, 1)],
        "kinds": [{"device": device.get("serial")} for device in devices],
        "one": [{"slug": post.get("slug")} for post in posts[:3]],
    }
    for name, sets in arguments.items():
        rows = 0
        for given in sets:
            found = fetch(database, shop.read(name).first, given)
            assert found == answer(stored, shop.pattern(name), given, shop), (name, given)
            rows += len(found)
        assert rows


def test_pages_of_a_view_are_the_whole(stored: Any, shop: Any, database: Any, fetch: Any) -> None:
    read = shop.read("ranked")
    page = fetch(database, read.first, {})
    found = page
    while len(page) == read.page:
        page = fetch(database, read.next, decode_cursor(read, encode_cursor(read, page[-1])))
        found = found + page
    expected = fetch(database, shop.read("ranked_whole").first, {})
    assert [(row["slug"], row["c"]) for row in found] == [(row["slug"], row["c"]) for row in expected]


def test_the_catalog_has_the_types_that_are_told(stored: Any, shop: Any, database: Any) -> None:
    for view in shop.design.schema.materialized_views:
        cursor = database.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            [view.name],
        )
        assert tuple(cursor.fetchall()) == view.columns
