"""Every kind of read returns what walking the objects returns."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from .shop import OTHER_TYPES
from .walk import Walk, answer

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "reads.yaml").read_text())


def access(name: str, case: dict[str, Any]) -> str:
    """Return the access pattern of a case."""
    return f"{name}: {json.dumps({key: value for key, value in case.items() if key != 'arguments'})}"


def all_access() -> str:
    return "\n".join(access(name, case) for name, case in CASES.items())


def values_at(world: Any, walk: Any, entity: str, steps: str) -> list[Any]:
    """Return every value that some row has at a dotted path, the deleted rows' too."""
    found: list[Any] = []
    for row in world.rows[entity]:
        ends = [row]
        for step in steps.split(".")[:-1]:
            ends = [target for end in ends for target in walk.follow(end, step)]
        last = steps.split(".")[-1]
        for end in ends:
            found += [end.values[last]] if last in end.values else [walk.key(row) for row in walk.follow(end, last)]
    return list(dict.fromkeys(value for value in found if value is not None))


def plain(value: Any) -> Any:
    """Take exact numbers for floats: an average has its own number of digits."""
    return float(value) if isinstance(value, Decimal) else value


def arguments_of(case: dict[str, Any], world: Any, walk: Any) -> list[dict[str, Any]]:
    """Return sets of arguments: values of rows, changed in case where they are addresses, and one that nothing has."""
    wanted: dict[str, Any] = case.get("arguments", {})
    if not wanted:
        return [{}]
    choices: list[list[Any]] = []
    for steps in wanted.values():
        path = steps[0] if isinstance(steps, list) else steps
        values = values_at(world, walk, case["read"], path)
        values = [value.upper() if path.endswith("email") else value for value in values][:12]
        choices.append([values[:3], [], values] if isinstance(steps, list) else values)
    sets = itertools.islice(itertools.product(*choices), 60)
    return [dict(zip(wanted, values, strict=True)) for values in sets]


@pytest.mark.parametrize("name", CASES)
def test_a_read_returns_what_is_there(name: str, loaded: Any, build_shop: Any, fetch: Any) -> None:
    returns_what_is_there(name, loaded, build_shop(all_access()), fetch)


@pytest.mark.parametrize("name", CASES)
def test_columns_of_other_types_are_read_the_same(
    name: str, loaded_otherwise: Any, build_shop: Any, fetch: Any
) -> None:
    returns_what_is_there(name, loaded_otherwise, build_shop(all_access(), decisions=OTHER_TYPES), fetch)


PINNED = {
    **{name: "summaries" for name, case in CASES.items() if name.startswith(("counts", "sums", "lists", "computed"))},
    **{name: "latest" for name, case in CASES.items() if "latest" in case and name != "latest_of_one"},
}


@pytest.mark.parametrize("name", PINNED)
def test_every_way_to_write_a_read_returns_the_same(name: str, loaded: Any, build_shop: Any, fetch: Any) -> None:
    (decision,) = (each for each in build_shop(all_access()).workload.decisions if each.object == f"postgres.{name}")
    assert decision.topic == PINNED[name]
    others = {each.choice for each in decision.alternatives} & {"lateral", "grouped", "loop", "hop", "sort"}
    for other in sorted(others):
        shop = build_shop(all_access(), decisions=json.dumps({decision.pin: other}))
        (pinned,) = (each for each in shop.workload.decisions if each.object == f"postgres.{name}")
        assert (pinned.choice, pinned.is_pinned) == (other, True)
        assert shop.read(name).first != build_shop(all_access()).read(name).first
        returns_what_is_there(name, loaded, shop, fetch)


def returns_what_is_there(name: str, loaded: Any, shop: Any, fetch: Any) -> None:
    connection, world = loaded
    case = CASES[name]
    read, pattern = shop.read(name), shop.pattern(name)
    shown = [column.name for column in read.columns if not column.is_internal]
    sets = arguments_of(case, world, Walk(world, {}, shop))
    assert sets
    rows = 0
    for arguments in sets:
        expected = answer(world, pattern, arguments, shop)
        found = fetch(connection, read.first, arguments)
        assert [{column: plain(row[column]) for column in shown} for row in found] == expected, arguments
        rows += len(found)
    assert rows, "a read that never returns a row proves nothing"


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("decisions", ["{}", OTHER_TYPES], ids=["own types", "other types"])
def test_the_types_of_a_result_are_told_right(
    name: str, decisions: str, loaded: Any, loaded_otherwise: Any, build_shop: Any
) -> None:
    connection, _ = loaded if decisions == "{}" else loaded_otherwise
    read = build_shop(all_access(), decisions=decisions).read(name)
    cursor = connection.execute(read.first.named, {each.name: None for each in read.first.parameters})
    oids = [column.type_code for column in cursor.description]
    names = [connection.execute("SELECT format_type(%s, NULL)", [oid]).fetchone()[0] for oid in oids]
    told = [re.sub(r"\(\d+\)", "", column.type) for column in read.columns]
    assert [a for a in zip(told, names, strict=True) if a[0] != a[1]] == []
