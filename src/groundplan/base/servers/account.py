"""Who runs a server: ourselves, or `nobody` when we are root, because no database server should run as root."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundplan.base.errors import EngineFailed

UNPRIVILEGED = "nobody"

_EXECUTE = stat.S_IXOTH
_WRITE = stat.S_IWOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user and group of the server's processes; None stands for our own."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> tuple[int, ...] | None:
        """The supplementary groups: none at all for another account, our own for ourselves."""
        return None if self.user is None else ()

    def may_enter(self, folder: Path) -> bool:
        """Tell whether the account may go through every folder on the way to `folder` and into it."""
        if self.user is None:
            return os.access(folder, os.R_OK | os.X_OK)
        resolved = folder.resolve()
        return all(self._is_allowed(_EXECUTE, step) for step in (resolved, *resolved.parents))

    def may_write(self, folder: Path) -> bool:
        """Tell whether the account may make and remove files in `folder`, where it may enter it."""
        return os.access(folder, os.W_OK) if self.user is None else self._is_allowed(_WRITE, folder)

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder that we made."""
        if sys.platform != "win32" and self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def run(self, command: Sequence[str | Path], *, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, in a clean environment, and capture what it says.

        Raises OSError where the account may not run it, subprocess.TimeoutExpired after `timeout` seconds.
        """
        return subprocess.run(
            command,
            user=self.user,
            group=self.group,
            extra_groups=self.extra_groups,
            cwd=Path(command[0]).anchor,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def _is_allowed(self, permission: int, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.user:
            return bool(found.st_mode & permission << 6)
        if found.st_gid == self.group:
            return bool(found.st_mode & permission << 3)
        return bool(found.st_mode & permission)


def server_account() -> Account:
    """Choose the account for the server's processes.

    Raises EngineFailed when we are root and the system has no unprivileged user to run the server as.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return Account()
    import pwd

    try:
        found = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise EngineFailed(
            f'a database server does not run as root, and this system has no user "{UNPRIVILEGED}" to run it as',
            help="run as an ordinary user, or add the user",
        ) from error
    return Account(user=found.pw_uid, group=found.pw_gid)


def clean_environment() -> dict[str, str]:
    """Return our environment without what steers an engine's programs or the language of their messages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}
