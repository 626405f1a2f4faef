"""Patterns over links of n:m relationships run with absent, usual and hot parameters, and in transactions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.prove.evidence import Verdict
from groundplan.prove.pagination import paged_read, prove_pagination
from groundplan.prove.transactions import prove_transaction

from .workshop import PLANS, design, open_workshop

PLAN = PLANS / "links.plan.yaml"


@pytest.fixture(scope="module")
def links(postgres_server):
    postgres_server.create_database("links")
    with postgres_server.connect("links") as connection:
        yield open_workshop(postgres_server, connection, PLAN, largest=20_000)
    postgres_server.drop_database("links")


PATTERNS = {pattern.name: pattern for pattern in design(PLAN)[0].patterns}
INDEXES = {
    "labels_of": "topic_labels_pkey", "clear": "topic_labels_pkey", "relabel": "topic_labels_pkey",
    "watch": "user_watches_pkey", "watch_more": "user_watches_pkey", "follow_all": "user_follows_pkey",
    "watched": "user_watches_pkey", "watchers": "user_watches_topic_id_user_id_idx",
    "fans": "user_follows_follow_id_created_at_user_id_idx",
}  # fmt: skip


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_met(links, name):
    found = links.prove(name)
    assert found.shape_verdict is Verdict.MET, found.reason
    assert INDEXES.get(name, "") in (found.index or "")


@pytest.mark.parametrize("name", ["labels_of", "turn_up", "unlabel", "watchers", "fans", "owners", "disown"])
def test_parameters_that_no_link_has_and_those_that_most_have_are_tried(links, name):
    cases = {case.case: case for case in links.prove(name).cases}
    assert {"hot", "typical", "absent"} <= cases.keys()
    assert cases["absent"].rows_returned == 0
    assert cases["hot"].rows_examined >= cases["typical"].rows_examined > 0


@pytest.mark.parametrize("name", ["watch", "relabel", "watch_more", "follow_all"])
def test_links_that_are_there_and_new_ones_are_put(links, name):
    assert [case.case for case in links.prove(name).cases] == ["typical", "absent"]


@pytest.mark.parametrize("name", ["watched", "watchers", "fans", "owners", "devices"])
def test_pages_of_links_hold_every_link_once(links, name):
    read = paged_read(
        PATTERNS[name],
        links.workload.pattern(name),
        resolved=links.resolved,
        logical=links.logical,
        design=links.design,
    )
    found = prove_pagination(links.connection, read, grounds=links.grounds)
    assert found.reason is None
    assert found.pages > 1


@pytest.fixture(scope="module")
def transactions(postgres_server):
    """Prove every transaction, one after the other, in a database of their own."""
    postgres_server.create_database("link_transactions")
    with postgres_server.connect("link_transactions") as connection:
        shop = open_workshop(postgres_server, connection, PLAN, largest=5_000)
        count = len(shop.resolved.transactions)
        found = {
            transaction.name: prove_transaction(
                connection,
                transaction,
                next(each for each in shop.workload.transactions if each.name == transaction.name),
                patterns={pattern.name: pattern for pattern in shop.resolved.patterns},
                grounds=replace(shop.grounds, part=part, parts=count),
            )
            for part, transaction in enumerate(shop.resolved.transactions)
        }
        yield found, connection
    postgres_server.drop_database("link_transactions")


@pytest.mark.parametrize("name", ["sell", "publish", "again", "retag", "enter"])
def test_a_transaction_commits_after_others_that_insert_the_same(transactions, name):
    found = transactions[0][name]
    assert (found.is_committed, found.is_rolled_back_whole, found.reason) == (True, True, None)


def test_a_batch_of_links_hangs_on_the_row_that_was_inserted(transactions):
    _, connection = transactions
    new = "created_at > now() - interval '1 hour'"
    counted = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE n BETWEEN 1 AND 3) FROM topics LEFT JOIN LATERAL "
        f"(SELECT count(*) AS n FROM topic_labels WHERE topic_id = topics.id AND {new}) l ON true WHERE {new}"
    ).fetchone()
    assert counted[0] == counted[1] > 10
    quoting = connection.execute(
        "SELECT count(*), count(quotes_id) FROM answers "
        f"WHERE {new} AND topic_id IN (SELECT id FROM topics WHERE {new})"
    ).fetchone()
    assert quoting[0] > 20
    assert quoting[1] == 0


def test_who_comes_in_is_the_first_side_of_the_links_and_others_the_second(transactions):
    _, connection = transactions
    new = "created_at > now() - interval '1 hour'"
    (first,), (second,) = connection.execute(
        f"SELECT count(*) FROM user_follows f JOIN users u ON u.id = f.user_id WHERE f.{new} AND u.{new} UNION ALL "
        f"SELECT count(*) FROM user_follows f JOIN users u ON u.id = f.follow_id WHERE f.{new} AND u.{new}"
    ).fetchall()
    assert first > 10
    assert second == 0
