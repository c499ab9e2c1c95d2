"""When invented people punch."""

from __future__ import annotations

import random
from datetime import date

import pytest

from hub.schedule.in_force import load_preset, read_plan
from hub.schedule.plan import DayPlan
from hub.seeding.hours import SHIFTS
from hub.seeding.working_life import invent_habit, punch_minutes


def plan_of(policy: str, day: date = date(2026, 3, 2)) -> DayPlan:
    plan = load_preset(policy).plan_of_weekday(day.weekday())
    assert plan is not None
    return plan


PLANS = {
    "two sessions": plan_of("jember-5"),
    "four sessions": plan_of("kutim-4"),
    "night": read_plan(SHIFTS["M"] or {}),
    "slot": read_plan({"in": "12:00", "out": "16:00", "quota_min": 240}),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_whole_day_has_a_punch_for_every_session_in_order(plan: DayPlan) -> None:
    dice = random.Random(1)
    for _ in range(500):
        minutes = punch_minutes(dice, plan, invent_habit(dice), complete=True)
        assert len(minutes) == len(plan.sessions)
        assert minutes == sorted(minutes)


def test_most_come_in_time_and_some_late_early_or_not_twice() -> None:
    dice, plan = random.Random(1), PLANS["two sessions"]
    days = [punch_minutes(dice, plan, invent_habit(dice)) for _ in range(2000)]
    whole = [minutes for minutes in days if len(minutes) == 2]
    assert 0.95 < len(whole) / len(days) < 0.995
    assert 0.02 < sum(int(first) > plan.in_due for first, _ in whole) / len(whole) < 0.12
    assert 0.01 < sum(int(last) < plan.out_due for _, last in whole) / len(whole) < 0.08
