"""A throwaway mongod of our own: a replica set of one node, started in about a second, gone without a trace."""

from __future__ import annotations

import shutil
import socket
import time
from functools import cached_property
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from groundplan.base.errors import EngineFailed, EngineMissing
from groundplan.base.servers.account import Account, server_account
from groundplan.base.servers.folders import DATA_FOLDER, LOG_FILE, make_server_folder, read_log
from groundplan.base.servers.keeper import Keeper, Service
from groundplan.base.servers.troubles import explain_failure, indent_tail
from groundplan.mongo.server.binaries import Mongod, find_mongod
from groundplan.mongo.server.settings import HOST, command_options, replica_set_configuration
from groundplan.mongo.server.troubles import REMEDIES, advice, readable

if TYPE_CHECKING:
    from pymongo import MongoClient

_START_SECONDS = 60.0
_LOOK_SECONDS = 0.005
_LAST_LOOK_SECONDS = 0.5
_LAST_WORDS = 200
_ANSWER_MILLISECONDS = 5000
_PORTS_TRIED = 5
_ADDRESS_IN_USE = "Address already in use"


class EmbeddedMongod:
    """A running server, made by `start_mongod`; `stop`, or the end of a `with` block, ends it and removes its files.

    It also ends with the process that started it, however that ends.
    """

    def __init__(self, *, folder: Path, port: int, mongod: Mongod, keeper: Keeper) -> None:
        self._folder = folder
        self._port = port
        self._mongod = mongod
        self._keeper = keeper

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<EmbeddedMongod {self.version} from {self.source} in {self._folder}>"

    @property
    def version(self) -> str:
        """The server's version, such as `6.0.5`."""
        return self._mongod.version

    @property
    def version_number(self) -> int:
        """The server's major version, such as 6."""
        return self._mongod.version_number

    @property
    def source(self) -> str:
        """Where the program was found: a package and its version, or its path."""
        return self._mongod.source

    @property
    def folder(self) -> Path:
        """The folder with the server's files and its log."""
        return self._folder

    @property
    def uri(self) -> str:
        """A connection string for any driver, and for mongosh."""
        return f"mongodb://{HOST}:{self._port}/?directConnection=true"

    @cached_property
    def client(self) -> MongoClient[dict[str, Any]]:
        """A client that takes and gives UUIDs as such and moments with their time zone."""
        return self._connect()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the server's log, as a person reads them; nothing once the server is stopped."""
        return readable(read_log(self._folder, lines=lines))

    def failure(self, what: str, error: Exception) -> EngineFailed:
        """Return what to raise where `error` ended the work with this server: `what` it was, and what to do next.

        The server's last words count too: on a full disk it is often another error that arrives first.
        """
        log = read_log(self._folder, lines=_LAST_WORDS)
        if not isinstance(error, EngineFailed) and self._keeper.has_ended(within=_LAST_LOOK_SECONDS):
            error = self._ended("has ended")
        return explain_failure(what, error, log=log, folder=self._folder, remedies=REMEDIES)

    def stop(self) -> None:
        """End the server at once and remove all its files; once is enough, more does no harm."""
        if "client" in self.__dict__:
            self.client.close()
        self._keeper.stop()

    def _connect(self) -> MongoClient[dict[str, Any]]:
        from pymongo import MongoClient

        return MongoClient(
            self.uri, uuidRepresentation="standard", tz_aware=True, serverSelectionTimeoutMS=_ANSWER_MILLISECONDS
        )

    def _wait_until_writable(self) -> None:
        """Return when the server takes writes. Raises EngineFailed when it ends before, or takes too long."""
        from pymongo.errors import PyMongoError

        deadline = monotonic() + _START_SECONDS
        while not self._listens():
            self._look(deadline)
        # Connections from before there is a replica set never have sessions, so this client is not kept.
        with self._connect() as client:
            if not self._is_ours(client):
                raise self._ended(f"did not get port {self._port}: {_ADDRESS_IN_USE}")
            try:
                client.admin.command("replSetInitiate", replica_set_configuration(port=self._port))
                while not client.admin.command("hello")["isWritablePrimary"]:
                    self._look(deadline)
            except PyMongoError as error:
                raise self._ended(f"did not become a replica set: {error}") from error

    def _listens(self) -> bool:
        """Try the port without a driver, whose own attempts are half a second apart."""
        try:
            socket.create_connection((HOST, self._port), timeout=_START_SECONDS).close()
        except ConnectionRefusedError:
            return False
        return True

    def _is_ours(self, client: MongoClient[dict[str, Any]]) -> bool:
        """Tell whether it is this server that listens, and not one that took the port a moment before."""
        from pymongo.errors import PyMongoError

        try:
            options = client.admin.command("getCmdLineOpts")
        except PyMongoError:
            return False
        return bool(options["parsed"]["storage"]["dbPath"] == str(self._folder / DATA_FOLDER))

    def _look(self, deadline: float) -> None:
        if self._keeper.has_ended():
            raise self._ended("did not start")
        if monotonic() > deadline:
            raise self._ended(f"was not ready after {_START_SECONDS:.0f} seconds")
        time.sleep(_LOOK_SECONDS)

    def _ended(self, what: str) -> EngineFailed:
        """Tell what happened with the end of the log; the server is stopped, because nobody can use it."""
        log = self.log_tail()
        status = self._keeper.stop()
        ending = "" if status is None else f", exit status {status}"
        return EngineFailed(
            f"mongod {self.version} ({self.source}) {what}{ending}; the end of its log:\n{indent_tail(log)}",
            help=advice(f"{what}\n{log}", folder=self._folder),
        )


