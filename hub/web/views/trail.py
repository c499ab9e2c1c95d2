"""The audit trail: who read and changed whose record, by days, account, person and act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.access.models import Account
from hub.access.trail.browse import Search, find_entries
from hub.access.trail.chain import Entry
from hub.roster.finding import find_person
from hub.roster.models import Employee, Unit
from hub.web.deeds import ACTS
from hub.web.guard import Office, PageVisitor, require
from hub.web.pages import language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

_FACTS: Final = ("number", "account", "by", "run", "job", "reason")

PAGE: Final = "/jejak"
SHOWN_DAYS: Final = 7
SHOWN: Final = 50
SHOWN_NAMES: Final = 3
COMMANDS: Final = "cli"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with names. people: the first few of them; more: how many others. unit: its name; `all`: every unit.

    month: its first day. until: the last day, where `day` is the first. facts: (key of `trail.fact.…`, what it says).
    """

    seq: int
    at: datetime
    actor: str
    role: str | None
    kind: str
    act: str
    status: int
    client: str | None
    people: tuple[tuple[str, str], ...]
    more: int
    unit: str | None
    month: date | None
    day: date | None
    until: date | None
    facts: tuple[tuple[str, str], ...]


@router.get(PAGE)
def show_trail(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    dari: Annotated[str, Query(max_length=10)] = "",
    sampai: Annotated[str, Query(max_length=10)] = "",
    akun: Annotated[str, Query(max_length=100)] = "",
    pegawai: Annotated[str, Query(max_length=200)] = "",
    tindakan: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[str, Query(max_length=6)] = "",
) -> Response:
    """Entries of a week, or of the days asked for, newest first; of every unit, so only for those who see all."""
    require(visitor, "trail")
    if visitor.unit_id is not None:
        raise HTTPException(403)
    last = parse_day(sampai, office.today())
    first = None if last is None else parse_day(dari, last - timedelta(days=SHOWN_DAYS - 1))
    if first is None or last is None or (page and not (page.isascii() and page.isdigit())):
        raise HTTPException(400)
    account, act, number = akun.replace("\0", "").strip(), tindakan.replace("\0", ""), max(1, int(page or 1))
    note(day=first, until=last)
    person, shown, trouble = None, pegawai.strip(), ""
    with office.database.read() as session:
        if pegawai.strip():
            try:
                person = find_person(session, pegawai.replace("\0", ""))
                note(person=person)
                if shown == person:  # a link: nobody reads an id
                    shown = session.scalar(select(Employee.nip).where(Employee.id == person)) or shown
            except BadInputError as error:
                trouble = say(language_of(request), error)
        accounts = session.scalars(select(Account.username).order_by(Account.username)).all()
    search = Search(zone=office.zone, first=first, last=last, actor=account or None, employee=person, act=act or None)
    found = None if trouble else find_entries(office.database, search, limit=SHOWN, skip=(number - 1) * SHOWN)
    with office.database.read() as session:
        lines = [] if found is None else _lines(session, found.entries)
    count = 0 if found is None else found.count
    return render(
        request,
        "trail.html",
        lines=lines,
        count=count,
        number=number,
        pages=max(1, -(-count // SHOWN)),
        asked={"dari": first.isoformat(), "sampai": last.isoformat(), "akun": account, "pegawai": shown,
               "tindakan": act},
        accounts=accounts,
        acts=(*ACTS, COMMANDS),
        trouble=trouble,
        page=PAGE,
    )  # fmt: skip


def _lines(session: Session, entries: Iterable[Entry]) -> list[Line]:
    told = [(entry, _read(entry.about)) for entry in entries]
    ids = {each for _, about in told for each in _people(about)[:SHOWN_NAMES]}
    names = {
        row.id: row.name for row in session.execute(select(Employee.id, Employee.name).where(Employee.id.in_(ids)))
    }
    units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
    return [_line(entry, about, names, units) for entry, about in told]


def _line(entry: Entry, about: dict[str, Any], names: dict[str, str], units: dict[int, str]) -> Line:
    people = _people(about)
    count = max(len(people), int(about.get("people", 0)))
    unit = about.get("unit")
    return Line(
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        role=entry.role,
        kind=entry.kind,
        act=entry.act,
        status=entry.status,
        client=entry.client,
        people=tuple((each, names.get(each, each)) for each in people[:SHOWN_NAMES]),
        more=max(0, count - SHOWN_NAMES),
        unit="all" if "unit" in about and unit is None else units.get(unit, f"#{unit}") if unit is not None else None,
        month=_date(f"{about.get('month')}-01"),
        day=_date(about.get("day")),
        until=_date(about.get("until")),
        facts=tuple(
            (name, str(about[name]))
            for name in ("number", "account", "by", "run", "job", "reason", "webhook")
            if name in about
        ),
    )


def _read(about: str) -> dict[str, Any]:
    return dict(msgspec.json.decode(about))


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _people(about: dict[str, Any]) -> list[str]:
    people = list(about.get("employees", ()))
    return people if people or "person" not in about else [about["person"]]
