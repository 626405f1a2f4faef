"""Transactions hand keys on, commit whole, and leave nothing when they break off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.prove.transactions import prove_transaction

from .workshop import PLANS, open_workshop


@pytest.fixture(scope="module")
def forum(postgres_server):
    postgres_server.create_database("forum_transactions")
    with postgres_server.connect("forum_transactions") as connection:
        yield open_workshop(postgres_server, connection, PLANS / "forum.plan.yaml", largest=5_000)
    postgres_server.drop_database("forum_transactions")


def prove(forum, name, *, change=None):
    transaction = next(each for each in forum.resolved.transactions if each.name == name)
    compiled = next(each for each in forum.workload.transactions if each.name == name)
    return prove_transaction(
        forum.connection,
        transaction,
        compiled if change is None else change(compiled),
        patterns={pattern.name: pattern for pattern in forum.resolved.patterns},
        grounds=forum.grounds,
    )


def test_what_one_step_inserts_the_next_one_points_at(forum):
    before = forum.connection.execute("SELECT count(*) FROM users").fetchone()[0]
    found = prove(forum, "welcome")
    assert (found.is_committed, found.is_rolled_back_whole, found.reason) == (True, True, None)
    assert 0 < found.p50_ms <= found.p95_ms
    joined = forum.connection.execute(
        "SELECT count(*), count(t.id) FROM users u LEFT JOIN tickets t ON t.user_id = u.id "
        "WHERE u.created_at > now() - interval '1 hour' AND u.email IN (SELECT email FROM users)"
    ).fetchone()
    assert joined[0] == joined[1] > 0
    assert forum.connection.execute("SELECT count(*) FROM users").fetchone()[0] > before


def test_reads_and_updates_at_another_isolation_level(forum):
    found = prove(forum, "settle")
    assert (found.is_committed, found.is_rolled_back_whole, found.reason) == (True, True, None)


def test_a_transaction_that_the_server_refuses_is_no_proof(forum):
    def change(compiled):
        first, second = compiled.steps
        wrong = replace(second, statement=replace(second.statement, named="UPDATE nowhere SET a = %(id)s"))
        return replace(compiled, steps=(first, wrong))

    found = prove(forum, "settle", change=change)
    assert not found.is_committed
    assert "42P01" in found.reason


def test_where_every_first_half_is_refused_the_reason_is_the_refusal(forum):
    def change(compiled):
        first, second = compiled.steps
        wrong = replace(first, statement=replace(first.statement, named="INSERT INTO boards (id) VALUES (NULL)"))
        return replace(compiled, steps=(wrong, second))

    found = prove(forum, "welcome", change=change)
    assert (found.is_committed, found.is_rolled_back_whole) == (False, False)
    assert found.reason.startswith("PostgreSQL refuses it with 23502: ")
