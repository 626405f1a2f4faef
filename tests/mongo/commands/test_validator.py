"""Every rule of a validator on a real server: what breaks it is refused for it, what keeps it is taken."""

import ipaddress
import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Binary, Decimal128, Int64
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import WriteError

from groundplan.mongo.commands import create_commands
from groundplan.mongo.load import Assembler, load_documents
from groundplan.mongo.model import ValidationAction, ValidationLevel
from groundplan.mongo.validator import clauses, untold, validator
from groundplan.mongo.value_schemas import IP_FORM
from groundplan.rows.generate import generate_sample

from .studio import FLAT, NESTED, NOW, OPTIONS, STUDIO, designed, documents, studio

GONE = object()
INVALID = 121
SHAPE = "the shape of documents of "
DAY, NOON = datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, 12, tzinfo=UTC)
RING = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]

ACCEPTED = [
    ("members", "email", "é.à@b.example"),
    ("members", "website", "HTTPS://Example.org/a?b#c"),
    ("members", "website", GONE),
    ("members", "last_seen", "192.168.0.0/24"),
    ("members", "last_seen", "::ffff:1/128"),
    ("members", "last_seen", "1:2:3:4:5:6:7:8"),
    ("members", "last_seen", "::ffff:10.1.2.3"),
    ("members", "last_seen", "::"),
    ("rooms", "rating", 4),
    ("rooms", "look", [0, 1, 0.5]),
    ("rooms", "clean_for", 5000),
    ("members", "profile", GONE),
    ("members", "profile.settings", [1, "a", None]),
    ("members", "profile.settings", None),
    ("members", "profile.birthday", GONE),
    ("members", "profile.birthday", DAY),
    ("members", "profile.avatar", b"12345678"),
    ("rooms", "price", Decimal128("-12.3")),
    ("rooms", "price", Decimal128("1E+2")),
    ("rooms", "seats", Int64(500)),
    ("rooms", "labels", []),
    ("rooms", "grounds", {"type": "Polygon", "coordinates": [RING]}),
    ("rooms", "spot.coordinates", [12, 13.5]),
    ("rooms", "kept", {}),
    ("rooms", "kept", {"upper": 5}),
    ("rooms", "kept", {"lower": 5}),
    ("rooms", "kept", {"lower": 5, "upper": 5}),
    ("rooms", "bookings", []),
    ("rooms", "bookings.0.during", GONE),
    ("rooms", "bookings.0.paid_by", GONE),
    ("rooms", "bookings.0.notes.0.stars", GONE),
    ("rooms", "slug", "a-1-b"),
]

