"""What callers give, put into commands for pymongo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson.binary import Binary
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from hypothesis import given as all_of
from hypothesis import strategies as st

from groundplan.mongo.queries.binding import bind, new_key, unbound
from groundplan.mongo.queries.model import (
    Find,
    Given,
    InsertDocuments,
    Moment,
    NewKey,
    Preparation,
    UpdateDocuments,
)

NOW = datetime(2024, 3, 31, 22, 30, 1, 123456, tzinfo=UTC)


def filled(value: Any, **given: Any) -> Any:
    return bind(Find(collection="c", filter={"f": value}, projection={}), given, NOW).filter["f"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (2**31, Int64(2**31)),
        (-(2**31) - 1, Int64(-(2**31) - 1)),
        (True, True),
        (Decimal("1.50"), Decimal128("1.50")),
        (UUID(int=7), Binary.from_uuid(UUID(int=7))),
        (date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),
        (timedelta(seconds=2), Int64(2000)),
        (("a", {"b": 2**40}), ["a", {"b": Int64(2**40)}]),
    ],
)
def test_values_are_what_pymongo_takes(value: Any, expected: Any) -> None:
    found = filled(Given("a"), a=value)
    assert found == expected
    assert type(found) is type(expected)


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="email"):
        filled(Given("email"))


@pytest.mark.parametrize(
    ("preparation", "text", "expected"),
    [
        (Preparation.LOWER_CASE, "Ada@X.org", "ada@x.org"),
        (Preparation.LOWER_CASE, ["A", "B"], ["a", "b"]),
        (Preparation.ALL_WORDS, 'two "words -three', '"two" "words" "-three"'),
        (Preparation.ALL_WORDS, "", ""),
        (Preparation.LIKE_PATTERN, "a.b%", "^a\\.b"),
    ],
)
def test_values_are_prepared(preparation: Preparation, text: Any, expected: Any) -> None:
    assert filled(Given("a", preparation), a=text) == expected


def test_null_takes_what_stands_in_for_it() -> None:
    assert filled(Given("role", otherwise="user"), role=None) == "user"
    assert filled(Given("at", otherwise=Moment(is_day=True)), at=None) == datetime(2024, 3, 31, tzinfo=UTC)
    assert filled(Given("role", otherwise="user"), role="") == ""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment(), datetime(2024, 3, 31, 22, 30, 1, 123000, tzinfo=UTC)),
        (Moment(months=-1), datetime(2024, 2, 29, 22, 30, 1, 123000, tzinfo=UTC)),
        (Moment(months=9, days=1), datetime(2025, 1, 1, 22, 30, 1, 123000, tzinfo=UTC)),
        (Moment(days=-30, milliseconds=-123), datetime(2024, 3, 1, 22, 30, 1, tzinfo=UTC)),
        (Moment(is_day=True, days=1), datetime(2024, 4, 1, tzinfo=UTC)),
    ],
)
def test_moments_follow_the_calendar(moment: Moment, expected: datetime) -> None:
    assert filled(moment) == expected


def test_null_is_a_field_that_is_not_there() -> None:
    document = {"a": Given("a"), "b": {"c": Given("a")}, "d": ({"e": Given("a"), "f": 1},), "g": {}, "h": Given("h")}
    bound = bind(InsertDocuments(collection="c", document=document), {"a": None, "h": {"i": None}}, NOW)
    assert bound.document == {"d": [{"f": 1}], "g": {}, "h": {"i": None}}


def test_setting_null_takes_the_field_away() -> None:
    update = {"$set": {"a": Given("a"), "b.c": Given("b")}, "$unset": {"x": ""}, "$inc": {"n": 1}}
    bound = bind(UpdateDocuments(collection="c", filter={}, update=update), {"a": None, "b": 2}, NOW)
    assert bound.update == {"$set": {"b.c": 2}, "$unset": {"x": "", "a": ""}, "$inc": {"n": 1}}


def test_one_key_is_the_same_wherever_its_name_stands() -> None:
    document = {"a": NewKey("id"), "b": {"c": NewKey("id")}, "d": NewKey("other")}
    bound: Any = bind(InsertDocuments(collection="c", document=document), {}, NOW).document
    assert bound["a"] == bound["b"]["c"] != bound["d"]


def test_keys_are_uuids_of_version_7_in_the_order_of_their_making() -> None:
    keys = [new_key() for _ in range(1000)]
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
    assert len(set(keys)) == len(keys)
    assert [key.int >> 76 for key in keys] == sorted(key.int >> 76 for key in keys)


NESTED = st.recursive(
    st.one_of(st.none(), st.integers(-5, 5), st.builds(Given, st.sampled_from("ab"))),
    lambda inner: st.one_of(st.tuples(inner, inner), st.dictionaries(st.sampled_from("xyz"), inner)),
    max_leaves=10,
)


@all_of(NESTED)
def test_nothing_is_left_to_be_filled_in(part: Any) -> None:
    bound = filled(part, a=1, b="b")
    assert not list(unbound(bound))
