"""Holidays, joint leave and circulars: a year as a page, files in and out, each by its decree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.attendance.dirty import mark_affected
from hub.errors import PaperError, PolicyError
from hub.recap.exports import csv_of
from hub.schedule.calendar_book import circulars, days_off
from hub.schedule.decisions import (
    Author,
    HolidayLine,
    add_holidays,
    add_override,
    withdraw_holiday,
    withdraw_override,
)
from hub.schedule.files import parse_calendar
from hub.schedule.weekdays import parse_weekday
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.language import Language
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.uploads import MAX_TABLE_BYTES, read_table_upload
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/kalender"
Year = Annotated[int, Query(ge=1900, le=2999)]
_HEADINGS: Final = ("Tanggal", "Nama", "Jenis", "Keputusan", "Unit")
_LONGEST: Final = 200
_PARTS: Final = {
    "days": "calendar.weekdays",
    "in_opens": "schedule.in_opens",
    "in_due": "calendar.in_due",
    "out_due": "calendar.out_due",
    "out_closes": "schedule.out_closes",
    "break": "schedule.break",
}
"""What the hours of a circular are made of, and the phrase of each."""
_WORD: Final = re.compile(r"[A-Za-z_']+")
_CLOCK: Final = re.compile(r"\b(\d\d):(\d\d)\b")


@dataclass(frozen=True, slots=True)
class Written:
    """A form's fields, word for word."""

    decree: Annotated[str, Form(max_length=_LONGEST)] = ""
    unit: Annotated[str, Form()] = ""
    name: Annotated[str, Form(max_length=_LONGEST)] = ""
    first: Annotated[str, Form()] = ""
    last: Annotated[str, Form()] = ""
    weekdays: Annotated[str, Form(max_length=_LONGEST)] = ""
    in_due: Annotated[str, Form(max_length=5)] = ""
    out_due: Annotated[str, Form(max_length=5)] = ""


