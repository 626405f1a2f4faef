"""The blog's files: pages walked, transactions taken as a whole, and scripts that read as the functions do."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import json_util
from bson.binary import UuidRepresentation
from pymongo.database import Database

from groundplan.logical.derive import derive_relations
from groundplan.mongo.commands.create import create_commands
from groundplan.mongo.design import design_mongo
from groundplan.mongo.load import Assembler, load_documents
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.files import query_files, upkeep_files
from groundplan.mongo.server import EmbeddedMongod
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.rows.generate import generate_sample

EXAMPLES = Path(__file__).parents[4] / "examples"
EXTENDED = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL, tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)


@dataclass
class Blog:
    """The blog's documents, and its files in the folder that is their package."""

    database: Database[dict[str, Any]]
    folder: Path

    def function(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{self.folder.name}.{name}"), name)


@pytest.fixture(scope="module")
def blog(mongo_server: EmbeddedMongod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    plan = read_plan(EXAMPLES / "blog.plan.yaml").plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    design = design_mongo(resolved, logical)
    folder = tmp_path_factory.mktemp("blog") / "blog_queries"
    folder.mkdir()
    for name, text in query_files(compile_workload(resolved, logical, design)).items():
        folder.joinpath(name).write_text(text)
    database = mongo_server.client["blog_files"]
    for command in create_commands(design.model, logical):
        database.command(command)
    sample = generate_sample(resolved, logical, now=datetime.now(UTC), seed=3, largest=3000)
    load_documents(database, design.model, Assembler(logical, sample.relations))
    moment = datetime.now(UTC).replace(microsecond=0)
    for number, post in enumerate(database["posts"].find({}, {"_id": 1}).limit(70)):
        # Two at a time, so that pages end between posts of one moment as well.
        recent = {"status": "published", "published_at": moment - timedelta(minutes=number // 2)}
        database["posts"].update_one({"_id": post["_id"]}, {"$set": recent})
    sys.path.insert(0, str(folder.parent))
    yield Blog(database, folder)
    sys.path.remove(str(folder.parent))
    mongo_server.client.drop_database(database.name)


def test_names_are_those_of_patterns_and_transactions(blog: Blog) -> None:
    names = {path.name for path in blog.folder.iterdir() if not path.name.startswith("__")}
    assert {"recent_posts.py", "recent_posts.js", "join.py", "join.js", "_writing.py", "_paging.py"} <= names
    assert {path.stem for path in blog.folder.glob("*.js")} <= {path.stem for path in blog.folder.glob("*.py")}


def test_files_say_what_they_are_for(blog: Blog) -> None:
    script = blog.folder.joinpath("recent_posts.js").read_text()
    assert script.startswith("// recent_posts: reads Post\n// The front page.\n// rate 500/s, target 50 ms\n")
    module = blog.folder.joinpath("tag_post.py").read_text()
    assert module.startswith('"""tag_post: inserts links of Post.tags, 3 rows at a time.\n\nFiles a post under')


def test_types_hold_under_a_strict_checker(blog: Blog) -> None:
    mypy = Path(sys.executable).with_name("mypy")
    command = [mypy, "--strict", "--no-incremental", "--config-file", os.devnull, "-p", blog.folder.name]
    done = subprocess.run(command, cwd=blog.folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def walked(read: Any, **given: Any) -> list[Any]:
    pages: list[Any] = []
    page, after = read(**given)
    pages.append(page)
    while after is not None:
        assert isinstance(after, str)
        page, after = read(**given, after=after)
        pages.append(page)
    return pages


def test_pages_go_on_where_they_ended(blog: Blog) -> None:
    def read(**given: Any) -> Any:
        return blog.function("recent_posts")(blog.database, **given)

    pages = walked(read)
    rows = [row for page in pages for row in page]
    assert len(pages) > 1
    assert all(len(page) == 20 for page in pages[:-1])
    assert len({row["id"] for row in rows}) == len(rows)
    assert rows == sorted(rows, key=lambda row: (row["published_at"], row["id"].int), reverse=True)


def test_a_cursor_of_another_query_is_refused(blog: Blog) -> None:
    _, after = blog.function("recent_posts")(blog.database)
    refused = importlib.import_module("blog_queries._paging").CursorRefused
    with pytest.raises(refused, match="another query"):
        blog.function("search_posts")(blog.database, words="a", after=after)
    with pytest.raises(refused, match="damaged"):
        blog.function("recent_posts")(blog.database, after=f"A{after[1:]}")


def test_a_transaction_takes_all_steps_or_none(blog: Blog) -> None:
    join = blog.function("join")
    register = {"email": "New@x.org", "username": "somebody", "password_hash": "h", "actor": "the test"}
    results = join(
        blog.database,
        register=register,
        save_settings=lambda before: {"user": before["register"], "settings": {"theme": "dark"}},
    )
    user = blog.database["users"].find_one({"email": "new@x.org"})
    assert user is not None
    assert results["register"] == user["_id"]
    assert blog.function("sign_in")(blog.database, email="NEW@x.org")[0]["username"] == "somebody"
    entry = blog.database["users_audit"].find_one({"row_key": {"id": user["_id"]}})
    assert entry is not None
    assert (entry["changed_by"], entry["operation"]) == ("the test", "insert")
    assert "password_hash" not in entry["new_values"]
    refused = importlib.import_module("blog_queries._writing").WriteRefused
    with pytest.raises(refused):
        join(
            blog.database,
            register={**register, "email": "other@x.org", "username": "other"},
            save_settings=lambda before: {"user": results["save_settings"] and user["_id"].__class__(int=5)},
        )
    assert blog.database["users"].find_one({"email": "other@x.org"}) is None


def in_mongosh(blog: Blog, node_modules: Path, loads: list[str], body: str) -> Any:
    host, port = next(iter(blog.database.client.nodes))
    script = blog.folder / "run.mongosh"
    script.write_text("\n".join([*(f"load('{blog.folder / name}.js');" for name in loads), body]))
    uri = f"mongodb://{host}:{port}/{blog.database.name}?directConnection=true"
    done = subprocess.run(
        [node_modules / ".bin" / "mongosh", uri, "--quiet", "--norc", "--file", script],
        env={**os.environ, "HOME": str(blog.folder)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json_util.loads(done.stdout.splitlines()[-1], json_options=EXTENDED)


def test_scripts_walk_the_same_pages(blog: Blog, node_modules: Path) -> None:
    body = """
      const found = [];
      let { page, after } = recent_posts();
      while (true) {
        found.push(...page.map((row) => row.slug));
        if (after === null) break;
        ({ page, after } = recent_posts({ after }));
      }
      print(EJSON.stringify([found, recent_posts().after], { relaxed: false }));
    """
    found, after = in_mongosh(blog, node_modules, ["recent_posts"], body)

    def read(**given: Any) -> Any:
        return blog.function("recent_posts")(blog.database, **given)

    assert found == [row["slug"] for page in walked(read) for row in page]
    # A cursor made by one is good for the other.
    assert read(after=after)[0] == read(after=read()[1])[0]


def test_scripts_take_transactions_as_a_whole(blog: Blog, node_modules: Path) -> None:
    body = """
      const given = { email: 'Shell@x.org', username: 'shell', password_hash: 'h', actor: 'mongosh' };
      const steps = (before) => ({ user: before.register, settings: { theme: 'light' } });
      const results = join({ register: given, save_settings: steps });
      let refused = null;
      try {
        const other = { ...given, email: 'never@x.org', username: 'never' };
        join({ register: other, save_settings: { user: UUID(), settings: {} } });
      } catch (error) {
        refused = error.message;
      }
      const left = db.users.countDocuments({ username: 'never' });
      print(EJSON.stringify([db.users.findOne({ _id: results.register }).email, refused, left], { relaxed: false }));
    """
    email, refused, left = in_mongosh(blog, node_modules, ["register", "save_settings", "join"], body)
    assert (email, left) == ("shell@x.org", 0)
    assert "there is no such row of users" in refused


def test_every_script_loads(blog: Blog, node_modules: Path) -> None:
    names = sorted(path.stem for path in blog.folder.glob("*.js"))
    assert in_mongosh(blog, node_modules, names, "print(EJSON.stringify(typeof join));") == "function"


def test_upkeep_has_a_script_for_everything_kept_twice() -> None:
    plan = read_plan(EXAMPLES / "blog.plan.yaml").plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    files = upkeep_files(resolved, logical, design_mongo(resolved, logical))
    assert files
    assert all(text.startswith("// ") and "function mend(" in text for text in files.values())
