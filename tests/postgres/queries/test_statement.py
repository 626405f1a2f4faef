"""Both spellings of a statement say the same."""

from groundplan.plan.expressions import Binary, Literal, Local, Operator
from groundplan.postgres.model import PostgresDesign, Schema
from groundplan.postgres.queries.model import QueryParameter
from groundplan.postgres.queries.select import Output, Select, Sort, in_parentheses
from groundplan.postgres.queries.statement import Draft, identifier, placeholder_name, unused
from groundplan.postgres.queries.storage import Storage


class NoStorage(Storage):
    """Knows types, and nothing else."""

    def __init__(self) -> None:
        self.schema = PostgresDesign(schema=Schema(version=18)).schema


def draft() -> Draft:
    return Draft(NoStorage())


def parameter(name: str, type_name: str = "text") -> QueryParameter:
    return QueryParameter(name=name, type=type_name)


def test_parameters_are_numbered_by_first_use_and_named_once() -> None:
    made = draft()
    a, b = made.parameter(parameter("a", "uuid")), made.parameter(parameter("b"))
    statement = made.finish(f"SELECT {b}, {a}, {b}")
    assert statement.numbered == "SELECT $1::text, $2::uuid, $1::text"
    assert statement.named == "SELECT %(b)s::text, %(a)s::uuid, %(b)s::text"
    assert [each.name for each in statement.parameters] == ["b", "a"]


def test_percent_signs_are_doubled_for_psycopg_alone() -> None:
    made = draft()
    like = made.expression(Binary(Operator.LIKE, Local("a%b"), Literal("100%")), name=lambda node: identifier("a%b"))
    statement = made.finish(f"{like} AND {made.parameter(parameter('p'))}")
    assert statement.numbered == "\"a%b\" LIKE '100%' AND $1::text"
    assert statement.named == "\"a%%b\" LIKE '100%%' AND %(p)s::text"


def test_layout_does_not_reach_into_constants() -> None:
    made = draft()
    text = made.expression(Binary(Operator.EQUAL, Local("a\nb"), Literal("x\ny")), name=lambda node: identifier("a\nb"))
    inner = Select(outputs=(Output(sql=text, name="is\nequal"),), sources=())
    statement = made.finish(f"SELECT * FROM {in_parentheses(inner.text)}")
    assert statement.numbered == 'SELECT * FROM (\n    SELECT "a\nb" = \'x\ny\' AS "is\nequal"\n)'


def test_a_name_that_looks_like_a_mark_is_only_a_name() -> None:
    made = draft()
    statement = made.finish(f"SELECT {identifier('p0')}, {identifier('%(a)s')}, {made.parameter(parameter('a'))}")
    assert statement.numbered == 'SELECT "p0", "%(a)s", $1::text'
    assert statement.named == 'SELECT "p0", "%%(a)s", %(a)s::text'


def test_as_is_written_where_the_name_differs() -> None:
    outputs = [
        Output(sql='"t"."a"', name="a"),
        Output(sql='"t"."a"', name="b"),
        Output(sql='"t"."x" = "t"."a"', name="a"),
        Output(sql='"a"', name="a"),
    ]
    assert [output.text for output in outputs] == [
        '"t"."a"',
        '"t"."a" AS "b"',
        '"t"."x" = "t"."a" AS "a"',
        '"a" AS "a"',
    ]


def test_nulls_are_spelled_after_the_direction() -> None:
    assert Sort(sql="x", is_descending=True, nulls="NULLS LAST").text == "x DESC NULLS LAST"


def test_placeholder_names_can_stand_in_parentheses() -> None:
    assert placeholder_name("a) %s\n(b") == "a___s__b"
    assert placeholder_name("größe🐘") == "größe🐘"


def test_a_taken_name_is_numbered() -> None:
    assert unused("a", among=["a", "a_2"]) == "a_3"
