"""The server goes when the process that started it goes, however that happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from groundplan.base.errors import EngineFailed
from groundplan.postgres.server import start_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions are POSIX")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT])
def test_a_signal_to_the_process_ends_its_servers(starter, number):
    started = starter("one = start(); other = start(); time.sleep(600)")
    traces = [started.read_traces(), started.read_traces()]
    assert all(found.are_there() for found in traces)
    started.process.send_signal(number)
    started.process.wait()
    assert all(found.vanish() for found in traces)


def test_a_signal_in_the_midst_of_work_ends_the_server(starter):
    started = starter("""
server = start()
connection = server.connect()
print("working", flush=True)
connection.execute("SELECT count(*) FROM generate_series(1, 1e12)")
""")
    traces = started.read_traces()
    assert started.process.stdout.readline() == "working\n"
    started.process.kill()
    assert traces.vanish()


def test_ctrl_c_in_the_terminal_reaches_the_process_and_not_the_server(starter):
    started = starter("""
with start() as server, server.connect() as connection:
    try:
        print("ready", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print(connection.execute("SELECT 'still there'").fetchone()[0], flush=True)
        raise
""")
    traces = started.read_traces()
    assert started.process.stdout.readline() == "ready\n"
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.process.stdout.readline() == "still there\n"
    assert started.process.wait() == -signal.SIGINT
    assert not traces.are_there()


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("server = start()", id="no stop"),
        pytest.param("start()", id="nobody holds it"),
        pytest.param("server = start(); sys.exit(3)", id="exit"),
        pytest.param("server = start(); os._exit(3)", id="exit without clean-up"),
        pytest.param("server = start(); 1 / 0", id="exception"),
        pytest.param("keep = [start()]; keep.append(keep)", id="garbage cycle"),
    ],
)
def test_a_process_that_forgets_to_stop_leaves_nothing(starter, ending):
    started = starter(ending)
    traces = started.read_traces()
    started.process.wait()
    assert traces.vanish()


def test_programs_that_the_process_started_do_not_keep_the_server(starter):
    started = starter("""
server = start()
program = subprocess.Popen(["sleep", "600"], close_fds=False, start_new_session=True)
print(program.pid, flush=True)
time.sleep(600)
""")
    traces = started.read_traces()
    program = int(started.process.stdout.readline())
    started.process.kill()
    try:
        assert traces.vanish()
        os.kill(program, 0)
    finally:
        os.kill(program, signal.SIGKILL)


def test_a_forked_process_neither_keeps_nor_stops_the_server(starter):
    started = starter("""
with start() as server:
    child = os.fork()
    if child == 0:
        server.stop()
        print(os.getpid(), flush=True)
        time.sleep(600)
    sys.stdin.readline()
    print(server.connect().execute("SELECT 'still there'").fetchone()[0], flush=True)
    time.sleep(600)
""")
    traces = started.read_traces()
    child = int(started.process.stdout.readline())
    started.process.stdin.write("go on\n")
    started.process.stdin.flush()
    try:
        assert started.process.stdout.readline() == "still there\n"
        started.process.kill()
        assert traces.vanish()
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("delay", [0, 0.03, 0.3])
@pytest.mark.parametrize("moment", ["lay_data_folder", "EmbeddedPostgres._wait_until_ready"])
def test_a_process_killed_while_it_starts_a_server_leaves_nothing(
    starter, open_folder, cache, monkeypatch, moment, delay
):
    monkeypatch.setenv("TMPDIR", str(open_folder))
    started = starter(f"""
import threading
import groundplan.postgres.server.cluster as cluster
step = cluster.{moment}
def last_step(*arguments, **options):
    threading.Timer({delay}, os.kill, (os.getpid(), signal.SIGKILL)).start()
    step(*arguments, **options)
    time.sleep(600)
cluster.{moment} = last_step
start()
""")
    assert started.process.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while list(open_folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(open_folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_keeper_loses_nothing(traces_of, number):
    server = start_postgres()
    traces = traces_of(server)
    os.kill(_parent(traces.process), number)
    server.stop()
    assert not traces.are_there()


def test_stopping_works_without_the_keeper(traces_of):
    server = start_postgres()
    traces = traces_of(server)
    os.kill(_parent(traces.process), signal.SIGKILL)
    with server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert traces.vanish()


def test_a_killed_server_is_noticed_and_cleared_away(traces_of):
    server = start_postgres({"dynamic_shared_memory_type": "mmap"})  # no files in /dev/shm, which would stay there
    traces = traces_of(server)
    os.kill(traces.process, signal.SIGKILL)
    with pytest.raises(EngineFailed):
        _connect_until_it_fails(server)
    server.stop()
    assert traces.vanish()


def test_a_stopped_server_process_does_not_hold_up_the_end(traces_of):
    server = start_postgres()
    traces = traces_of(server)
    os.kill(traces.process, signal.SIGSTOP)
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 5
    assert traces.vanish()


def _connect_until_it_fails(server) -> None:
    while True:
        server.connect().close()


def _parent(process: int) -> int:
    told = subprocess.run(["ps", "-o", "ppid=", "-p", str(process)], capture_output=True, text=True, check=True)
    return int(told.stdout)
