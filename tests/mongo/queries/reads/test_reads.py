"""Every kind of read returns the same rows from both engines, whatever is inside of what."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest

from groundplan.mongo.queries.model import CompiledRead

from ....postgres.queries.conftest import fetched
from ....postgres.queries.test_reads import arguments_of
from ....postgres.queries.walk import Walk
from .both import comparable, compiled_reads, run
from .conftest import CASES, LAYOUTS

NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def reads(shop: Any, mongo_shop: Any) -> Any:
    return functools.cache(lambda layout: compiled_reads(shop.resolved, shop.logical, mongo_shop(layout)[1]))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CASES)
def test_a_read_returns_the_same_from_both(
    name: str, layout: str, shop: Any, world: Any, reads: Any, postgres_shop: Any, mongo_shop: Any
) -> None:
    compiled = reads(layout)[name]
    assert isinstance(compiled, CompiledRead), compiled
    database, _ = mongo_shop(layout)
    shown = [field.name for field in compiled.fields if not field.is_internal]
    columns = [column.name for column in shop.read(name).columns if not column.is_internal]
    assert shown == columns
    rows = 0
    for arguments in arguments_of(CASES[name], world, Walk(world, {}, shop)):
        expected = fetched(postgres_shop, shop.read(name).first, arguments)
        found = run(database, compiled, compiled.first, arguments, NOW)
        assert comparable([{each: row[each] for each in shown} for row in found]) == comparable(
            [{each: row[each] for each in shown} for row in expected]
        ), (arguments, compiled.first)
        rows += len(found)
    assert rows or name == "label_given", "a read that never returns a row proves nothing"
