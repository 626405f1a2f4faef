"""Behaviours are seen on rows, and one that is gone from the database is seen to be gone."""

import pytest

from groundplan.plan.expressions import Binary, Call, IsNull, Literal, Local, Operator
from groundplan.plan.types import Uuid
from groundplan.postgres.catalog import read_catalog
from groundplan.postgres.model import (
    AuditTrigger,
    ExpiryProcedure,
    FilteredView,
    SoftDeleteLink,
    SoftDeleteTrigger,
    TouchTrigger,
)
from groundplan.prove.behaviours import prove_behaviours

LIVE = IsNull(operand=Local("deleted_at"))
NOBODY = "00000000-0000-0000-0000-000000000000"


def prove(connection, build, schema):
    evidence = prove_behaviours(connection, logical=build.logical(schema), schema=schema)
    return {(found.object, found.behaviour): found for found in evidence}


def trail(build, name):
    columns = {
        "id": "bigint",
        "changed_at": "timestamp with time zone",
        "changed_by": "text",
        "operation": "text",
        "row_key": "jsonb",
        "old_values": "jsonb?",
        "new_values": "jsonb?",
    }
    table = build.table(name, columns)
    identity = build.column("id", "bigint", is_identity=True)
    return type(table)(name=name, columns=(identity, *table.columns[1:]), primary_key=table.primary_key)


ACTIONS = [
    (
        "cascade",
        "deleting the row of a deleted the row of b that pointed at it; rows that point at it are found by b_i",
    ),
    ("restrict", "deleting the row of a was refused with 23001 by b_a_id_fkey; rows that point at it are found by b_i"),
    (
        "no action",
        "deleting the row of a was refused with 23503 by b_a_id_fkey; rows that point at it are found by b_i",
    ),
    (
        "set null",
        "deleting the row of a cleared a_id of the row of b, which stayed; rows that point at it are found by b_i",
    ),
    (
        "set default",
        "deleting the row of a reset a_id of the row of b, which stayed; rows that point at it are found by b_i",
    ),
]


@pytest.fixture
def pair(build):
    """Table b pointing at a."""

    def make(*, on_delete="no action", on_update="no action", has_index=True, **options):
        pointing = build.table(
            "b",
            {},
            foreign_keys=(build.reference("b", "a_id", "a", on_delete=on_delete, on_update=on_update),),
            indexes=(build.index("b_i", "a_id"),) if has_index else (),
        )
        column = build.column("a_id", "uuid?", default=Literal(NOBODY, Uuid()) if options.get("has_default") else None)
        pointing = type(pointing)(
            name="b",
            relation="b",
            columns=(*pointing.columns, column),
            primary_key=pointing.primary_key,
            foreign_keys=pointing.foreign_keys,
            indexes=pointing.indexes,
        )
        return build.schema(build.table("a", {"word": "text?"}), pointing)

    return make


@pytest.mark.parametrize(("action", "seen"), ACTIONS, ids=[action for action, _ in ACTIONS])
def test_what_becomes_of_a_row_whose_target_is_deleted(build, loaded, pair, action, seen):
    schema = pair(on_delete=action, has_default=action == "set default")
    found = prove(loaded(schema), build, schema)["b.b_a_id_fkey", f"on delete {action}"]
    assert (found.holds, found.seen, found.index) == (True, seen, "b_i")


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        ("cascade", "giving the row of a another id changed a_id of the row of b with it"),
        ("restrict", "giving the row of a another id was refused with 23001 by b_a_id_fkey"),
        ("no action", "giving the row of a another id was refused with 23503 by b_a_id_fkey"),
        ("set null", "giving the row of a another id cleared a_id of the row of b, which stayed"),
        ("set default", "giving the row of a another id reset a_id of the row of b, which stayed"),
    ],
)
def test_what_becomes_of_a_row_whose_target_takes_another_key(build, loaded, pair, action, seen):
    schema = pair(on_update=action, has_default=action == "set default")
    found = prove(loaded(schema), build, schema)["b.b_a_id_fkey", f"on update {action}"]
    assert (found.holds, found.seen) == (True, seen)


