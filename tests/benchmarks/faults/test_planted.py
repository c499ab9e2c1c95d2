"""The runs notice what they are there to notice."""

from __future__ import annotations

import pytest

from benchmarks.faults.planted import BUGS
from benchmarks.faults.runs import first_caught, run_many

SEEDS = {"retire-on-puback": 1, "receipt-before-commit": 3, "no-key": 1, "kept-range": 1}
"""Near the first seed that notices each; `python -m benchmarks.faults --planted --runs 50` looks for it."""


@pytest.mark.parametrize("bug", sorted(BUGS))
def test_planted_mistake_is_noticed(bug: str) -> None:
    seed = SEEDS[bug]
    assert run_many([seed])["failed_seeds"] == []
    assert first_caught(bug, [seed]) == seed
