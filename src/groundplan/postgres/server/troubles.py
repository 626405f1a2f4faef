"""What to do about a server that does not start or stops: the words of its log, and the advice for each."""

from __future__ import annotations

from pathlib import Path

_ADVICE = (
    ("No space left on device", "free some disk space below {base}, or set TMPDIR to a folder on another disk"),
    ("Disk quota exceeded", "free some disk space below {base}, or set TMPDIR to a folder on another disk"),
    ("error while loading shared libraries", "install the library named, or pip install 'groundplan[engines]'"),
    ("Library not loaded", "install the library named, or pip install 'groundplan[engines]'"),  # macOS
    ("could not map anonymous shared memory", "free some memory: a server takes about 200 MB"),
    ("Cannot allocate memory", "free some memory: a server takes about 200 MB"),
    ("could not resize shared memory segment", "give /dev/shm more room (docker run --shm-size=1g)"),
    ("unrecognized configuration parameter", "correct or leave out the setting named"),
    ("invalid value for parameter", "correct or leave out the setting named"),
    ("is outside the valid range for parameter", "correct or leave out the setting named"),
    ("configuration file contains errors", "correct or leave out the setting named"),
    ("could not access file", "leave out the library named, or use a PostgreSQL that has it"),
    ("Address already in use", "another program took the port; run again"),
    ("Read-only file system", "set TMPDIR to a folder that can be written"),
    ("Permission denied", "see that the server's user may write below {base}, or set TMPDIR to a folder where it may"),
    ("Operation not permitted", "run as an ordinary user: this system does not let root give up its rights"),
    ("too many clients", "close connections that nobody uses, or raise max_connections"),
    ("does not exist", "create what is named, or correct its name"),
    ("was terminated by signal 9", "free some memory: the system killed a server process"),
)


def advice(words: str, *, folder: Path) -> str:
    """Say what to do about a failure of the server in `folder`, from the words of its log or of the system."""
    for sign, remedy in _ADVICE:
        if sign in words:
            return remedy.format(base=folder.parent)
    return "read the server's words; if they do not tell, report them with your operating system and its version"


def is_out_of_disk(words: str) -> bool:
    """Tell whether the words of a log or of an error are those of a full disk."""
    return any(sign in words for sign in ("No space left on device", "Disk quota exceeded"))


def indent_tail(text: str, *, lines: int = 20) -> str:
    """Return the last lines of a log, set apart from the message around it."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
