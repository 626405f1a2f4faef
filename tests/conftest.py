"""Real engines for the tests: a PostgreSQL and a mongod per run (per worker of pytest-xdist), a database per test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from pymongo.database import Database

from groundplan.mongo.server import EmbeddedMongod, start_mongod
from groundplan.postgres.server import EmbeddedPostgres, start_postgres

_NUMBERS = itertools.count(1)

# No test depends on how fast the machine is.
settings.register_profile("groundplan", deadline=None)
settings.load_profile("groundplan")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A running server; without one the tests that need it fail."""
    with start_postgres() as server:
        yield server


@pytest.fixture
def database(postgres_server: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """An autocommit connection to an empty database of the test's own, named by `database.info.dbname`."""
    name = f"test_{next(_NUMBERS)}"
    postgres_server.create_database(name)
    try:
        with postgres_server.connect(name) as connection:
            yield connection
    finally:
        postgres_server.drop_database(name)


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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for everybody, like /tmp; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="gp-test-"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
