"""Writes leave the rows that the plan means."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

PLAN = """
plan: office
targets: {postgres: 18}
entities:
  Team:
    attributes: {name: text(40) unique, motto: text?}
  User:
    lifecycle: {delete: soft}
    attributes:
      email: email unique
      name:  text(40)
      karma: int = 0
      role:  enum(admin, user) = user
  Device:
    key: [serial]
    attributes: {serial: text(20), site: text(40)?, labels: list of text, sizes: list of int?, spans: list of interval?}
  Reading:
    key: [device, at]
    attributes: {at: timestamp, value: "decimal(10,2)", note: text? = none, data: "json = {}"}
  Alarm:
    attributes: {level: int}
  Blob:
    attributes:
      raw: bytes?
      here: point?
      span: range of int?
      day: date
      clock: time?
      price: money
      net: ip?
      ratio: float?
  Slot:
    attributes: {code: text(10)?, title: text(40)}
    unique: [[code, owner]]
  Tally: {}
  Page:
    key: [team, number]
    attributes: {number: int, title: text(40)}
relationships:
  User.team > Team?:      {inverse: members}
  Reading.device > Device: {inverse: readings}
  Alarm.reading > Reading?: {inverse: alarms}
  Slot.owner > User?:     {inverse: slots}
  Page.team > Team:       {inverse: pages}
  Page.after > Page?:     {inverse: followers, same: team}
  Team.fans <> User:      {inverse: fan_of, attributes: {zeal: int = 1, song: text?}}
  User.follows <> User:   {inverse: followers}
access:
  add_team:      {insert: Team}
  add_user:      {insert: User}
  add_users:     {insert: User, batch: 100}
  add_device:    {insert: Device}
  add_devices:   {insert: Device, batch: 100}
  add_readings:  {insert: Reading, batch: 1000}
  add_alarm:     {insert: Alarm}
  add_alarms:    {insert: Alarm, batch: 10}
  add_blob:      {insert: Blob}
  add_blobs:     {insert: Blob, batch: 10}
  add_tally:     {insert: Tally}
  add_page:      {insert: Page}
  move_page:     {update: Page, where: team = :team and number = :number, set: {after: ":after"}}
  free_page:     {update: Page, where: team = :team and number = :number, set: {after: null}}
  put_user:      {upsert: User, on: [email]}
  put_users:     {upsert: User, on: [email], batch: 100}
  put_device:    {upsert: Device, on: [serial]}
  put_devices:   {upsert: Device, on: [serial], batch: 100}
  put_readings:  {upsert: Reading, on: [device, at], batch: 100}
  put_slots:     {upsert: Slot, on: [code, owner], batch: 100}
  rename:        {update: User, where: id = :id, set: {name: ":name", email: ":email"}}
  promote:       {update: User, where: email = :email, set: {role: admin, karma: karma * 2 + :extra}}
  join_team:     {update: User, where: id = :id, set: {team: ":team"}}
  leave_team:    {update: User, where: id = :id, set: {team: null}}
  praise_team:   {update: User, where: team.name = :team and role = 'user', set: {karma: karma + 1}}
  praise_loud:   {update: User, where: team.motto = 'loud' and role = 'user', set: {karma: karma + 1}}
  praise_lonely: {update: User, where: team is null, set: {karma: karma + 1}}
  shame_teams:   {update: Team, where: members.karma < :karma, set: {motto: "'do better'"}}
  silence:       {update: User, where: not team.motto = 'loud', set: {karma: -1}}
  note:          {update: Reading, where: device.site = :site and value > :low, set: {note: ":note"}}
  move_alarm:    {update: Alarm, where: id = :id, set: {reading: ":to"}}
  clear_alarm:   {update: Alarm, where: reading = :reading, set: {reading: null, level: 0}}
  close:         {delete: User, where: id = :id}
  close_team:    {delete: User, where: team.name = :team}
  disband:       {delete: Team, where: members is null}
  forget_site:   {delete: Reading, where: device.site = :site}
  forget_loud:   {delete: Alarm, where: level > :level}
  add_fans:      {insert: Team.fans, batch: 10}
  put_fan:       {upsert: Team.fans}
  put_fans:      {upsert: Team.fans, on: [user, team], batch: 10}
  cheer:         {update: Team.fans, where: team.name = :team and user.role = 'user', set: {zeal: zeal + :more}}
  change_sides:  {update: Team.fans, where: user = :user and team = :from, set: {team: ":to"}}
  leave_fans:    {delete: Team.fans, where: team = :team and user = :user}
  clear_fans:    {delete: Team.fans, where: user.name = :name}
  fans_of:       {read: Team.fans, where: team = :team, fields: [user.name, zeal], order: user.name}
  names_of_fans: {read: Team, where: id = :team, fields: [fans.name]}
  follow:        {upsert: User.follows}
  follow_all:    {upsert: User.follows, batch: 10}
  unfollow:      {delete: User.follows, where: user = :user and follow = :follow}
