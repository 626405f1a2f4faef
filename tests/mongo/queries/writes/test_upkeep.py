"""What is kept a second time and is not true is found, and mended, by the compiled upkeep and by its scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundplan.mongo.queries.files.upkeep import upkeep_scripts
from groundplan.mongo.queries.model import CompiledWrite, Remember
from groundplan.mongo.queries.running import run_query, run_write
from groundplan.mongo.queries.upkeep import DRIFT, Upkeep, upkeep_of

from .conftest import Laid
from .test_files import in_mongosh


@pytest.fixture
def broken(laid: Laid) -> Iterator[tuple[Upkeep, ...]]:
    """The upkeep of a layout, with nothing of what is kept a second time true; undone after the test."""
    names = [collection.name for collection in laid.model.collections]
    before = {name: list(laid.database[name].find()) for name in names}
    found = upkeep_of(laid.context)
    for each in found:
        _break(laid, each)
    yield found
    for name in names:
        laid.database[name].delete_many({})
        laid.database[name].insert_many(before[name])


def _break(laid: Laid, upkeep: Upkeep) -> None:
    """Set the copy, count or subset to something of its shape that is not true, in every document that has it."""
    parts = upkeep.path.split(".")
    collection = laid.database[upkeep.collection]
    kept = next(found for each in collection.find() if (found := _at(each, parts)) is not None)
    collection.update_many({parts[0]: {"$exists": True}}, {"$set": {".$[].".join(parts): _wrong(kept)}})


def _at(document: Any, parts: list[str]) -> Any:
    for part in parts:
        document = document[0] if isinstance(document, list) and document else document
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _wrong(value: Any) -> Any:
    match value:
        case dict():
            return {name: _wrong(inner) for name, inner in value.items()}
        case list():
            return value[:1]
        case int():
            return value + 1000
        case _:
            return "wrong"


def drift(laid: Laid, found: tuple[Upkeep, ...]) -> list[str]:
    return [each.name for each in found if run_query(laid.database, each.find)]


def test_drift_is_found_and_mended(laid: Laid, broken: tuple[Upkeep, ...]) -> None:
    assert drift(laid, broken) == [each.name for each in broken]
    for each in broken:
        mending = CompiledWrite(
            pattern=each.name, operations=(Remember(name=DRIFT, query=each.find), each.mend), parameters=()
        )
        assert run_write(laid.database, mending, {}, now=datetime.now(UTC)).rows > 0
    assert drift(laid, broken) == []


def test_scripts_mend_as_well(laid: Laid, broken: tuple[Upkeep, ...], tmp_path: Path, node_modules: Any) -> None:
    lines = []
    for name, text in upkeep_scripts(broken).items():
        tmp_path.joinpath(name).write_text(text)
        lines.append(f"load('{tmp_path / name}'); print(EJSON.stringify(['{name}', [find_drift().length, mend()]]));")
    script = tmp_path / "run.mongosh"
    script.write_text("\n".join(lines))
    results = in_mongosh(script, laid, node_modules)
    assert all(int(drifted) == int(mended) > 0 for drifted, mended in results.values()), results
    assert drift(laid, broken) == []
