"""A throwaway PostgreSQL server of our own: started in a fraction of a second, gone without a trace."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from groundplan.base.errors import EngineFailed, EngineMissing
from groundplan.base.servers.account import server_account
from groundplan.base.servers.folders import DATA_FOLDER, LOG_FILE, make_server_folder, read_log
from groundplan.base.servers.keeper import Keeper, Service
from groundplan.base.servers.troubles import explain_failure, indent_tail
from groundplan.postgres.server.address import DEFAULT_TRANSPORT, Address, Transport, choose_address
from groundplan.postgres.server.binaries import Binaries, find_binaries
from groundplan.postgres.server.settings import check_settings, write_settings
from groundplan.postgres.server.template import lay_data_folder
from groundplan.postgres.server.troubles import REMEDIES, advice

if TYPE_CHECKING:
    import psycopg

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_START_SECONDS = 60.0
_LOOK_SECONDS = 0.002
_LAST_LOOK_SECONDS = 0.1
_LAST_WORDS = 200


class EmbeddedPostgres:
    """A running server, made by `start_postgres`; `stop`, or the end of a `with` block, ends it and removes its files.

    It also ends with the process that started it, however that ends.
    """

    def __init__(self, *, folder: Path, address: Address, binaries: Binaries, keeper: Keeper) -> None:
        self._folder = folder
        self._address = address
        self._binaries = binaries
        self._keeper = keeper

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<EmbeddedPostgres {self.version} from {self.source} in {self._folder}>"

    @property
    def version(self) -> str:
        """The server's version, such as `18.6`."""
        return self._binaries.version

    @property
    def version_number(self) -> int:
        """The server's major version, such as 18."""
        return self._binaries.version_number

    @property
    def source(self) -> str:
        """Where the programs were found: a package and its version, or a folder of the system."""
        return self._binaries.source

    @property
    def bin_folder(self) -> Path:
        """The folder with `postgres`, `psql`, `pg_dump` and the other programs."""
        return self._binaries.folder

    @property
    def data_folder(self) -> Path:
        """The server's data folder; its files belong to the server's account."""
        return self._folder / DATA_FOLDER

    def conninfo(self, database: str = "postgres") -> str:
        """Return a libpq connection string; on loopback it holds a password, so it is not for any output."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo("", **self._address.connection_parameters(), dbname=database)

    def connect(self, database: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection:
        """Open a connection as superuser.

        Raises EngineFailed when the server does not accept it, with the server's own words.
        """
        import psycopg

        try:
            return psycopg.connect(self.conninfo(database), autocommit=autocommit)
        except psycopg.OperationalError as error:
            if self._keeper.has_ended(within=_LAST_LOOK_SECONDS):
                raise self._failure("has ended") from error
            raise EngineFailed(
                f'PostgreSQL {self.version} refused a connection to database "{database}": {error}',
                help=advice(str(error), folder=self._folder),
            ) from error

    def create_database(self, name: str) -> None:
        """Create an empty database."""
        from psycopg.sql import SQL, Identifier

        with self.connect() as connection:
            # Copying the files of the template takes a sixth of the time that the default, by way of the log, takes.
            connection.execute(SQL("CREATE DATABASE {} STRATEGY file_copy").format(Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Drop a database, where it exists, and end the sessions in it."""
        from psycopg.sql import SQL, Identifier

        with self.connect() as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the server's log; nothing once the server is stopped."""
        return read_log(self._folder, lines=lines)

    def failure(self, what: str, error: Exception) -> EngineFailed:
        """Return what to raise where `error` ended the work with this server: `what` it was, and what to do next.

        The server's last words count too: on a full disk it is often another error that arrives first.
        """
        log = self.log_tail(_LAST_WORDS)
        return explain_failure(what, error, log=log, folder=self._folder, remedies=REMEDIES)

    def stop(self) -> None:
        """End the server at once and remove all its files; once is enough, more does no harm."""
        self._keeper.stop()

    def _wait_until_ready(self) -> None:
        """Return when the server accepts connections. Raises EngineFailed when it ends before, or takes too long."""
        status_file = self.data_folder / "postmaster.pid"
        deadline = monotonic() + _START_SECONDS
        while not _is_ready(status_file):
            if self._keeper.has_ended(within=_LOOK_SECONDS):
                raise self._failure("did not start")
            if monotonic() > deadline:
                raise self._failure(f"was not ready after {_START_SECONDS:.0f} seconds")

    def _failure(self, what: str) -> EngineFailed:
        """Tell what happened with the end of the log; the server is stopped, because nobody can use it."""
        log = self.log_tail()
        status = self._keeper.stop()
        ending = "" if status is None else f", exit status {status}"
        return EngineFailed(
            f"PostgreSQL {self.version} ({self.source}) {what}{ending}; the end of its log:\n{indent_tail(log)}",
            help=advice(log, folder=self._folder),
        )


def start_postgres(
    settings: Mapping[str, str] = _NO_SETTINGS, *, transport: Transport = DEFAULT_TRANSPORT
) -> EmbeddedPostgres:
    """Start a throwaway server with `THROWAWAY_SETTINGS` and `settings`, which win.

    Returns when the server accepts connections. Raises EngineMissing when no PostgreSQL is found, EngineFailed with
    the end of the log when it does not start, ValueError for a setting that is the driver's own.
    """
    check_settings(settings)
    _require_psycopg()
    account = server_account()
    binaries = find_binaries(account)
    folder = make_server_folder(account)
    try:
        keeper = Keeper(folder, service=_service(folder, binaries), account=account)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _refusal(error, folder=folder) from error
    try:
        data_folder = folder / DATA_FOLDER
        password = lay_data_folder(data_folder, binaries=binaries, account=account, transport=transport)
        address = choose_address(folder, transport=transport, password=password)
        write_settings(data_folder, settings, address=address)
        server = EmbeddedPostgres(folder=folder, address=address, binaries=binaries, keeper=keeper)
        keeper.start_server()
        server._wait_until_ready()
    except BaseException as error:
        keeper.stop()
        if isinstance(error, OSError):
            raise _refusal(error, folder=folder) from error
        raise
    return server


def _service(folder: Path, binaries: Binaries) -> Service:
    """Say how the server runs and ends: at once, because nothing in the folder is worth a checkpoint (manual 18.5).

    A shell starts background commands with SIGQUIT ignored, until the server handles it; SIGTERM covers that moment.
    On Windows pg_ctl gives up an administrator's rights, without which the server does not start.
    """
    data_folder = str(folder / DATA_FOLDER)
    control = str(binaries.program("pg_ctl"))
    known = ("--pgdata", data_folder, "--silent")
    return Service(
        command=(str(binaries.program("postgres")), "-D", data_folder),
        signals=("TERM", "QUIT", "CONT"),
        windows_start=(control, "start", "--wait", "--log", str(folder / LOG_FILE), *known),
        windows_stop=(control, "stop", "--mode", "immediate", *known),
    )


def _is_ready(status_file: Path) -> bool:
    """Read the eighth line of the server's lock file, as pg_ctl does (pidfile.h, LOCK_FILE_LINE_PM_STATUS)."""
    try:
        lines = status_file.read_bytes().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == b"ready"


def _require_psycopg() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise EngineMissing(
            f"the PostgreSQL driver psycopg cannot be loaded: {error}",
            help="pip install 'groundplan[engines]', or design without a proof by --no-prove",
        ) from error


def _refusal(error: OSError, *, folder: Path) -> EngineFailed:
    return EngineFailed(f"PostgreSQL cannot be started in {folder}: {error}", help=advice(str(error), folder=folder))
