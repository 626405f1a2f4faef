"""Plans built once, rows loaded once, and statements run as psycopg runs them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import pytest

from groundplan.postgres.server import EmbeddedPostgres

from .shop import OTHER_TYPES, SHOP, Built, built
from .world import World


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """Builds a plan from its text."""
    return functools.cache(lambda text: built(text, tmp_path_factory.mktemp("plan")))


@pytest.fixture(scope="session")
def build_shop(build: Callable[[str], Built]) -> Callable[..., Built]:
    """Builds the shop with these access patterns, and decisions where there are any."""

    def built_shop(access: str, *, decisions: str = "{}") -> Built:
        lines = "\n".join(f"  {line}" for line in access.strip().splitlines())
        return build(f"{SHOP}{lines}\ndecisions: {decisions}\n")

    return built_shop


def fetched(connection: psycopg.Connection, statement: Any, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run the psycopg form of a statement; returns rows by column name."""
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        cursor.execute(statement.named, dict(arguments))
        return cursor.fetchall() if cursor.description is not None else []


@pytest.fixture(scope="session")
def fetch() -> Callable[..., list[dict[str, Any]]]:
    return fetched


def load(server: EmbeddedPostgres, name: str, shop: Built) -> Iterator[tuple[psycopg.Connection, World]]:
    """Fill a database of its own with the rows of one world."""
    server.create_database(name)
    with server.connect(name) as connection:
        connection.execute(shop.schema)
        world = World(20240611)
        world.load(connection, shop)
        yield connection, world
    server.drop_database(name)


@pytest.fixture(scope="session")
def loaded(postgres_server: EmbeddedPostgres, build_shop: Callable[..., Built]) -> Iterator[Any]:
    """One database with the rows of one world, for tests that only read."""
    yield from load(postgres_server, "shop_to_read", build_shop("posts: {read: Post}"))


@pytest.fixture(scope="session")
def loaded_otherwise(postgres_server: EmbeddedPostgres, build_shop: Callable[..., Built]) -> Iterator[Any]:
    """The same rows in columns of other types."""
    yield from load(postgres_server, "shop_otherwise", build_shop("posts: {read: Post}", decisions=OTHER_TYPES))