REFUSED = [
    ("members", "email", GONE, SHAPE),
    ("members", "email", None, SHAPE),
    ("members", "email", "A@b.example", SHAPE),
    ("members", "email", "a@b", SHAPE),
    ("members", "email", "a@b.example\n", SHAPE),
    ("members", "nickname", "ab", SHAPE),
    ("members", "nickname", "é" * 21, SHAPE),
    ("members", "website", "ftp://example.org", SHAPE),
    ("members", "website", "https://example.org/a b", SHAPE),
    ("members", "last_seen", "300.1.1.1", SHAPE),
    ("members", "last_seen", "1::2::3", SHAPE),
    ("members", "last_seen", "1:2:3", SHAPE),
    ("members", "last_seen", "1:2:3:4:5:6:7:", SHAPE),
    ("members", "last_seen", ":1::2", SHAPE),
    ("members", "last_seen", "::10.1.2.256", SHAPE),
    ("rooms", "clean_for", 0.5, SHAPE),
    ("members", "level", "other", SHAPE),
    ("members", "_id", "018f4e7a-7b2c-7def-8123-456789abcdef", SHAPE),
    ("members", "created_at", "2026-01-01", SHAPE),
    ("members", "bookings_count", -1, SHAPE),
    ("members", "schema_version", 2, SHAPE),
    ("members", "drifted", 1, SHAPE),
    ("members", "profile", [], SHAPE),
    ("members", "profile.drifted", 1, SHAPE),
    ("members", "profile.settings", GONE, SHAPE),
    ("members", "profile.wakes_at", "24:00:00.000", SHAPE),
    ("members", "profile.wakes_at", "7:00", SHAPE),
    ("members", "profile.avatar", b"123456789", "the type of profile.avatar"),
    ("members", "profile.birthday", NOON, "the type of profile.birthday"),
    ("members", "profile.birthday", datetime(2020, 1, 1, tzinfo=UTC), "profiles: grown"),
    ("rooms", "slug", "Two--Hyphens", SHAPE),
    ("rooms", "price", Decimal128("10000"), SHAPE),
    ("rooms", "price", Decimal128("-10000"), SHAPE),
    ("rooms", "price", Decimal128("1.005"), SHAPE),
    ("rooms", "price", Decimal128("NaN"), SHAPE),
    ("rooms", "price", 12.5, SHAPE),
    ("rooms", "deposit", Decimal128("0.00001"), SHAPE),
    ("rooms", "seats", 0, SHAPE),
    ("rooms", "seats", 501, SHAPE),
    ("rooms", "seats", 1.0, SHAPE),
    ("rooms", "rating", 5.5, SHAPE),
    ("rooms", "rating", float("nan"), SHAPE),
    ("rooms", "open", 1, SHAPE),
    ("rooms", "spot.coordinates", [181.0, 0.0], SHAPE),
    ("rooms", "spot.coordinates", [0.0, 91.0], SHAPE),
    ("rooms", "spot.coordinates", [0.0], SHAPE),
    ("rooms", "spot.type", "Circle", SHAPE),
    ("rooms", "grounds", {"type": "Polygon", "coordinates": [RING[:3]]}, SHAPE),
    ("rooms", "look", [1.0, 2.0], SHAPE),
    ("rooms", "labels", ["a"] * 4, SHAPE),
    ("rooms", "labels", ["eleven char"], SHAPE),
    ("rooms", "labels", GONE, SHAPE),
    ("rooms", "clean_for", "2 hours", SHAPE),
    ("rooms", "kept", {"lower": "a"}, SHAPE),
    ("rooms", "kept", {"lower": 1, "upper": 2, "step": 1}, SHAPE),
    ("rooms", "kept", {"lower": 2, "upper": 1}, "the type of kept"),
    ("rooms", "seats", 13, "rooms: sane"),
    ("rooms", "bookings", GONE, SHAPE),
    ("rooms", "bookings.0.member_id", GONE, SHAPE),
    ("rooms", "bookings.0.member", GONE, SHAPE),
    ("rooms", "bookings.0.member.nickname", "ab", SHAPE),
    ("rooms", "bookings.0.notes.0.stars", 6, SHAPE),
    ("rooms", "bookings.0.notes.0.body", "x" * 201, SHAPE),
    ("rooms", "bookings.0.during", {"lower": NOON, "upper": DAY}, "the type of bookings.during"),
    ("rooms", "bookings.0.ends_at", datetime(1999, 1, 1, tzinfo=UTC), "bookings: order"),
    ("rooms", "tags.0.tag_id", 5, SHAPE),
    ("readings", "value", Decimal128("1"), SHAPE),
    ("readings", "_id", Binary(b"0123456789abcdef", 4), SHAPE),
]


@pytest.fixture
def database(mongo_database):
    made = studio()
    for command in create_commands(made.model, made.logical):
        mongo_database.command(command)
    return mongo_database.with_options(codec_options=OPTIONS)


def full(collection: str) -> dict[str, Any]:
    """A document with something everywhere, as rich as the synthetic rows make one."""
    found = deepcopy(max(documents()[collection], key=_richness))
    if collection == "rooms":
        booking = found["bookings"][0]
        booking["notes"] = booking["notes"][:1] or [_note()]
        found["tags"] = found["tags"][:1] or [{"tag_id": found["_id"], "created_at": DAY}]
        found["open"] = True
    return found


def _richness(document: dict[str, Any]) -> tuple[bool, int, int]:
    return "profile" in document, len(document.get("bookings", ())), len(str(document))


def _note() -> dict[str, Any]:
    room = next(each for each in documents()["rooms"] for booking in each["bookings"] if booking["notes"])
    return deepcopy(next(note for booking in room["bookings"] for note in booking["notes"]))


def changed(collection: str, path: str, value: object) -> dict[str, Any]:
    document = full(collection)
    *steps, last = path.split(".")
    inside: Any = document
    for step in steps:
        inside = inside[int(step)] if step.isdigit() else inside[step]
    if value is GONE:
        inside.pop(last, None)
    else:
        inside[last] = value
    return document


