"""What the tests of the server share: caches and folders that `nobody` may enter, and processes that die."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATIENCE_SECONDS = 10.0
_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a server leaves on the machine while it runs: its folder, the postmaster and its parent."""

    folder: Path
    postmaster: int

    def are_there(self) -> bool:
        return self.folder.exists() or _is_alive(self.postmaster)

    def vanish(self) -> bool:
        """Wait until nothing is left of the server; tell whether that came about."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.are_there():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


@dataclass(frozen=True, kw_only=True)
class Starter:
    """A Python process that starts servers; its output is a line `folder postmaster` for each, then what it likes."""

    process: subprocess.Popen[str]

    def read_traces(self) -> Traces:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()
        folder, postmaster = line.split()
        return Traces(folder=Path(folder), postmaster=int(postmaster))


_PRELUDE = """
import os, signal, subprocess, sys, time
from groundplan.postgres.server import start_postgres

def start(**options):
    server = start_postgres(**options)
    folder = server.data_folder.parent
    postmaster = (server.data_folder / "postmaster.pid").read_text().splitlines()[0]
    print(folder, postmaster, flush=True)
    return server
"""


@pytest.fixture
def starter() -> Iterator[Callable[[str], Starter]]:
    """Run a script that may call `start()` in a Python process and a session of its own."""
    started: list[tuple[subprocess.Popen[str], threading.Timer]] = []

    def run(script: str) -> Starter:
        process = subprocess.Popen(
            [sys.executable, "-c", _PRELUDE + script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        limit = threading.Timer(_LIMIT_SECONDS, _kill_group, [process.pid])
        limit.start()
        started.append((process, limit))
        return Starter(process=process)

    yield run
    for process, limit in started:
        limit.cancel()
        _kill_group(process.pid)
        process.communicate()


@pytest.fixture
def traces_of() -> Callable[..., Traces]:
    """Tell the traces of a server of this process."""

    def find(server) -> Traces:
        postmaster = (server.data_folder / "postmaster.pid").read_text().splitlines()[0]
        return Traces(folder=server.data_folder.parent, postmaster=int(postmaster))

    return find


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for everybody, like /tmp; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="gp-test-"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(folder))
    return folder


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
