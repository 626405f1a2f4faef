"""Two connections side by side: as much as two cores and one sample can use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import psycopg

Connect = Callable[[], "psycopg.Connection"]
"""Opens an autocommit connection to the database."""

_LANES = 2


class Lanes:
    """Two connections that work side by side, each in a thread of its own; an exception stops both."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._stack = ExitStack()
        self._connections: list[psycopg.Connection] = []
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            for _ in range(_LANES):
                connection = opening.enter_context(self._connect())
                connection.execute("SET maintenance_work_mem = '128MB'")
                # VACUUM takes no row for visible whose commit has not been flushed (heapam_visibility.c, SetHintBits).
                connection.execute("SET synchronous_commit = on")
                self._connections.append(connection)
            self._executor = opening.enter_context(ThreadPoolExecutor(_LANES))
            self._stack = opening.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not None:
            self.stop()
        self._stack.close()

    def stop(self) -> None:
        """End what every connection is at."""
        self._stopped.set()
        for connection in self._connections:
            connection.cancel_safe(timeout=1.0)

    @property
    def first(self) -> psycopg.Connection:
        """A connection for what is done alone, between runs."""
        return self._connections[0]

    def run(self, tasks: Sequence[Callable[[psycopg.Connection], None]]) -> None:
        """Run tasks, each on a connection, in their order as far as two at a time allows."""
        pending = iter(tasks)
        lock = threading.Lock()

        def work(connection: psycopg.Connection) -> None:
            while not self._stopped.is_set():
                with lock:
                    task = next(pending, None)
                if task is None:
                    return
                task(connection)

        self.together(work)

    def together(self, work: Callable[[psycopg.Connection], None]) -> None:
        """Run the same work on every connection at once. Raises EngineFailed for what the server refuses."""
        import psycopg

        futures: list[Future[None]] = [self._executor.submit(work, connection) for connection in self._connections]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if any(future.exception() is not None for future in done):
            self.stop()
        try:
            for future in futures:
                future.result()
        except psycopg.errors.QueryCanceled:
            for future in futures:
                if not isinstance(future.exception(), psycopg.errors.QueryCanceled):
                    future.result()
            raise

    def is_stopped(self) -> bool:
        """Tell whether the work is to be given up."""
        return self._stopped.is_set()
