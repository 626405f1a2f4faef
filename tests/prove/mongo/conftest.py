"""One loaded shop for all tests of the folder; what they change they put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .workshop import Shop, open_shop


@pytest.fixture(scope="package")
def shop(postgres_server, mongo_server) -> Iterator[Shop]:
    with open_shop(postgres_server, mongo_server, largest=1500) as found:
        yield found
