"""Search and nearness: what matches, and pages through it."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from groundplan.postgres.queries import decode_cursor, encode_cursor

PLAN = """
plan: atlas
targets: {postgres: 18}
conventions: {timestamps: false, keys: identity}
entities:
  Place:
    rows: {now: 40K}
    lifecycle: {delete: soft}
    attributes:
      name: text(100)
      about: text?
      coordinates: point?
      stars: int?
access:
  near:     {read: Place, near: {coordinates: ":here", within: 400km}, page: 3, fields: [id, name]}
  nearest:  {read: Place, near: {coordinates: ":here", within: 400km}, one: true, fields: [id]}
  found:    {read: Place, search: {in: [name, about], language: english}, page: 2, fields: [id]}
  by_stars: {read: Place, search: {in: [name, about]}, order: stars desc, page: 2, fields: [id, stars]}
  simply:   {read: Place, search: {in: [about], language: simple}, where: stars > :stars, fields: [id], order: id}
"""
WORDS = ("lake", "hill", "inn", "o'clock", "100%", "running")
HERE = (11.5, 48.1)
EARTH = 6378168.0


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance, as the earthdistance extension has it."""
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    chord = math.sqrt(
        (math.cos(b) * math.cos(a) - math.cos(d) * math.cos(c)) ** 2
        + (math.cos(b) * math.sin(a) - math.cos(d) * math.sin(c)) ** 2
        + (math.sin(b) - math.sin(d)) ** 2
    )
    return 2 * EARTH * math.asin(chord / 2)


@pytest.fixture
def atlas(build: Any, database: Any) -> Any:
    plan = build(PLAN)
    database.execute(plan.schema)
    dice = random.Random(3)
    rows = []
    for number in range(1, 80):
        point = (HERE[0] + dice.choice([-3, -1, 0, 0, 1, 4]), HERE[1] + dice.choice([-2, 0, 0, 1, 3]))
        rows.append(
            {
                "id": number,
                "name": " ".join(dice.sample(WORDS, 2)),
                "about": dice.choice([None, " ".join(dice.sample(WORDS, 3))]),
                "coordinates": dice.choice([None, point, point, point]),
                "stars": dice.choice([None, 1, 2]),
                "deleted_at": dice.choice([None, None, None, "2024-01-01"]),
            }
        )
    for row in rows:
        place = row["coordinates"]
        values = {**row, "coordinates": None if place is None else f"({place[0]},{place[1]})"}
        database.execute(
            "INSERT INTO places (id, name, about, coordinates, stars, deleted_at) OVERRIDING SYSTEM VALUE"
            " VALUES (%(id)s, %(name)s, %(about)s, %(coordinates)s, %(stars)s, %(deleted_at)s)",
            values,
        )
    return plan, [row for row in rows if row["deleted_at"] is None]


def all_rows(plan: Any, name: str, arguments: dict[str, Any], database: Any, fetch: Any) -> list[dict[str, Any]]:
    read = plan.read(name)
    page = fetch(database, read.first, arguments)
    found = page
    while len(page) == read.page:
        page = fetch(database, read.next, {**arguments, **decode_cursor(read, encode_cursor(read, page[-1]))})
        found = found + page
    return found


def test_what_is_near_comes_nearest_first(atlas: Any, database: Any, fetch: Any) -> None:
    plan, rows = atlas
    far = {row["id"]: metres(HERE, row["coordinates"]) for row in rows if row["coordinates"] is not None}
    expected = {key: pytest.approx(distance) for key, distance in far.items() if distance <= 400_000}
    found = all_rows(plan, "near", {"here": "(11.5,48.1)"}, database, fetch)
    assert {row["id"]: row["distance"] for row in found} == expected
    order = [(row["distance"], row["id"]) for row in found]
    assert order == sorted(order)
    assert len({distance for distance, _ in order}) < len(order) / 2
    assert fetch(database, plan.read("nearest").first, {"here": "(11.5,48.1)"}) == [{"id": order[0][1]}]


@pytest.mark.parametrize("words", ["lake", "hill lake", "run", "o'clock", "100%", "nothing", "lake & hill", ""])
def test_every_word_has_to_match(words: str, atlas: Any, database: Any, fetch: Any) -> None:
    plan, rows = atlas

    def matches(row: dict[str, Any]) -> bool:
        text = f"{row['name']} {row['about'] or ''}".replace("running", "run").replace("o'clock", "o clock")
        wanted = words.replace("o'clock", "clock").replace("100%", "100").replace("&", "").split()
        return bool(wanted) and all(word in text.replace("%", "").split() for word in wanted)

    expected = [row["id"] for row in rows if matches(row)]
    found = [row["id"] for row in all_rows(plan, "found", {"words": words}, database, fetch)]
    assert found == expected
    ranked = all_rows(plan, "by_stars", {"words": words}, database, fetch)
    assert sorted(row["id"] for row in ranked) == expected
    order = {None: 0, 2: 1, 1: 2}
    assert [order[row["stars"]] for row in ranked] == sorted(order[row["stars"]] for row in ranked)


def test_each_language_has_its_own_vector(atlas: Any, database: Any, fetch: Any) -> None:
    plan, rows = atlas
    expected = [r["id"] for r in rows if "running" in (r["about"] or "") and (r["stars"] or 0) > 1]
    statement = plan.read("simply").first
    assert [row["id"] for row in fetch(database, statement, {"words": "running", "stars": 1})] == expected
    assert fetch(database, statement, {"words": "run", "stars": 1}) == []
