"""What outlives a run: folders that are made once, shown only when whole, and found again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from groundplan.base.servers.account import Account

SHARED_CACHE = Path("/var/cache/groundplan")

_ABANDONED_SECONDS = 3600.0


def cache_folder() -> Path:
    """Return the folder for what we keep between runs: `GROUNDPLAN_CACHE`, else below the user's cache folder.

    Raises FileNotFoundError for a user without a home folder.
    """
    if chosen := os.environ.get("GROUNDPLAN_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "groundplan"
    # The XDG base directory specification: a relative path is invalid and ignored.
    if (base := os.environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return Path(base) / "groundplan"
    try:
        return Path.home() / ".cache" / "groundplan"
    except RuntimeError as error:
        raise FileNotFoundError("the user has no home folder to cache in; GROUNDPLAN_CACHE may name one") from error


def open_cache_folder(account: Account) -> Path:
    """Return a cache folder that the account may enter: root's own is often closed to everybody else.

    Raises OSError where there is none.
    """
    with contextlib.suppress(OSError):
        ours = cache_folder()
        ours.mkdir(parents=True, exist_ok=True)
        if account.may_enter(ours):
            return ours
    SHARED_CACHE.mkdir(parents=True, exist_ok=True)
    SHARED_CACHE.chmod(0o755)
    return SHARED_CACHE


def keep(target: Path, *, fill: Callable[[Path], None]) -> Path:
    """Return the folder `target`; when it is not there, `fill` makes it under another name first.

    Runs that make the same folder at once do not meet: the first to finish gives it the name, the others throw
    theirs away. Raises OSError where the cache cannot be written.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    sibling = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fill(sibling)
        sibling.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(sibling, ignore_errors=True)
    return target


def _sweep(target: Path) -> None:
    """Remove what runs that were killed left of the same folder; no run takes an hour to make one."""
    for sibling in target.parent.glob(f".{target.name}-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - sibling.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(sibling, ignore_errors=True)


def discard(target: Path) -> None:
    """Take a folder out of the cache in one step, so that nobody finds half of it."""
    grave = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    with contextlib.suppress(FileNotFoundError):
        target.rename(grave / target.name)
    shutil.rmtree(grave, ignore_errors=True)
