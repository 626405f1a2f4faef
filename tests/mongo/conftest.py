"""Real engines for the tests: one mongod per run (per worker of pytest-xdist), one database per test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from groundplan.mongo.server import EmbeddedMongod, start_mongod

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[EmbeddedMongod]:
    """A running replica set of one node; without one the tests that need it fail."""
    with start_mongod() as server:
        yield server


@pytest.fixture
def mongo_database(mongo_server: EmbeddedMongod) -> Iterator[Database[dict[str, Any]]]:
    """An empty database of the test's own."""
    name = f"test_{next(_NUMBERS)}"
    try:
        yield mongo_server.client[name]
    finally:
        mongo_server.client.drop_database(name)
