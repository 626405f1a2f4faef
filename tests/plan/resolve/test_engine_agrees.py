"""PostgreSQL agrees: what a formula is resolved to means what PostgreSQL makes of its text, and is never refused."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan import types
from groundplan.plan.defects import Defect
from groundplan.plan.expressions import Expression, Local, Path
from groundplan.plan.formula import Formula
from groundplan.plan.model import Attribute, Conventions, Entity, Plan
from groundplan.plan.resolve.formulas import Formulas
from groundplan.plan.resolve.places import SET
from groundplan.plan.resolve.reading import NOTHING
from groundplan.plan.scope import Scope
from groundplan.postgres.quoting import expression_sql, quote_identifier

COLUMNS: dict[str, tuple[types.AttributeType, str]] = {
    "t": (types.Text(), "text"),
    "u": (types.Text(), "text"),
    "end": (types.Integer(), "integer"),
    "n": (types.Integer(), "integer"),
    "d": (types.Decimal(precision=12, scale=2), "numeric(12,2)"),
    "f": (types.Float(), "double precision"),
    "b": (types.Boolean(), "boolean"),
    "c": (types.Boolean(), "boolean"),
    "at": (types.Timestamp(), "timestamptz"),
    "desc": (types.Date(), "date"),
    "x": (types.Time(), "time"),
    "i": (types.Interval(), "interval"),
    "j": (types.Json(), "jsonb"),
    "l": (types.ListOf(of=types.Text()), "text[]"),
    "r": (types.Range(of=types.Timestamp()), "tstzrange"),
    "k": (types.Uuid(), "uuid"),
    "p": (types.Ip(), "inet"),
}
ROWS = (
    ("ab", "Ab", 1, -3, DecimalNumber("2.50"), 1.5, True, False, "2030-01-31 10:00+00", "2030-02-01", "10:30", "1 day",
     '{"a": {"b": 1}, "c": [1, 2]}', ["a", "b"], "[2030-01-01,2030-02-01)", "00000000-0000-0000-0000-000000000001",
     "10.0.0.1"),
    (None,) * 17,
)  # fmt: skip
PLAN = Plan(
    name="engine",
    entities=(
        Entity(
            name="Thing",
            key=("k",),
            attributes=tuple(Attribute(name=name, type=of, is_optional=True) for name, (of, _) in COLUMNS.items()),
        ),
    ),
    conventions=Conventions(has_timestamps=False),
)
SCOPE = Scope(PLAN)

names = st.sampled_from(sorted(COLUMNS))
constants = st.sampled_from(
    ("'ab'", "'%b'", "''", "0", "1", "2", "-3", "1.5", "true", "false", "'a'", "'{\"a\": {}}'", "array['a', 'b']",
     "interval '2 hours'", "date '2030-01-31'", "now()", "current_date", "timestamp '2030-01-31 10:00:00+00'")
)  # fmt: skip
infix = st.sampled_from(
    ("=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "||", "&&", "@>", "<@", "?", "->", "->>", "~", "~*", "!~", "and",
     "or", "like", "ilike", "not like", "not ilike")
)  # fmt: skip
calls = st.sampled_from(
    ("lower", "upper", "length", "char_length", "trim", "coalesce", "nullif", "greatest", "least", "abs", "round",
     "ceil", "floor", "cardinality", "isempty", "replace", "left", "right", "starts_with", "strpos", "concat",
     "substring", "tstzrange", "sqrt", "age", "jsonb_typeof", "point", "trunc", "octet_length", "split_part", "exp",
     "mod", "power", "ln", "daterange", "int8range", "numrange", "array_append", "jsonb_array_length", "longitude",
     "latitude", "substr", "timezone", "date_part")
)  # fmt: skip
casts = st.sampled_from(("text", "int", "float", "decimal(10,2)", "date", "timestamp", "interval", "jsonb", "uuid"))


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, infix, inner),
        st.builds("{} {} {} {} {}".format, inner, infix, inner, infix, inner),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("- {}".format, inner),
        st.builds("{} is null".format, inner),
        st.builds("{} is not null".format, inner),
        st.builds("{} is not true".format, inner),
        st.builds("{} is false".format, inner),
        st.builds("{} between {} and {}".format, inner, inner, inner),
        st.builds("{} not between {} and {}".format, inner, inner, inner),
        st.builds("{} in ({}, {})".format, inner, inner, inner),
        st.builds("{} not in ({}, {})".format, inner, inner, inner),
        st.builds("case when {} then {} else {} end".format, inner, inner, inner),
        st.builds("case {} when {} then {} end".format, inner, inner, inner),
        st.builds(lambda name, given: f"{name}({', '.join(given)})", calls, st.lists(inner, min_size=1, max_size=3)),
        st.builds("{}::{}".format, inner, casts),
        st.builds("extract({} from {})".format, st.sampled_from(("year", "epoch", "dow")), inner),
        st.builds("date_trunc('{}', {})".format, st.sampled_from(("month", "hour", "week")), inner),
    )


def typed() -> st.SearchStrategy[str]:
    """Formulas that mostly have a meaning: operands by kind, so that more than one in a hundred is accepted."""
    text = st.sampled_from(("t", "u", "'ab'", "''", "lower(t)", "j ->> 'a'", "t || u", "t::text", "end::text"))
    number = st.sampled_from(("end", "n", "d", "f", "1", "-3", "1.5", "n + end", "n * 2 - 1", "length(t)", "- n"))
    moment = st.sampled_from(("at", "desc", "now()", "current_date", "at + i", "desc - 1", "at - interval '1 day'"))
    truth = st.sampled_from(("b", "c", "(not b)", "(b and c or c)", "t like 'a%'", "(n is null)", "n in (1, 2)"))
    compare = st.sampled_from(("=", "<>", "<", "<=", ">", ">="))
    same = [st.builds("{} {} {}".format, kind, compare, kind) for kind in (text, number, moment, truth)]
    condition = st.one_of(truth, *same, st.just("j @> '{\"a\": {}}'"), st.just("l && array['a']"), st.just("r @> at"))
    joined = st.builds("{} {} {}".format, condition, st.sampled_from(("and", "or")), condition)
    return st.one_of(
        joined,
        st.builds("not {} {} {}".format, condition, st.sampled_from(("and", "or")), condition),
        st.builds("not {} is not null and {} is not true".format, condition, condition),
        st.builds("{} {} {} {} {}".format, number, st.sampled_from("+-*"), number, st.sampled_from("+-*"), number),
        st.builds("{} between {} and {} and {}".format, number, number, number, condition),
        st.builds("case when {} then {} else {} end".format, condition, number, number),
    )


def resolved(text: str) -> tuple[Expression | None, list[Defect]]:
    formulas = Formulas(scope=SCOPE)
    found = formulas.expression(Formula(text=text), SET, entity="Thing", beside=NOTHING)
    return found, formulas.defects


def column(name: Path | Local) -> str:
    return quote_identifier(name.attribute or "" if isinstance(name, Path) else name.name)


@pytest.fixture
def table(database: psycopg.Connection) -> psycopg.Connection:
    database.execute("SET timezone TO 'UTC'")
    columns = ", ".join(f"{quote_identifier(name)} {kind}" for name, (_, kind) in COLUMNS.items())
    database.execute(f"CREATE TABLE things ({columns})")
    for row in ROWS:
        casts_of = ", ".join(f"%s::{kind}" for _, kind in COLUMNS.values())
        database.execute(f"INSERT INTO things VALUES ({casts_of})", row)
    return database


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(names | constants, larger, max_leaves=6))
def test_what_is_accepted_postgresql_accepts(table: psycopg.Connection, text: str) -> None:
    expression, defects = resolved(text)
    if expression is None:
        assert defects
        return
    sql = expression_sql(expression, name=column)
    try:
        table.execute(f"PREPARE accepted AS SELECT {sql} FROM things".encode())
    except psycopg.DataError:
        return  # a constant such as 'a'::text::int, which no type can tell
    except psycopg.Error as error:
        raise AssertionError(f"{text}\n  became {sql}\n  refused: {error}") from None
    table.execute("DEALLOCATE accepted")


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed())
def test_it_means_what_postgresql_reads_in_its_text(table: psycopg.Connection, text: str) -> None:
    expression, defects = resolved(text)
    assert expression is not None, defects
    sql = expression_sql(expression, name=column)
    table.execute("BEGIN")  # now() stands still
    try:
        ours = table.execute(f"SELECT ({sql})::text FROM things ORDER BY t NULLS LAST".encode()).fetchall()
        theirs = table.execute(
            f"SELECT ({in_quotes(text)})::text FROM things ORDER BY t NULLS LAST".encode()
        ).fetchall()
    finally:
        table.execute("ROLLBACK")
    assert ours == theirs, sql


def in_quotes(text: str) -> str:
    """Put the names that SQL reserves in double quotes, but not the `end` of a case."""
    words = text.replace("(", "( ").replace(")", " )").replace("end::", '"end"::').split(" ")
    last = len(words) - 1
    found = []
    for position, word in enumerate(words):
        is_keyword = word == "end" and position == last and words[0] == "case"
        found.append(f'"{word}"' if word in ("end", "desc") and not is_keyword else word)
    return " ".join(found)
