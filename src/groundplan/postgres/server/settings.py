"""The server's settings: fast and even-tempered, because its data is thrown away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from groundplan.postgres.server.address import Address

THROWAWAY_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "autovacuum": "off",  # statistics change only when somebody asks
        "checkpoint_timeout": "1d",
        "cluster_name": "groundplan",
        "fsync": "off",
        "full_page_writes": "off",
        "jit": "off",  # not every build has it, and plans must not differ
        "log_checkpoints": "off",
        "log_destination": "stderr",
        "log_timezone": "UTC",
        "logging_collector": "off",
        "max_wal_senders": "0",
        "shared_buffers": "128MB",
        "synchronous_commit": "off",
        "timezone": "UTC",
        "wal_level": "minimal",
    }
)
"""`work_mem` is not among them: at its default, a sort that would spill is seen to spill."""

_NAME = re.compile(r"[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)?", re.IGNORECASE)
_RESERVED = frozenset({"data_directory", "listen_addresses", "port", "unix_socket_directories"})


def check_settings(settings: Mapping[str, str]) -> None:
    """Raise ValueError for a name that is no setting's, or is the driver's own to set."""
    for name in settings:
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" is not the name of a PostgreSQL setting')
        if name.lower() in _RESERVED:
            raise ValueError(f'the setting "{name}" belongs to the driver; `transport` chooses how clients connect')


def write_settings(data_folder: Path, settings: Mapping[str, str], *, address: Address) -> None:
    """Append the settings to the configuration file, where the last one of a name wins (manual 19.1.2)."""
    chosen = {**THROWAWAY_SETTINGS, **settings, **address.settings()}
    lines = "".join(f"{name} = {_quote(value)}\n" for name, value in chosen.items())
    with (data_folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"\n# groundplan\n{lines}")


def _quote(value: str) -> str:
    # Inside quotes the server reads \n and \\ as C does (guc-file.l); a line break itself would end the setting.
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"
