"""What to do about PostgreSQL's own words; what the operating system says comes before them."""

from __future__ import annotations

from pathlib import Path

from groundplan.base.servers.troubles import COMMON, Remedies, advise

REMEDIES: Remedies = (
    ("could not map anonymous shared memory", "free some memory: a server takes about 200 MB"),
    ("could not resize shared memory segment", "give /dev/shm more room (docker run --shm-size=1g)"),
    ("unrecognized configuration parameter", "correct or leave out the setting named"),
    ("invalid value for parameter", "correct or leave out the setting named"),
    ("is outside the valid range for parameter", "correct or leave out the setting named"),
    ("configuration file contains errors", "correct or leave out the setting named"),
    ("could not access file", "leave out the library named, or use a PostgreSQL that has it"),
    *COMMON,
    ("too many clients", "close connections that nobody uses, or raise max_connections"),
    ("does not exist", "create what is named, or correct its name"),
    ("was terminated by signal 9", "free some memory: the system killed a server process"),
)


def advice(words: str, *, folder: Path) -> str:
    """Say what to do about a failure of the server in `folder`, from the words of its log or of the system."""
    return advise(words, folder=folder, remedies=REMEDIES)
