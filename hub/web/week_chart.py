"""A policy's week as a drawing: seven columns over the hours, what is open, what is worked, what is rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.schedule.plan import DAY_MINUTES, DayPlan

HEIGHT: Final = 320
TOP: Final = 24
_LEAST, _MOST = 5 * 60, 19 * 60


@dataclass(frozen=True, slots=True)
class Bar:
    """kind: window, work or break. y, height: units of the drawing; words: from when to when."""

    kind: str
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """A weekday (0 is Monday); bars in the order in which they are drawn, none on a rest day. minutes: of work."""

    weekday: int
    bars: tuple[Bar, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class WeekChart:
    """lines: the hours, each with its place. columns: Monday first."""

    height: int
    lines: tuple[tuple[str, float], ...]
    columns: tuple[Column, ...]


def draw_week(week: Sequence[DayPlan | None]) -> WeekChart:
    """The drawing of a week; from five to nineteen o'clock, or as far as its windows reach."""
    minutes = [minute for plan in week if plan is not None for minute in (plan.opens, plan.closes)]
    begins = min([_LEAST, *minutes]) // 60 * 60
    ends = -(-max([_MOST, *minutes]) // 60) * 60
    scale = (HEIGHT - TOP) / (ends - begins)

    def bar(kind: str, start: int, end: int) -> Bar:
        return Bar(
            kind, round(TOP + (start - begins) * scale, 1), round(max(2.0, (end - start) * scale), 1), _span(start, end)
        )

    columns = []
    for weekday, plan in enumerate(week):
        bars: list[Bar] = []
        if plan is not None:
            bars = [*(bar("window", *window) for window in _windows(plan)), bar("work", plan.in_due, plan.out_due)]
            if plan.break_ is not None:
                bars.append(bar("break", *plan.break_))
        columns.append(Column(weekday, tuple(bars), plan.work_minutes if plan is not None else 0))
    hours = range(begins, ends + 1, 120)
    return WeekChart(
        HEIGHT, tuple((_clock(hour), round(TOP + (hour - begins) * scale, 1)) for hour in hours), tuple(columns)
    )


def _windows(plan: DayPlan) -> list[tuple[int, int]]:
    """When punches count: of arrival and departure as one, of more sessions each for itself."""
    if len(plan.sessions) == 2:
        return [(plan.opens, plan.closes)]
    return [(each.opens or plan.opens, each.closes or plan.closes) for each in plan.sessions]


def _span(start: int, end: int) -> str:
    return f"{_clock(start)}–{_clock(end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}.{minute % 60:02d}" + ("+" if minute >= DAY_MINUTES else "")