"""


OTHER_TYPES = json.dumps(
    {
        "postgres.User.email.type": "citext",
        "postgres.User.role.type": "enum",
        "postgres.User.name.type": "varchar(40)",
        "postgres.User.karma.type": "bigint",
        "postgres.Device.serial.type": "varchar(20)",
        "postgres.Team.name.type": "varchar(40)",
    }
)


@pytest.fixture(scope="module", params=["{}", OTHER_TYPES], ids=["own types", "other types"])
def filled(request: pytest.FixtureRequest, build: Any, postgres_server: Any) -> Any:
    """The office's plan, and a database with its schema."""
    plan = build(f"{PLAN}decisions: {request.param}\n")
    name = f"office_{request.param_index}"
    postgres_server.create_database(name)
    with postgres_server.connect(name) as connection:
        connection.execute(plan.schema)
        yield plan, connection
    postgres_server.drop_database(name)


@pytest.fixture
def office(filled: Any) -> Any:
    return filled[0]


@pytest.fixture
def database(filled: Any) -> Any:
    """A connection to the office's database, whose tables are empty."""
    plan, connection = filled
    tables = ", ".join(f'"{table.name}"' for table in plan.design.schema.tables)
    connection.execute(f"TRUNCATE {tables}")
    return connection


@pytest.fixture
def run(office: Any, database: Any, fetch: Any) -> Any:
    """Runs a pattern; parameters that are optional and not given are NULL."""

    def runs(name: str, /, **arguments: Any) -> list[dict[str, Any]]:
        statement = office.compiled(name).statement
        given = {each.name: None for each in statement.parameters if each.is_optional}
        assert {each.name for each in statement.parameters} >= set(arguments)
        return fetch(database, statement, {**given, **arguments})

    return runs


def rows(database: Any, text: str, *values: Any) -> list[tuple[Any, ...]]:
    return database.execute(text, values).fetchall()


def test_an_insert_returns_its_key_and_takes_defaults(run: Any, database: Any) -> None:
    (given,) = run("add_user", email="a@b.org", name="A")
    assert isinstance(given["id"], uuid.UUID)
    assert rows(database, "SELECT id, karma, role, team_id, deleted_at FROM users") == [
        (given["id"], 0, "user", None, None)
    ]
    run("add_user", email="c@b.org", name="C", karma=5, role="admin")
    assert rows(database, "SELECT karma, role FROM users WHERE name = 'C'") == [(5, "admin")]


def test_null_for_an_optional_attribute_is_null_whatever_its_default(run: Any, database: Any) -> None:
    run("add_device", serial="d", labels=[])
    at = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    run(
        "add_readings",
        device=["d", "d"],
        at=[at, at + dt.timedelta(1)],
        value=[1, 2],
        note=[None, "x"],
        data=[None] * 2,
    )
    assert rows(database, "SELECT note, data FROM readings ORDER BY at") == [(None, {}), ("x", {})]


def test_a_row_of_defaults_alone_can_be_inserted(run: Any, database: Any) -> None:
    (given,) = run("add_tally")
    assert rows(database, "SELECT id FROM tallies") == [(given["id"],)]


