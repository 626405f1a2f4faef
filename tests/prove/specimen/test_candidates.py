"""Candidates: valid values of every type, the first of them different for each number."""

from decimal import Decimal

import pytest

from groundplan.prove.specimen.candidates import base_type, candidates
from groundplan.prove.specimen.hints import Hints

TYPES = [
    "text",
    "citext",
    "character varying(3)",
    "smallint",
    "integer",
    "bigint",
    "numeric(19,4)",
    "numeric(5,2)",
    "double precision",
    "date",
    "timestamp with time zone",
    "time without time zone",
    "interval",
    "uuid",
    "jsonb",
    "bytea",
    "point",
    "polygon",
    "inet",
    "int8range",
    "numrange",
    "daterange",
    "tstzrange",
    "vector(3)",
    "text[]",
    "character varying(3)[]",
    "integer[]",
    "uuid[]",
    "timestamp with time zone[]",
]


@pytest.fixture(scope="module")
def types(postgres_server):
    postgres_server.create_database("types")
    try:
        with postgres_server.connect("types") as connection:
            connection.execute("CREATE EXTENSION vector; CREATE EXTENSION citext")
            yield connection
    finally:
        postgres_server.drop_database("types")


@pytest.mark.parametrize("type_name", TYPES)
def test_twenty_rows_differ_in_any_type(types, type_name):
    firsts = []
    for number in range(1_000, 1_020):
        made = candidates(type_name, hints=Hints(), number=number)
        query = "SELECT v FROM unnest(%s::text[]) WITH ORDINALITY AS c (v, n) WHERE pg_input_is_valid(v, %s) ORDER BY n"
        valid = types.execute(query, (list(made), type_name)).fetchall()
        assert valid, made
        firsts.append(valid[0][0])
    assert len(set(firsts)) == 20


@pytest.mark.parametrize(
    ("type_name", "hints", "wanted"),
    [
        ("text", Hints(numbers=(Decimal(50),)), {"length 49", "length 50", "length 51"}),
        ("integer", Hints(numbers=(Decimal(5),)), {"4", "5", "6"}),
        ("numeric(4,2)", Hints(numbers=(Decimal("0.75"),)), {"0.74", "0.75", "0.76"}),
        ("date", Hints(texts=("2024-02-29",)), {"2024-02-28", "2024-02-29", "2024-03-01"}),
        ("text", Hints(texts=("draft",)), {"draft", "no such word"}),
        ("interval", Hints(texts=("2 hours",)), {"2 hours", "2 hours 1 second", "2 hours -1 second"}),
        (
            "text[]",
            Hints(numbers=(Decimal(2),), texts=('["x","y"]',)),
            {'{"x","y"}', '{"x","y","no such word"}', "{NULL}"},
        ),
        ("jsonb", Hints(texts=("title",)), {'{"title": 1}', "[]", "null"}),
    ],
)
def test_what_conditions_compare_with_is_tried_with_its_neighbours(type_name, hints, wanted):
    made = candidates(type_name, hints=hints, number=1)
    assert wanted <= {*made, *(f"length {len(value)}" for value in made)}


def test_labels_come_in_turn():
    labels = ("a", "b", "c")
    assert [candidates("mood", hints=Hints(), number=number, labels=labels)[0] for number in range(4)] == list("abca")


@pytest.mark.parametrize(
    ("spelling", "parts"),
    [
        ("numeric(19,4)", ("numeric", (19, 4), False)),
        ("timestamp(3) with time zone", ("timestamp with time zone", (3,), False)),
        ("character varying(20)[]", ("character varying", (20,), True)),
        ("double precision", ("double precision", (), False)),
        ("an enum (of sorts)", ("an enum (of sorts)", (), False)),
    ],
)
def test_a_spelling_is_taken_apart(spelling, parts):
    assert base_type(spelling) == parts
