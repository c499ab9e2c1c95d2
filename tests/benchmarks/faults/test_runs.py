"""A few seeds of the fault runs, and that a seed always gives the same."""

from __future__ import annotations

import pytest

from benchmarks.faults.plan import draw_plan
from benchmarks.faults.runs import run_many

from .seeds import HELD, NOTICING


def test_nothing_is_lost_doubled_or_counted_otherwise() -> None:
    found = run_many(sorted({2, *NOTICING.values(), *HELD}))
    assert found["failed_seeds"] == []
    assert (found["lost"], found["doubled"], found["days_differ"]) == (0, 0, 0)
    assert found["punches"] > 100
    assert found["kills"]


def test_same_seed_gives_the_same_result() -> None:
    assert run_many([7]) == run_many([7])


def test_plans_of_two_seeds_differ() -> None:
    assert draw_plan(1) == draw_plan(1)
    assert draw_plan(1) != draw_plan(2)


@pytest.mark.parametrize("seed", range(3))
def test_plan_without_faults_has_none(seed: int) -> None:
    plan = draw_plan(seed, kinds=())
    assert plan.faults == ()
    assert plan.punches
