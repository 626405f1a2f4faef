"""A mongod starts, takes writes and transactions, says what is wrong, and leaves nothing however its process ends."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from groundplan.base.errors import EngineFailed
from groundplan.base.servers.account import server_account
from groundplan.mongo.server import mongod, start_mongod

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions are POSIX")


def test_the_server_tells_its_version_and_where_it_is_from(mongo_server):
    assert mongo_server.version == mongo_server.client.server_info()["version"]
    assert mongo_server.version_number == int(mongo_server.version.split(".")[0]) >= 6
    assert mongo_server.source


def test_values_come_back_as_they_went_in(mongo_database):
    document = {"_id": uuid.uuid4(), "at": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)}
    mongo_database.things.insert_one(document)
    assert mongo_database.things.find_one() == document


def test_a_transaction_is_rolled_back_whole(mongo_database, mongo_server):
    mongo_database.create_collection("things")
    with mongo_server.client.start_session() as session:
        session.start_transaction()
        mongo_database.things.insert_one({"_id": 1}, session=session)
        session.abort_transaction()
    assert mongo_database.things.count_documents({}) == 0


def test_it_listens_on_loopback_alone_and_as_nobody_in_particular(mongo_server):
    options = mongo_server.client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == "127.0.0.1"
    assert options["net"]["unixDomainSocket"] == {"enabled": False}
    owners = {path.stat().st_uid for path in (mongo_server.folder / "data").rglob("*")}
    assert owners == {server_account().user if os.geteuid() == 0 else os.geteuid()}


def test_it_starts_in_a_few_seconds(traces_of):
    start = time.monotonic()
    with start_mongod() as server:
        assert time.monotonic() - start < 10
        traces = traces_of(server)
    assert not traces.are_there()
    server.stop()
    assert server.log_tail() == ""


def test_two_servers_at_once_do_not_meet():
    with start_mongod() as one, start_mongod() as other:
        one.client.only.here.insert_one({})
        assert "only" not in other.client.list_database_names()


def test_an_exception_ends_the_server(traces_of):
    found = []

    def fail_with_a_server():
        with start_mongod() as server:
            found.append(traces_of(server))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_with_a_server()
    assert not found[0].are_there()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_process_ends_its_servers(starter, number):
    started = starter("one = start(); other = start(); time.sleep(600)")
    traces = [started.read_traces(), started.read_traces()]
    assert all(found.are_there() for found in traces)
    started.process.send_signal(number)
    started.process.wait()
    assert all(found.vanish() for found in traces)


@pytest.mark.parametrize("ending", ["server = start()", "server = start(); os._exit(3)", "server = start(); 1 / 0"])
def test_a_process_that_forgets_to_stop_leaves_nothing(starter, ending):
    started = starter(ending)
    traces = started.read_traces()
    started.process.wait()
    assert traces.vanish()


def test_ctrl_c_in_the_terminal_reaches_the_process_and_not_the_server(starter):
    started = starter("""
with start() as server:
    try:
        print("ready", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("still there", server.client.admin.command("ping")["ok"], flush=True)
        raise
""")
    traces = started.read_traces()
    assert started.process.stdout.readline() == "ready\n"
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.process.stdout.readline() == "still there 1.0\n"
    started.process.wait()
    assert not traces.are_there()


def test_a_taken_port_is_let_be(monkeypatch, open_folder):
    monkeypatch.setattr("tempfile.tempdir", str(open_folder))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], mongod._free_port()])
        # Whoever took the port does not talk as mongod does, and the driver need not wait for long.
        monkeypatch.setattr(mongod, "_free_port", lambda: next(ports))
        monkeypatch.setattr(mongod, "_ANSWER_MILLISECONDS", 200)
        with start_mongod() as server:
            assert server.client.admin.command("ping")["ok"] == 1
    assert next(ports, None) is None
    assert list(open_folder.iterdir()) == []


def test_a_wrong_option_is_told_with_the_log(monkeypatch, capfd):
    monkeypatch.setattr("groundplan.mongo.server.settings.OPTIONS", ("--unheardOf",))
    with pytest.raises(EngineFailed) as caught:
        start_mongod()
    assert "did not start, exit status" in caught.value.message
    assert "unheardOf" in caught.value.message
    assert capfd.readouterr() == ("", "")


def test_a_server_that_was_killed_is_told_with_what_it_was_needed_for(traces_of):
    server = start_mongod()
    traces = traces_of(server)
    os.kill(traces.process, signal.SIGKILL)
    with pytest.raises(PyMongoError) as caught:
        _ask_until_it_fails(server)
    told = server.failure("the proof", caught.value)
    assert isinstance(told, EngineFailed)
    assert "has ended, exit status 137; the end of its log" in told.message
    assert traces.vanish()


def test_a_full_disk_is_told_as_such(mongo_server):
    told = mongo_server.failure("loading", OSError(28, "No space left on device"))
    assert told.message == f"the disk of {mongo_server.folder.parent} is full, so loading could not go on"
    assert "--rows" in told.help


def test_any_other_failure_names_the_work(mongo_server):
    told = mongo_server.failure("loading", PyMongoError("odd"))
    assert told.message == "loading failed: odd"
    assert mongo_server.client.admin.command("ping")["ok"] == 1


def test_the_log_is_read_as_lines_for_people(mongo_server):
    lines = mongo_server.log_tail(5).splitlines()
    assert len(lines) == 5
    assert all(line[:2] in {"I ", "W ", "E ", "F "} for line in lines)


def test_a_folder_nobody_may_write_to_is_told(monkeypatch, open_folder):
    def refuse(folder: Path, **options):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(mongod, "Keeper", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(open_folder))
    with pytest.raises(EngineFailed, match=r"cannot be started in .*Permission denied"):
        start_mongod()
    assert list(open_folder.iterdir()) == []


def _ask_until_it_fails(server) -> None:
    while True:
        server.client.admin.command("ping")
