"""Today, the recap of a day, and that of a month."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.fleet.glance import KioskGlance, glance_at_kiosks
from hub.fleet.overview import KioskStatus, count_quarantined, open_alarms
from hub.recap.daily import daily
from hub.recap.monthly import Month, add_up, monthly
from hub.recap.overview import day_overview, pending_days
from hub.refusals.overview import count_open_refusals
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.homes import answerable_for
from hub.web.inbox import tasks_of
from hub.web.office import FrontOffice
from hub.web.pages import parse_day, render

router = APIRouter()

SILENT_AFTER = timedelta(minutes=5)
"""A kiosk says how it is every half minute or so; silent for so long, somebody should have a look."""


@router.get("/")
def show_today(request: Request, visitor: PageVisitor, office: Office, unit: str = "") -> Response:
    """Today by the units right below one; who may not see attendance begins at the kiosks, an employee
    at their own month."""
    if may(visitor.role, "own"):
        return RedirectResponse("/saya", 303)
    if not may(visitor.role, "recap"):
        return RedirectResponse("/kiosk", 303)
    with office.database.one_read():
        return _show_day(request, visitor, office, unit)


@router.get("/harian")
def show_daily(request: Request, visitor: PageVisitor, office: Office, date: str = "", unit: str = "") -> Response:
    require(visitor, "recap")
    choice = choose_unit(office, visitor, unit)
    day = parse_day(date, office.today())
    if day is None:
        raise HTTPException(400)
    recap = daily(office.database, day, choice.unit_id)
    return render(request, "daily.html", recap=recap, day=day, choice=choice, one_day=timedelta(days=1))


@router.get("/bulanan")
def show_monthly(request: Request, visitor: PageVisitor, office: Office, month: str = "", unit: str = "") -> Response:
    require(visitor, "recap")
    choice = choose_unit(office, visitor, unit)
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    recap = monthly(office.database, chosen, choice.unit_id)
    groups = [(unit_name, list(lines)) for unit_name, lines in groupby(recap.lines, key=lambda line: line.unit)]
    return render(
        request,
        "monthly.html",
        recap=recap,
        groups=[(name, lines, add_up(line.summary.lampiran_ii for line in lines)) for name, lines in groups],
        month=chosen,
        choice=choice,
    )


def is_silent(kiosk: KioskStatus | KioskGlance, office: FrontOffice) -> bool:
    """Whether a kiosk in use has not been heard for a while."""
    if kiosk.state != "active":
        return False
    return kiosk.heard_at is None or office.now() - kiosk.heard_at > SILENT_AFTER


def _show_day(request: Request, visitor: Visitor, office: FrontOffice, unit: str) -> Response:
    choice = choose_unit(office, visitor, unit)
    sees_fleet = may(visitor.role, "fleet")
    kiosks = glance_at_kiosks(office.database, choice.unit_id) if sees_fleet else []
    today = office.today()
    open_since = Month.of(today).shifted(-1)
    overview = day_overview(office.database, today, choice.unit_id)
    return render(
        request,
        "home.html",
        recap=overview,
        answerable=answerable_for(office, visitor, overview) if not unit else None,
        pending=pending_days(office.database, open_since.first, today - timedelta(days=1), choice.unit_id),
        open_since=open_since,
        choice=choice,
        asked_for=unit,
        tasks=tasks_of(office, visitor),
        kiosks=kiosks,
        silent=[kiosk.device for kiosk in kiosks if is_silent(kiosk, office)],
        alarms=len(open_alarms(office.database)) if sees_fleet and choice.may_see_all else 0,
        refusals=count_open_refusals(office.database, choice.unit_id) if may(visitor.role, "refusals") else 0,
        quarantined=count_quarantined(office.database) if sees_fleet and choice.may_see_all else 0,
    )