def start_mongod() -> EmbeddedMongod:
    """Start a throwaway server, on loopback and a free port, as a replica set of one node.

    Returns when the server takes writes. Raises EngineMissing when no mongod or no driver is found, EngineFailed with
    the end of the log when it does not start.
    """
    _require_pymongo()
    account = server_account()
    mongod = find_mongod(account)
    for _ in range(_PORTS_TRIED - 1):
        try:
            return _start_on(_free_port(), mongod=mongod, account=account)
        except EngineFailed as error:
            if _ADDRESS_IN_USE not in error.message:
                raise
    return _start_on(_free_port(), mongod=mongod, account=account)


def _start_on(port: int, *, mongod: Mongod, account: Account) -> EmbeddedMongod:
    folder = make_server_folder(account)
    try:
        keeper = Keeper(folder, service=_service(folder, port=port, mongod=mongod), account=account)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _refusal(error, folder=folder) from error
    server = EmbeddedMongod(folder=folder, port=port, mongod=mongod, keeper=keeper)
    try:
        data_folder = folder / DATA_FOLDER
        data_folder.mkdir()
        account.give(data_folder)
        keeper.start_server()
        server._wait_until_writable()
    except BaseException as error:
        server.stop()
        if isinstance(error, OSError):
            raise _refusal(error, folder=folder) from error
        raise
    return server


def _service(folder: Path, *, port: int, mongod: Mongod) -> Service:
    """Say how the server runs and ends: it is killed, since nothing in the folder is worth stepping down in order."""
    options = command_options(data_folder=str(folder / DATA_FOLDER), log_file=str(folder / LOG_FILE), port=port)
    return Service(command=(str(mongod.program), *options), signals=("KILL",))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _require_pymongo() -> None:
    try:
        import pymongo  # noqa: F401
    except ImportError as error:
        raise EngineMissing(
            f"the MongoDB driver pymongo cannot be loaded: {error}", help="pip install 'groundplan[engines]'"
        ) from error


def _refusal(error: OSError, *, folder: Path) -> EngineFailed:
    return EngineFailed(f"mongod cannot be started in {folder}: {error}", help=advice(str(error), folder=folder))
