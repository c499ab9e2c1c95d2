"""The runs notice what they are there to notice."""

from __future__ import annotations

import pytest

from benchmarks.faults.planted import BUGS
from benchmarks.faults.runs import first_caught

from .seeds import NOTICING


@pytest.mark.parametrize("bug", sorted(BUGS))
def test_planted_mistake_is_noticed(bug: str) -> None:
    seed = NOTICING[bug]
    assert first_caught(bug, [seed]) == seed
