"""Output folders: replaced whole or not at all, and never on top of somebody else's files."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath

from groundplan.base.errors import OutputRefused

MANIFEST = ".groundplan.json"
"""The list of files that a design folder holds; what is not on it is not ours to remove."""

SHOWN_STRANGERS = 5
"""How many files of others a refusal names."""


def check_output(folder: Path) -> None:
    """Refuse, before any long work, a folder that `write_output` would refuse.

    Raises OutputRefused where the path is a file, cannot be written, holds files that no design of ours put there, or
    is a folder that somebody stands in: it is replaced whole, and its name would then lead elsewhere than they are.
    """
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise OutputRefused(f"{folder} is not a folder", help="name a folder that is empty or not there yet")
        (folder.parent / f".{folder.name}.12345678").exists()  # a name too long for the hidden folder is refused here
        is_under_us = Path.cwd().is_relative_to(folder.resolve())
        strangers = list(islice(_strangers(folder), SHOWN_STRANGERS + 1))
    except OSError as error:
        raise _refusal(folder, error, what="cannot be used") from error
    if strangers:
        shown = ", ".join(strangers[:SHOWN_STRANGERS]) + (", …" if len(strangers) > SHOWN_STRANGERS else "")
        raise OutputRefused(
            f"{folder} holds files that no design put there: {shown}",
            help="name another folder with --out, or move these files away",
        )
    if is_under_us:
        raise OutputRefused(
            f"{folder} is the folder you are in, which cannot be replaced", help="name one inside it: --out design"
        )
    parent = _existing_parent(folder)
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise _refusal(parent, error, what="cannot be written") from error


def write_output(folder: Path, files: Mapping[str, str]) -> None:
    """Put `files` (path with forward slashes to text) in `folder`, in place of the design that was there.

    The files are written to a hidden folder beside it first, then the folders change places. Raises OutputRefused.
    """
    check_output(folder)
    staging: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        _fill(staging, files)
        _change_places(staging, folder)
    except OSError as error:
        raise _refusal(folder, error, what="could not be written") from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _fill(staging: Path, files: Mapping[str, str]) -> None:
    listing = {**files, MANIFEST: json.dumps({"version": 1, "files": sorted(files)}, indent=2) + "\n"}
    for name, text in sorted(listing.items()):
        target = staging / PurePosixPath(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for place in (staging, *(path for path in staging.rglob("*") if path.is_dir())):
        place.chmod(0o777 & ~_umask())


def _change_places(staging: Path, folder: Path) -> None:
    if not folder.exists():
        staging.rename(folder)
        return
    retired = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        folder.rename(retired / "old")
        try:
            staging.rename(folder)
        except BaseException:
            (retired / "old").rename(folder)
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)


def _strangers(folder: Path) -> Iterator[str]:
    """Yield what is in a folder and not ours, as far as the caller wants to know."""
    if not folder.exists():
        return
    ours = _ours(folder)
    pending = [folder]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            name = path.relative_to(folder).as_posix()
            if path.is_dir() and not path.is_symlink():
                pending.append(path)
            elif name not in ours:
                yield name


def _ours(folder: Path) -> set[str]:
    """Return the files that the folder's manifest lists; none where it has no manifest that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {MANIFEST, *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _refusal(place: Path, error: OSError, *, what: str) -> OutputRefused:
    help_ = "free disk space, or name another folder with --out"
    if error.errno != errno.ENOSPC:
        help_ = "name a folder that you may write, with --out"
    return OutputRefused(f"{place} {what}: {error.strerror}", help=help_)


def _existing_parent(folder: Path) -> Path:
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
