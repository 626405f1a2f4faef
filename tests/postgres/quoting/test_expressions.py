"""Expressions mean in PostgreSQL what their tree says, with no more parentheses than they need."""

from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan import types
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
)
from groundplan.postgres.quoting import expression_sql, quote_identifier

A, B, FLAG, TITLE, DATA = Local("a"), Local("b"), Local("flag"), Local("title"), Local("data")
ONE = Literal(1)


def sql(expression):
    return expression_sql(
        expression,
        name=lambda found: quote_identifier(
            found.name if isinstance(found, Local) else found.attribute or found.entity
        ),
        parameter=lambda found: f":{found.name}",
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Binary(Operator.TIMES, Binary(Operator.PLUS, A, B), ONE), '("a" + "b") * 1'),
        (Binary(Operator.PLUS, A, Binary(Operator.TIMES, B, ONE)), '"a" + "b" * 1'),
        (Binary(Operator.MINUS, A, Binary(Operator.MINUS, B, ONE)), '"a" - ("b" - 1)'),
        (Binary(Operator.MINUS, Binary(Operator.MINUS, A, B), ONE), '"a" - "b" - 1'),
        (Binary(Operator.MINUS, A, Literal(-1)), '"a" - -1'),
        (Binary(Operator.CONTAINS, A, Literal(5, types.Integer())), '"a" @> 5::bigint'),
        (Binary(Operator.CONTAINED, Literal(5, types.Money()), A), '5::numeric <@ "a"'),
        (Negative(Negative(A)), '- (- "a")'),
        (Negative(Literal(-1)), "- (-1)"),
        (Cast(Literal(-1), types.Integer()), "(-1)::integer"),
        (Cast(Cast(A, types.Text()), types.Integer()), '"a"::text::integer'),
        (Binary(Operator.EQUAL, Binary(Operator.LESS, A, B), FLAG), '("a" < "b") = "flag"'),
        (Every((FLAG, AnyOf((FLAG, Not(FLAG))))), '"flag" AND ("flag" OR NOT "flag")'),
        (AnyOf((FLAG, Every((FLAG, Not(FLAG))))), '"flag" OR ("flag" AND NOT "flag")'),
        (Not(Binary(Operator.EQUAL, A, B)), 'NOT ("a" = "b")'),
        (IsNull(operand=Binary(Operator.EQUAL, A, B)), '("a" = "b") IS NULL'),
        (IsNull(operand=IsNull(operand=A), is_negated=True), '("a" IS NULL) IS NOT NULL'),
        (In(operand=A, items=(ONE, Literal(2))), '"a" IN (1, 2)'),
        (In(operand=A, items=(ONE,), is_negated=True), '"a" NOT IN (1)'),
        (In(operand=A, items=()), "false"),
        (In(operand=A, items=(), is_negated=True), "true"),
        (Binary(Operator.LIKE, TITLE, Literal("a%")), "\"title\" LIKE 'a%'"),
        (Binary(Operator.EQUAL, Binary(Operator.GET_TEXT, DATA, Literal("x")), TITLE), '"data" ->> \'x\' = "title"'),
        (Call("now"), "now()"),
        (Call("current_date"), "current_date"),
        (Call("coalesce", (TITLE, Literal(""))), "coalesce(\"title\", '')"),
        (Call("extract", (Literal("year"), Call("now"))), "extract('year' FROM now())"),
        (Call("longitude", (Local("at"),)), '"at"[0]'),
        (Call("latitude", (Cast(Literal("(1,2)"), types.Point()),)), "('(1,2)'::point)[1]"),
        (Aggregate(function="count", operand=None), "count(*)"),
        (Aggregate(function="count", operand=A, is_distinct=True), 'count(DISTINCT "a")'),
        (Case(branches=((FLAG, A),), otherwise=B), 'CASE WHEN "flag" THEN "a" ELSE "b" END'),
        (
            Case(branches=((FLAG, A), (Not(FLAG), B)), otherwise=None),
            'CASE WHEN "flag" THEN "a" WHEN NOT "flag" THEN "b" END',
        ),
        (Binary(Operator.MINUS, Call("now"), Literal("30 days", types.Interval())), "now() - '30 days'::interval"),
        (Parameter(name="slug"), ":slug"),
        (Path(entity="Post", attribute="slug", type=types.Slug()), '"slug"'),
        (Binary(Operator.LESS_EQUAL, A, Literal(Decimal("1.50"))), '"a" <= 1.50'),
    ],
)
def test_an_expression_is_written(expression, expected):
    assert sql(expression) == expected


def test_a_parameter_needs_a_place():
    with pytest.raises(ValueError, match="parameter cannot stand here"):
        expression_sql(Parameter(name="x"), name=str)


@pytest.mark.parametrize("node", [Call("pg_sleep(1) --"), Call("Now"), Aggregate(function="a b", operand=None)])
def test_only_a_plain_word_is_a_function(node):
    with pytest.raises(ValueError, match="not the name of a function"):
        sql(node)


