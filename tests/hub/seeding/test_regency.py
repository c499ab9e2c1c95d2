"""Units of a regency that does not exist."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from hub.seeding.regency import Kind, plan_units


@pytest.mark.parametrize("employees", [40, 200, 1000, 20_000])
def test_units_grow_with_people_and_are_of_every_kind(employees: int) -> None:
    units = plan_units(random.Random(1), employees)
    assert sum(unit.people for unit in units) == employees
    assert {"agency", "school", "hospital", "ward", "points", "sessions"} <= {unit.kind for unit in units}
    assert {unit.kind for unit in units} <= set(get_args(Kind))
    assert len({unit.name for unit in units}) == len({unit.short for unit in units}) == len(units)
    assert min(unit.people for unit in units) >= 3
    if employees >= 200:
        assert all(10 <= unit.people <= 45 for unit in units)


def test_every_unit_comes_after_the_one_above_it() -> None:
    seen: set[str] = set()
    for unit in plan_units(random.Random(2), 5000):
        assert unit.above is None or unit.above in seen
        seen.add(unit.short)
