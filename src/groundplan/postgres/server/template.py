"""Data folders: `initdb` runs once per PostgreSQL and user, every later server starts from a copy of its work."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import secrets
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from groundplan.base.errors import EngineFailed
from groundplan.base.servers.account import Account
from groundplan.base.servers.cache import cache_folder, discard, keep
from groundplan.base.servers.troubles import indent_tail
from groundplan.postgres.server.address import SUPERUSER, Transport
from groundplan.postgres.server.binaries import Binaries
from groundplan.postgres.server.troubles import advice

# Zero pages must pass for empty ones, or the planner cannot be asked about tables that are not there; so no checksums.
_OPTIONS = ("--username", SUPERUSER, "--encoding", "UTF8", "--no-sync", "--no-data-checksums")

# C.UTF-8 of the C library and not the built-in one: to the planner it is a locale like those of production servers,
# where LIKE 'x%' does not use an ordinary index. Other systems than Linux do not have it.
_LOCALE = (
    ("--locale", "C.UTF-8")
    if sys.platform == "linux"
    else ("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
)

_INITDB_SECONDS = 300.0
_INVENTORY = "inventory"
_PASSWORD_FILE = "groundplan.password"  # noqa: S105 - a name


def lay_data_folder(target: Path, *, binaries: Binaries, account: Account, transport: Transport) -> str | None:
    """Fill `target` with a fresh cluster that belongs to the account; return the superuser's password, if there is one.

    Without a cache that can be written, `initdb` runs every time. Raises EngineFailed when `initdb` fails, OSError
    when the copy does.
    """
    template = _find_template(_template_name(binaries, transport))
    if template is None or not _copy_template(template, target, account):
        _initdb(target, binaries=binaries, account=account, transport=transport)
        if template is not None:
            with contextlib.suppress(OSError):
                keep(template, fill=partial(_store, target))
    return (target / _PASSWORD_FILE).read_text(encoding="ascii") if transport is Transport.LOOPBACK else None


def _find_template(name: str) -> Path | None:
    """Return where the template is or would be; None without a cache folder that we may enter."""
    with contextlib.suppress(OSError):
        cache = cache_folder()
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.R_OK | os.X_OK):
            return cache / name
    return None


def _template_name(binaries: Binaries, transport: Transport) -> str:
    """Name a template for all that its bytes depend on, and for the user who trusts them."""
    parts = [binaries.source, str(binaries.folder), platform.machine(), transport.value, *_OPTIONS, *_LOCALE]
    if sys.platform != "win32":
        parts.append(str(os.geteuid()))
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    return f"template-{binaries.version}-{digest}"


def _initdb(target: Path, *, binaries: Binaries, account: Account, transport: Transport) -> None:
    command = [binaries.program("initdb"), "--pgdata", target, *_OPTIONS, *_LOCALE]
    password_file = target.with_name(_PASSWORD_FILE)
    if transport is Transport.LOOPBACK:
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        account.give(password_file)
        command += ["--auth", "scram-sha-256", "--pwfile", password_file]
    else:
        command += ["--auth", "trust"]
    try:
        done = account.run(command, timeout=_INITDB_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise EngineFailed(
            f"initdb of PostgreSQL {binaries.version} did not finish in {_INITDB_SECONDS:.0f} seconds",
            help="see whether the disk or the machine is overloaded",
        ) from error
    if done.returncode != 0:
        said = f"{done.stdout}{done.stderr}".strip()
        raise EngineFailed(
            f"initdb of PostgreSQL {binaries.version} ({binaries.source}) failed, exit status {done.returncode}:\n"
            + indent_tail(said),
            help=advice(said, folder=target.parent),
        )
    if transport is Transport.LOOPBACK:
        password_file.rename(target / _PASSWORD_FILE)


def _store(data: Path, folder: Path) -> None:
    """Put a copy of a data folder into the cache, with the count of its files and bytes."""
    counts = _copy_tree(data, folder / "data", Account())
    (folder / _INVENTORY).write_text(counts, encoding="ascii")


def _copy_template(template: Path, target: Path, account: Account) -> bool:
    """Copy a template; tell whether it was there and whole.

    Cleaners of cache folders take single files, so the copy is counted, and a template with a gap is discarded.
    """
    if not template.is_dir():
        return False
    with contextlib.suppress(FileNotFoundError):
        expected = (template / _INVENTORY).read_text(encoding="ascii")
        if _copy_tree(template / "data", target, account) == expected:
            return True
    shutil.rmtree(target, ignore_errors=True)
    with contextlib.suppress(OSError):
        discard(template)
    return False


def _copy_tree(source: Path, target: Path, account: Account) -> str:
    """Copy folders and files, make the account their owner, and return their number and bytes as text."""
    folders = files = size = 0
    for folder, _, names in os.walk(source):
        copied = target / Path(folder).relative_to(source)
        copied.mkdir(mode=0o700)
        account.give(copied)
        folders += 1
        for name in names:
            copy = copied / name
            shutil.copyfile(Path(folder, name), copy)
            account.give(copy)
            files += 1
            size += copy.stat().st_size
    return f"{folders} folders, {files} files, {size} bytes"
