"""Each constraint is proven by a row that violates it alone; one that is gone or says something else is missed."""

from decimal import Decimal

import pytest

from groundplan.plan import types
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Operator,
)
from groundplan.postgres.catalog import read_catalog
from groundplan.postgres.model import EnumType, ExclusionConstraint
from groundplan.prove.refusals import prove_constraints
from groundplan.prove.refusals.claims import restrict_sqlstate

IS_SET = {name: IsNull(operand=Local(name), is_negated=True) for name in ("a", "b", "author_id", "editor_id", "guest")}


def compared(left: str | Expression, operator: str, right: object) -> Expression:
    return Binary(
        Operator(operator),
        Local(left) if isinstance(left, str) else left,
        right if isinstance(right, Local | Call | Literal) else Literal(right),
    )


def length(column: str) -> Expression:
    return Call("char_length", (Local(column),))


def prove(connection, schema):
    return {
        (found.object, found.kind, found.name or found.column): found
        for found in prove_constraints(connection, schema=schema)
    }


CHECKS = {
    "a length": ({"a": "text"}, compared(length("a"), "<=", 50)),
    "both ends of a length": ({"a": "text"}, Every((compared(length("a"), ">=", 3), compared(length("a"), "<=", 4)))),
    "one character": ({"a": "text"}, compared(length("a"), "=", 1)),
    "an address": ({"a": "text"}, compared("a", "~*", r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")),
    "a slug": ({"a": "text"}, compared("a", "~", "^[a-z0-9]+(-[a-z0-9]+)*$")),
    "a form of the plan's own": ({"a": "text"}, compared("a", "~", r"^[A-Z]{2}-\d{4}(:\d+)?$")),
    "a LIKE pattern": ({"a": "text"}, compared("a", "like", "DE_%")),
    "a list of words": ({"a": "text"}, In(operand=Local("a"), items=(Literal("draft"), Literal("it's")))),
    "a range of numbers": ({"a": "integer"}, Every((compared("a", ">=", -5), compared("a", "<=", 5)))),
    "a fraction": ({"a": "numeric(4,2)"}, compared("a", "<", Decimal("0.75"))),
    "a float": ({"a": "double precision"}, compared("a", ">", Decimal("1.5"))),
    "a truth": ({"a": "boolean"}, compared("a", "=", Literal(True))),
    "an order of days": ({"a": "date", "b": "date"}, compared("a", "<=", Local("b"))),
    "a strict order of moments": (
        {"a": "timestamp with time zone", "b": "timestamp with time zone"},
        compared("a", "<", Local("b")),
    ),
    "a day": ({"a": "date"}, compared("a", ">=", Literal("2024-02-29", types.Date()))),
    "a time of day": ({"a": "time without time zone"}, compared("a", "<", Literal("12:00", types.Time()))),
    "a length of time": ({"a": "interval"}, compared("a", "<=", Literal("2 hours", types.Interval()))),
    "an optional value": ({"a": "integer?"}, compared("a", ">", 0)),
    "one of two": ({"a": "text?", "b": "text?"}, AnyOf((IS_SET["a"], IS_SET["b"]))),
    "tied to a word": ({"a": "text", "b": "date?"}, AnyOf((compared("a", "<>", "published"), IS_SET["b"]))),
    "bytes": ({"a": "bytea"}, compared(Call("octet_length", (Local("a"),)), "<=", 8)),
    "a document": ({"a": "jsonb"}, compared("a", "?", "title")),
    "a list's length": ({"a": "text[]"}, compared(Call("cardinality", (Local("a"),)), "<=", 3)),
    "a list's elements": ({"a": "integer[]"}, Binary(Operator.LESS_EQUAL, Literal(1), Call("all", (Local("a"),)))),
    "a list of words only": (
        {"a": "text[]"},
        Binary(
            Operator.CONTAINED,
            Local("a"),
            Literal('["x","y"]', types.ListOf(of=types.Enum(values=(types.EnumValue("x"), types.EnumValue("y"))))),
        ),
    ),
    "a list without gaps": (
        {"a": "text[]"},
        IsNull(operand=Call("array_position", (Local("a"), Literal(None)))),
    ),
    "a place": ({"a": "point"}, compared(Call("longitude", (Local("a"),)), "<=", 180)),
    "a range that is not empty": (
        {"a": "int8range"},
        Binary(Operator.EQUAL, Call("isempty", (Local("a"),)), Literal(False)),
    ),
    "a function of two": (
        {"a": "integer", "b": "integer"},
        compared(Call("greatest", (Local("a"), Local("b"))), "<", 9),
    ),
}


@pytest.mark.parametrize(("columns", "condition"), CHECKS.values(), ids=CHECKS.keys())
def test_a_check_is_violated_alone(build, loaded, columns, condition):
    schema = build.schema(build.table("t", columns, checks={"own": condition}))
    connection = loaded(schema)
    found = prove(connection, schema)["t", "check", "t_own_check"]
    assert (found.sqlstate, found.refused, found.accepted, found.reason) == ("23514", True, True, None)
    assert all(evidence.is_proven for evidence in prove(connection, schema).values())


def test_a_check_is_violated_alone_beside_others_on_the_same_columns(build, loaded):
    checks = {
        "order": compared("a", "<=", Local("b")),
        "low": compared("a", ">=", 10),
        "high": compared("b", "<=", 20),
        "sum": compared(Binary(Operator.PLUS, Local("a"), Local("b")), "<>", 30),
    }
    schema = build.schema(build.table("t", {"a": "integer", "b": "integer"}, checks=checks))
    found = prove(loaded(schema), schema)
    assert [found["t", "check", f"t_{name}_check"].refused for name in checks] == [True] * 4


def test_a_check_that_another_implies_is_told(build, loaded):
    checks = {"wide": compared("a", "<=", 100), "narrow": compared("a", "<=", 10)}
    schema = build.schema(build.table("t", {"a": "integer"}, checks=checks))
    found = prove(loaded(schema), schema)
    wide, narrow = found["t", "check", "t_wide_check"], found["t", "check", "t_narrow_check"]
    assert (wide.refused, wide.implied_by, wide.is_proven) == (False, "t_narrow_check", True)
    assert (narrow.refused, narrow.implied_by) == (True, None)


def test_a_check_that_not_null_implies_is_told(build, loaded):
    schema = build.schema(build.table("t", {"a": "integer"}, checks={"set": IS_SET["a"]}))
    found = prove(loaded(schema), schema)
    assert found["t", "check", "t_set_check"].implied_by == "NOT NULL of a"
    assert found["t", "not null", "a"].implied_by == "t_set_check"


def test_a_check_that_nothing_violates_is_not_proven(build, loaded):
    condition = compared(Call("char_length", (Local("a"),)), ">=", 0)
    schema = build.schema(build.table("t", {"a": "text"}, checks={"own": condition}))
    found = prove(loaded(schema), schema)["t", "check", "t_own_check"]
    assert (found.refused, found.accepted, found.implied_by) == (False, True, None)
    assert found.reason == "no row was found that violates it"


def test_a_table_that_takes_no_row_is_not_proven(build, loaded):
    checks = {"low": compared("a", "<", 0), "high": compared("a", ">", 0)}
    schema = build.schema(build.table("t", {"a": "integer"}, checks=checks))
    found = prove(loaded(schema), schema)
    assert len(found) == 5
    for evidence in found.values():
        assert not evidence.is_proven
        assert evidence.reason == "no row of t was found that meets all of its checks"


def test_what_is_unique_is_refused_twice(build, loaded):
    lower = Call("lower", (Local("email"),))
    live = IsNull(operand=Local("deleted_at"))
    table = build.table(
        "t",
        {"email": "text", "code": "character varying(2)", "rank": "integer", "deleted_at": "date?", "nick": "text?"},
        unique=(("code",), ("rank", "code"), ("nick",)),
        checks={"rank": Every((compared("rank", ">=", 1), compared("rank", "<=", 9)))},
        indexes=(
            build.index("t_email_key", lower, is_unique=True, where=live),
            build.index("t_again_key", "email", is_unique=True, where=live),
        ),
    )
    schema = build.schema(table)
    found = prove(loaded(schema), schema)
    assert all(evidence.is_proven for evidence in found.values()), found
    assert found["t", "primary key", "t_pkey"].sqlstate == "23505"
    assert found["t", "unique", "t_email_key"].implied_by is None
    assert found["t", "unique", "t_nick_key"].refused
    # Two rows with one address have one address in small letters too; with that index dropped this one refuses them.
    again, pair = found["t", "unique", "t_again_key"], found["t", "unique", "t_rank_code_key"]
    assert (again.implied_by, again.refused) == ("t_email_key", True)
    assert (pair.implied_by, pair.refused) == ("t_code_key", True)


def test_what_is_unique_may_have_two_values(build, loaded):
    columns = {"flag": "boolean", "mood": "text", "n": "integer"}
    few = {
        "mood": In(operand=Local("mood"), items=(Literal("good"), Literal("bad"))),
        "n": Every((compared("n", ">=", 1), compared("n", "<=", 2))),
    }
    schema = build.schema(build.table("t", columns, checks=few, unique=(("flag",), ("mood",), ("n",))))
    assert all(evidence.refused and evidence.accepted for evidence in prove(loaded(schema), schema).values())


def test_natural_keys_and_references_that_are_keys(build, loaded):
    devices = build.table("devices", {"serial": "text"}, key=("serial",))
    profiles = build.table(
        "profiles",
        {"serial": "text"},
        key=("serial",),
        foreign_keys=(build.reference("profiles", "serial", "devices", "serial"),),
    )
    readings = build.table(
        "readings",
        {"serial": "text", "at": "timestamp with time zone", "value": "double precision?"},
        key=("serial", "at"),
        foreign_keys=(build.reference("readings", "serial", "devices", "serial"),),
    )
    schema = build.schema(devices, profiles, readings)
    assert all(evidence.is_proven and evidence.refused for evidence in prove(loaded(schema), schema).values())


def test_references_that_have_to_agree(build, loaded):
    posts = build.table("posts", {})
    comments = build.table(
        "comments",
        {"post_id": "uuid", "parent_id": "uuid?"},
        unique=(("post_id", "id"),),
        foreign_keys=(
            build.reference("comments", "post_id", "posts"),
            build.reference("comments", ("post_id", "parent_id"), "comments", ("post_id", "id")),
        ),
    )
    schema = build.schema(posts, comments)
    connection = loaded(schema)
    found = prove(connection, schema)
    assert found["comments", "foreign key", "comments_post_id_parent_id_fkey"].refused
    # A reference that looks at the parent alone lets a reply stand under another post than its parent.
    connection.execute(
        "ALTER TABLE comments DROP CONSTRAINT comments_post_id_parent_id_fkey, "
        "ADD CONSTRAINT comments_post_id_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES comments"
    )
    weaker = prove(connection, schema)["comments", "foreign key", "comments_post_id_parent_id_fkey"]
    assert (weaker.is_proven, weaker.reason) == (False, "the row that violates it was answered with accepted")


def test_cycles_self_references_and_a_choice_of_references(build, loaded):
    teams = build.table(
        "teams",
        {"captain_id": "uuid"},
        foreign_keys=(build.reference("teams", "captain_id", "players", is_deferrable=True),),
    )
    players = build.table(
        "players", {"team_id": "uuid"}, foreign_keys=(build.reference("players", "team_id", "teams"),)
    )
    branches = build.table(
        "branches",
        {"manager_id": "uuid"},
        unique=(("manager_id",),),
        foreign_keys=(build.reference("branches", "manager_id", "employees", is_deferrable=True),),
    )
    employees = build.table(
        "employees", {"branch_id": "uuid"}, foreign_keys=(build.reference("employees", "branch_id", "branches"),)
    )
    shelves = build.table(
        "shelves", {"branch_id": "uuid"}, foreign_keys=(build.reference("shelves", "branch_id", "branches"),)
    )
    kings = build.table(
        "kings",
        {"queen_id": "uuid"},
        unique=(("queen_id",),),
        foreign_keys=(build.reference("kings", "queen_id", "queens", is_deferrable=True),),
    )
    queens = build.table(
        "queens",
        {"king_id": "uuid"},
        unique=(("king_id",),),
        foreign_keys=(build.reference("queens", "king_id", "kings"),),
    )
    nodes = build.table("nodes", {"root_id": "uuid"}, foreign_keys=(build.reference("nodes", "root_id", "nodes"),))
    messages = build.table(
        "messages",
        {"author_id": "uuid?", "editor_id": "uuid?", "from_id": "uuid", "to_id": "uuid"},
        foreign_keys=tuple(
            build.reference("messages", name, target)
            for name, target in (
                ("author_id", "teams"),
                ("editor_id", "nodes"),
                ("from_id", "players"),
                ("to_id", "players"),
            )
        ),
        checks={
            "by_somebody": compared(Call("num_nonnulls", (Local("author_id"), Local("editor_id"))), "=", 1),
            "to_another": compared("from_id", "<>", Local("to_id")),
        },
    )
    schema = build.schema(teams, players, branches, employees, shelves, kings, queens, nodes, messages)
    found = prove(loaded(schema), schema)
    assert {
        key: evidence.reason for key, evidence in found.items() if not (evidence.refused and evidence.accepted)
    } == {}


def test_rows_that_need_each_other_at_once_are_told(build, loaded):
    left = build.table("a", {"b_id": "uuid"}, foreign_keys=(build.reference("a", "b_id", "b"),))
    right = build.table("b", {"a_id": "uuid"}, foreign_keys=(build.reference("b", "a_id", "a"),))
    schema = build.schema(left, right)
    found = prove(loaded(schema), schema)["a", "foreign key", "a_b_id_fkey"]
    assert (found.is_proven, found.reason) == (False, "the rows of a, b need each other")


def test_overlaps_and_functional_dependencies_are_excluded(build, loaded):
    rooms = build.table("rooms", {})
    bookings = build.table(
        "bookings",
        {"room_id": "uuid", "during": "tstzrange", "zip": "text", "city": "text", "cancelled": "date?"},
        foreign_keys=(build.reference("bookings", "room_id", "rooms"),),
        exclusions=(
            ExclusionConstraint(
                name="bookings_room_id_during_excl",
                members=(("room_id", "="), ("during", "&&")),
                where=IsNull(operand=Local("cancelled")),
            ),
            ExclusionConstraint(name="bookings_zip_city_excl", members=(("zip", "="), ("city", "<>"))),
        ),
    )
    schema = build.schema(rooms, bookings, extensions=("btree_gist",))
    connection = loaded(schema)
    assert all(evidence.refused and evidence.accepted for evidence in prove(connection, schema).values())
    connection.execute("ALTER TABLE bookings DROP CONSTRAINT bookings_zip_city_excl")
    missed = prove(connection, schema)["bookings", "exclusion", "bookings_zip_city_excl"]
    assert (missed.is_proven, missed.reason) == (False, "the row that violates it was answered with accepted")


def test_types_that_limit_are_refused_by_sqlstate(build, loaded):
    table = build.table(
        "t",
        {
            "mood": "how it feels",
            "moods": "how it feels[]",
            "code": "character varying(3)",
            "tags": "character varying(4)[]",
            "price": "numeric(6,2)?",
            "place": "vector(3)",
            "free": "text",
        },
    )
    enums = (EnumType(name="how it feels", values=("no such label", "it's fine")),)
    schema = build.schema(table, enums=enums, extensions=("vector",))
    found = prove(loaded(schema), schema)
    states = {
        column: found["t", "type", column].sqlstate for column in ("mood", "moods", "code", "tags", "price", "place")
    }
    assert states == {
        "mood": "22P02",
        "moods": "22P02",
        "code": "22001",
        "tags": "22001",
        "price": "22003",
        "place": "22000",
    }
    assert ("t", "type", "free") not in found
    assert all(evidence.is_proven for evidence in found.values())


def test_computed_columns_are_required_by_their_expression(build, loaded):
    table = build.table("t", {"a": "text?", "b": "text?"})
    columns = (
        *table.columns,
        build.column("never", "text", generated=Call("coalesce", (Local("a"), Literal("")))),
        build.column("at_times", "text", generated=Call("lower", (Local("b"),))),
    )
    schema = build.schema(type(table)(name="t", columns=columns, primary_key=table.primary_key))
    found = prove(loaded(schema), schema)
    assert found["t", "not null", "never"].implied_by == "GENERATED ALWAYS AS"
    assert (found["t", "not null", "at_times"].refused, found["t", "not null", "at_times"].sqlstate) == (True, "23502")


CHANGES = [
    ("ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE", ("t", "primary key", "t_pkey")),
    ("ALTER TABLE t DROP CONSTRAINT t_code_key", ("t", "unique", "t_code_key")),
    ("DROP INDEX t_email_key", ("t", "unique", "t_email_key")),
    (
        "DROP INDEX t_email_key; CREATE UNIQUE INDEX t_email_key ON t (email, id)",
        ("t", "unique", "t_email_key"),
    ),
    ("ALTER TABLE t DROP CONSTRAINT t_rank_check", ("t", "check", "t_rank_check")),
    (
        "ALTER TABLE t DROP CONSTRAINT t_rank_check; ALTER TABLE t ADD CONSTRAINT t_rank_check CHECK (rank < 99)",
        ("t", "check", "t_rank_check"),
    ),
    ("ALTER TABLE t RENAME CONSTRAINT t_rank_check TO other", ("t", "check", "t_rank_check")),
    ("ALTER TABLE t DROP CONSTRAINT t_up_id_fkey", ("t", "foreign key", "t_up_id_fkey")),
    ("ALTER TABLE t ALTER email DROP NOT NULL", ("t", "not null", "email")),
    ("ALTER TABLE t ALTER code TYPE text", ("t", "type", "code")),
    # A constraint that refuses the good row as well proves nothing.
    ("ALTER TABLE t ADD CONSTRAINT no_rows CHECK (rank > 99)", ("t", "check", "t_rank_check")),
]


@pytest.mark.parametrize(("change", "missed"), CHANGES, ids=[change for change, _ in CHANGES])
def test_a_constraint_that_is_gone_is_missed(build, loaded, change, missed):
    table = build.table(
        "t",
        {"email": "text", "code": "character varying(8)", "rank": "integer", "up_id": "uuid?"},
        unique=(("code",),),
        checks={"rank": compared("rank", "<", 9)},
        foreign_keys=(build.reference("t", "up_id", "t"),),
        indexes=(build.index("t_email_key", "email", is_unique=True),),
    )
    schema = build.schema(table)
    found = prove(loaded(schema, change), schema)
    assert not found[missed].is_proven
    assert found[missed].reason


def test_the_database_is_left_as_it_was(build, loaded):
    table = build.table("t", {"a": "text", "n": "integer"}, unique=(("a",),), checks={"n": compared("n", "<", 9)})
    schema = build.schema(table)
    connection = loaded(schema)
    before = read_catalog(connection)
    prove(connection, schema)
    assert read_catalog(connection) == before
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_evidence_is_the_same_each_time(build, loaded):
    table = build.table("t", {"a": "text?", "n": "integer"}, unique=(("a",),), checks={"n": compared("n", "<", 9)})
    schema = build.schema(table)
    connection = loaded(schema)
    assert prove_constraints(connection, schema=schema) == prove_constraints(connection, schema=schema)


def test_names_that_a_search_uses_itself_are_no_trouble(build, loaded):
    columns = {
        "value": "integer",
        "place": "integer",
        "stored": "integer",
        "candidate_1": "integer",
        "computed": "text",
    }
    checks = {name: compared(name, "<", 9) for name in ("value", "place", "stored", "candidate_1")}
    checks["sum"] = compared(Binary(Operator.PLUS, Local("value"), Local("place")), "<>", 3)
    schema = build.schema(build.table("t", columns, checks=checks))
    assert all(evidence.refused and evidence.accepted for evidence in prove(loaded(schema), schema).values())


@pytest.mark.parametrize(("version", "sqlstate"), [(14, "23503"), (17, "23503"), (18, "23001"), (19, "23001")])
def test_restrict_has_its_own_sqlstate_since_18(version, sqlstate):
    assert restrict_sqlstate(version) == sqlstate
