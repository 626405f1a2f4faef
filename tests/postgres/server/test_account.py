"""Root hands the server to `nobody`; anybody else runs it as themselves."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from groundplan.base.errors import EngineFailed
from groundplan.base.servers.account import Account, server_account
from groundplan.base.servers.folders import make_server_folder
from groundplan.postgres.server import start_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="accounts of this kind are POSIX")

only_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives up its rights")


@only_root
def test_as_root_the_server_runs_as_nobody(request):
    request.addfinalizer(partial(os.setgroups, os.getgroups()))
    os.setgroups([12345])
    with start_postgres() as server, server.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
        owners = {path.stat().st_uid for path in server.data_folder.rglob("*")}
        status = Path(f"/proc/{connection.info.backend_pid}/status")
        groups = [line.split() for line in status.read_text().splitlines() if line.startswith(("Uid", "Groups"))]
    nobody = server_account().user
    assert owners == {nobody}
    assert groups == [["Uid:", *[str(nobody)] * 4], ["Groups:"]]


@only_root
def test_an_ordinary_user_runs_the_server_as_themselves(starter, open_folder, monkeypatch):
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(open_folder / "cache"))
    # The first server loads every module: the interpreter's own folder may be closed to the user it turns into.
    started = starter("""
import pwd
with start() as server: server.connect().close()
user = pwd.getpwnam("nobody")
os.environ["GROUNDPLAN_CACHE"] += "-of-nobody"
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
for turn in range(2):
    with start() as server:
        server.create_database("mine")
        print(server.connect("mine").execute("SELECT current_database()").fetchone()[0], flush=True)
start()
os.kill(os.getpid(), signal.SIGKILL)
""")
    nobody = server_account().user
    found = [started.read_traces()]
    for _ in range(2):
        found.append(started.read_traces())
        assert started.process.stdout.readline() == "mine\n", started.process.communicate()
    found.append(started.read_traces())
    assert all(traces.vanish() for traces in found)
    templates = list((open_folder / "cache-of-nobody").iterdir())
    assert [template.stat().st_uid for template in templates] == [nobody]


@only_root
def test_the_servers_folder_is_where_nobody_may_go(tmp_path, open_folder, monkeypatch):
    account = server_account()
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = make_server_folder(account)
    try:
        assert folder.parent == Path("/tmp")
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (account.user, 0o700)
    finally:
        folder.rmdir()


def test_a_long_temporary_path_gives_way_to_a_short_one(open_folder, monkeypatch):
    deep = open_folder / ("deep" * 20)
    deep.mkdir()
    deep.chmod(0o1777)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with start_postgres() as server, server.connect() as connection:
        assert connection.info.host == str(server.data_folder.parent)
        assert server.data_folder.parent.parent == Path("/tmp")


def test_a_path_of_the_greatest_length_still_holds_a_socket(open_folder, monkeypatch):
    longest = open_folder / ("x" * (60 - len(str(open_folder)) - 1))
    longest.mkdir()
    longest.chmod(0o1777)
    monkeypatch.setattr("tempfile.tempdir", str(longest))
    with start_postgres() as server:
        assert server.data_folder.parent.parent == longest
        server.connect().close()


@only_root
def test_root_without_an_unprivileged_user_is_told(monkeypatch):
    monkeypatch.setattr("groundplan.base.servers.account.UNPRIVILEGED", "no-such-user")
    with pytest.raises(EngineFailed, match='has no user "no-such-user"'):
        start_postgres()


@pytest.mark.parametrize(
    ("mode", "user", "group", "may_enter", "may_write"),
    [
        (0o755, 9001, 9002, True, False),
        (0o1777, 9001, 9002, True, True),
        (0o750, 9001, 9002, False, False),
        (0o770, 9001, 9000, True, True),
        (0o705, 9001, 9000, False, False),
        (0o700, 9000, 9002, True, True),
        (0o077, 9000, 9000, False, False),
    ],
)
@only_root
def test_permissions_are_those_of_owner_group_and_others(open_folder, mode, user, group, may_enter, may_write):
    folder = open_folder / "folder"
    folder.mkdir()
    folder.chmod(mode)
    os.chown(folder, user, group)
    account = Account(user=9000, group=9000)
    assert (account.may_enter(folder), account.may_write(folder)) == (may_enter, may_write)
    below = folder / "below"
    below.mkdir()
    below.chmod(0o755)
    assert account.may_enter(below) == may_enter
