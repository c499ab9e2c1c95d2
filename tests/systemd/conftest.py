"""An office whose broker runs as shipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.shipped_broker import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    made.broker.start()
    yield made
    made.broker.kill()
