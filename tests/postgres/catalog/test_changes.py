"""The keys of changed rows are noted, whatever changed them, and nothing of it stays."""

from __future__ import annotations

import json

import psycopg
import pytest

from groundplan.postgres.catalog import (
    everything,
    forget_changes,
    note_changes,
    rows_by_key,
    touched_keys,
    transaction_moment,
)
from groundplan.postgres.model import Column, PrimaryKey, Schema, Table

_TABLES = """
CREATE TABLE "od%d" (id int PRIMARY KEY, word text);
CREATE TABLE pairs (a int REFERENCES "od%d" ON DELETE CASCADE, b int, PRIMARY KEY (a, b));
INSERT INTO "od%d" VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO pairs VALUES (1, 1), (1, 2), (2, 1);
"""


def _table(name: str, columns: dict[str, str], *key: str) -> Table:
    return Table(
        name=name,
        relation=name,
        columns=tuple(Column(name=column, type=of, attribute=column) for column, of in columns.items()),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=key),
    )


ODD = _table("od%d", {"id": "int", "word": "text"}, "id")
PAIRS = _table("pairs", {"a": "int", "b": "int"}, "a", "b")
SCHEMA = Schema(version=18, tables=(ODD, PAIRS))


@pytest.fixture
def loaded(database) -> psycopg.Connection:
    database.execute(_TABLES.encode())
    return database


def _keys(connection: psycopg.Connection) -> dict[str, list]:
    return {name: json.loads(keys) for name, keys in touched_keys(connection).items()}


def test_cascades_and_changed_keys_are_noted(loaded):
    with loaded.transaction(force_rollback=True):
        note_changes(loaded, SCHEMA)
        assert touched_keys(loaded) == {}
        loaded.execute('UPDATE "od%d" SET id = 7 WHERE id = 3')
        loaded.execute('DELETE FROM "od%d" WHERE id = 1')
        assert _keys(loaded) == {
            "od%d": [{"id": 1}, {"id": 3}, {"id": 7}],
            "pairs": [{"a": 1, "b": 1}, {"a": 1, "b": 2}],
        }
        forget_changes(loaded)
        assert touched_keys(loaded) == {}


def test_rows_are_read_before_and_after(loaded):
    with loaded.transaction(force_rollback=True):
        note_changes(loaded, SCHEMA)
        with loaded.transaction(force_rollback=True):
            loaded.execute("INSERT INTO \"od%d\" VALUES (4, 'four'); UPDATE \"od%d\" SET word = 'zwei' WHERE id = 2")
            keys = touched_keys(loaded)["od%d"]
            after = rows_by_key(loaded, ODD, keys)
        before = rows_by_key(loaded, ODD, keys)
    assert before == [{"id": 2, "word": "two"}]
    assert sorted(after, key=lambda row: row["id"]) == [{"id": 2, "word": "zwei"}, {"id": 4, "word": "four"}]


def test_a_key_of_several_columns_finds_its_rows(loaded):
    assert rows_by_key(loaded, PAIRS, '[{"a": 1, "b": 2}, {"a": 9, "b": 9}]') == [{"a": 1, "b": 2}]


def test_nothing_stays(loaded):
    before = everything(loaded)
    with loaded.transaction(force_rollback=True):
        note_changes(loaded, SCHEMA)
    assert everything(loaded) == before


def test_now_stands_still_in_a_transaction(loaded):
    with loaded.transaction():
        moment = transaction_moment(loaded)
        (now,) = loaded.execute("SELECT now()").fetchone()
        assert 0 <= (now - moment).total_seconds() < 0.001
        assert moment.microsecond % 1000 == 0
    with pytest.raises(ValueError, match="only in a transaction"):
        transaction_moment(loaded)
