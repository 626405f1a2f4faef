"""A page of a search is found by its rarest word, and met on a walk where all words are common."""

from __future__ import annotations

from typing import Any

import pytest

PLAN = """
plan: shelf
targets: {postgres: 18}
entities: {Note: {rows: {now: 2M}, attributes: {title: text(80), body: text ~400B}}}
access: {find: {read: Note, search: {in: [title, body], language: simple}, fields: [title], page: 20, rate: 10/s}}
"""
ROWS = """
INSERT INTO notes (title, body)
  SELECT 'note', concat_ws(' ',
      'w' || n * 7919 % 5003, 'v' || n * 31 % 3001, 'u' || n % 997,
      CASE WHEN n % 10 < 6 THEN 'common' END, CASE WHEN n % 10 > 3 THEN 'usual' END,
      CASE WHEN n > 29960 THEN 'rare' END)
  FROM generate_series(1, 30000) AS n;
"""
FOUND_WITHIN = 200
"""Rows that may be looked at for a page of 20, of 30,000 there are."""


@pytest.fixture(scope="module")
def shelf(postgres_server: Any, build: Any) -> Any:
    shelf = build(PLAN)
    postgres_server.create_database("shelf")
    with postgres_server.connect("shelf") as connection:
        connection.execute(shelf.schema)
        connection.execute(ROWS)
        connection.execute("VACUUM ANALYZE")
        yield shelf, connection
    postgres_server.drop_database("shelf")


@pytest.mark.parametrize(
    ("words", "rows", "is_looked_up"),
    [
        ("common", 20, False),
        ("common usual", 20, False),
        ("rare", 20, True),
        ("common rare", 20, True),
        ("common absent", 0, True),
    ],
)
def test_words_decide_between_the_index_and_a_walk(shelf: Any, words: str, rows: int, *, is_looked_up: bool) -> None:
    built, connection = shelf
    statement = built.workload.pattern("find").first
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {statement.named}"
    ((plan,),) = connection.execute(explain, {"words": words}).fetchone()
    nodes = list(_nodes(plan["Plan"]))
    assert plan["Plan"]["Actual Rows"] == rows
    assert any(node.get("Index Name") == "notes_search_idx" for node in nodes) is is_looked_up
    looked_at = max(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in nodes)
    assert looked_at <= FOUND_WITHIN


def test_the_decision_says_who_decides(shelf: Any) -> None:
    built, _ = shelf
    decisions = {decision.pin: decision for decision in built.workload.decisions}
    assert decisions["postgres.find.matching"].choice == "by the planner's estimate"
    for decision in decisions.values():
        assert decision.reason[0].isupper()
        assert decision.reason.endswith(".")


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
