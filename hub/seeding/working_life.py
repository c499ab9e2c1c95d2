"""Pure: when people punch on a working day, whatever its hours: mostly in time, some late, early, or forgetful."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from hub.schedule.plan import DayPlan

_FORGETS: Final = 0.012
_MISSES_MIDDLE: Final = 0.04
_BESIDE_WINDOW: Final = 0.003
"""How often somebody comes before the first window opens, or leaves after the last has closed."""


@dataclass(frozen=True, slots=True)
class Habit:
    """ahead_min: how many minutes before the due time somebody usually comes. late, early: chance of either a day."""

    ahead_min: float
    late: float
    early: float


def invent_habit(dice: random.Random) -> Habit:
    """Most are seldom late; one in twelve often."""
    often = dice.random() < 1 / 12
    return Habit(
        ahead_min=max(4.0, dice.gauss(19, 8)),
        late=0.25 if often else dice.uniform(0.01, 0.07),
        early=0.12 if often else dice.uniform(0.005, 0.035),
    )


def punch_minutes(dice: random.Random, plan: DayPlan, habit: Habit, *, complete: bool = False) -> list[float]:
    """Minutes from the work date's midnight, in order. complete: nothing is forgotten on this day."""
    sessions = plan.sessions
    found = []
    if complete or dice.random() > _FORGETS:
        found.append(_arrival(dice, plan, habit))
    for session in sessions[1:-1]:
        if session.opens is None or session.closes is None or (not complete and dice.random() < _MISSES_MIDDLE):
            continue
        found.append(dice.uniform(session.opens + 1, session.closes))
    if complete or dice.random() > _FORGETS:
        found.append(_departure(dice, plan, habit))
    return found


def _arrival(dice: random.Random, plan: DayPlan, habit: Habit) -> float:
    opens = plan.sessions[0].opens
    if dice.random() < habit.late:
        return plan.in_due + 1 + min(100.0, dice.expovariate(1 / 14))
    if opens is not None and dice.random() < _BESIDE_WINDOW:
        return opens - dice.uniform(3, 25)
    minute = plan.in_due - habit.ahead_min + dice.gauss(0, 6)
    return minute if opens is None else max(opens + dice.random(), minute)


def _departure(dice: random.Random, plan: DayPlan, habit: Habit) -> float:
    closes = plan.sessions[-1].closes
    if dice.random() < habit.early:
        half = (plan.in_due + plan.out_due) / 2
        return max(half + 1, plan.out_due - min(110.0, 1 + dice.expovariate(1 / 25)))
    if closes is not None and dice.random() < _BESIDE_WINDOW:
        return closes + dice.uniform(3, 40)
    minute = plan.out_due + 1 + abs(dice.gauss(6, 9))
    return minute if closes is None else min(closes - dice.random(), minute)
