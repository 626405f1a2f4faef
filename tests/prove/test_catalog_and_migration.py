"""The catalog and the first migration are proven, and what is wrong with either is told."""

import psycopg
import pytest

from groundplan.plan.expressions import Local
from groundplan.postgres.catalog import everything
from groundplan.postgres.model import IndexKey, MaterializedView
from groundplan.prove import migration
from groundplan.prove.catalog import prove_catalog
from groundplan.prove.migration import prove_migration

VIEWS = {"words": "SELECT id, word FROM a"}


@pytest.fixture
def schema(build):
    key = build.index("words_id_key", "id", is_unique=True)
    view = MaterializedView(
        name="words",
        pattern="words",
        columns=(("id", "uuid"), ("word", "text")),
        key=("id",),
        indexes=(key,),
        refresh_seconds=60,
    )
    assert key.keys == (IndexKey(expression=Local("id")),)
    return build.schema(build.table("a", {"word": "text"}), materialized_views=(view,), extensions=("citext",))


def test_a_migration_that_works(database, schema):
    found = prove_migration(database, schema=schema, views=VIEWS)
    assert (found.is_up_equal, found.is_down_empty, found.differences) == (True, True, ())
    # It is left applied.
    catalog = prove_catalog(database, schema=schema, views=VIEWS)
    assert (catalog.differences, catalog.objects_compared) == ((), 7)


def test_a_catalog_that_differs(database, schema):
    prove_migration(database, schema=schema, views=VIEWS)
    database.execute("ALTER TABLE a ADD x integer")
    assert prove_catalog(database, schema=schema, views=VIEWS).differences == (
        "table a: columns is id, word, x, in the model id, word",
        "column a.x is not in the model",
    )


def test_a_name_that_is_taken(database, schema):
    database.execute("CREATE TABLE a (x integer)")
    before = everything(database)
    found = prove_migration(database, schema=schema, views=VIEWS)
    assert (found.is_up_equal, found.is_down_empty) == (False, False)
    assert found.differences[0] == 'up fails with 42P07: relation "a" already exists'
    assert everything(database) == before


def test_a_way_back_that_forgets_something(database, schema, monkeypatch):
    monkeypatch.setattr(migration, "migration_down", lambda _: "DROP TABLE a CASCADE")
    found = prove_migration(database, schema=schema, views=VIEWS)
    assert (found.is_up_equal, found.is_down_empty) == (True, False)
    assert "down leaves extension citext" in found.differences


def test_a_way_back_that_takes_too_much(database, schema, monkeypatch):
    database.execute("CREATE TYPE mine AS ENUM ('x')")
    whole = migration.migration_down(schema)
    monkeypatch.setattr(migration, "migration_down", lambda _: whole + "DROP TYPE mine;")
    found = prove_migration(database, schema=schema, views=VIEWS)
    assert not found.is_down_empty
    assert "down takes type mine away" in found.differences


def test_a_session_in_a_transaction_is_refused(postgres_server, database, schema):
    with (
        postgres_server.connect(database.info.dbname, autocommit=False) as connection,
        pytest.raises(ValueError, match="autocommit"),
    ):
        prove_migration(connection, schema=schema, views=VIEWS)


def test_a_server_that_is_gone_is_no_finding(postgres_server, database, schema):
    connection = postgres_server.connect(database.info.dbname)
    database.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        prove_migration(connection, schema=schema, views=VIEWS)
