"""Recaps of a day and of a month."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from hub.recap.daily import DailyRecap, daily
from hub.recap.monthly import Month, MonthlyRecap, monthly
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, to_json
from hub.web.guard import Office
from hub.web.office import FrontOffice
from hub.web.pages import parse_day

router = APIRouter(tags=["recaps"])

_NO_UNIT = "There is no such unit."
UnitText = Annotated[str, Query(max_length=10, description="This unit and those below it; empty: all.")]


@router.get("/recap/daily", summary="A day", operation_id="daily_recap", **answers(DailyRecap, e404=_NO_UNIT))
def answer_daily(
    office: Office,
    *,
    caller: Annotated[Caller, needs("recaps:read")],
    date: Annotated[str, Query(max_length=40, description="YYYY-MM-DD; empty: today.")] = "",
    unit: UnitText = "",
) -> Response:
    """A day of a unit and those below it, or of all that the caller may see."""
    unit_id = _unit(office, caller, unit)
    day = parse_day(date, office.today())
    if day is None:
        raise HTTPException(400, f"'{date[:40]}' is not a date: write YYYY-MM-DD.")
    return to_json(daily(office.database, day, unit_id))


@router.get("/recap/monthly", summary="A month", operation_id="monthly_recap", **answers(MonthlyRecap, e404=_NO_UNIT))
def answer_monthly(
    office: Office,
    *,
    caller: Annotated[Caller, needs("recaps:read")],
    month: Annotated[str, Query(max_length=40, description="YYYY-MM; empty: this month.")] = "",
    unit: UnitText = "",
) -> Response:
    """A month with the columns of Lampiran II."""
    unit_id = _unit(office, caller, unit)
    return to_json(monthly(office.database, Month.parse(month) if month else Month.of(office.today()), unit_id))


def _unit(office: FrontOffice, caller: Caller, text: str) -> int | None:
    """The unit that was asked for, else the caller's own; None: all of them."""
    if not text:
        return caller.unit_id
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    reach(office, caller, asked)
    return asked
