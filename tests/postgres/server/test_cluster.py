"""A server starts, serves, says what is wrong, and stops."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest

from groundplan.base.errors import EngineFailed
from groundplan.postgres.server import Transport, start_postgres


def test_the_server_tells_its_version_and_where_it_is_from(postgres_server):
    with postgres_server.connect() as connection:
        told = connection.execute("SHOW server_version").fetchone()[0]
    assert postgres_server.version == told
    assert postgres_server.version_number == int(told.split(".")[0]) >= 18
    assert (postgres_server.bin_folder / "postgres").exists()
    assert postgres_server.source


def test_each_test_has_an_empty_database_of_its_own(database, postgres_server):
    assert database.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone() == (
        0,
    )
    assert database.info.dbname != "postgres"
    assert database.autocommit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("autovacuum", "off"),
        ("data_checksums", "off"),
        ("fsync", "off"),
        ("jit", "off"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("wal_level", "minimal"),
        ("work_mem", "4MB"),
    ],
)
def test_a_throwaway_server_is_set_for_speed_and_honest_plans(database, name, value):
    assert database.execute(f"SHOW {name}").fetchone() == (value,)


def test_the_callers_settings_win_over_the_drivers():
    awkward = "it's \\ a\nbackslash"
    settings = {"work_mem": "64kB", "jit": "on", "groundplan.note": awkward}
    with start_postgres(settings) as server, server.connect() as connection:
        told = {name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0] for name in settings}
    assert told == settings


def test_two_servers_at_once_do_not_meet(traces_of):
    with start_postgres() as one, start_postgres() as other:
        one.create_database("only_here")
        with other.connect() as connection:
            names = connection.execute("SELECT datname FROM pg_database").fetchall()
        assert ("only_here",) not in names
        found = [traces_of(one), traces_of(other)]
    assert not any(traces.are_there() for traces in found)


def test_stopping_leaves_nothing_and_stopping_again_does_no_harm(traces_of):
    server = start_postgres()
    traces = traces_of(server)
    assert traces.are_there()
    server.stop()
    assert not traces.are_there()
    server.stop()
    assert server.log_tail() == ""


def test_an_exception_ends_the_server(traces_of):
    found = []

    def fail_with_a_server():
        with start_postgres() as server:
            found.append(traces_of(server))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_with_a_server()
    assert not found[0].are_there()


def test_a_busy_server_stops_as_quickly(traces_of):
    server = start_postgres()
    connection = server.connect()
    connection.pgconn.send_query(b"SELECT pg_sleep(600)")
    traces = traces_of(server)
    server.stop()
    assert not traces.are_there()
    connection.close()


def test_databases_with_any_name_are_created_and_dropped(postgres_server):
    name = 'it\'s "quoted" ünïcode'
    postgres_server.create_database(name)
    with postgres_server.connect(name) as in_use:
        assert in_use.execute("SELECT current_database()").fetchone() == (name,)
        postgres_server.drop_database(name)
    postgres_server.drop_database(name)
    with pytest.raises(EngineFailed, match="does not exist"):
        postgres_server.connect(name)


@pytest.mark.parametrize("transport", Transport)
def test_variables_meant_for_other_servers_have_no_say(transport, monkeypatch):
    for name, value in {
        "PGHOST": "nowhere.invalid",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGSSLMODE": "require",
        "PGGSSENCMODE": "require",
        "PGCHANNELBINDING": "require",
        "PGOPTIONS": "-c search_path=elsewhere",
        "PGDATA": "/nowhere",
        "PGCLIENTENCODING": "LATIN1",
    }.items():
        monkeypatch.setenv(name, value)
    with start_postgres(transport=transport) as server, server.connect() as connection:
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
        assert connection.info.encoding == "utf-8"


def test_on_loopback_the_server_asks_for_a_password(cache):
    for _ in range(2):  # once from initdb, once from the template
        with start_postgres(transport=Transport.LOOPBACK) as server:
            with server.connect() as connection:
                address = connection.info.host, connection.info.port
                assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(host=address[0], port=address[1], user="postgres", dbname="postgres")
            assert "password" not in repr(server)


def test_a_wrong_setting_is_told_with_the_log(capfd):
    with pytest.raises(EngineFailed) as caught:
        start_postgres({"shared_buffers": "many"})
    assert 'invalid value for parameter "shared_buffers": "many"' in caught.value.message
    assert "exit status 1" in caught.value.message
    assert caught.value.help == "correct or leave out the setting named"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["port", "Listen_Addresses", "data_directory", "work_mem = 1 #", "a\nb", ""])
def test_a_setting_that_is_none_or_the_drivers_own_is_refused(name):
    with pytest.raises(ValueError, match="setting"):
        start_postgres({name: "1"})


def test_a_server_that_has_ended_is_told_with_the_log(traces_of):
    server = start_postgres()
    traces = traces_of(server)
    os.kill(traces.process, signal.SIGINT)
    with pytest.raises(EngineFailed, match="has ended, exit status 0; the end of its log") as caught:
        _connect_until_it_fails(server)
    assert "received fast shutdown request" in caught.value.message
    assert not traces.are_there()


def test_a_refused_connection_tells_the_servers_words(postgres_server):
    with pytest.raises(EngineFailed, match='database "nowhere" does not exist'):
        postgres_server.connect("nowhere")


def test_the_log_tells_what_the_server_said(postgres_server):
    with postgres_server.connect() as connection, pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1 / 0")
    assert "division by zero" in postgres_server.log_tail(3)
    assert len(postgres_server.log_tail(3).splitlines()) == 3


def _connect_until_it_fails(server) -> None:
    while True:
        server.connect().close()
