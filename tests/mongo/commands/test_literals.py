"""Literals: what is written in JavaScript and in Python is the value, whatever it holds."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from bson import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from groundplan.mongo.commands import javascript, python
from groundplan.mongo.queries.model import Bson, Given

MOMENT = datetime(2026, 3, 29, 1, 30, 5, 678_000, tzinfo=UTC)
KEY = UUID("018f4e7a-7b2c-7def-8123-456789abcdef")

JAVASCRIPT = [
    (None, "null"),
    (True, "true"),
    (7, "7"),
    (2**31 - 1, "2147483647"),
    (2**31, "NumberLong('2147483648')"),
    (-(2**63), "NumberLong('-9223372036854775808')"),
    (0.5, "0.5"),
    (1.0, "Double(1.0)"),
    (float("nan"), "NaN"),
    (float("-inf"), "-Infinity"),
    (Decimal("19.90"), "NumberDecimal('19.90')"),
    (KEY, "UUID('018f4e7a-7b2c-7def-8123-456789abcdef')"),
    (MOMENT, "ISODate('2026-03-29T01:30:05.678Z')"),
    (date(2026, 3, 29), "ISODate('2026-03-29T00:00:00.000Z')"),
    (b"\x00\xff", "BinData(0, 'AP8=')"),
    ("it's", '"it\'s"'),
    ("'\"", "'\\'\"'"),
    ("a\u2028b\u202ec\x00", r"'a\u2028b\u202ec\u0000'"),
    ("\ud800", r"'\ud800'"),
    ({}, "{}"),
    ((), "[]"),
    ({"$and": ({"a b": 1}, {"c": (1, 2)})}, "{ $and: [{ 'a b': 1 }, { c: [1, 2] }] }"),
    ({"__proto__": 1, "constructor": 2}, "{ ['__proto__']: 1, constructor: 2 }"),
    ({"1": 1, "b": 1}, "{ '1': 1, b: 1 }"),
    ({"b": 1, "1": -1}, "new Map([['b', 1], ['1', -1]])"),
]


@pytest.mark.parametrize(("value", "text"), JAVASCRIPT)
def test_every_value_has_its_javascript(value: Bson, text: str) -> None:
    assert javascript.literal(value) == text


def test_what_does_not_fit_a_line_has_one_part_on_each() -> None:
    value: Bson = {"filter": {"status": "published", "title": "x" * 90}, "limit": 20}
    assert javascript.literal(value, indent=2) == (
        "{\n    filter: {\n      status: 'published',\n      title: '" + "x" * 90 + "',\n    },\n    limit: 20,\n  }"
    )
    assert python.literal(value).splitlines()[2] == '        "status": "published",'


def test_a_line_counts_what_stands_before_the_value() -> None:
    value: Bson = {"status": "x" * 60}
    assert "\n" not in javascript.literal(value)
    assert "\n" in javascript.literal(value, before=50)


def test_what_the_caller_gives_is_spelled_by_whoever_writes_the_program() -> None:
    assert javascript.literal({"slug": Given("slug")}, spell=lambda given: f"params.{given.name}") == (
        "{ slug: params.slug }"
    )
    with pytest.raises(ValueError, match="only a caller"):
        python.literal({"slug": Given("slug")})


@pytest.mark.parametrize("write", [javascript.literal, python.literal])
@pytest.mark.parametrize("value", [2**63, datetime(2026, 1, 1), {"at": datetime(2026, 1, 1)}])
def test_what_bson_cannot_hold_is_refused(write, value) -> None:
    with pytest.raises(ValueError, match=r"beyond 64 bits|without a zone"):
        write(value)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters()),
    st.binary(max_size=8),
    st.uuids(),
    st.decimals(allow_nan=False, places=3, min_value=-(10**9), max_value=10**9),
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)).map(
        lambda found: found.replace(microsecond=found.microsecond // 1000 * 1000)
    ),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(VALUES)
def test_python_reads_what_was_written(value: Bson) -> None:
    names = {"Decimal128": lambda text: Decimal128(text).to_decimal(), "UUID": UUID, "datetime": datetime, "UTC": UTC}
    assert _thawed(eval(python.literal(value), names)) == value


def _thawed(value: object) -> object:
    match value:
        case list():
            return tuple(map(_thawed, value))
        case dict():
            return {key: _thawed(inner) for key, inner in value.items()}
        case _:
            return value


@given(st.text(st.characters()))
def test_a_quoted_text_has_no_line_end_and_no_mark_of_its_own(text: str) -> None:
    quoted = javascript.quote(text)
    inner = quoted[1:-1]
    assert quoted[0] == quoted[-1]
    assert quoted.isprintable()
    as_json = inner.replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
    if "\\u{" not in inner and "\\'" not in inner:
        assert json.loads(f'"{as_json}"') == text


@given(st.text(st.characters()))
def test_a_comment_is_one_line(text: str) -> None:
    for line in (javascript.comment(text), python.comment(text)):
        assert len(line.splitlines()) == 1
        assert line.isprintable()


def test_a_collection_that_the_shell_takes_for_its_own_is_asked_for_by_name() -> None:
    assert javascript.collection("posts") == "db.posts"
    assert javascript.collection("stats") == "db.getCollection('stats')"
    assert javascript.collection("order lines") == "db.getCollection('order lines')"
    assert javascript.collection("_own") == "db.getCollection('_own')"


def test_a_program_imports_what_its_literals_need() -> None:
    text = python.literal({"at": MOMENT, "price": Decimal(1)})
    assert python.imports(text) == ("from bson import Decimal128", "from datetime import UTC, datetime")
