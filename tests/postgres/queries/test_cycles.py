"""Rows of a required cycle are inserted one after the other: the one that is awaited is given its key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

PLAN = """
plan: firm
targets: {postgres: 18}
entities:
  Department: {attributes: {name: text unique}}
  Employee: {attributes: {badge: text unique}}
relationships:
  Department.head - Employee: {inverse: heads}
  Employee.department > Department: {inverse: staff}
access:
  open: {insert: Department}
  hire: {insert: Employee}
  hire_many: {insert: Employee, batch: 10}
"""
HEAD = UUID("0197a000-0000-7000-8000-000000000001")


@pytest.fixture
def firm(postgres_server: Any, build: Any) -> Any:
    firm = build(PLAN)
    postgres_server.create_database("firm")
    with postgres_server.connect("firm") as connection:
        connection.execute(firm.schema)
        yield firm, connection
    postgres_server.drop_database("firm")


def test_only_what_is_awaited_takes_a_key(firm: Any) -> None:
    built, _ = firm
    statements = {name: built.workload.pattern(name).statement for name in ("open", "hire", "hire_many")}
    named = {
        name: {parameter.name: parameter.is_optional for parameter in statement.parameters}
        for name, statement in statements.items()
    }
    assert named["hire"] == {"id": True, "department": False, "badge": False}
    assert set(named["hire_many"]) == {"id", "department", "badge"}
    assert set(named["open"]) == {"head", "name"}


def test_a_department_is_opened_with_its_head(firm: Any, fetch: Any) -> None:
    built, connection = firm
    opened, hired = (built.workload.pattern(name).statement for name in ("open", "hire"))
    with connection.transaction():
        (department,) = fetch(connection, opened, {"name": "first", "head": HEAD})
        values = {"id": HEAD, "department": department["id"], "badge": "1"}
        assert fetch(connection, hired, values) == [{"id": HEAD}]
    (second,) = fetch(connection, hired, {**values, "id": None, "badge": "2"})
    assert second["id"] != HEAD
    with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
        fetch(connection, opened, {"name": "second", "head": UUID(int=1)})


def test_many_rows_are_given_keys_or_not(firm: Any, fetch: Any) -> None:
    built, connection = firm
    opened, hired = (built.workload.pattern(name).statement for name in ("open", "hire_many"))
    with connection.transaction():
        (department,) = fetch(connection, opened, {"name": "first", "head": HEAD})
        values = {"id": [HEAD, None], "department": [department["id"]] * 2, "badge": ["1", "2"]}
        fetch(connection, hired, values)
    counts = "SELECT count(*), count(*) FILTER (WHERE id = %s) FROM employees"
    assert connection.execute(counts, [HEAD]).fetchone() == (2, 1)
