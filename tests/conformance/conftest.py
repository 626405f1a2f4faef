"""Cases made by others, read where they lie; `GROUNDPLAN_CORPORA` names another folder."""

import os
from pathlib import Path

import pytest

CORPORA = Path(os.environ.get("GROUNDPLAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


@pytest.fixture(scope="session")
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip(f"the outside cases are not at {CORPORA}")
    return CORPORA