@pytest.mark.parametrize("live", ["cascade", "restrict", "no action", "set null"])
@pytest.mark.parametrize("action", ["cascade", "restrict", "no action", "set null"])
def test_another_action_than_the_models_is_seen(build, loaded, pair, action, live):
    schema = pair(on_delete=action, on_update=action)
    change = (
        "ALTER TABLE b DROP CONSTRAINT b_a_id_fkey, ADD CONSTRAINT b_a_id_fkey "
        f"FOREIGN KEY (a_id) REFERENCES a ON DELETE {live} ON UPDATE {live}"
    )
    found = prove(loaded(schema, change), build, schema)
    assert found["b.b_a_id_fkey", f"on delete {action}"].holds is (action == live)
    assert found["b.b_a_id_fkey", f"on update {action}"].holds is (action == live)


def test_an_action_without_an_index_is_told(build, loaded, pair):
    schema = pair(has_index=False)
    found = prove(loaded(schema), build, schema)["b.b_a_id_fkey", "on delete no action"]
    assert (found.holds, found.index) == (True, None)
    assert found.seen.endswith("no index of b starts with a_id, so the whole table is read")


def test_a_key_of_several_columns_follows_in_part(build, loaded):
    devices = build.table("devices", {"site": "text", "serial": "text"}, key=("site", "serial"))
    readings = build.table(
        "readings",
        {"site": "text", "serial": "text", "at": "timestamp with time zone"},
        key=("site", "serial", "at"),
        foreign_keys=(
            build.reference("readings", ("site", "serial"), "devices", ("site", "serial"), on_update="cascade"),
        ),
    )
    schema = build.schema(devices, readings)
    found = prove(loaded(schema), build, schema)["readings.readings_site_serial_fkey", "on update cascade"]
    assert (found.holds, found.seen) == (
        True,
        "giving the row of devices another (site, serial) changed (site, serial) of the row of readings with it",
    )


def test_rows_that_always_point_somewhere(build, loaded):
    nodes = build.table(
        "nodes", {"root_id": "uuid"}, foreign_keys=(build.reference("nodes", "root_id", "nodes", on_delete="cascade"),)
    )
    teams = build.table(
        "teams",
        {"captain_id": "uuid"},
        foreign_keys=(build.reference("teams", "captain_id", "players", is_deferrable=True),),
    )
    players = build.table(
        "players",
        {"team_id": "uuid"},
        foreign_keys=(build.reference("players", "team_id", "teams", on_delete="cascade"),),
    )
    schema = build.schema(nodes, teams, players)
    found = prove(loaded(schema), build, schema)
    assert {key: evidence.seen for key, evidence in found.items() if not evidence.holds} == {}
    assert found["teams.teams_captain_id_fkey", "on delete no action"].seen.startswith(
        "deleting the row of players was refused with 23503 by teams_captain_id_fkey"
    )


