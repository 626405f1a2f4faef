"""Expressions evaluated in Python give what the server gives, NULL and its logic included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Operator,
    Path,
)
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Date,
    Float,
    Integer,
    Interval,
    Json,
    ListOf,
    Range,
    Text,
    Timestamp,
)
from groundplan.plan.types import Decimal as DecimalType
from groundplan.postgres.quoting import cast_type, expression_sql, quote_identifier
from groundplan.rows.expressions import CannotEvaluate, Span, compile_expression

NOW = datetime(2025, 3, 31, 12, 30, 15, 250_000, tzinfo=UTC)

COLUMNS: dict[str, AttributeType] = {
    "i": Integer(),
    "j": Integer(),
    "n": DecimalType(precision=10, scale=2),
    "f": Float(),
    "b": Boolean(),
    "t": Text(),
    "u": Text(),
    "at": Timestamp(),
    "until": Timestamp(),
    "day": Date(),
    "span": Interval(),
    "r": Range(of=Integer()),
    "l": ListOf(of=Text()),
    "doc": Json(),
}
POSITIONS = {name: position for position, name in enumerate(COLUMNS)}

moments = st.datetimes(
    min_value=datetime(2023, 1, 1),
    max_value=datetime(2027, 12, 31),
    timezones=st.just(UTC),
).map(lambda found: found.replace(microsecond=found.microsecond // 1000 * 1000))
small = st.integers(-7, 7)
words = st.sampled_from(["", " a ", "a", "b", "ab", "aB", "Ab%", "x_y", "ä"])
VALUES = {
    "i": small,
    "j": small,
    "n": st.decimals(min_value=-99, max_value=99, places=2),
    "f": st.integers(-20, 20).map(lambda found: found / 4),
    "b": st.booleans(),
    "t": words,
    "u": words,
    "at": moments,
    "until": moments,
    "day": st.dates(min_value=date(2023, 1, 1), max_value=date(2027, 12, 31)),
    "span": st.integers(-100, 100).map(lambda hours: timedelta(hours=hours)),
    "r": st.tuples(st.integers(0, 5), st.integers(6, 9)),
    "l": st.lists(words, max_size=3).map(tuple),
    "doc": st.dictionaries(st.sampled_from(["k", "m"]), st.one_of(small, words, st.booleans()), max_size=2),
}
rows = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})


def local(*names: str) -> st.SearchStrategy[Expression]:
    return st.sampled_from([Local(name) for name in names])


numbers = st.recursive(
    local("i", "j") | small.map(lambda found: Literal(found, Integer())),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from([Operator.PLUS, Operator.MINUS, Operator.TIMES]), inner, inner),
        st.builds(Binary, st.sampled_from([Operator.DIVIDE, Operator.MODULO]), inner, st.just(Literal(3, Integer()))),
        st.builds(Negative, inner),
        st.builds(lambda a, b: Call("coalesce", (a, b)), inner, inner),
        st.builds(lambda a, b: Call("greatest", (a, b)), inner, inner),
        st.builds(lambda a: Call("abs", (a,)), inner),
        st.just(Call("length", (Local("t"),))),
        st.just(Call("strpos", (Local("t"), Local("u")))),
        st.builds(lambda a, b: Case(branches=((a, b),), otherwise=None), st.deferred(lambda: conditions), inner),
    ),
    max_leaves=6,
)
texts = st.recursive(
    local("t", "u") | words.map(lambda found: Literal(found, Text())),
    lambda inner: st.one_of(
        st.builds(Binary, st.just(Operator.CONCATENATE), inner, inner),
        st.builds(lambda a: Call("lower", (a,)), inner),
        st.builds(lambda a, b: Call("nullif", (a, b)), inner, inner),
        st.builds(
            lambda name, text, count: Call(name, (text, Literal(count, Integer()))),
            st.sampled_from(["left", "right", "substr"]),
            inner,
            small,
        ),
        st.builds(
            lambda text, start, count: Call("substring", (text, Literal(start, Integer()), Literal(count, Integer()))),
            inner,
            small,
            st.integers(0, 3),
        ),
        st.builds(lambda a, b, c: Call("replace", (a, b, c)), inner, inner, inner),
        st.builds(lambda name, a: Call(name, (a,)), st.sampled_from(["trim", "ltrim", "rtrim"]), inner),
    ),
    max_leaves=4,
)
spans = st.sampled_from(["1 day", "30 days", "1 month", "2 hours 5 minutes", "1 year 3 mons", "-3 days", "01:30:00"])
intervals = spans.map(lambda text: Literal(text, Interval())) | local("span")
instants = st.one_of(
    local("at", "until"),
    st.just(Call("now")),
    st.builds(Binary, st.sampled_from([Operator.PLUS, Operator.MINUS]), local("at", "until"), intervals),
    st.builds(
        lambda unit, at: Call("date_trunc", (Literal(unit), at)),
        st.sampled_from(["hour", "day", "week", "month", "quarter"]),
        local("at"),
    ),
)
compared = st.sampled_from(
    [Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL]
)
comparisons = st.one_of(
    st.builds(Binary, compared, numbers, numbers),
    st.builds(Binary, compared, local("n"), numbers),
    st.builds(Binary, compared, local("f"), numbers | local("n")),
    st.builds(Binary, compared, texts, texts),
    st.builds(Binary, compared, instants, instants),
    st.builds(Binary, compared, local("day"), local("day", "at")),
    st.builds(Binary, compared, st.just(Binary(Operator.MINUS, Local("at"), Local("until"))), intervals),
    st.builds(
        Binary,
        st.sampled_from([Operator.LIKE, Operator.ILIKE]),
        texts,
        st.sampled_from(["a%", "%b", "_", "x\\_y", "%"]).map(lambda p: Literal(p, Text())),
    ),
    st.builds(
        Binary,
        st.sampled_from([Operator.MATCHES, Operator.MATCHES_ANY_CASE]),
        texts,
        st.sampled_from(["^a", "b$", "^[a-z]+$", "(a|b){2}"]).map(lambda p: Literal(p, Text())),
    ),
    st.sampled_from(
        [
            Binary(Operator.OVERLAPS, Local("r"), Local("r")),
            Binary(Operator.CONTAINS, Local("r"), Local("i")),
            Binary(Operator.CONTAINED, Local("i"), Local("r")),
            Call("starts_with", (Local("t"), Local("u"))),
            Call("isempty", (Local("r"),)),
            Binary(Operator.CONTAINS, Local("l"), Local("l")),
            Binary(Operator.CONTAINS, Local("doc"), Literal('{"k":1}', Json())),
            Binary(Operator.CONTAINS, Local("doc"), Literal('{"m":"a"}', Json())),
            Binary(Operator.HAS_KEY, Local("doc"), Literal("k")),
            Binary(Operator.EQUAL, Binary(Operator.GET_TEXT, Local("doc"), Literal("k")), Literal("1", Text())),
        ]
    ),
    local("b"),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Every(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        st.builds(Not, inner),
        st.builds(lambda a, negated: IsNull(operand=a, is_negated=negated), inner, st.booleans()),
        st.builds(
            lambda operand, items, negated: In(operand=operand, items=tuple(items), is_negated=negated),
            numbers,
            st.lists(numbers, min_size=1, max_size=3),
            st.booleans(),
        ),
    ),
    max_leaves=5,
)


def slot(name: Path | Local) -> tuple[int, AttributeType | None]:
    assert isinstance(name, Local)
    return POSITIONS[name.name], COLUMNS[name.name]


def placeholder(name: str, of: AttributeType) -> str:
    if name == "r":
        return "int4range(%(r_low)s::int, %(r_high)s::int)"
    return f"%({name})s::{cast_type(of)}"


def ask_server(database: psycopg.Connection, expression: Expression, row: dict) -> object:
    from psycopg.types.json import Jsonb

    columns = ", ".join(f"{placeholder(name, of)} AS {quote_identifier(name)}" for name, of in COLUMNS.items())
    if row["r"] is None:
        columns = columns.replace("int4range(%(r_low)s::int, %(r_high)s::int)", "NULL::int4range")
    sql = expression_sql(
        expression, name=lambda found: "now" if isinstance(found, Path) else quote_identifier(found.name)
    ).replace("%", "%%")
    sql = sql.replace("now()", f"timestamptz '{NOW.isoformat()}'")
    given = {
        **row,
        "l": None if row["l"] is None else list(row["l"]),
        "doc": None if row["doc"] is None else Jsonb(row["doc"]),
        "r_low": None if row["r"] is None else row["r"][0],
        "r_high": None if row["r"] is None else row["r"][1],
    }
    answer = database.execute(f"SELECT {sql} FROM (SELECT {columns}) AS given", given).fetchone()
    assert answer is not None
    return answer[0]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(expression=conditions, row=rows)
def test_conditions_hold_where_the_server_says_so(database, expression, row):
    evaluate = compile_expression(expression, slot=slot, now=NOW)
    try:
        expected = ask_server(database, expression, row)
    except psycopg.errors.NumericValueOutOfRange:
        return
    assert evaluate(tuple(row[name] for name in COLUMNS)) is expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(expression=st.one_of(numbers, texts, instants), row=rows)
def test_values_equal_the_server_s(database, expression, row):
    evaluate = compile_expression(expression, slot=slot, now=NOW)
    try:
        expected = ask_server(database, expression, row)
    except psycopg.errors.NumericValueOutOfRange:
        return
    assert evaluate(tuple(row[name] for name in COLUMNS)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Binary(Operator.DIVIDE, Literal(-7), Literal(2)), -3),
        (Binary(Operator.MODULO, Literal(-7), Literal(2)), -1),
        (Cast(Literal(Decimal("2.5")), Integer()), 3),
        (Cast(Literal("2025-01-31", Text()), Date()), date(2025, 1, 31)),
        (
            Binary(Operator.PLUS, Literal("2025-01-31", Timestamp()), Literal("1 month", Interval())),
            datetime(2025, 2, 28, tzinfo=UTC),
        ),
        (Negative(Literal("1 month", Interval())), Span(-1)),
        (AnyOf((Literal(None), Literal(True))), True),
        (Every((Literal(None), Literal(True))), None),
        (Every((Literal(None), Literal(False))), False),
    ],
)
def test_constants(expression, expected):
    assert compile_expression(expression, slot=slot, now=NOW)(()) == expected


@pytest.mark.parametrize(
    "expression",
    [
        Call("pg_sleep", (Literal(1),)),
        Binary(Operator.DIVIDE, Literal(1), Literal(0)),
        Binary(Operator.PLUS, Literal("a"), Literal(1)),
        Literal("yesterday", Timestamp()),
        Literal("a fortnight", Interval()),
    ],
)
def test_what_cannot_be_evaluated_says_so(expression):
    with pytest.raises(CannotEvaluate):
        compile_expression(expression, slot=slot, now=NOW)(())
