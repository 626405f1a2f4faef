"""What the tests of the server share: caches and folders that `nobody` may enter, and processes that die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ...server_traces import Starter, Traces, starting

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
    with starting(_PRELUDE) as run:
        yield run


@pytest.fixture
def traces_of() -> Callable[..., Traces]:
    """Tell the traces of a server of this process."""

    def find(server) -> Traces:
        postmaster = (server.data_folder / "postmaster.pid").read_text().splitlines()[0]
        return Traces(folder=server.data_folder.parent, process=int(postmaster))

    return find


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(folder))
    return folder
