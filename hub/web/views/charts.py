"""Charts, drawn by the server, each with its numbers in a table."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a parameter of the address has the name
from datetime import timedelta
from typing import Final

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.attendance.explanation import clock
from hub.recap.charts import MOST_PAID, Arrivals, arrivals, month_figures, part_timers, pay_effect
from hub.recap.monthly import Month
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.pages import language_of, parse_day, render

router = APIRouter()

_QUARTER: Final = 15
_ROOM: Final = 20
"""Minutes that are shown before the first and after the last arrival."""
_HALF_HOUR: Final = 30


class Bar(msgspec.Struct, frozen=True):
    """A minute with arrivals; left, width, on_time, late: percent of the drawing's width and height."""

    left: float
    width: float
    on_time: float
    late: float


class ArrivalChart(msgspec.Struct, frozen=True, kw_only=True):
    """bars: by the minute; most: people of the tallest; hours, due: (percent, words). quarters: (from, on time, late)
    of each quarter of an hour; on_time, late: of all."""

    bars: tuple[Bar, ...]
    most: int
    hours: tuple[tuple[float, str], ...]
    due: tuple[tuple[float, str], ...]
    quarters: tuple[tuple[str, int, int], ...]
    on_time: int
    late: int


@router.get("/grafik")
def show_charts(
    request: Request, visitor: PageVisitor, office: Office, *, unit: str = "", month: str = "", date: str = ""
) -> Response:
    """Arrivals of a day, and a month of a unit by the units right below it."""
    require(visitor, "recap")
    choice = choose_unit(office, visitor, unit)
    today = office.today()
    try:
        chosen = Month.parse(month) if month else Month.of(today)
    except BadInputError as error:
        raise HTTPException(400) from error
    day = parse_day(date, last_weekday(min(max(today, chosen.first), chosen.last)))
    if day is None:
        raise HTTPException(400)
    indonesian = language_of(request).code == "id"
    database, scope = office.database, choice.unit_id
    return render(
        request,
        "charts.html",
        choice=choice,
        month=chosen,
        day=day,
        one_day=timedelta(days=1),
        arrivals=draw_arrivals(arrivals(database, day, scope), indonesian=indonesian),
        figures=month_figures(database, chosen, scope),
        part_timers=part_timers(database, chosen.last, scope),
        pay=pay_effect(database, chosen, scope),
        most_paid=MOST_PAID,
    )


def last_weekday(day: Date) -> Date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def draw_arrivals(found: Arrivals, *, indonesian: bool) -> ArrivalChart | None:
    """Bars on a line of time; None when nobody came."""
    minutes = sorted(found.on_time.keys() | found.late.keys())
    if not minutes:
        return None
    low = min((minutes[0], *found.due)) - _ROOM
    high = max((minutes[-1], *found.due)) + _ROOM
    most = max(found.on_time.get(minute, 0) + found.late.get(minute, 0) for minute in minutes)

    def at(minute: float) -> float:
        return round(100 * (minute - low) / (high - low), 3)

    def words(minute: int) -> str:
        said = clock(minute)
        return said.id if indonesian else said.en

    step = next(each for each in (_HALF_HOUR, 60, 120, 240, 480) if (high - low) / each <= 6 or each == 480)
    quarters = {minute // _QUARTER * _QUARTER for minute in minutes}
    return ArrivalChart(
        bars=tuple(
            Bar(
                at(minute),
                round(at(minute + 1) - at(minute), 3),
                round(100 * found.on_time.get(minute, 0) / most, 2),
                round(100 * found.late.get(minute, 0) / most, 2),
            )
            for minute in minutes
        ),
        most=most,
        hours=tuple((at(minute), words(minute)) for minute in range(-(-low // step) * step, high + 1, step)),
        due=tuple((at(minute + 1), words(minute)) for minute in found.due),
        quarters=tuple(
            (
                words(first),
                sum(found.on_time.get(minute, 0) for minute in range(first, first + _QUARTER)),
                sum(found.late.get(minute, 0) for minute in range(first, first + _QUARTER)),
            )
            for first in sorted(quarters)
        ),
        on_time=sum(found.on_time.values()),
        late=sum(found.late.values()),
    )
