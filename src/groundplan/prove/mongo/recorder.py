"""What the driver sends, caught on its way: the commands that are explained are the very ones that ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

if TYPE_CHECKING:
    from groundplan.mongo.server import EmbeddedMongod

Command = Mapping[str, Any]

_EXPLAINABLE = frozenset({"find", "aggregate", "update", "delete", "findAndModify"})

_OF_THE_SESSION = frozenset(
    {
        "$clusterTime", "$db", "$readPreference", "autocommit", "lsid", "ordered", "readConcern", "startTransaction",
        "txnNumber", "writeConcern",
    }
)  # fmt: skip

_STATEMENTS = {"update": "updates", "delete": "deletes"}
_MOST_STATEMENTS = 3
"""Of a bulk write so many statements are explained: the others are of the same shape."""


class Recorder(CommandListener):
    """Keeps the commands that are sent while it listens."""

    def __init__(self) -> None:
        self._kept: list[Command] | None = None

    @contextmanager
    def listening(self) -> Iterator[list[Command]]:
        """Keep what is sent in the block, as it can be explained outside of its session."""
        kept: list[Command] = []
        self._kept = kept
        try:
            yield kept
        finally:
            self._kept = None

    def started(self, event: CommandStartedEvent) -> None:
        """Keep a command, a bulk write as several."""
        if self._kept is not None and event.command_name in _EXPLAINABLE:
            self._kept.extend(_explainable(event.command_name, event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Take no notice."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Take no notice."""


def recording_client(server: EmbeddedMongod) -> tuple[MongoClient[dict[str, Any]], Recorder]:
    """Return a client of the server like its own, and what listens to it."""
    recorder = Recorder()
    client: MongoClient[dict[str, Any]] = MongoClient(
        server.uri, uuidRepresentation="standard", tz_aware=True, event_listeners=[recorder]
    )
    return client, recorder


def _explainable(name: str, command: Command) -> Iterator[Command]:
    kept = {key: value for key, value in command.items() if key not in _OF_THE_SESSION}
    statements = _STATEMENTS.get(name)
    if statements is None:
        yield kept
        return
    for statement in list(kept[statements])[:_MOST_STATEMENTS]:
        yield {**kept, statements: [statement]}
