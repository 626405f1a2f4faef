"""Triggers and procedures do on rows what the design says, also where names are hostile."""

import threading
from datetime import UTC, datetime

import psycopg
import pytest

from groundplan.plan.model import ReferentialAction
from groundplan.postgres.catalog import differences
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.ddl.routines import dollar_quote
from groundplan.postgres.ddl.schedule import cron_job, cron_schedule, spell_seconds
from groundplan.postgres.model import (
    Column,
    ForeignKey,
    PrimaryKey,
    Schema,
    SoftDeleteLink,
    SoftDeleteTrigger,
    Table,
)
from groundplan.postgres.quoting import quote_identifier as q

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def loaded(database, blog, blog_views):
    database.execute(schema_sql(blog, views=blog_views).encode())
    return database


def add_user(database, name: str):
    query = "INSERT INTO users (email, username, password_hash) VALUES (%s, %s, 'hash of a secret') RETURNING id"
    return database.execute(query, (f"{name}@example.org", name)).fetchone()[0]


def add_post(database, author):
    query = "INSERT INTO posts (title, content, author_id) VALUES ('t', 'c', %s) RETURNING id"
    return database.execute(query, (author,)).fetchone()[0]


def trail(database):
    query = "SELECT operation, changed_by, row_key, old_values, new_values FROM users_audit ORDER BY id"
    return database.execute(query).fetchall()


def test_a_change_touches_the_row(loaded):
    user = add_user(loaded, "ada")
    loaded.execute("UPDATE users SET updated_at = %s, username = 'ada2'", (LONG_AGO,))
    ((touched,),) = loaded.execute("SELECT updated_at > now() - interval '1 minute' FROM users WHERE id = %s", (user,))
    assert touched


def test_the_trail_says_who_did_what(loaded):
    user = add_user(loaded, "ada")
    with loaded.transaction():
        loaded.execute("SET LOCAL audit.actor = 'grace'")
        loaded.execute("UPDATE users SET username = 'lovelace', password_hash = 'another secret'")
    loaded.execute("CREATE ROLE clerk_of_the_trail")
    try:
        loaded.execute("GRANT SELECT, DELETE ON users TO clerk_of_the_trail")
        loaded.execute("SET ROLE clerk_of_the_trail")
        loaded.execute("DELETE FROM users")
    finally:
        loaded.execute("RESET ROLE")
        loaded.execute("DROP OWNED BY clerk_of_the_trail")
        loaded.execute("DROP ROLE clerk_of_the_trail")
    inserted, updated, deleted = trail(loaded)
    assert inserted[:3] == ("insert", "postgres", {"id": str(user)})
    assert (inserted[3], inserted[4]["username"], inserted[4]["role"]) == (None, "ada", "user")
    assert updated[:3] == ("update", "grace", {"id": str(user)})
    assert {key: value for key, value in updated[3].items() if key != "updated_at"} == {"username": "ada"}
    assert {key: value for key, value in updated[4].items() if key != "updated_at"} == {"username": "lovelace"}
    assert deleted[:3] == ("delete", "clerk_of_the_trail", {"id": str(user)})
    assert (deleted[3]["username"], deleted[4]) == ("lovelace", None)


def test_the_trail_never_holds_a_secret(loaded):
    add_user(loaded, "ada")
    loaded.execute("UPDATE users SET password_hash = 'another secret'")
    loaded.execute("DELETE FROM users")
    assert len(trail(loaded)) == 3
    assert "secret" not in str(trail(loaded))


def test_nobody_else_may_use_what_runs_with_its_owners_rights(loaded, blog):
    callable_by_all = loaded.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
        "AND has_function_privilege('public', oid, 'execute')"
    ).fetchall()
    assert callable_by_all == []