def test_a_bulk_insert_keeps_rows_apart(run: Any, database: Any) -> None:
    given = run(
        "add_users",
        email=["a@x.org", "b@x.org", "c@x.org"],
        name=["a", "b", "it's % \\ \n c"],
        karma=[1, None, 3],
        role=[None, "admin", None],
        team=[None, None, None],
    )
    assert len(given) == 3
    assert rows(database, "SELECT name, karma, role FROM users ORDER BY email") == [
        ("a", 1, "user"),
        ("b", 0, "admin"),
        ("it's % \\ \n c", 3, "user"),
    ]


def test_lists_in_bulk_may_be_ragged_empty_or_absent(run: Any, database: Any) -> None:
    run(
        "add_devices",
        serial=["a", "b", "c"],
        site=[None, "s", None],
        labels=[Jsonb(["x", 'y "q"', "{z}"]), Jsonb([]), Jsonb(["null", "", "ü🐘"])],
        sizes=[Jsonb([1, 2, 3]), None, Jsonb(None)],
        spans=[Jsonb(["1 day 02:00:00"]), None, Jsonb([])],
    )
    assert rows(database, "SELECT serial, labels, sizes, spans FROM devices ORDER BY serial") == [
        ("a", ["x", 'y "q"', "{z}"], [1, 2, 3], [dt.timedelta(days=1, hours=2)]),
        ("b", [], None, None),
        ("c", ["null", "", "ü🐘"], None, []),
    ]


def test_what_is_no_list_is_refused_in_bulk(run: Any) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        run("add_devices", serial=["a"], site=[None], labels=[Jsonb({"a": 1})], sizes=[None], spans=[None])


def test_lists_one_by_one_are_arrays(run: Any, database: Any) -> None:
    run("add_device", serial="a", labels=["x", "y"], sizes=[1, 2])
    assert rows(database, "SELECT labels, sizes FROM devices") == [(["x", "y"], [1, 2])]


BLOB: dict[str, Any] = {
    "raw": b"\x00\xff",
    "here": "(1.5,2.5)",
    "span": psycopg.types.range.Range(1, 5),
    "day": dt.date(2024, 2, 29),
    "clock": dt.time(23, 59, 59, 999999),
    "price": Decimal("12345678901234.5678"),
    "net": "10.0.0.0/8",
    "ratio": 0.1 + 0.2,
}


def test_every_type_goes_in_one_by_one_and_in_bulk(run: Any, database: Any) -> None:
    run("add_blob", **BLOB)
    run("add_blobs", **{name: [value, None if name not in ("day", "price") else value] for name, value in BLOB.items()})
    names = ", ".join(BLOB)
    found = rows(database, f"SELECT {names} FROM blobs ORDER BY id")
    assert len(found) == 3
    assert found[0] == found[1]
    assert dict(zip(BLOB, found[0], strict=True))["price"] == BLOB["price"]
    assert found[0][BLOB_NAMES.index("ratio")] == BLOB["ratio"]
    assert [value is None for value in found[2]] == [name not in ("day", "price") for name in BLOB]


BLOB_NAMES = list(BLOB)


def test_an_upsert_by_email_ignores_case_and_leaves_the_deleted(run: Any, database: Any) -> None:
    (first,) = run("put_user", email="A@b.org", name="A", karma=4)
    (again,) = run("put_user", email="a@B.org", name="B")
    assert first == again
    assert rows(database, "SELECT email, name, karma FROM users") == [("a@B.org", "B", 0)]
    run("close", id=first["id"])
    (fresh,) = run("put_user", email="a@b.org", name="C")
    assert fresh != first
    assert rows(database, "SELECT name, deleted_at IS NULL FROM users ORDER BY name") == [("B", False), ("C", True)]


