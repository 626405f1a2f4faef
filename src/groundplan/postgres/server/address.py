"""How clients reach the server: a Unix socket in its own folder, or TCP on loopback where there are no such sockets."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from groundplan.base.errors import EngineFailed
from groundplan.postgres.server.account import Account

SUPERUSER = "postgres"

_SOCKET_PORT = 5432
"""Only the name of the socket file depends on it; every server has a folder of its own."""

_LOOPBACK = "127.0.0.1"

# sun_path holds 104 bytes on macOS and 108 on Linux; our folder's name and `.s.PGSQL.5432.lock` take 40 of them.
_LONGEST_BASE = 60


class Transport(Enum):
    """What clients connect through; anybody on the machine reaches a loopback port, so that asks for a password."""

    SOCKET = "socket"
    LOOPBACK = "loopback"


DEFAULT_TRANSPORT = Transport.LOOPBACK if sys.platform == "win32" else Transport.SOCKET


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one server listens; `host` is a folder for a Unix socket."""

    host: str
    port: int
    password: str | None = field(default=None, repr=False)

    def settings(self) -> dict[str, str]:
        """Return the server's settings that make it listen here and nowhere else."""
        on_socket = self.host != _LOOPBACK
        return {
            "listen_addresses": "" if on_socket else self.host,
            "unix_socket_directories": self.host if on_socket else "",
            "port": str(self.port),
        }

    def connection_parameters(self) -> dict[str, str]:
        """Return libpq's parameters, so that no variable of the environment (PGSSLMODE, PGOPTIONS) has a say."""
        parameters = {
            "host": self.host,
            "port": str(self.port),
            "user": SUPERUSER,
            "client_encoding": "UTF8",
            "options": "",
            "sslmode": "disable",
            "gssencmode": "disable",
            "channel_binding": "disable",
        }
        return parameters if self.password is None else parameters | {"password": self.password}


def choose_address(folder: Path, *, transport: Transport, password: str | None) -> Address:
    """Return an address that no other server has."""
    if transport is Transport.SOCKET:
        return Address(host=str(folder), port=_SOCKET_PORT)
    with socket.socket() as free:
        free.bind((_LOOPBACK, 0))
        return Address(host=_LOOPBACK, port=free.getsockname()[1], password=password)


def make_server_folder(account: Account) -> Path:
    """Make the folder for a server's data, log and socket: its path is short, and only the account may enter.

    Raises EngineFailed where there is no such place.
    """
    bases = [Path(tempfile.gettempdir())]
    if sys.platform != "win32":
        bases.append(Path("/tmp"))  # noqa: S108 - mkdtemp makes the folder in it
    for base in bases:
        is_short = len(os.fsencode(base)) <= _LONGEST_BASE or sys.platform == "win32"
        if is_short and base.is_dir() and account.may_enter(base) and account.may_write(base):
            folder = Path(tempfile.mkdtemp(prefix="groundplan-", dir=base))
            account.give(folder)
            return folder
    raise EngineFailed(
        f"no temporary folder serves PostgreSQL's socket; tried {' and '.join(map(str, bases))}",
        help=f"set TMPDIR to a folder whose path has at most {_LONGEST_BASE} bytes and that everybody may write to",
    )
