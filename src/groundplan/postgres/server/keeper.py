"""The keeper: a small process that starts the server, and ends it when we stop for whatever reason, SIGKILL included.

The keeper holds one end of a pipe, the lifeline, and only we hold the other. A line on it starts the server; the end
of the file, which the system's kernel brings about when we die, ends the server and removes its folder. The keeper is
the server's parent, so the process it ends is always the right one. It leads a session of its own: a Ctrl-C in the
terminal reaches neither it nor the server.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import weakref
from pathlib import Path
from typing import IO

from groundplan.postgres.server.account import Account, clean_environment
from groundplan.postgres.server.binaries import Binaries

LOG_FILE = "server.log"
DATA_FOLDER = "data"

# The server inherits the keeper's output and the keeper closes its own: that pipe ends with the last server process.
# A shell starts background commands with SIGQUIT ignored, until the server handles it; SIGTERM covers that moment.
# SIGQUIT is the immediate shutdown (manual 18.5): nothing in the folder is worth a checkpoint.
_POSIX_KEEPER = r"""
folder=$1; shift
trap : HUP INT TERM
exec 2>>"$folder/server.log"
status=0
if read -r _; then
    "$@" </dev/null &
    server=$!
    exec >&-
    read -r _
    trap '' HUP INT TERM
    kill -TERM "$server"
    kill -QUIT "$server"
    kill -CONT "$server"
    wait "$server"
    status=$?
fi
rm -rf -- "$folder" || { sleep 1; rm -rf -- "$folder"; }
exit "$status"
"""

# Windows has no signals and no sh; pg_ctl gives up an administrator's rights, without which the server does not start.
_WINDOWS_KEEPER = r"""
import pathlib, shutil, subprocess, sys
folder, pg_ctl = pathlib.Path(sys.argv[1]), sys.argv[2]
def control(*arguments):
    with open(folder / "server.log", "ab") as log:
        command = [pg_ctl, *arguments, "--pgdata", folder / "data", "--silent"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
if sys.stdin.readline():
    status = control("start", "--wait", "--log", folder / "server.log")
    if status:
        sys.exit(status)
    sys.stdin.readline()
    control("stop", "--mode", "immediate")
shutil.rmtree(folder, ignore_errors=True)
"""

_PATIENCE_SECONDS = 10.0
_LAST_MOMENT_SECONDS = 0.5


class Keeper:
    """One keeper and the server it starts; both live as long as this object, and at most as long as this process."""

    def __init__(self, folder: Path, *, binaries: Binaries, account: Account) -> None:
        """Start the keeper of a folder, not yet the server. Raises OSError where that is not allowed."""
        self._folder = folder
        self._owner = os.getpid()
        self._process = _start_process(folder, binaries=binaries, account=account)
        _KEEPERS.add(self)

    def start_server(self) -> None:
        """Start the server in the folder's `data`; its words go to `server.log`."""
        self._tell(b"start\n")

    def has_ended(self, *, within: float = 0.0) -> bool:
        """Wait up to `within` seconds for the end of the server and tell whether it came.

        On Windows only a server that did not start is noticed.
        """
        return self._process.returncode is not None or self._pipe_ends(within)

    def stop(self) -> int | None:
        """End the server, remove its folder, and return the server's exit status; None where it had to be killed.

        Nothing happens in a process that was forked from the one that started the server.
        """
        if os.getpid() != self._owner or self._process.returncode is not None:
            return self._process.returncode
        self._tell(b"stop\n")  # the end of the file may wait for processes that were forked from ours
        self.let_go()
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(timeout=_PATIENCE_SECONDS)
        if not self._pipe_ends(_LAST_MOMENT_SECONDS):
            status = None
            self._kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        return status

    def let_go(self) -> None:
        """Close our end of the lifeline; when every process has, the server ends."""
        _file(self._process.stdin).close()

    def _tell(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):
            _file(self._process.stdin).write(line)

    def _pipe_ends(self, within: float) -> bool:
        if sys.platform == "win32":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=within)
            return self._process.poll() is not None
        # Nobody writes to this pipe, so whatever happens to it is its end.
        ends = select.poll()
        ends.register(_file(self._process.stdout))
        return bool(ends.poll(within * 1000))

    def _kill(self) -> None:
        """End the keeper's process group: the keeper, which may have been killed before, and the server."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            # SIGQUIT first: a server that is killed leaves its shared memory behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGQUIT)
                if not self._pipe_ends(_PATIENCE_SECONDS):
                    os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _start_process(folder: Path, *, binaries: Binaries, account: Account) -> subprocess.Popen[bytes]:
    environment = clean_environment()
    if sys.platform == "win32":
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WINDOWS_KEEPER, folder, binaries.program("pg_ctl")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=folder.anchor,
            env=environment,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
    server = [str(binaries.program("postgres")), "-D", str(folder / DATA_FOLDER)]
    return subprocess.Popen(
        ["/bin/sh", "-c", _POSIX_KEEPER, "groundplan-keeper", str(folder), *server],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd="/",
        env=environment,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        start_new_session=True,
    )


def _file(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the keeper was started without this pipe")
    return stream


_KEEPERS: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _let_all_go() -> None:
    for keeper in _KEEPERS:
        keeper.let_go()


if sys.platform != "win32":
    # A forked process must not hold the lifeline: it may outlive us.
    os.register_at_fork(after_in_child=_let_all_go)
