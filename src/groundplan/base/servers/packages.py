"""Programs that come with a Python package, found without importing the package."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import stat
from pathlib import Path


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package, None where it is not installed."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def distributed_file(distribution: str, path: str) -> Path | None:
    """Return a file that a distribution brings, by its path below `site-packages`; None where there is none."""
    try:
        found = Path(str(importlib.metadata.distribution(distribution).locate_file(path)))
    except importlib.metadata.PackageNotFoundError:
        return None
    return found if found.is_file() else None


def with_version(distribution: str) -> str:
    """Return the name of a distribution and its version, or the name alone where it is not installed."""
    try:
        return f"{distribution} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return distribution


def open_to_all(folder: Path) -> None:
    """Let everybody read the folder, and run what its owner may run."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