def test_the_last_of_equal_rows_in_a_batch_wins(run: Any, database: Any) -> None:
    run("put_user", email="b@x.org", name="old")
    given = run(
        "put_users",
        email=["a@x.org", "B@x.org", "A@X.org", "b@x.org"],
        name=["a1", "b1", "a2", "b2"],
        karma=[1, 2, 3, 4],
        role=[None] * 4,
        team=[None] * 4,
    )
    assert len(given) == 2
    assert rows(database, "SELECT email, name, karma FROM users ORDER BY name") == [
        ("A@X.org", "a2", 3),
        ("b@x.org", "b2", 4),
    ]


def test_an_upsert_on_a_key_of_several_columns(run: Any, database: Any) -> None:
    run("put_device", serial="d", labels=["x"])
    run("put_device", serial="d", labels=["y"], site="s")
    assert rows(database, "SELECT serial, site, labels FROM devices") == [("d", "s", ["y"])]
    one, two = (dt.datetime(2024, 1, 1, 0, 0, 0, at, tzinfo=dt.UTC) for at in (1, 2))
    for value in (1, 2):
        run(
            "put_readings",
            device=["d"] * 3,
            at=[one, two, one],
            value=[value, 5, value + 1],
            note=[None] * 3,
            data=[None] * 3,
        )
    assert rows(database, "SELECT value FROM readings ORDER BY at") == [(Decimal(3),), (Decimal(5),)]


def test_null_is_never_the_same_in_a_batch(run: Any, database: Any) -> None:
    (owner,) = run("add_user", email="a@b.org", name="A")
    arguments = {
        "code": [None, None, "x", "x", "x"],
        "owner": [owner["id"], owner["id"], None, owner["id"], owner["id"]],
        "title": ["1", "2", "3", "4", "5"],
    }
    assert len(run("put_slots", **arguments)) == 4
    assert rows(database, "SELECT title FROM slots ORDER BY title") == [("1",), ("2",), ("3",), ("5",)]


