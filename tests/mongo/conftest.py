"""Readers of what groundplan writes for MongoDB: mongosh and tsc."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from groundplan.mongo.server import EmbeddedMongod

NODE_MODULES = Path(__file__).parents[2] / ".node" / "node_modules"
"""Readers of what groundplan writes that are not groundplan, as `make test` installs them."""

Shell = Callable[[Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of installed Node packages; without it tests are skipped, in CI they fail."""
    if not (NODE_MODULES / ".bin" / "mongosh").exists():
        message = "mongosh and tsc are not installed: run make test where npm is"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return NODE_MODULES


@pytest.fixture
def mongosh(
    node_modules: Path, mongo_server: EmbeddedMongod, mongo_database: Database[dict[str, Any]], tmp_path: Path
) -> Shell:
    """Runs a script in mongosh against the database of the test."""

    def run(script: Path) -> subprocess.CompletedProcess[str]:
        host, port = next(iter(mongo_server.client.nodes))
        return subprocess.run(
            [
                node_modules / ".bin" / "mongosh",
                f"mongodb://{host}:{port}/{mongo_database.name}?directConnection=true",
                "--quiet",
                "--norc",
                "--file",
                script,
            ],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
