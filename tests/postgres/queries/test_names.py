"""Names and constants that try to be something else stay names and constants."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from groundplan.postgres.queries import decode_cursor, encode_cursor, query_files

PLAN = r"""
plan: hostile
targets: {postgres: 18}
conventions: {timestamps: false, keys: identity}
entities:
  Select:
    attributes:
      "%(a)s": text(20)
      "a) x": int?
      "o'clock; DROP TABLE x; --": text(20) unique
      "🐘": list of text
      from: timestamp
      desc: "enum(it's, 'b\\', '%s', '$1') = it's"
      "a line": text = 'x'
  Group:
    attributes: {order: int, "weird key": "text = 'a\nb'"}
relationships:
  Select.user > Group: {inverse: where}
access:
  rows:
    read: Select
    order: ['"%(a)s"', 'from desc']
    page: 2
    fields: ['"%(a)s"', '"a) x"', '"o''clock; DROP TABLE x; --"', 'from', 'desc', '"🐘"', 'user.order', '"a line"']
  found: {read: Select, where: "\"%(a)s\" = :größe and desc <> '%s' and \"a line\" = 'x%'", fields: ['"a) x"']}
  beside: {read: Group, fields: ['order', 'count(where) as "n % ; --"', 'where."%(a)s" as "l)"'], order: id}
  add: {insert: Select}
  add_group: {insert: Group}
  add_many: {insert: Select, batch: 10}
  put: {upsert: Select, on: ["o'clock; DROP TABLE x; --"], batch: 10}
  change: {update: Select, where: '"%(a)s" = :x', set: {"a line": "'%s $1 \\ ''\n'", desc: "%s"}}
  forget: {delete: Select, where: "desc = :desc"}
"""


@pytest.fixture
def plan(build: Any, database: Any) -> Any:
    made = build(PLAN)
    database.execute(made.schema)
    return made


def test_every_statement_runs_and_means_what_it_says(plan: Any, database: Any, fetch: Any) -> None:
    (group,) = fetch(database, plan.compiled("add_group").statement, {"order": 3, "weird_key": None})
    names = {each.column: each.name for each in plan.compiled("add").statement.parameters}
    row = {
        "%(a)s": "50%",
        "a)_x": 1,
        "o'clock;_drop_table_x;___": "noon",
        "🐘": ["a'b", "%s"],
        "from": "2024-01-01",
        "desc": "b\\",
        "a_line": None,
        "user_id": group["id"],
    }
    fetch(database, plan.compiled("add").statement, {names[column]: value for column, value in row.items()})
    for name in ("add_many", "put"):
        bulk = {names[column]: [value, value] for column, value in row.items()}
        bulk[names["🐘"]] = [Jsonb(["x"]), Jsonb([])]
        bulk[names["o'clock;_drop_table_x;___"]] = [f"{name} 1", f"{name} 2"]
        fetch(database, plan.compiled(name).statement, bulk)
    read = plan.read("rows")
    first = fetch(database, read.first, {})
    second = fetch(database, read.next, decode_cursor(read, encode_cursor(read, first[-1])))
    assert len(first) + len(second) == 4
    assert first[0]["a_line"] == "x"
    assert {row["desc"] for row in first} == {"b\\"}
    assert fetch(database, plan.read("beside").first, {})[0]["n % ; --"] == 5
    assert fetch(database, plan.read("beside").first, {})[0]["l)"] == ["50%"] * 5
    fetch(database, plan.compiled("change").statement, {"x": "50%"})
    rows = database.execute('SELECT DISTINCT "a_line", "desc" FROM "selects"').fetchall()
    assert rows == [("%s $1 \\ '\n", "%s")]
    fetch(database, plan.compiled("forget").statement, {"desc": "%s"})
    assert fetch(database, read.first, {}) == []


def test_the_files_load(plan: Any, database: Any) -> None:
    for text in query_files(plan.workload).values():
        database.execute(text.encode())


def test_layout_changes_no_constant(plan: Any) -> None:
    assert "'a\nb'" in plan.compiled("add_group").statement.numbered