@pytest.mark.parametrize(("collection", "path", "value"), ACCEPTED)
def test_what_keeps_the_rules_is_taken(database, collection, path, value) -> None:
    database[collection].insert_one(changed(collection, path, value))


@pytest.mark.parametrize(("collection", "path", "value", "about"), REFUSED)
def test_what_breaks_a_rule_is_refused_for_it(database, collection, path, value, about) -> None:
    with pytest.raises(WriteError) as refusal:
        database[collection].insert_one(changed(collection, path, value))
    assert refusal.value.code == INVALID
    made = studio()
    found = clauses(made.model.collection(collection), made.logical)
    details = refusal.value.details["errInfo"]["details"]
    broken = (
        [0] if details["operatorName"] == "$jsonSchema" else [each["index"] for each in details["clausesNotSatisfied"]]
    )
    expected = f"{SHAPE}{collection}" if about == SHAPE else about
    assert expected in [found[index].about for index in broken]


def test_a_check_of_several_attributes_looks_at_all_of_them(database) -> None:
    dear = full("rooms") | {"price": Decimal128("6000"), "open": False}
    with pytest.raises(WriteError, match="failed validation"):
        database.rooms.insert_one(dear)
    database.rooms.insert_one(dear | {"open": True})


def test_every_element_is_looked_at(database) -> None:
    room = full("rooms")
    good = room["bookings"][0]
    bad = {**good, "notes": [_note(), {**_note(), "stars": 5, "body": "hm"}]}
    with pytest.raises(WriteError) as refusal:
        database.rooms.insert_one(room | {"bookings": [good, bad]})
    assert refusal.value.code == INVALID
    database.rooms.insert_one(room | {"bookings": [good, {**good, "notes": [{**_note(), "stars": 5}]}]})


@pytest.mark.parametrize("layout", [NESTED, FLAT])
def test_synthetic_documents_are_valid_in_every_layout(mongo_database, layout) -> None:
    made = designed(STUDIO, layout=layout)
    for command in create_commands(made.model, made.logical):
        mongo_database.command(command)
    sample = generate_sample(made.resolved, made.logical, now=NOW, seed=2)
    load_documents(mongo_database, made.model, Assembler(made.logical, sample.relations))
    assert mongo_database.rooms.count_documents({}) == 20


def test_nothing_is_left_untold() -> None:
    made = studio()
    for collection in made.model.collections:
        assert untold(collection, made.logical) == ()
        assert sum(clause.check is not None for clause in clauses(collection, made.logical)) == len(collection.checks)


def test_a_collection_may_allow_other_fields_and_only_warn(mongo_database) -> None:
    made = studio()
    tags = made.model.collection("tags")
    lenient = replace(
        tags, has_other_fields=True, level=ValidationLevel.MODERATE, action=ValidationAction.WARN, name="lenient"
    )
    assert "additionalProperties" not in str(validator(lenient, made.logical))
    command, *_ = create_commands(replace(made.model, collections=(lenient,), views=()), made.logical)
    assert (command["validationLevel"], command["validationAction"]) == ("moderate", "warn")
    mongo_database.command(command)
    mongo_database.lenient.insert_one({"name": 5})


@given(
    st.one_of(
        st.ip_addresses().map(str),
        st.ip_addresses(v=6).map(lambda address: address.exploded),
        st.ip_addresses(v=4).map(lambda address: f"::ffff:{address}"),
        st.tuples(st.ip_addresses(v=6), st.integers(0, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        st.tuples(st.ip_addresses(v=4), st.integers(0, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    )
)
def test_every_address_has_the_form_of_one(address: str) -> None:
    assert re.match(IP_FORM.replace(r"\z", r"\Z"), address)


@given(
    st.one_of(
        st.lists(st.sampled_from(["", "1", "a1", "ffff", "12345"]), min_size=2, max_size=9).map(":".join),
        st.lists(st.sampled_from(["", "1", "255", "256", "01"]), min_size=2, max_size=6).map(".".join),
        st.text("0123456789abf:./", max_size=20),
    )
)
def test_what_has_the_form_of_an_address_is_one(text: str) -> None:
    if re.match(IP_FORM.replace(r"\z", r"\Z"), text) and text.count(":") < 8:
        ipaddress.ip_interface(text)
