"""Pages, put together, are the whole: every row once, in order, whatever the directions, NULLs and nesting."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from groundplan.mongo.queries.model import CompiledRead, Find

from ....postgres.queries.shop import SHOP, Built, built
from ....postgres.queries.test_pages import ORDERS, OTHERS, all_access
from ....postgres.queries.walk import answer
from .both import comparable, compiled_reads, run
from .conftest import LAYOUTS
from .test_reads import NOW


@pytest.fixture(scope="session")
def paged(tmp_path_factory: pytest.TempPathFactory) -> Built:
    lines = "\n".join(f"  {line}" for line in all_access().splitlines())
    return built(f"{SHOP}{lines}\n", tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def reads(paged: Any, mongo_shop: Any) -> Any:
    return functools.cache(lambda layout: compiled_reads(paged.resolved, paged.logical, mongo_shop(layout)[1]))


def pages(database: Any, read: CompiledRead) -> Iterator[list[dict[str, Any]]]:
    """Walk the pages of a read."""
    assert read.next is not None
    page = run(database, read, read.first, {}, NOW)
    yield page
    while len(page) == read.page:
        values = {key.parameter: page[-1][key.field] for key in read.cursor}
        page = run(database, read, read.next, values, NOW)
        yield page


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", [*ORDERS, *OTHERS])
def test_pages_put_together_are_the_whole(
    name: str, layout: str, paged: Any, world: Any, reads: Any, mongo_shop: Any
) -> None:
    read = reads(layout)[name]
    assert isinstance(read, CompiledRead), read
    database, _ = mongo_shop(layout)
    found = [row for page in pages(database, read) for row in page]
    shown = [field.name for field in read.fields if not field.is_internal]
    expected = answer(world, paged.pattern(f"{name}_whole"), {}, paged)
    assert len(expected) > read.page
    assert comparable([{field: row[field] for field in shown} for row in found]) == comparable(expected)


def test_an_order_that_an_index_has_is_found_and_not_computed(reads: Any) -> None:
    """One bound on the first key stands before the ranges: an index can begin there and go through them."""
    following = reads("apart")["order_0"].next
    assert isinstance(following, Find)
    assert list(following.filter) == ["rank", "$or"]
    assert list(following.sort or {}) == ["rank", "_id"]
    assert isinstance(reads("apart")["not_null"].next, Find)