def test_bulk_upserts_of_the_same_keys_do_not_deadlock(office: Any, postgres_server: Any, database: Any) -> None:
    statement = office.compiled("put_devices").statement
    serials = [f"d{number}" for number in range(300)]
    failures: list[Exception] = []

    def work(order: list[str]) -> None:
        with postgres_server.connect(database.info.dbname) as connection:
            for _ in range(10):
                given = {"serial": order, "labels": [Jsonb([])] * len(order)}
                given |= {name: [None] * len(order) for name in ("site", "sizes", "spans")}
                try:
                    connection.execute(statement.named, given)
                except psycopg.Error as failure:
                    failures.append(failure)

    threads = [threading.Thread(target=work, args=(order,)) for order in (serials, serials[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.fixture
def people(run: Any) -> dict[str, uuid.UUID]:
    """Two teams; a, b and the deleted d are in the first, c in none."""
    (red,), (blue,) = run("add_team", name="red", motto="loud"), run("add_team", name="blue")
    found = {"red": red["id"], "blue": blue["id"]}
    for name, team in (("a", "red"), ("b", "red"), ("c", None), ("d", "red"), ("e", "blue")):
        (user,) = run("add_user", email=f"{name}@x.org", name=name, karma=10, team=found.get(team))
        found[name] = user["id"]
    run("close", id=found["d"])
    return found


def karma(database: Any) -> dict[str, int]:
    return dict(rows(database, "SELECT name, karma FROM users ORDER BY name"))


def test_an_update_sets_what_is_given(run: Any, database: Any, people: Any) -> None:
    run("rename", id=people["a"], name="z", email="Z@x.org")
    assert rows(database, "SELECT name, email FROM users WHERE id = %s", people["a"]) == [("z", "Z@x.org")]
    run("promote", email="B@X.ORG", extra=3)
    assert rows(database, "SELECT role, karma FROM users WHERE name = 'b'") == [("admin", 23)]


def test_an_update_leaves_the_deleted_alone(run: Any, database: Any, people: Any) -> None:
    run("promote", email="d@x.org", extra=3)
    run("praise_team", team="red")
    assert karma(database) == {"a": 11, "b": 11, "c": 10, "d": 10, "e": 10}


def test_references_are_set_and_cleared(run: Any, database: Any, people: Any) -> None:
    run("join_team", id=people["c"], team=people["blue"])
    run("leave_team", id=people["a"])
    found = dict(rows(database, "SELECT name, team_id FROM users"))
    assert (found["c"], found["a"]) == (people["blue"], None)


def test_absence_is_told_from_difference(run: Any, database: Any, people: Any) -> None:
    run("praise_lonely")
    assert karma(database) == {"a": 10, "b": 10, "c": 11, "d": 10, "e": 10}
    run("silence")
    assert karma(database) == {"a": 10, "b": 10, "c": 11, "d": 10, "e": 10}


def test_a_condition_on_other_rows_decides(run: Any, database: Any, people: Any) -> None:
    run("shame_teams", karma=10)
    assert rows(database, "SELECT name, motto FROM teams ORDER BY name") == [("blue", None), ("red", "loud")]
    run("promote", email="e@x.org", extra=-40)
    run("shame_teams", karma=10)
    assert rows(database, "SELECT name, motto FROM teams ORDER BY name") == [("blue", "do better"), ("red", "loud")]


def test_rows_with_keys_of_several_columns_are_referenced_whole(run: Any, database: Any) -> None:
    at = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    run("add_device", serial="d", labels=[], site="here")
    run(
        "add_readings", device=["d", "d"], at=[at, at + dt.timedelta(1)], value=[1, 2], note=[None] * 2, data=[None] * 2
    )
    (alarm,) = run("add_alarm", level=1, reading_device_serial="d", reading_at=at)
    later = at + dt.timedelta(1)
    run("move_alarm", id=alarm["id"], to_device_serial="d", to_at=later)
    assert rows(database, "SELECT reading_device_serial, reading_at FROM alarms") == [("d", later)]
    run("clear_alarm", reading_device_serial="d", reading_at=at)
    assert rows(database, "SELECT reading_at, level FROM alarms") == [(later, 1)]
    run("clear_alarm", reading_device_serial="d", reading_at=later)
    assert rows(database, "SELECT reading_at, reading_device_serial, level FROM alarms") == [(None, None, 0)]
    run("note", site="here", low=1, note="high")
    assert rows(database, "SELECT note FROM readings ORDER BY at") == [(None,), ("high",)]
    run("forget_site", site="elsewhere")
    assert len(rows(database, "SELECT 1 FROM readings")) == 2
    run("forget_site", site="here")
    assert rows(database, "SELECT 1 FROM readings") == []


def test_a_column_that_two_references_fill_belongs_to_one(run: Any, database: Any) -> None:
    (team,) = run("add_team", name="red")
    run("add_page", team=team["id"], number=1, title="one")
    run("add_page", team=team["id"], number=2, title="two", after_number=1)
    run("add_page", team=team["id"], number=3, title="three")
    run("move_page", team=team["id"], number=3, after_number=2)
    run("free_page", team=team["id"], number=2)
    found = rows(database, "SELECT team_id, number, after_number FROM pages ORDER BY number")
    assert found == [(team["id"], 1, None), (team["id"], 2, None), (team["id"], 3, 2)]


def test_deleting_marks_or_removes(run: Any, database: Any, people: Any) -> None:
    run("close_team", team="red")
    assert rows(database, "SELECT name FROM users WHERE deleted_at IS NULL ORDER BY name") == [("c",), ("e",)]
    run("disband")
    assert rows(database, "SELECT name FROM teams") == [("blue",)] or rows(
        database, "SELECT name FROM teams ORDER BY name"
    ) == [("blue",), ("red",)]


def test_a_joined_change_looks_again_at_rows_that_changed_while_it_waited(
    office: Any, database: Any, postgres_server: Any, people: Any, run: Any
) -> None:
    """The condition holds for what is changed, also when somebody else was first."""
    assert "FOR NO KEY UPDATE" in office.compiled("praise_loud").statement.numbered
    with postgres_server.connect(database.info.dbname) as other:
        other.autocommit = False
        other.execute("UPDATE users SET role = 'admin', karma = 100 WHERE name = 'a'")
        waiting = threading.Thread(target=run, args=("praise_loud",))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        other.commit()
        waiting.join()
    assert karma(database)["a"] == 100
    assert karma(database)["b"] == 11


def fans(database: Any) -> list[tuple[Any, ...]]:
    return rows(
        database,
        "SELECT t.name, u.name, f.zeal, f.song FROM team_fans f JOIN teams t ON t.id = team_id "
        "JOIN users u ON u.id = user_id ORDER BY 1, 2",
    )


def test_links_are_added_all_at_once_or_not_at_all(run: Any, database: Any, people: Any) -> None:
    one, other = people["a"], people["b"]
    run("add_fans", team=[people["red"]] * 2, user=[one, other], zeal=[None, 5], song=["la", None])
    assert fans(database) == [("red", "a", 1, "la"), ("red", "b", 5, None)]
    with pytest.raises(psycopg.errors.UniqueViolation):
        run("add_fans", team=[people["blue"], people["red"]], user=[one, one], zeal=[1, 1], song=[None, None])
    assert len(fans(database)) == 2


def test_a_link_that_is_there_takes_new_attributes_and_keeps_its_age(run: Any, database: Any, people: Any) -> None:
    run("put_fan", team=people["red"], user=people["a"], zeal=3, song="la")
    database.execute("UPDATE team_fans SET created_at = '2020-01-01Z'")
    run("put_fan", team=people["red"], user=people["a"], zeal=4)
    assert fans(database) == [("red", "a", 4, None)]
    team, user = [people["red"]] * 3, [people["b"], people["a"], people["b"]]
    run("put_fans", team=team, user=user, zeal=[7, None, 8], song=[None, "lo", None])
    assert fans(database) == [("red", "a", 1, "lo"), ("red", "b", 8, None)]
    ages = rows(database, "SELECT extract(year FROM f.created_at) = 2020 FROM team_fans f ORDER BY zeal")
    assert ages == [(True,), (False,)]


def test_a_link_without_attributes_is_made_once(run: Any, database: Any, people: Any) -> None:
    a, b, c = (people[name] for name in "abc")
    for _ in range(2):
        run("follow", user=a, follow=b)
    run("follow_all", user=[b, a, a, b], follow=[a, c, b, a])
    assert sorted(rows(database, "SELECT user_id, follow_id FROM user_follows")) == sorted([(a, b), (b, a), (a, c)])
    run("unfollow", user=a, follow=b)
    assert sorted(rows(database, "SELECT user_id, follow_id FROM user_follows")) == sorted([(b, a), (a, c)])


def test_links_are_changed_moved_and_deleted(run: Any, database: Any, people: Any) -> None:
    red, blue = [people["red"]], [people["blue"]]
    run("add_fans", team=red * 2 + blue, user=[people[n] for n in "abe"], zeal=[1, 2, 3], song=[None] * 3)
    run("cheer", team="red", more=10)
    assert fans(database) == [("blue", "e", 3, None), ("red", "a", 11, None), ("red", "b", 12, None)]
    run("change_sides", **{"user": people["a"], "from": people["red"], "to": people["blue"]})
    run("leave_fans", team=people["red"], user=people["b"])
    run("clear_fans", name="e")
    assert fans(database) == [("blue", "a", 11, None)]


def test_a_link_outlives_the_mark_on_a_side_but_not_the_row(
    run: Any, database: Any, office: Any, fetch: Any, people: Any
) -> None:
    red = people["red"]
    run("add_fans", team=[red] * 2, user=[people["a"], people["c"]], zeal=[1, 2], song=[None] * 2)
    run("close", id=people["a"])
    # As a comment still shows its author; from the team, live users alone are its fans.
    assert fetch(database, office.read("fans_of").first, {"team": red}) == [
        {"user_name": "a", "zeal": 1},
        {"user_name": "c", "zeal": 2},
    ]
    assert fetch(database, office.read("names_of_fans").first, {"team": red}) == [{"fans_name": ["c"]}]
    database.execute("UPDATE users SET team_id = NULL")
    database.execute("DELETE FROM teams WHERE id = %s", [red])
    assert fans(database) == []
