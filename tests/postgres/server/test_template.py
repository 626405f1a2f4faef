"""The template of a data folder is made once, seen only whole, and mends itself."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from groundplan.base.errors import EngineFailed
from groundplan.postgres.server import start_postgres, template


def _templates(cache):
    return sorted(path.name for path in cache.iterdir())


def _query(server):
    with server.connect() as connection:
        return connection.execute("SELECT datname FROM pg_database ORDER BY datname").fetchall()


_DATABASES = [("postgres",), ("template0",), ("template1",)]


@pytest.fixture
def initdb_runs(monkeypatch):
    """The data folders that initdb was run for."""
    runs = []
    initdb = template._initdb

    def counted(target, **options):
        runs.append(target)
        initdb(target, **options)

    monkeypatch.setattr(template, "_initdb", counted)
    return runs


def test_initdb_runs_once(cache, initdb_runs):
    for _ in range(3):
        with start_postgres() as server:
            server.create_database("of_this_server")
    assert len(initdb_runs) == 1
    assert len(_templates(cache)) == 1
    with start_postgres() as server:
        assert _query(server) == _DATABASES


def test_servers_that_make_the_template_at_once_do_not_meet(cache, starter):
    started = [starter("with start() as server: print(server.connect().info.status.name)") for _ in range(4)]
    for each in started:
        out, err = each.process.communicate()
        assert out.splitlines()[1:] == ["OK"], err
        assert each.process.returncode == 0
    (name,) = _templates(cache)
    assert name.startswith("template-18.")


@pytest.mark.parametrize("gap", ["data/PG_VERSION", "data/base/1/1259", "data/global/pg_control", "inventory", "data"])
def test_a_template_with_a_gap_is_made_again(cache, initdb_runs, gap):
    start_postgres().stop()
    (name,) = _templates(cache)
    lost = cache / name / gap
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    for _ in range(2):
        with start_postgres() as server:
            assert _query(server) == _DATABASES
    assert len(initdb_runs) == 2
    assert _templates(cache) == [name]


def test_a_template_with_a_file_cut_short_is_made_again(cache, initdb_runs):
    start_postgres().stop()
    (name,) = _templates(cache)
    with (cache / name / "data/base/1/1259").open("r+b") as file:
        file.truncate(8192)
    with start_postgres() as server:
        assert _query(server) == _DATABASES
    assert len(initdb_runs) == 2


def test_an_unfinished_template_is_not_seen(cache, initdb_runs, monkeypatch):
    store = template._store

    def interrupted(data, folder):
        store(data, folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(template, "_store", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start_postgres()
    assert _templates(cache) == []


def test_without_a_cache_the_server_starts_all_the_same(tmp_path, initdb_runs, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(blocked / "cache"))
    for _ in range(2):
        with start_postgres() as server:
            assert _query(server) == _DATABASES
    assert len(initdb_runs) == 2


def test_the_cache_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.delenv("GROUNDPLAN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    start_postgres().stop()
    (name,) = _templates(tmp_path / "groundplan")
    assert ((tmp_path / "groundplan" / name / "data").stat().st_mode & 0o077) == 0


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs a small disk, which root can mount")
@pytest.mark.parametrize("has_template", [False, True], ids=["initdb", "copy"])
def test_a_full_disk_is_told(cache, open_folder, monkeypatch, has_template):
    import subprocess

    if has_template:
        start_postgres().stop()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m,mode=1777", "tmpfs", open_folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this system lets nobody mount")
    try:
        monkeypatch.setattr("tempfile.tempdir", str(open_folder))
        with pytest.raises(EngineFailed, match="No space left on device") as caught:
            start_postgres()
        assert caught.value.help == (
            f"free some disk space below {open_folder}, or set TMPDIR to a folder on another disk"
        )
        assert list(open_folder.iterdir()) == []
    finally:
        subprocess.run(["umount", open_folder], check=True)
