"""The folder of one server: for its files, its log and its socket, gone with the server."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from groundplan.base.errors import EngineFailed
from groundplan.base.servers.account import Account

LOG_FILE = "server.log"
"""What the server says, in its folder."""

DATA_FOLDER = "data"
"""The server's own files, in its folder."""

# sun_path holds 104 bytes on macOS and 108 on Linux; our folder's name and `.s.PGSQL.5432.lock` take 40 of them.
_LONGEST_BASE = 60


def make_server_folder(account: Account) -> Path:
    """Make the folder for a server: its path is short enough for a socket, and only the account may enter.

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
        f"no temporary folder serves a database server; tried {' and '.join(map(str, bases))}",
        help=f"set TMPDIR to a folder whose path has at most {_LONGEST_BASE} bytes and that everybody may write to",
    )


def read_log(folder: Path, *, lines: int) -> str:
    """Return the last lines of a server's log; nothing once its folder is gone."""
    try:
        log = (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(log.splitlines()[-lines:])