def in_full(node):
    """Every node in parentheses: an oracle that knows nothing of precedence."""
    match node:
        case Binary():
            return f"({in_full(node.left)} {node.operator.value} {in_full(node.right)})"
        case Every():
            return "(" + " AND ".join(in_full(part) for part in node.parts) + ")"
        case AnyOf():
            return "(" + " OR ".join(in_full(part) for part in node.parts) + ")"
        case Not():
            return f"(NOT {in_full(node.operand)})"
        case Negative():
            return f"(- {in_full(node.operand)})"
        case IsNull():
            return f"({in_full(node.operand)} IS {'NOT ' if node.is_negated else ''}NULL)"
        case In():
            items = ", ".join(in_full(item) for item in node.items)
            return f"({in_full(node.operand)} {'NOT ' if node.is_negated else ''}IN ({items}))"
        case Call():
            return f"{node.function}(" + ", ".join(in_full(argument) for argument in node.arguments) + ")"
        case Case():
            ((condition, value),) = node.branches
            return f"(CASE WHEN {in_full(condition)} THEN {in_full(value)} ELSE {in_full(node.otherwise)} END)"
        case Cast():
            return f"CAST({in_full(node.operand)} AS {sql(Cast(A, node.type)).rpartition('::')[2]})"
        case Literal():
            return f"({sql(node)})"
        case _:
            return sql(node)


def flattened(kind, parts):
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def grow(children):
    numbers, texts, flags, documents = children
    pairs = st.tuples(numbers, numbers)
    comparisons = st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.GREATER_EQUAL])
    arithmetic = st.sampled_from([Operator.PLUS, Operator.MINUS, Operator.TIMES])
    matching = st.sampled_from([Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE])
    two_flags = st.lists(flags, min_size=2, max_size=3)
    more_numbers = st.one_of(
        st.builds(lambda operator, pair: Binary(operator, *pair), arithmetic, pairs),
        st.builds(Negative, numbers),
        st.builds(lambda text: Call("length", (text,)), texts),
        st.builds(lambda flag, one, two: Case(branches=((flag, one),), otherwise=two), flags, numbers, numbers),
        st.builds(lambda flag: Cast(flag, types.Integer()), flags),
    )
    more_texts = st.one_of(
        st.builds(lambda left, right: Binary(Operator.CONCATENATE, left, right), texts, texts),
        st.builds(lambda document, key: Binary(Operator.GET_TEXT, document, key), documents, texts),
        st.builds(lambda number: Cast(number, types.Text()), numbers),
    )
    more_flags = st.one_of(
        st.builds(lambda operator, pair: Binary(operator, *pair), comparisons, pairs),
        st.builds(lambda operator, left, right: Binary(operator, left, right), comparisons, flags, flags),
        st.builds(lambda operator, left, right: Binary(operator, left, right), matching, texts, texts),
        st.builds(lambda document, other: Binary(Operator.CONTAINS, document, other), documents, documents),
        st.builds(lambda document, key: Binary(Operator.HAS_KEY, document, key), documents, texts),
        st.builds(lambda parts: flattened(Every, parts), two_flags),
        st.builds(lambda parts: flattened(AnyOf, parts), two_flags),
        st.builds(Not, flags),
        st.builds(
            lambda operand, is_negated: IsNull(operand=operand, is_negated=is_negated),
            st.one_of(numbers, texts, flags, documents),
            st.booleans(),
        ),
        st.builds(
            lambda operand, items, is_negated: In(operand=operand, items=tuple(items), is_negated=is_negated),
            numbers,
            st.lists(numbers, min_size=1, max_size=2),
            st.booleans(),
        ),
    )
    more_documents = st.builds(lambda document, key: Binary(Operator.GET, document, key), documents, texts)
    return (
        st.one_of(numbers, more_numbers),
        st.one_of(texts, more_texts),
        st.one_of(flags, more_flags),
        st.one_of(documents, more_documents),
    )


LEAVES = (
    st.sampled_from([A, B, Literal(3), Literal(-7)]),
    st.sampled_from([TITLE, Literal("it's"), Literal("a\\b")]),
    st.sampled_from([FLAG, Literal(True)]),
    st.sampled_from([DATA, Literal('{"x":[1]}', types.Json())]),
)
CONDITIONS = grow(grow(grow(LEAVES)))[2]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(condition=CONDITIONS)
def test_parentheses_are_never_missing(database: psycopg.Connection, condition):
    """PostgreSQL parses the written form to the very tree that the form with all parentheses has."""
    with database.transaction(force_rollback=True):
        database.execute("CREATE TABLE t (a integer, b integer, flag boolean, title text, data jsonb)")
        database.execute(f"CREATE VIEW written AS SELECT {sql(condition)} AS x FROM t")
        database.execute(f"CREATE VIEW in_full AS SELECT {in_full(condition)} AS x FROM t")
        row = database.execute(
            "SELECT pg_get_viewdef('written'::regclass), pg_get_viewdef('in_full'::regclass)"
        ).fetchone()
    assert row is not None
    assert row[0] == row[1]
