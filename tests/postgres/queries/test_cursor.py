"""Cursors come back as they went out, and nothing else is taken for one."""

import base64
import datetime as dt
import json
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.base.errors import CursorRefused
from groundplan.plan.patterns import NullsOrder
from groundplan.postgres.queries import decode_cursor, encode_cursor
from groundplan.postgres.queries.model import CompiledRead, CursorKey, Statement

NOTHING = Statement(named="SELECT 1", numbered="SELECT 1", parameters=())

VALUES = {
    "text": st.text(),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False),
    "double precision": st.floats(allow_nan=False),
    "uuid": st.uuids(),
    "timestamp with time zone": st.datetimes(timezones=st.just(dt.UTC)),
    "date": st.dates(),
    "time without time zone": st.times(),
    "interval": st.timedeltas(),
    "bytea": st.binary(),
    "text[]": st.lists(st.none() | st.text()),
    "uuid[]": st.lists(st.uuids()),
}


def read(*types: str, pattern: str = "recent", is_descending: bool = False, is_nullable: bool = False) -> CompiledRead:
    keys = tuple(
        CursorKey(
            column=f"column {number}",
            parameter=f"after_{number}",
            type=name,
            is_descending=is_descending,
            nulls=NullsOrder.LAST,
            is_nullable=is_nullable,
        )
        for number, name in enumerate(types)
    )
    return CompiledRead(pattern=pattern, first=NOTHING, next=NOTHING, columns=(), cursor=keys, page=20)


@pytest.mark.parametrize("type_name", VALUES)
@given(data=st.data())
def test_a_value_of_each_type_survives(type_name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[type_name])
    page = read(type_name)
    cursor = encode_cursor(page, {"column 0": value, "another": object()})
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(page, cursor) == {"after_0": value}


@given(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4), st.data())
def test_several_keys_keep_their_places(types: list[str], data: st.DataObject) -> None:
    page = read(*types)
    row = {f"column {number}": data.draw(VALUES[name]) for number, name in enumerate(types)}
    found = decode_cursor(page, encode_cursor(page, row))
    assert list(found.values()) == list(row.values())


def test_timestamps_keep_microseconds_and_the_instant() -> None:
    page = read("timestamp with time zone")
    moment = dt.datetime(2024, 3, 31, 2, 30, 0, 123457, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=45)))
    assert decode_cursor(page, encode_cursor(page, {"column 0": moment}))["after_0"] == moment


def test_null_is_a_value_where_the_key_may_be_null() -> None:
    page = read("text", is_nullable=True)
    assert decode_cursor(page, encode_cursor(page, {"column 0": None})) == {"after_0": None}


def test_null_is_refused_where_the_key_may_not_be_null() -> None:
    page = read("text")
    with pytest.raises(CursorRefused, match="has no value for column 0"):
        decode_cursor(page, encode_cursor(page, {"column 0": None}))


def test_an_infinite_distance_survives() -> None:
    page = read("double precision")
    assert decode_cursor(page, encode_cursor(page, {"column 0": float("inf")})) == {"after_0": float("inf")}


@pytest.mark.parametrize("value", [{"a": [1, "ü"]}, "text", 1.5, [], True])
def test_json_comes_back_as_its_text(value: object) -> None:
    page = read("jsonb")
    (found,) = decode_cursor(page, encode_cursor(page, {"column 0": value})).values()
    assert json.loads(found) == value


def test_a_scale_is_not_lost() -> None:
    page = read("numeric")
    found = decode_cursor(page, encode_cursor(page, {"column 0": Decimal("1.1000")}))["after_0"]
    assert str(found) == "1.1000"


@pytest.mark.parametrize(
    "other",
    [
        read("uuid", pattern="older"),
        read("text"),
        read("uuid", is_descending=True),
        read("uuid", "uuid"),
        read("uuid", is_nullable=True),
    ],
    ids=["pattern", "type", "direction", "number of keys", "nullability"],
)
def test_a_cursor_of_another_query_is_refused(other: CompiledRead) -> None:
    cursor = encode_cursor(read("uuid"), {"column 0": UUID(int=7)})
    with pytest.raises(CursorRefused, match="belongs to another query"):
        decode_cursor(other, cursor)


@given(position=st.integers(0, 200), letter=st.sampled_from("ABab01-_"))
def test_an_altered_cursor_is_refused(position: int, letter: str) -> None:
    page = read("uuid")
    cursor = encode_cursor(page, {"column 0": UUID(int=7)})
    at = position % len(cursor)
    altered = cursor[:at] + letter + cursor[at + 1 :]
    if altered != cursor:
        with pytest.raises(CursorRefused):
            decode_cursor(page, altered)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CursorRefused) as refused:
        decode_cursor(read("uuid"), text)
    assert refused.value.help == "start again at the first page"


@given(st.binary(max_size=40))
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(CursorRefused):
        decode_cursor(read("uuid"), base64.urlsafe_b64encode(raw).decode())


def test_a_cut_cursor_is_refused() -> None:
    page = read("uuid")
    cursor = encode_cursor(page, {"column 0": UUID(int=7)})
    for length in range(len(cursor)):
        with pytest.raises(CursorRefused):
            decode_cursor(page, cursor[:length])


def test_a_cursor_of_the_wrong_shape_is_refused_though_its_checksum_holds() -> None:
    import hashlib

    def made(content: object) -> str:
        payload = json.dumps(content).encode()
        return base64.urlsafe_b64encode(hashlib.sha256(payload).digest()[:6] + payload).rstrip(b"=").decode()

    page = read("uuid")
    good = encode_cursor(page, {"column 0": UUID(int=7)})
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    bound = json.loads(raw[6:])[1]
    for content in ([2, bound, ["x"]], [1, bound, ["no uuid"]], [1, bound, [1]], [1, bound, []], {}, [], 1, None):
        with pytest.raises(CursorRefused):
            decode_cursor(page, made(content))
    with pytest.raises(CursorRefused, match="has format 2"):
        decode_cursor(page, made([2, bound, ["x"]]))


def test_a_read_without_pages_has_no_cursor() -> None:
    with pytest.raises(ValueError, match="has no pages"):
        encode_cursor(read(), {})