def test_a_soft_delete_is_carried_on(loaded):
    author, reader = add_user(loaded, "author"), add_user(loaded, "reader")
    post = add_post(loaded, author)
    loaded.execute("UPDATE posts SET editor_id = %s", (reader,))
    loaded.execute(
        "INSERT INTO comments (content, post_id, author_id) VALUES ('a', %(p)s, %(a)s), ('b', %(p)s, %(r)s)",
        {"p": post, "a": author, "r": reader},
    )
    loaded.execute("INSERT INTO sessions (token, user_id, expires_at) VALUES ('x', %s, now())", (reader,))
    loaded.execute("UPDATE users SET deleted_at = %s WHERE id = %s", (LONG_AGO, reader))
    comments = loaded.execute("SELECT content, deleted_at FROM comments ORDER BY content").fetchall()
    assert comments == [("a", None), ("b", LONG_AGO)]
    assert loaded.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    assert loaded.execute("SELECT editor_id, author_id FROM posts").fetchone() == (None, author)


def test_a_soft_delete_is_refused_like_a_restricted_delete(loaded):
    author = add_user(loaded, "author")
    post = add_post(loaded, author)
    with pytest.raises(psycopg.errors.RestrictViolation) as refusal:
        loaded.execute("UPDATE users SET deleted_at = now()")
    assert refusal.value.diag.constraint_name == "posts_author_id_fkey"
    assert refusal.value.diag.table_name == "posts"
    assert refusal.value.diag.schema_name == "public"
    loaded.execute("DELETE FROM posts WHERE id = %s", (post,))
    loaded.execute("UPDATE users SET deleted_at = now()")
    # Marked already: what points at it later is no business of another update.
    loaded.execute("UPDATE users SET deleted_at = now() + interval '1 day', username = 'gone'")


def test_a_soft_delete_waits_for_a_row_that_is_being_added(loaded, postgres_server):
    author = add_user(loaded, "author")
    with postgres_server.connect(loaded.info.dbname, autocommit=False) as writer:
        add_post(writer, author)
        refused: list[str | None] = []

        def mark() -> None:
            try:
                loaded.execute("UPDATE users SET deleted_at = now()")
            except psycopg.Error as error:
                refused.append(error.sqlstate)

        marking = threading.Thread(target=mark)
        marking.start()
        marking.join(timeout=0.2)
        assert marking.is_alive()
        writer.commit()
        marking.join(timeout=10)
    assert refused == ["23001"]


def test_what_has_expired_goes_in_batches(loaded):
    user = add_user(loaded, "ada")
    loaded.execute(
        "INSERT INTO sessions (token, user_id, expires_at) "
        "SELECT n, %s, now() + n * interval '1 hour' FROM generate_series(-5, 2) AS n",
        (user,),
    )
    loaded.execute("CALL expire_sessions()")
    assert loaded.execute("SELECT token FROM sessions ORDER BY token").fetchall() == [("1",), ("2",)]
    loaded.execute("UPDATE sessions SET expires_at = now() - interval '1 hour'")
    loaded.execute("CALL expire_sessions(1)")
    assert loaded.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_expiry_steps_over_rows_that_others_hold(loaded, postgres_server):
    user = add_user(loaded, "ada")
    loaded.execute(
        "INSERT INTO sessions (token, user_id, expires_at) "
        "SELECT n, %s, now() - interval '1 day' FROM generate_series(1, 3) AS n",
        (user,),
    )
    with postgres_server.connect(loaded.info.dbname, autocommit=False) as holder:
        holder.execute("SELECT 1 FROM sessions WHERE token = '2' FOR UPDATE")
        loaded.execute("CALL expire_sessions()")
        assert loaded.execute("SELECT token FROM sessions").fetchall() == [("2",)]


