"""The keeper: a small process that starts the server, and ends it when we stop for whatever reason, SIGKILL included.

The keeper holds one end of a pipe, the lifeline, and only we hold the other. A line on it starts the server; the end
of the file, which the system's kernel brings about when we die, ends the server and removes its folder. The keeper is
the server's parent, so the process it ends is always the right one. It leads a session of its own: a Ctrl-C in the
terminal reaches neither it nor the server.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from groundplan.base.servers.account import Account, clean_environment
from groundplan.base.servers.folders import LOG_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a keeper runs: `command` is the server, in the foreground.

    The names of `signals` end it, one after the other. Windows has none: there `windows_start` and `windows_stop` are
    commands that return (of a program like pg_ctl), or, where they are empty, the command is run and terminated.
    """

    command: tuple[str, ...]
    signals: tuple[str, ...]
    windows_start: tuple[str, ...] = ()
    windows_stop: tuple[str, ...] = ()


# The server inherits the keeper's output as its third descriptor and the keeper closes its own: that pipe ends with the
# last server process. What the server says goes to the log.
_POSIX_KEEPER = r"""
folder=$1 log=$2 signals=$3; shift 3
trap : HUP INT TERM
exec 2>>"$folder/$log"
status=0
if read -r _; then
    "$@" 3>&1 >&2 </dev/null &
    server=$!
    exec >&-
    read -r _
    trap '' HUP INT TERM
    for signal in $signals; do
        kill -"$signal" "$server"
    done
    wait "$server"
    status=$?
fi
rm -rf -- "$folder" || { sleep 1; rm -rf -- "$folder"; }
exit "$status"
"""

_WINDOWS_KEEPER = r"""
import json, pathlib, shutil, subprocess, sys
folder = pathlib.Path(sys.argv[1])
log, command, start, stop = json.loads(sys.argv[2])
def launch(command):
    with open(folder / log, "ab") as said:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
if sys.stdin.readline():
    server = launch(start or command)
    if start and server.wait():
        sys.exit(server.returncode)
    sys.stdin.readline()
    if stop:
        launch(stop).wait()
    else:
        server.kill()
        server.wait()
shutil.rmtree(folder, ignore_errors=True)
"""

_PATIENCE_SECONDS = 10.0
_LAST_MOMENT_SECONDS = 0.5


class Keeper:
    """One keeper and the server it starts; both live as long as this object, and at most as long as this process."""

    def __init__(self, folder: Path, *, service: Service, account: Account) -> None:
        """Start the keeper of a folder, not yet the service. Raises OSError where that is not allowed."""
        self._folder = folder
        self._owner = os.getpid()
        self._process = _start_process(folder, service=service, account=account)
        _KEEPERS.add(self)

    def start_server(self) -> None:
        """Start the server; its words go to `server.log` in the folder."""
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
            # SIGQUIT first: a PostgreSQL that is killed leaves its shared memory behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGQUIT)
                if not self._pipe_ends(_PATIENCE_SECONDS):
                    os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _start_process(folder: Path, *, service: Service, account: Account) -> subprocess.Popen[bytes]:
    environment = clean_environment()
    if sys.platform == "win32":
        told = json.dumps([LOG_FILE, service.command, service.windows_start, service.windows_stop])
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WINDOWS_KEEPER, folder, told],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=folder.anchor,
            env=environment,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
    told = " ".join(service.signals)
    return subprocess.Popen(
        ["/bin/sh", "-c", _POSIX_KEEPER, "groundplan-keeper", str(folder), LOG_FILE, told, *service.command],
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
