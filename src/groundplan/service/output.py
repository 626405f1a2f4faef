"""Output folders: replaced whole or not at all, and never on top of somebody else's files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from groundplan.base.errors import OutputRefused

MANIFEST = ".groundplan.json"
"""The list of files that a design folder holds; what is not on it is not ours to remove."""


def check_output(folder: Path) -> None:
    """Refuse, before any long work, a folder that `write_output` would refuse.

    Raises OutputRefused where the path is a file, cannot be written, or holds files that no design of ours put there.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputRefused(f"{folder} is not a folder", help="name a folder that is empty or not there yet")
    if folder.exists():
        strangers = _strangers(folder)
        if strangers:
            shown = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5} more" if len(strangers) > 5 else "")
            raise OutputRefused(
                f"{folder} holds files that no design put there: {shown}",
                help="name another folder with --out, or move these files away",
            )
    parent = _existing_parent(folder)
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise OutputRefused(
            f"{parent} cannot be written: {error.strerror}", help="name a folder that you may write, with --out"
        ) from error


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
        raise OutputRefused(
            f"{folder} could not be written: {error.strerror}", help="free disk space or name another folder with --out"
        ) from error
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


def _strangers(folder: Path) -> list[str]:
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    if not found:
        return []
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        ours = {MANIFEST, *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return found
    return [name for name in found if name not in ours]


def _existing_parent(folder: Path) -> Path:
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
