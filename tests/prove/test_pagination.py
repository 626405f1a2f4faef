"""Walks over pages see every row once, and see it when a cursor skips or repeats rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.postgres.queries.model import CompiledRead
from groundplan.prove.pagination import paged_read, prove_pagination

from .workshop import PLANS, open_workshop


@pytest.fixture(scope="module")
def forum(postgres_server):
    postgres_server.create_database("forum_pages")
    with postgres_server.connect("forum_pages") as connection:
        yield open_workshop(postgres_server, connection, PLANS / "forum.plan.yaml", largest=20_000)
    postgres_server.drop_database("forum_pages")


def paged(forum, name):
    compiled = forum.workload.pattern(name)
    assert isinstance(compiled, CompiledRead)
    return paged_read(
        forum.pattern(name), compiled, resolved=forum.resolved, logical=forum.logical, design=forum.design
    )


def counts(forum):
    return forum.connection.execute(
        "SELECT (SELECT count(*) FROM topics), (SELECT count(*) FROM answers), (SELECT count(*) FROM topic_labels)"
    ).fetchone()


@pytest.mark.parametrize(("name", "pages"), [("topics_of", 10), ("answers_of", 10), ("labelled", 1), ("closed", 10)])
def test_every_row_is_seen_once_and_nothing_stays(forum, name, pages):
    before = counts(forum)
    found = prove_pagination(forum.connection, paged(forum, name), grounds=forum.grounds)
    assert (found.is_exactly_once, found.is_exactly_once_while_inserting, found.reason) == (True, True, None)
    assert found.pages >= pages
    assert found.rows >= 10 * (found.pages - 1)
    assert found.rows_inserted_during >= min(60, found.pages)
    assert counts(forum) == before


def test_reads_without_pages_are_not_walked(forum):
    assert paged(forum, "labels") is None


def broken(read, before, after):
    assert before in read.paged.next.named
    following = replace(read.paged.next, named=read.paged.next.named.replace(before, after))
    return replace(read, paged=replace(read.paged, next=following))


POSITION = "(%(after_created_at)s::timestamp with time zone, %(after_id)s::uuid)"
KEYS = '("topics"."created_at", "topics"."id")'


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (
            f'{KEYS} < {POSITION} AND "topics"."created_at" < %(after_created_at)s::timestamptz - \'1 d\'::interval',
            "skipped",
        ),
        (f"{KEYS} <= {POSITION}", "came twice"),
    ],
    ids=["skips", "repeats"],
)
def test_a_cursor_that_skips_or_repeats_is_found_out(forum, after, said):
    wrong = broken(paged(forum, "topics_of"), f"{KEYS} < {POSITION}", after)
    found = prove_pagination(forum.connection, wrong, grounds=forum.grounds)
    assert not found.is_exactly_once
    assert not found.is_exactly_once_while_inserting
    assert said in found.reason


def test_a_cursor_that_compares_columns_one_by_one_skips_rows(forum):
    """`created_at < $1 AND id < $2` loses rows that are older but have a larger key."""
    read = paged(forum, "answers_of")
    one_by_one = (
        'SELECT "answers"."body", "answers"."votes", \'\' AS "author_name", "answers"."id" FROM "answers" '
        'WHERE "answers"."topic_id" = %(topic)s::uuid AND "answers"."votes" < %(after_votes)s::int '
        'AND "answers"."id" < %(after_id)s::uuid ORDER BY "answers"."votes" DESC, "answers"."id" DESC LIMIT 10'
    )
    wrong = replace(read, paged=replace(read.paged, next=replace(read.paged.next, named=one_by_one)))
    found = prove_pagination(forum.connection, wrong, grounds=forum.grounds)
    assert not found.is_exactly_once
    assert "were skipped" in found.reason


def test_a_statement_that_the_server_refuses_is_no_proof(forum):
    read = paged(forum, "topics_of")
    wrong = replace(read, paged=replace(read.paged, next=replace(read.paged.next, named="SELECT 1 FROM nowhere")))
    found = prove_pagination(forum.connection, wrong, grounds=forum.grounds)
    assert not found.is_exactly_once
    assert "42P01" in found.reason


def test_long_results_are_walked_to_a_bound_that_is_said(forum, monkeypatch):
    monkeypatch.setattr("groundplan.prove.pagination.MOST_ROWS", 50)
    found = prove_pagination(forum.connection, paged(forum, "closed"), grounds=forum.grounds)
    assert (found.rows, found.is_exactly_once) == (50, True)
    assert found.reason == "only the first 50 rows were walked"
