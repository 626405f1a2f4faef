"""A keeper runs any command, keeps what it says, and ends it by the signals it is told."""

from __future__ import annotations

import sys
import time

import pytest

from groundplan.base.servers.account import Account
from groundplan.base.servers.folders import make_server_folder, read_log
from groundplan.base.servers.keeper import Keeper, Service

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


@pytest.fixture
def keep():
    """Start a shell script under a keeper; give the keeper and its folder."""
    keepers = []

    def start(script: str, *signals: str):
        account = Account()
        folder = make_server_folder(account)
        keeper = Keeper(folder, service=Service(command=("/bin/sh", "-c", script), signals=signals), account=account)
        keepers.append(keeper)
        keeper.start_server()
        return keeper, folder

    yield start
    for keeper in keepers:
        keeper.stop()


def _wait_for_words(folder, words: str) -> str:
    deadline = time.monotonic() + 10
    while words not in (log := read_log(folder, lines=20)):
        assert time.monotonic() < deadline, log
        time.sleep(0.01)
    return log


_WAITING = """import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
signal.signal(signal.SIGINT, lambda *_: sys.exit(4))
print("up", flush=True)
time.sleep(600)"""


@pytest.mark.parametrize(("signal", "status"), [("TERM", 3), ("INT", 4), ("KILL", 128 + 9)])
def test_the_signals_are_those_of_the_service(keep, signal, status):
    keeper, folder = keep(f"exec {sys.executable} -c '{_WAITING}'", signal)
    _wait_for_words(folder, "up")
    assert keeper.stop() == status
    assert not folder.exists()


def test_both_outputs_of_the_service_go_to_the_log(keep):
    keeper, folder = keep("echo to the output; echo to the errors >&2; exec sleep 600", "KILL")
    assert _wait_for_words(folder, "errors").splitlines() == ["to the output", "to the errors"]
    assert not keeper.has_ended()
    keeper.stop()
    assert read_log(folder, lines=20) == ""


def test_a_service_that_ends_by_itself_is_noticed_and_its_log_is_kept(keep):
    keeper, folder = keep("echo no; exit 7", "KILL")
    assert keeper.has_ended(within=10)
    assert read_log(folder, lines=1) == "no"
    assert keeper.stop() == 7
    assert not folder.exists()