@pytest.fixture
def site(build):
    """Users that are deleted softly, and what points at them in every way."""

    def pointing(name, columns, **options):
        return build.table(
            name,
            {"user_id": "uuid?", **columns},
            foreign_keys=(build.reference(name, "user_id", "users"),),
            indexes=(build.index(f"{name}_i", "user_id"),),
            **options,
        )

    def link(name, *, is_soft):
        return SoftDeleteLink(table=name, columns=("user_id",), target_columns=("id",), is_soft=is_soft)

    users = build.table(
        "users",
        {
            "email": "text",
            "secret": "text",
            "role": "text",
            "updated_at": "timestamp with time zone",
            "deleted_at": "timestamp with time zone?",
        },
        checks={"secret": Binary(Operator.GREATER_EQUAL, Call("char_length", (Local("secret"),)), Literal(8))},
        indexes=(
            build.index("users_email_key", Call("lower", (Local("email"),)), is_unique=True, where=LIVE),
            build.index("users_role_idx", "role"),
        ),
        triggers=(
            TouchTrigger(name="users_touch", column="updated_at"),
            AuditTrigger(name="users_audit", audit_table="users_audit", key=("id",), hidden=("secret",)),
            SoftDeleteTrigger(
                name="users_soft_delete",
                column="deleted_at",
                cascades=(link("notes", is_soft=True), link("tokens", is_soft=False)),
                restricts=(link("orders", is_soft=True), link("bills", is_soft=False)),
                nullifies=(link("visits", is_soft=False),),
            ),
        ),
    )
    mark = {"deleted_at": "timestamp with time zone?"}
    tokens = pointing("tokens", {"expires_at": "timestamp with time zone", "at": "timestamp with time zone"})
    order = Binary(Operator.LESS, Local("at"), Local("expires_at"))
    tokens = type(tokens)(
        name="tokens",
        relation="tokens",
        columns=tokens.columns,
        primary_key=tokens.primary_key,
        checks=build.table("tokens", {}, checks={"order": order}).checks,
        foreign_keys=tokens.foreign_keys,
        indexes=tokens.indexes,
    )
    return build.schema(
        users,
        pointing("notes", mark),
        tokens,
        pointing("orders", mark),
        pointing("bills", {}),
        pointing("visits", {}),
        pointing("letters", {}),
        trail(build, "users_audit"),
        views=(FilteredView(name="live_users", table="users", columns=("id", "email"), where=LIVE),),
        expiries=(ExpiryProcedure(name="expire_tokens", table="tokens", column="expires_at", batch=1),),
    )


SOFT = {
    ("users.users_soft_delete", "soft delete carries on to notes.user_id"): (
        "marking the row of users marked the row of notes"
    ),
    ("users.users_soft_delete", "soft delete carries on to tokens.user_id"): (
        "marking the row of users deleted the row of tokens, which has no mark"
    ),
    ("users.users_soft_delete", "soft delete is refused by orders.user_id"): (
        "marking the row of users was refused with 23001 by orders_user_id_fkey while a row of orders was there, and "
        "accepted once that was marked"
    ),
    ("users.users_soft_delete", "soft delete is refused by bills.user_id"): (
        "marking the row of users was refused with 23001 by bills_user_id_fkey while a row of bills was there, and "
        "accepted once that was deleted"
    ),
    ("users.users_soft_delete", "soft delete clears visits.user_id"): (
        "marking the row of users cleared user_id of the row of visits"
    ),
    ("letters.letters_user_id_fkey", "stays when a row of users is soft-deleted"): (
        "marking the row of users left the row of letters as it was"
    ),
    ("users.users_email_key", "free again after a soft delete"): (
        "a second row with the same email was refused while the first was live, and accepted once it was marked"
    ),
    ("live_users", "hides what is soft-deleted"): "a row of users was seen until it was marked, and is still there",
    ("users.users_touch", "updated_at follows every change"): (
        "an UPDATE moved updated_at from 2000-01-01 00:00:00+00 to the time of its transaction"
    ),
    ("users.users_audit", "audit trail"): (
        "insert, update and delete of a row left an entry each: who, when, old and new of email, secret in none"
    ),
    ("expire_tokens", "deletes what has expired"): "of 2 expired rows and a current one, CALL left the current one",
}


def test_soft_deletion_and_upkeep_are_seen(build, loaded, site):
    found = prove(loaded(site), build, site)
    assert {key: (found[key].holds, found[key].seen) for key in SOFT} == {
        key: (True, seen) for key, seen in SOFT.items()
    }
    assert all(evidence.holds for evidence in found.values())
    assert found["users.users_soft_delete", "soft delete is refused by orders.user_id"].index == "orders_i"


