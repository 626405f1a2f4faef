"""What to do about a server that does not start or stops: the words of its log, and the advice for each."""

from __future__ import annotations

from pathlib import Path

from groundplan.base.errors import EngineFailed

Remedies = tuple[tuple[str, str], ...]
"""Words of an engine, each with what to do; `{base}` stands for the folder that the server's own lies in."""

COMMON: Remedies = (
    ("No space left on device", "free some disk space below {base}, or set TMPDIR to a folder on another disk"),
    ("Disk quota exceeded", "free some disk space below {base}, or set TMPDIR to a folder on another disk"),
    ("error while loading shared libraries", "install the library named, or pip install 'groundplan[engines]'"),
    ("Library not loaded", "install the library named, or pip install 'groundplan[engines]'"),  # macOS
    ("Cannot allocate memory", "free some memory: a server takes about 200 MB"),
    ("Address already in use", "another program took the port; run again"),
    ("Read-only file system", "set TMPDIR to a folder that can be written"),
    ("Permission denied", "see that the server's user may write below {base}, or set TMPDIR to a folder where it may"),
    ("Operation not permitted", "run as an ordinary user: this system does not let root give up its rights"),
)
"""What the operating system says, whatever the engine."""

_READ_THE_WORDS = "read the server's words; if they do not tell, report them with your operating system and its version"


def advise(words: str, *, folder: Path, remedies: Remedies) -> str:
    """Say what to do about a failure of the server in `folder`, by the first remedy whose words were said."""
    for sign, remedy in remedies:
        if sign in words:
            return remedy.format(base=folder.parent)
    return _READ_THE_WORDS


def is_out_of_disk(words: str) -> bool:
    """Tell whether the words of a log or of an error are those of a full disk."""
    return any(sign in words for sign in ("No space left on device", "Disk quota exceeded"))


def explain_failure(what: str, error: Exception, *, log: str, folder: Path, remedies: Remedies) -> EngineFailed:
    """Return what to raise where `error` ended the work with the server in `folder`: `what` it was, and what to do.

    The end of the server's log counts too: on a full disk it is often another error that arrives first.
    """
    words = f"{error}\n{log}"
    if is_out_of_disk(words):
        base = folder.parent
        return EngineFailed(
            f"the disk of {base} is full, so {what} could not go on",
            help=f"free some space below {base}, set TMPDIR to a folder on another disk, or take fewer --rows",
        )
    if isinstance(error, EngineFailed):
        return error
    return EngineFailed(f"{what} failed: {error}", help=advise(words, folder=folder, remedies=remedies))


def indent_tail(text: str, *, lines: int = 20) -> str:
    """Return the last lines of a log, set apart from the message around it."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
