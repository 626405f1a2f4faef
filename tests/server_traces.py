"""What a server leaves on the machine, whichever engine it is, and Python processes that start servers and die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_SECONDS = 10.0
_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a server leaves on the machine while it runs: its folder and its process."""

    folder: Path
    process: int

    def are_there(self) -> bool:
        return self.folder.exists() or _is_alive(self.process)

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
    """A Python process that starts servers; its output is a line `folder process` for each, then what it likes."""

    process: subprocess.Popen[str]

    def read_traces(self) -> Traces:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()
        folder, process = line.split()
        return Traces(folder=Path(folder), process=int(process))


@contextmanager
def starting(prelude: str) -> Iterator[Callable[[str], Starter]]:
    """Give what runs a script, behind a prelude that defines `start()`, in a Python process and session of its own."""
    started: list[tuple[subprocess.Popen[str], threading.Timer]] = []

    def run(script: str) -> Starter:
        process = subprocess.Popen(
            [sys.executable, "-c", prelude + script],
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