LINK = ("users.users_soft_delete", "soft delete ")
GONE = [
    ("DROP TRIGGER users_soft_delete ON users", (LINK[0], LINK[1] + "carries on to notes.user_id")),
    ("DROP TRIGGER users_soft_delete ON users", (LINK[0], LINK[1] + "carries on to tokens.user_id")),
    ("DROP TRIGGER users_soft_delete ON users", (LINK[0], LINK[1] + "is refused by orders.user_id")),
    ("DROP TRIGGER users_soft_delete ON users", (LINK[0], LINK[1] + "clears visits.user_id")),
    (
        "CREATE FUNCTION x() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM letters; RETURN NULL; END'; "
        "CREATE TRIGGER x AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION x()",
        ("letters.letters_user_id_fkey", "stays when a row of users is soft-deleted"),
    ),
    (
        "DROP INDEX users_email_key; CREATE UNIQUE INDEX users_email_key ON users (lower(email))",
        ("users.users_email_key", "free again after a soft delete"),
    ),
    ("DROP INDEX users_email_key", ("users.users_email_key", "free again after a soft delete")),
    (
        "CREATE OR REPLACE VIEW live_users AS SELECT id, email FROM users",
        ("live_users", "hides what is soft-deleted"),
    ),
    ("DROP TRIGGER users_touch ON users", ("users.users_touch", "updated_at follows every change")),
    ("DROP TRIGGER users_audit ON users", ("users.users_audit", "audit trail")),
    (
        "DROP TRIGGER users_audit ON users; CREATE TRIGGER users_audit AFTER INSERT OR UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION users_audit()",
        ("users.users_audit", "audit trail"),
    ),
    (
        "CREATE OR REPLACE PROCEDURE expire_tokens(batch integer DEFAULT 1) LANGUAGE plpgsql AS "
        "'BEGIN DELETE FROM tokens; END'",
        ("expire_tokens", "deletes what has expired"),
    ),
    (
        "CREATE OR REPLACE PROCEDURE expire_tokens(batch integer DEFAULT 1) LANGUAGE plpgsql AS 'BEGIN END'",
        ("expire_tokens", "deletes what has expired"),
    ),
]


@pytest.mark.parametrize(("change", "missed"), GONE, ids=[f"{missed[1]}: {change}" for change, missed in GONE])
def test_a_behaviour_that_is_gone_is_seen_to_be_gone(build, loaded, site, change, missed):
    found = prove(loaded(site, change), build, site)[missed]
    assert not found.holds
    assert found.seen.startswith("not so: ")


@pytest.mark.parametrize(
    ("replaced", "by", "told"),
    [
        ("ARRAY['secret']", "ARRAY['x']", "the insert shows a secret"),
        ("actor, lower", "'me', lower", "is said to be by me"),
        ("(now(), actor", "('2000-01-01', actor", "the trail has nothing in place of"),
        ("jsonb_build_object('id'", "jsonb_build_object('key'", "names its row by key"),
        ("IS DISTINCT FROM o.value", "IS NOT DISTINCT FROM o.value", "does not show old and new of what changed"),
        ("lower(TG_OP)", "'update'", "the trail has update, update, update in place of insert, update, delete"),
    ],
)
def test_a_trail_that_tells_something_else_is_seen(build, loaded, site, replaced, by, told):
    connection = loaded(site)
    ((body,),) = connection.execute("SELECT pg_get_functiondef('users_audit'::regproc)").fetchall()
    assert replaced in body
    connection.execute(body.replace(replaced, by).encode())
    found = prove(connection, build, site)["users.users_audit", "audit trail"]
    assert not found.holds
    assert told in found.seen


def test_tables_are_empty_afterwards_and_nothing_else_changed(build, loaded, site):
    connection = loaded(site)
    before = read_catalog(connection)
    first, second = (prove(connection, build, site) for _ in range(2))
    assert first == second
    assert read_catalog(connection) == before
    for table in site.tables:
        assert connection.execute(f"SELECT count(*) FROM {table.name}".encode()).fetchone() == (0,)


def test_expiry_is_not_tried_where_rows_would_be_lost(build, loaded, site):
    connection = loaded(site)
    connection.execute("INSERT INTO tokens (expires_at, at) VALUES ('2001-01-01', '2000-01-01')")
    found = prove(connection, build, site)["expire_tokens", "deletes what has expired"]
    assert (found.holds, found.seen) == (False, "not tried: it commits, and tokens holds rows")
    assert connection.execute("SELECT count(*) FROM tokens").fetchone() == (1,)


def test_a_transaction_that_is_open_is_refused(build, loaded, pair):
    schema = pair()
    connection = loaded(schema)
    with connection.transaction(), pytest.raises(ValueError, match="autocommit"):
        prove(connection, build, schema)
