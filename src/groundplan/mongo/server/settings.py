"""How a throwaway mongod is run: small, without waiting for the disk, and with every feature that designs use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REPLICA_SET = "groundplan"
"""The name of the replica set of one node: transactions and change streams ask for one."""

HOST = "127.0.0.1"

OPTIONS = (
    *("--bind_ip", HOST),
    "--nounixsocket",
    *("--replSet", REPLICA_SET),
    *("--oplogSize", "64"),
    *("--wiredTigerCacheSizeGB", "0.5"),
    *("--wiredTigerEngineConfigString", "log=(file_max=8MB,prealloc=false)"),
)

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "diagnosticDataCollectionEnabled": "false",
        "ttlMonitorSleepSecs": "1",  # expiry is watched, and nobody waits a minute for it
    }
)


def command_options(*, data_folder: str, log_file: str, port: int) -> tuple[str, ...]:
    """Return the options of one server's command line."""
    parameters = (part for name, value in PARAMETERS.items() for part in ("--setParameter", f"{name}={value}"))
    where = ("--dbpath", data_folder, "--port", str(port), "--logpath", log_file, "--logappend")
    return (*where, *OPTIONS, *parameters)


def replica_set_configuration(*, port: int) -> dict[str, object]:
    """Return what `replSetInitiate` takes; a majority is asked for by default and does not wait for the journal."""
    return {
        "_id": REPLICA_SET,
        "version": 1,
        "members": [{"_id": 0, "host": f"{HOST}:{port}"}],
        "writeConcernMajorityJournalDefault": False,
    }