@router.get(PAGE)
def show_year(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    year: Year | None = None,
    selesai: str = "",
    jumlah: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    require(visitor, "recap")
    done = selesai if selesai in ("impor", "tarik", "edaran") else ""
    return _show(request, visitor, office, year or office.today().year, done=done, count=jumlah)


@router.get("/unduh/libur.csv")
def download_year(visitor: PageVisitor, office: Office, year: Year | None = None) -> Response:
    """The days off of a year, with the headings that an import knows."""
    require(visitor, "recap")
    chosen = year or office.today().year
    with office.database.read() as session:
        rows = [(str(line.day), line.name, line.kind, line.decree, line.unit) for line in days_off(session, chosen)]
    headers = {"Content-Disposition": f'attachment; filename="libur-{chosen}.csv"'}
    return Response(csv_of([_HEADINGS, *rows], bom=True), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(PAGE + "/impor", dependencies=[Depends(check_form)])
def import_file(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    written: Annotated[Written, Depends()],
    *,
    file: Annotated[UploadFile | None, File()] = None,
    deed: Annotated[str, Form()] = "",
) -> Response:
    """Read a calendar, and put its days on record when that is asked for; days that are there stay as they are."""
    _require_change(visitor)
    note(act="holidays.import" if deed == "simpan" else "holidays.check")
    unit_id = choose_unit(office, visitor, written.unit).unit_id
    try:
        lines = parse_calendar(*read_table_upload(file))
        if deed != "simpan":
            return _show(request, visitor, office, lines[0].day.year, written=written, found=lines)
        author = Author(name=visitor.username, at=office.now())
        with office.database.write() as session:
            new, affected = add_holidays(session, lines, decree=written.decree, unit_id=unit_id, author=author)
            if affected is not None:
                mark_affected(session.connection(), affected, now=author.at)
    except BadInputError as error:
        return _refused(request, visitor, office, written, error)
    return RedirectResponse(address(PAGE, year=lines[0].day.year, selesai="impor", jumlah=new), 303)


@router.post(PAGE + "/edaran", dependencies=[Depends(check_form)])
def add_circular(
    request: Request, visitor: PageVisitor, office: Office, written: Annotated[Written, Depends()]
) -> Response:
    """Put hours for a span of dates on record, such as Ramadan's."""
    _require_change(visitor)
    unit_id = choose_unit(office, visitor, written.unit).unit_id
    try:
        first, last = _day(office, written.first), _day(office, written.last)
        if not written.decree.strip():
            raise PaperError("Give the decree's number: it says who decided.")
        table: dict[str, Any] = {"name": written.name, "from": first, "to": last}
        table |= {key: text for key in ("in_due", "out_due") if (text := getattr(written, key))}
        if written.weekdays.strip():
            table["days"] = [part.strip() for part in written.weekdays.split(",")]
        author = Author(name=visitor.username, at=office.now())
        with office.database.write() as session:
            affected = add_override(session, table, decree=written.decree, unit_id=unit_id, author=author)
            mark_affected(session.connection(), affected, now=author.at)
    except BadInputError as error:
        return _refused(request, visitor, office, written, error)
    return RedirectResponse(address(PAGE, year=first.year, selesai="edaran"), 303)


@router.post(PAGE + "/tarik", dependencies=[Depends(check_form)])
def withdraw(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    day: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    circular: Annotated[int, Form(ge=0, lt=2**31)] = 0,
) -> Response:
    """Let a day off, or a circular, count no more."""
    _require_change(visitor)
    author = Author(name=visitor.username, at=office.now())
    try:
        unit_id = choose_unit(office, visitor, unit).unit_id
        chosen = None if circular else _day(office, day)
        with office.database.write() as session:
            if chosen is None:
                affected = withdraw_override(session, circular, author=author)
            else:
                affected = withdraw_holiday(session, chosen, unit_id=unit_id, author=author)
            mark_affected(session.connection(), affected, now=author.at)
    except BadInputError as error:
        return _refused(request, visitor, office, Written(), error)
    year = chosen.year if chosen is not None else (affected.first + timedelta(days=1)).year
    return RedirectResponse(address(PAGE, year=year, selesai="tarik"), 303)


def _may_change(visitor: Visitor) -> bool:
    """As the rules of attendance: the regency's."""
    return may(visitor.role, "schedules") and visitor.unit_id is None


def _require_change(visitor: Visitor) -> None:
    if not _may_change(visitor):
        raise HTTPException(403)


def _day(office: FrontOffice, text: str) -> date:
    day = parse_day(text, office.today()) if text else None
    if day is None:
        raise PaperError(f"'{text[:20]}' is not a date.")
    return day


def _hours_in(language: Language, hours: str) -> str:
    """The hours of a circular with the words of a language for keys, weekdays and times."""

    def word(found: re.Match[str]) -> str:
        if found[0] in _PARTS:
            return language(_PARTS[found[0]])
        try:
            return language.weekday_name(parse_weekday(found[0], field="days"))
        except PolicyError:
            return found[0]

    told = _WORD.sub(word, hours)
    return _CLOCK.sub(r"\1.\2", told) if language.code == "id" else told


def _refused(
    request: Request, visitor: Visitor, office: FrontOffice, written: Written, error: BadInputError
) -> Response:
    trouble = say(language_of(request), error)
    return _show(request, visitor, office, office.today().year, written=written, trouble=trouble)


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    year: int,
    *,
    written: Written | None = None,
    found: list[HolidayLine] | None = None,
    done: str = "",
    count: int = 0,
    trouble: str = "",
) -> Response:
    with office.database.read() as session:
        days, orders = days_off(session, year), circulars(session, year)
    language = language_of(request)
    return render(
        request,
        "calendar.html",
        status_code=409 if trouble else 200,
        page=PAGE,
        year=year,
        days=days,
        circulars=[replace(line, hours=_hours_in(language, line.hours)) for line in orders],
        may_change=_may_change(visitor),
        choice=choose_unit(office, visitor, ""),
        written=written or Written(),
        found=found,
        done=done,
        count=count,
        trouble=trouble,
        most_bytes=MAX_TABLE_BYTES,
    )