def test_a_soft_delete_compares_as_the_foreign_key_does(database):
    """Under a search path without its operators citext would compare as text, and miss what is spelled otherwise."""
    accounts = Table(
        name="accounts",
        columns=(
            Column(name="email", type="citext"),
            Column(name="deleted_at", type="timestamp with time zone", is_nullable=True),
        ),
        primary_key=PrimaryKey(name="accounts_pkey", columns=("email",)),
        triggers=(
            SoftDeleteTrigger(
                name="accounts_soft_delete",
                column="deleted_at",
                cascades=(
                    SoftDeleteLink(table="letters", columns=("recipient",), target_columns=("email",), is_soft=False),
                ),
                restricts=(),
                nullifies=(),
            ),
        ),
    )
    letters = Table(
        name="letters",
        columns=(Column(name="id", type="bigint", is_identity=True), Column(name="recipient", type="citext")),
        primary_key=PrimaryKey(name="letters_pkey", columns=("id",)),
        foreign_keys=(
            ForeignKey(
                name="letters_recipient_fkey",
                columns=("recipient",),
                target="accounts",
                target_columns=("email",),
                on_delete=ReferentialAction.CASCADE,
                on_update=ReferentialAction.NO_ACTION,
            ),
        ),
    )
    schema = Schema(version=18, extensions=("citext",), tables=(accounts, letters))
    database.execute(schema_sql(schema, views={}).encode())
    assert differences(schema, database) == ()
    database.execute(
        "INSERT INTO accounts VALUES ('ada@example.org'); INSERT INTO letters (recipient) VALUES ('ADA@example.org')"
    )
    database.execute("UPDATE accounts SET deleted_at = now()")
    assert database.execute("SELECT count(*) FROM letters").fetchone() == (0,)


def test_hostile_names_do_the_same(database, hostile):
    database.execute(schema_sql(hostile, views={}).encode())
    table, trail_table = hostile.tables
    key, text, touched, deleted, link = (q(column.name) for column in table.columns[:5])
    name = q(table.name)
    database.execute(f"INSERT INTO {name} ({text}) VALUES ('parent')".encode())
    database.execute(f"INSERT INTO {name} ({text}, {link}) SELECT 'child', {key} FROM {name}".encode())
    database.execute(f"UPDATE {name} SET {touched} = '2000-01-01', {text} = 'Child' WHERE {text} = 'child'".encode())
    ((recent,),) = database.execute(f"SELECT bool_and({touched} > now() - interval '1 minute') FROM {name}".encode())
    assert recent
    with pytest.raises(psycopg.errors.RestrictViolation) as refusal:
        database.execute(f"UPDATE {name} SET {deleted} = now() WHERE {text} = 'parent'".encode())
    assert refusal.value.diag.constraint_name == "f\nk"
    database.execute(f"UPDATE {name} SET {deleted} = now() - interval '1 day' WHERE {text} = 'Child'".encode())
    database.execute(f"UPDATE {name} SET {deleted} = now() - interval '1 day'".encode())
    entries = database.execute(f"SELECT operation, row_key, new_values FROM {q(trail_table.name)} ORDER BY id".encode())
    rows = entries.fetchall()
    assert [row[0] for row in rows] == ["insert", "insert", "update", "update", "update", "update"]
    assert rows[0][1] == {table.columns[0].name: 1}
    assert table.columns[1].name not in str(rows)
    database.execute(f"DELETE FROM {name} WHERE {link} IS NOT NULL".encode())
    database.execute(f"CALL {q(hostile.expiries[0].name)}()".encode())
    assert database.execute(f"SELECT count(*) FROM {name}".encode()).fetchone() == (0,)


@pytest.mark.parametrize(("body", "quote"), [("x", "$body$"), ("$body$", "$body1$"), ("$body$ $body1$", "$body2$")])
def test_a_dollar_quote_is_not_in_the_body(body, quote):
    assert dollar_quote(body) == quote


@pytest.mark.parametrize(
    ("seconds", "words", "schedule"),
    [
        (0.5, "0.5 seconds", "1 seconds"),
        (30, "30 seconds", "30 seconds"),
        (60, "1 minute", "*/1 * * * *"),
        (90, "90 seconds", "*/1 * * * *"),
        (600, "10 minutes", "*/10 * * * *"),
        (2_700, "45 minutes", "*/30 * * * *"),
        (3_600, "1 hour", "0 */1 * * *"),
        (18_000, "5 hours", "0 */4 * * *"),
        (86_400, "1 day", "0 0 * * *"),
        (604_800, "7 days", "0 0 * * *"),
    ],
)
def test_a_schedule_is_at_least_as_often_as_asked(seconds, words, schedule):
    assert (spell_seconds(seconds), cron_schedule(seconds)) == (words, schedule)


def test_a_job_quotes_what_it_is_given():
    assert cron_job("it's", every_seconds=60, statement="SELECT 'x'") == (
        "SELECT cron.schedule('it''s', '*/1 * * * *', 'SELECT ''x''')"
    )
