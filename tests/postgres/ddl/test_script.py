"""schema.sql and the first migration load as they are, by psql and by a driver, and leave nothing when taken back."""

import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from groundplan.base.origin import Origin
from groundplan.plan.expressions import Local
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.catalog import differences, everything
from groundplan.postgres.ddl import drop_sql, migration_down, migration_up, schema_sql
from groundplan.postgres.model import Column, ForeignKey, Index, IndexKey, PrimaryKey, Schema, Table

GOLDEN = Path(__file__).parent / "blog.sql"


def load(database: psycopg.Connection, script: str) -> None:
    database.execute(script.encode())


def psql(server, database: psycopg.Connection, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            server.bin_folder / "psql",
            "-Xq",
            "-v",
            "ON_ERROR_STOP=1",
            *options,
            "-d",
            server.conninfo(database.info.dbname),
        ],
        input=script,
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.fixture(params=["blog", "hostile"])
def schema(request) -> Schema:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("options", [(), ("--single-transaction",)])
def test_psql_has_nothing_to_say(postgres_server, database, schema, blog_views, options):
    done = psql(postgres_server, database, schema_sql(schema, views=blog_views), *options)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    assert differences(schema, database, views=blog_views) == ()


def test_an_extension_that_is_there_is_no_news(postgres_server, database, blog, blog_views):
    database.execute("CREATE EXTENSION cube")
    done = psql(postgres_server, database, schema_sql(blog, views=blog_views))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_driver_loads_it_in_one_call_and_its_session_is_as_before(database, schema, blog_views):
    settings = "SELECT current_setting('search_path'), current_setting('client_min_messages')"
    before = database.execute(settings).fetchone()
    load(database, schema_sql(schema, views=blog_views))
    assert database.execute(settings).fetchone() == before
    assert differences(schema, database, views=blog_views) == ()


def test_drop_leaves_nothing(database, schema, blog_views):
    before = everything(database)
    load(database, schema_sql(schema, views=blog_views))
    assert len(everything(database)) > len(before)
    load(database, drop_sql(schema))
    assert everything(database) == before


def test_drop_refuses_where_something_else_depends_on_a_table(database, blog, blog_views):
    load(database, schema_sql(blog, views=blog_views))
    database.execute("CREATE VIEW mine AS SELECT title FROM posts")
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        load(database, drop_sql(blog))


def test_the_migration_goes_up_down_and_up_again(postgres_server, database, schema, blog_views):
    before = everything(database)
    up, down = migration_up(schema, views=blog_views), migration_down(schema)
    for _ in range(2):
        done = psql(postgres_server, database, up)
        assert (done.returncode, done.stderr) == (0, "")
        assert differences(schema, database, views=blog_views) == ()
        done = psql(postgres_server, database, down)
        assert (done.returncode, done.stderr) == (0, "")
        assert everything(database) == before


def test_a_migration_that_fails_leaves_nothing(database, blog, blog_views):
    before = everything(database)
    with pytest.raises(psycopg.errors.UndefinedTable):
        load(database, migration_up(blog, views={"statistics": "SELECT id, title, 0::bigint FROM nowhere"}))
    database.rollback()
    assert everything(database) == before


def test_every_materialized_view_needs_its_query(blog):
    with pytest.raises(KeyError, match="statistics"):
        schema_sql(blog, views={})


def test_where_things_stand_in_the_plan_does_not_show(blog, blog_views):
    tables = tuple(replace(table, origin=Origin("/elsewhere/other.plan.yaml", 99, 9)) for table in blog.tables)
    assert schema_sql(replace(blog, tables=tables), views=blog_views) == schema_sql(blog, views=blog_views)


def test_the_script_reads_like_this(blog, blog_views):
    """After a change that is meant: `schema_sql` of the blog of conftest.py, written to blog.sql."""
    assert schema_sql(blog, views=blog_views) == GOLDEN.read_text(encoding="utf-8")


def test_a_foreign_key_waits_for_the_index_that_makes_its_target_unique(database):
    codes = Table(
        name="codes",
        columns=(Column(name="id", type="bigint", is_identity=True), Column(name="code", type="text")),
        primary_key=PrimaryKey(name="codes_pkey", columns=("id",)),
        indexes=(Index(name="codes_code_key", keys=(IndexKey(expression=Local("code")),), is_unique=True),),
    )
    uses = Table(
        name="uses",
        columns=(Column(name="id", type="bigint", is_identity=True), Column(name="code", type="text")),
        primary_key=PrimaryKey(name="uses_pkey", columns=("id",)),
        foreign_keys=(
            ForeignKey(
                name="uses_code_fkey",
                columns=("code",),
                target="codes",
                target_columns=("code",),
                on_delete=ReferentialAction.NO_ACTION,
                on_update=ReferentialAction.CASCADE,
            ),
        ),
    )
    schema = Schema(version=18, tables=(codes, uses))
    before = everything(database)
    load(database, schema_sql(schema, views={}))
    assert differences(schema, database) == ()
    load(database, drop_sql(schema))
    assert everything(database) == before
