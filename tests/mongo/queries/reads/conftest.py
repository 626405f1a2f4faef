"""The shop on both engines: the same rows, loaded once for each layout of documents."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundplan.mongo.design.layout import Layout
from groundplan.mongo.server import EmbeddedMongod
from groundplan.postgres.server import EmbeddedPostgres

from ....postgres.queries.shop import SHOP, Built, built
from ....postgres.queries.test_reads import CASES as SHARED
from ....postgres.queries.test_reads import access
from ....postgres.queries.world import World
from .both import layout_model, load, relations_of

LAYOUTS: dict[str, Layout] = {
    "apart": Layout(),
    "inside": Layout(
        embedded={
            "comments": "post", "likes": "post", "post_tags": "post", "post_topics": "post", "badges": "user",
            "readings": "device", "chapters": "topic", "notes": "topic", "user_friends": "user",
            "topic_keepers": "topic",
        }
    ),
    "other side": Layout(
        embedded={
            "likes": "user", "post_tags": "tag", "post_topics": "topic", "user_friends": "friend",
            "topic_keepers": "user", "posts": "author", "comments": "post",
        }
    ),
    "copied": Layout(
        embedded={"post_tags": "post", "post_topics": "post"},
        copies={("post_topics", "topic"): ("name",), ("topic_keepers", "user"): ("name",),
                ("posts", "author"): ("name", "karma"), ("comments", "post"): ("title",),
                ("readings", "device"): ("site",), ("posts", "editor"): ("name",)},
        counts=frozenset({("comments", "post"), ("likes", "post"), ("post_topics", "post")}),
    ),
}  # fmt: skip


CASES: dict[str, dict[str, Any]] = SHARED | yaml.safe_load((Path(__file__).parent / "reads.yaml").read_text())


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Built:
    lines = "\n".join(f"  {access(name, case)}" for name, case in CASES.items())
    return built(f"{SHOP}{lines}\n", tmp_path_factory.mktemp("plan"))


class Milliseconds(World):
    """A world whose moments are of whole milliseconds, and whose addresses are in lower case."""

    def _add(self, entity: str, links: Any = None, **values: Any) -> Any:
        row = super()._add(entity, links, **values)
        if "at" in row.values:
            row.values["at"] = row.values["at"].replace(microsecond=row.values["at"].microsecond * 1000)
        if "email" in row.values:
            row.values["email"] = row.values["email"].lower()
        return row


@pytest.fixture(scope="session")
def world() -> World:
    return Milliseconds(20240611)


@pytest.fixture(scope="session")
def postgres_shop(postgres_server: EmbeddedPostgres, shop: Built, world: World) -> Iterator[Any]:
    postgres_server.create_database("shop_of_two")
    with postgres_server.connect("shop_of_two") as connection:
        connection.execute(shop.schema)
        world.load(connection, shop)
        yield connection
    postgres_server.drop_database("shop_of_two")


@pytest.fixture(scope="session")
def mongo_shop(mongo_server: EmbeddedMongod, shop: Built, world: World) -> Callable[[str], Any]:
    """Gives the documents of a layout, loaded, and their model."""

    @functools.cache
    def loaded(name: str) -> Any:
        model = layout_model(shop.resolved, shop.logical, LAYOUTS[name])
        database = mongo_server.client[f"shop_{name.replace(' ', '_')}"]
        load(database, model, shop.logical, relations_of(world, shop))
        return database, model

    return loaded
