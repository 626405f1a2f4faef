"""Running the command as a process, as people do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("groundplan"))

SMALL = """\
plan: notes
targets: {postgres: 18}
entities:
  User:
    rows: {now: 1K}
    lifecycle: {delete: soft}
    attributes: {email: email unique, name: text(80)}
  Note:
    rows: {now: 20K}
    attributes: {title: text(200), body: text ~200B, is_pinned: bool = false}
relationships:
  Note.owner > User: {inverse: notes, on_delete: cascade}
access:
  my_notes: {read: Note, where: owner = :owner, order: created_at desc, page: 20, target: 200ms}
  write:    {insert: Note}
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `groundplan` in a folder of its own."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def small_plan(tmp_path: Path) -> Path:
    file = tmp_path / "notes.plan.yaml"
    file.write_text(SMALL)
    return file
