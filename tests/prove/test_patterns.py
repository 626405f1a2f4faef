"""Patterns are met with the design's indexes, and missed, for a reason that names the table, without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.postgres.queries.model import CompiledRead
from groundplan.prove.evidence import Verdict
from groundplan.prove.patterns import prove_pattern

from .workshop import PLANS, open_workshop


@pytest.fixture(scope="module")
def forum(postgres_server):
    postgres_server.create_database("forum")
    with postgres_server.connect("forum") as connection:
        yield open_workshop(postgres_server, connection, PLANS / "forum.plan.yaml", largest=60_000)
    postgres_server.drop_database("forum")


READS = ("sign_in", "topics_of", "answers_of", "labelled", "closed", "labels", "boards", "ticket", "loud")
STORED = ("activity", "months")
WRITES = ("ask", "answer", "configure", "close", "leave", "withdraw", "invite", "join")


@pytest.mark.parametrize("name", [*READS, *STORED, *WRITES])
def test_every_pattern_of_the_design_is_met(forum, name):
    found = forum.prove(name)
    assert found.shape_verdict is Verdict.MET, found.reason
    assert found.runs >= 100
    assert found.index or found.reason
    assert found.p50_ms <= found.p95_ms


@pytest.mark.parametrize("name", STORED)
def test_a_stored_answer_is_as_large_as_its_groups(forum, name):
    ((groups,),) = forum.connection.execute(f"SELECT count(*) FROM {name}")
    assert forum.ground.loaded[name] == groups
    found = forum.prove(name)
    assert found.reason == f"reads {name} whole: it returns {groups:,} of its {groups:,} rows" or (
        found.reason == f"reads the {groups:,} groups of {name} whole"
    )


@pytest.fixture
def without(forum):
    """Prove a pattern after some statements, which are taken back."""

    def prove(name, *statements):
        with forum.connection.transaction(force_rollback=True):
            for statement in statements:
                forum.connection.execute(statement)
            return forum.prove(name)

    return prove


@pytest.mark.parametrize(
    ("name", "statement", "table"),
    [
        ("sign_in", "DROP INDEX users_email_key", "users"),
        ("topics_of", "DROP INDEX topics_author_id_created_at_id_idx", "topics"),
        ("answers_of", "DROP INDEX answers_topic_id_votes_id_idx", "answers"),
        ("closed", "DROP INDEX topics_closed_at_id_idx", "topics"),
        ("ticket", "ALTER TABLE tickets DROP CONSTRAINT tickets_code_key", "tickets"),
        ("withdraw", "ALTER TABLE tickets DROP CONSTRAINT tickets_code_key", "tickets"),
        ("loud", "DROP INDEX answers_topic_id_votes_id_idx", "answers"),
        ("labelled", "DROP INDEX topic_labels_label_id_topic_id_idx", "topic_labels"),
        ("close", "ALTER TABLE topics DROP CONSTRAINT topics_pkey CASCADE", "topics"),
    ],
)
def test_without_its_index_a_pattern_is_missed(without, name, statement, table):
    found = without(name, statement)
    assert found.shape_verdict is Verdict.MISSED
    assert f" {table} " in f" {found.reason} ".replace(":", " ")


@pytest.mark.parametrize("columns", ["created_at, author_id", "created_at, id, author_id", "id, author_id, created_at"])
def test_with_its_columns_in_the_wrong_order_a_pattern_is_missed(without, columns):
    found = without(
        "topics_of",
        "DROP INDEX topics_author_id_created_at_id_idx",
        f"CREATE INDEX wrong ON topics ({columns})",
        "ANALYZE topics",
    )
    assert found.shape_verdict is Verdict.MISSED
    assert "topics" in found.reason


def test_an_index_without_the_order_is_missed_where_a_page_has_to_be_sorted(without):
    found = without(
        "answers_of", "DROP INDEX answers_topic_id_votes_id_idx", "CREATE INDEX unordered ON answers (topic_id)"
    )
    assert found.shape_verdict is Verdict.MISSED
    assert found.reason.startswith("with hot parameters it sorts ")


def test_a_constant_condition_needs_an_index_that_knows_it(without):
    found = without(
        "closed",
        "DROP INDEX topics_closed_at_id_idx",
        "CREATE INDEX status_only ON topics (status)",
        "ANALYZE topics",
    )
    assert found.shape_verdict is Verdict.MISSED


def test_small_tables_are_read_whole_and_the_reason_says_so(forum):
    found = forum.prove("boards")
    assert found.index is None
    assert found.reason == "reads the 12 rows of boards whole: 12 are declared"


def test_a_sample_too_small_for_an_index_is_asked_again(forum):
    found = forum.prove("ticket")
    assert found.index.startswith("tickets_code_key")
    typical = next(case for case in found.cases if case.case == "typical")
    assert (typical.rows_returned, typical.scans[0].index) == (1, "tickets_code_key")


def test_cases_are_hot_typical_absent_and_the_page_after(forum):
    cases = {case.case: case for case in forum.prove("topics_of").cases}
    assert list(cases) == ["hot", "hot, next page", "typical", "absent"]
    assert cases["hot"].rows_returned == 10
    assert 0 < cases["typical"].rows_returned < 10
    assert cases["absent"].rows_returned == 0
    assert "Index Scan" in cases["hot"].plan


def test_a_target_that_is_not_reached_is_missed_in_time_alone(forum):
    pattern = forum.pattern("answers_of")
    hasty = replace(pattern, demand=replace(pattern.demand, target_ms=0.0001))
    compiled = forum.workload.pattern("answers_of")
    found = prove_pattern(forum.connection, hasty, compiled, grounds=forum.grounds, ground=forum.ground)
    assert (found.shape_verdict, found.time_verdict) == (Verdict.MET, Verdict.MISSED)
    assert "above the target of 0.0001 ms" in found.reason


def test_a_statement_that_the_server_refuses_is_missed(forum):
    compiled = forum.workload.pattern("labels")
    assert isinstance(compiled, CompiledRead)
    broken = replace(compiled, first=replace(compiled.first, named="SELECT nothing FROM nowhere"))
    found = prove_pattern(forum.connection, forum.pattern("labels"), broken, grounds=forum.grounds, ground=forum.ground)
    assert found.shape_verdict is Verdict.MISSED
    assert found.reason == 'PostgreSQL refuses it with 42P01: relation "nowhere" does not exist'


def test_writes_leave_nothing(forum):
    before = forum.connection.execute("SELECT (SELECT count(*) FROM topics), (SELECT count(*) FROM users)").fetchone()
    for name in ("ask", "answer", "leave", "close"):
        forum.prove(name)
    after = forum.connection.execute("SELECT (SELECT count(*) FROM topics), (SELECT count(*) FROM users)").fetchone()
    assert before == after


def test_a_refused_deletion_is_tried_with_rows_that_nothing_holds(forum):
    found = forum.prove("leave")
    assert found.shape_verdict is Verdict.MET
    assert found.index == "users_pkey"
    assert found.rows_examined == 1
