"""How clients reach the server: a Unix socket in its own folder, or TCP on loopback where there are no such sockets."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

SUPERUSER = "postgres"

_SOCKET_PORT = 5432
"""Only the name of the socket file depends on it; every server has a folder of its own."""

_LOOPBACK = "127.0.0.1"


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
