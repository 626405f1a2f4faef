"""What the tests of the server share: the traces of a mongod, and Python processes that start one and die."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ...server_traces import Starter, Traces, starting

_PRELUDE = """
import os, signal, subprocess, sys, time
from groundplan.mongo.server import start_mongod

def start():
    server = start_mongod()
    print(server.folder, server.client.admin.command("serverStatus")["pid"], flush=True)
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
        return Traces(folder=server.folder, process=server.client.admin.command("serverStatus")["pid"])

    return find
