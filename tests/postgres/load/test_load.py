"""Rows of every type come back as they went in, and what the server refuses is said in its words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import monotonic, sleep
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.base.errors import EngineFailed
from groundplan.plan import types
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.load import TableRows, array_spelling, cells, copy_rows, load_tables, spelling
from groundplan.postgres.model import Column, ForeignKey, MaterializedView, PrimaryKey, Schema, Table

KEY = UUID("01234567-89ab-7cde-8f01-23456789abcd")

VALUES = [
    (types.Text(), "text", "plain"),
    (types.Text(), "text", "tab\tline\nreturn\rback\\slash \\N \\. ü 🐘"),
    (types.Text(), "text", ""),
    (types.Uuid(), "uuid", KEY),
    (types.Integer(), "bigint", -(2**40)),
    (types.Float(), "double precision", 0.1),
    (types.Decimal(precision=20, scale=6), "numeric", Decimal("-1234567890.123456")),
    (types.Money(), "numeric(19,4)", Decimal("12.5000")),
    (types.Boolean(), "boolean", True),
    (types.Boolean(), "boolean", False),
    (types.Date(), "date", date(2024, 2, 29)),
    (types.Time(), "time", time(23, 59, 58)),
    (types.Timestamp(), "timestamptz", datetime(2025, 3, 30, 1, 2, 3, 456_000, tzinfo=UTC)),
    (types.Interval(), "interval", timedelta(days=3, seconds=5, milliseconds=7)),
    (types.Interval(), "interval", timedelta(seconds=-90)),
    (types.Bytes(), "bytea", b"\x00\\\xff\t"),
    (types.Enum(values=(types.EnumValue("a"),)), "text", "a"),
    (types.ListOf(of=types.Text()), "text[]", ['a"b', "c\\d", "{x,y}", "", "NULL", "tab\t"]),
    (types.ListOf(of=types.Integer()), "int[]", []),
    (types.ListOf(of=types.Timestamp()), "timestamptz[]", [datetime(2025, 1, 1, tzinfo=UTC)]),
    (types.Ip(), "text", "2001:db8::1"),
]


def table(name: str, *columns: str, keys: tuple[ForeignKey, ...] = ()) -> Table:
    return Table(
        name=name,
        columns=tuple(Column(name=column, type="text") for column in columns),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=columns[:1]),
        foreign_keys=keys,
    )


@pytest.mark.parametrize(("of", "column", "value"), VALUES)
def test_values_come_back(database, of, column, value):
    database.execute(f"CREATE TABLE t (v {column})")
    given_value = tuple(value) if isinstance(value, list) else value
    copy_rows(database, TableRows(table="t", columns=("v",), types=(of,), values=((given_value, None),)))
    assert database.execute("SELECT v FROM t").fetchall() == [(value,), (None,)]


@pytest.mark.parametrize(
    ("of", "column", "value", "text"),
    [
        (types.Point(), "point", (13.377704, 52.516275), "(13.377704,52.516275)"),
        (types.Polygon(), "polygon", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), "((0,0),(1,0),(1,1))"),
        (types.Vector(dimensions=3), "text", (1.5, -2, 0), "[1.5,-2,0]"),
        (types.Range(of=types.Integer()), "int8range", (1, 5), "[1,5)"),
        (types.Range(of=types.Integer()), "int8range", (None, 5), "(,5)"),
        (
            types.Range(of=types.Timestamp()),
            "tstzrange",
            (datetime(2025, 1, 1, tzinfo=UTC), None),
            '["2025-01-01 00:00:00+00",)',
        ),
        (types.Range(of=types.Date()), "daterange", (date(2025, 1, 1), date(2025, 1, 3)), "[2025-01-01,2025-01-03)"),
        (types.Json(), "jsonb", {"a": ["b\\c", 'd"e', 1.5, None, True]}, '{"a": ["b\\\\c", "d\\"e", 1.5, null, true]}'),
        (types.ListOf(of=types.Ip()), "inet[]", ("10.0.0.1",), "{10.0.0.1}"),
    ],
)
def test_values_of_several_parts_are_written_as_the_server_reads_them(database, of, column, value, text):
    database.execute("SET timezone = 'UTC'")
    database.execute(f"CREATE TABLE t (v {column})")
    copy_rows(database, TableRows(table="t", columns=("v",), types=(of,), values=((value,),)))
    assert database.execute("SELECT v::text FROM t").fetchall() == [(text,)]
    spelled = json.dumps(value) if isinstance(of, types.Json) else spelling(of)(value)
    assert database.execute(f"SELECT (%s::{column})::text", [spelled]).fetchone() == (text,)


def test_arrays_of_anything(database):
    spelled = array_spelling(types.Point())(((1.0, 2.0), None, (3.0, 4.0)))
    assert database.execute("SELECT (%s::point[])::text", [spelled]).fetchone() == ('{"(1,2)",NULL,"(3,4)"}',)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",))),
            st.none() | st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"))).map(tuple),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_comes_back(database, rows):
    database.execute("CREATE TEMP TABLE IF NOT EXISTS any_text (n int, a text, b text[]); TRUNCATE any_text")
    columns = tuple(zip(*((number, *row) for number, row in enumerate(rows)), strict=True))
    kinds = (types.Integer(), types.Text(), types.ListOf(of=types.Text()))
    copy_rows(database, TableRows(table="any_text", columns=("n", "a", "b"), types=kinds, values=columns))
    found = database.execute("SELECT a, b FROM any_text ORDER BY n").fetchall()
    assert found == [(a, None if b is None else list(b)) for a, b in rows]


def test_values_of_another_type_are_refused():
    for of, value in ((types.Text(), 1), (types.Uuid(), "x"), (types.Point(), 3.0), (types.Bytes(), "x")):
        with pytest.raises(ValueError, match="not "):
            cells([value], of)


def connect_to(postgres_server, database):
    name = database.info.dbname
    return lambda: postgres_server.connect(name)


def test_a_loaded_table_is_ready_to_be_asked(postgres_server, database):
    database.execute(
        """
        CREATE TABLE items (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text UNIQUE, size int);
        CREATE INDEX items_size_idx ON items (size) WHERE size > 10;
        CREATE TABLE trail (n int);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN INSERT INTO trail VALUES (1); RETURN NULL; END';
        CREATE TRIGGER items_audit AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
        CREATE MATERIALIZED VIEW sums AS SELECT sum(size) FROM items WITH NO DATA;
        """
    )
    schema = Schema(
        version=18,
        tables=(
            Table(
                name="items",
                columns=(
                    Column(name="id", type="integer", is_identity=True),
                    Column(name="name", type="text"),
                    Column(name="size", type="integer"),
                ),
                primary_key=PrimaryKey(name="items_pkey", columns=("id",)),
            ),
        ),
        materialized_views=(
            MaterializedView(
                name="sums", pattern="sums", columns=(("sum", "bigint"),), key=("sum",), indexes=(), refresh_seconds=60
            ),
        ),
    )
    count = 30_000
    rows = TableRows(
        table="items",
        columns=("id", "name", "size"),
        types=(types.Integer(), types.Text(), types.Integer()),
        values=(
            range(1, count + 1),
            [f"n{number}" for number in range(count)],
            [number % 100 for number in range(count)],
        ),
    )
    steps: list[str] = []
    before = database.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1").fetchall()
    (loaded,) = load_tables(connect_to(postgres_server, database), schema, [rows], on_step=steps.append)
    assert (loaded.table, loaded.rows, steps) == ("items", count, ["items", "sums"])
    assert (
        database.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1").fetchall() == before
    )
    assert database.execute("SELECT count(*), max(id) FROM items").fetchone() == (count, count)
    assert database.execute("SELECT count(*) FROM trail").fetchone() == (0,), "nobody wrote these rows"
    assert database.execute("INSERT INTO items (name) VALUES ('next') RETURNING id").fetchone() == (count + 1,)
    assert database.execute("SELECT count(*) FROM trail").fetchone() == (1,)
    assert database.execute("SELECT * FROM sums").fetchone() == (sum(number % 100 for number in range(count)),)
    statistics = "SELECT relallvisible > 0.9 * relpages, reltuples FROM pg_class WHERE relname = 'items'"
    assert database.execute(statistics).fetchone() == (True, count)


def pointing(key: str) -> Schema:
    reference = ForeignKey(
        name="children_parent_fkey",
        columns=("parent",),
        target="parents",
        target_columns=("id",),
        on_delete=ReferentialAction.CASCADE,
        on_update=ReferentialAction.NO_ACTION,
    )
    return Schema(version=18, tables=(table("parents", "id"), table("children", key, "parent", keys=(reference,))))


FAMILY = """
CREATE TABLE parents (id text PRIMARY KEY);
CREATE TABLE children (id text PRIMARY KEY CHECK (id <> 'bad'), parent text REFERENCES parents);
"""


def family(children, parents=("p",)) -> list[TableRows]:
    text = types.Text()
    return [
        TableRows(table="parents", columns=("id",), types=(text,), values=(parents,)),
        TableRows(
            table="children", columns=("id", "parent"), types=(text, text), values=tuple(zip(*children, strict=True))
        ),
    ]


@pytest.mark.parametrize(
    ("children", "said"),
    [
        ([("a", "p"), ("b", "q")], 'break "children_parent_fkey"'),
        ([("bad", "p")], 'refused sample rows of table "children": .* check constraint'),
        ([("a", "p"), ("a", "p")], "duplicate key value .* already exists"),
    ],
    ids=["reference", "check", "key"],
)
def test_rows_that_break_a_rule_are_refused(postgres_server, database, children, said):
    database.execute(FAMILY)
    with pytest.raises(EngineFailed, match=said):
        load_tables(connect_to(postgres_server, database), pointing("id"), family(children), on_step=lambda _: None)


def test_references_to_nothing_are_allowed_to_be_null(postgres_server, database):
    database.execute(FAMILY)
    load_tables(
        connect_to(postgres_server, database),
        pointing("id"),
        family([("a", None), ("b", "p")]),
        on_step=lambda _: None,
    )
    assert database.execute("SELECT count(*) FROM children").fetchone() == (2,)


def test_an_interruption_ends_all_lanes(postgres_server, database):
    database.execute(FAMILY)

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_tables(connect_to(postgres_server, database), pointing("id"), family([("a", "p")]), on_step=interrupt)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = monotonic() + 5
    while database.execute(others).fetchone() != (0,) and monotonic() < deadline:
        sleep(0.01)
    assert database.execute(others).fetchone() == (0,)


def test_copied_rows_are_part_of_the_transaction(database):
    database.execute(FAMILY)
    rows = family([("a", "p")])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        copy_rows(database, rows[1])
    with database.transaction(force_rollback=True):
        for each in rows:
            copy_rows(database, each)
        assert database.execute("SELECT count(*) FROM children").fetchone() == (1,)
    assert database.execute("SELECT count(*) FROM children").fetchone() == (0,)
