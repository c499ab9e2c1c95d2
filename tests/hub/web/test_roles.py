"""Every route asked as every role, for things of the own unit and of another: the answers of docs/roles.md, exactly."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import Mount, Route

from hub.access.accounts import add_account, link_account
from hub.access.roles import Role
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import list_documents
from hub.attendance.documents import Letter, submit, verify
from hub.attendance.manual import enter_day, list_entries
from hub.attendance.manual_desk import ManualDay
from hub.attendance.models import PunchDecision
from hub.attendance.outages import declare_outage
from hub.attendance.paper_files import PaperFile
from hub.db import Database
from hub.fleet.faults import report_fault, take_fault_step
from hub.roster.archive_import import send_archive
from hub.roster.models import EnrolmentFrame
from hub.roster.page_enrolment_models import PhotoArchive
from hub.roster.photo_archive import ArchiveStore
from hub.web.app import create_app
from hub.web.guard import SESSION_COOKIE
from tests.factories.doubted import doubted
from tests.factories.papers import photo, scan
from tests.factories.role_walk import ASKED, Asking
from tests.factories.shades import archive, shade
from tests.factories.snapshots import jpeg
from tests.factories.webhooks import furnish_webhooks
from tests.hub.web.conftest import PASSWORD, Visitor

TABLE = Path(__file__).parents[3] / "docs" / "roles.md"
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
COLUMNS = (*(str(role) for role in Role), "nobody")
EVERYWHERE = (Role.ADMINISTRATOR, Role.TECHNICIAN, Role.AUDITOR)


def read_table() -> dict[str, dict[str, str]]:
    """By route (`GET /saya`), by role, what the documentation says."""
    rows = [
        [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        for line in TABLE.read_text().splitlines()
        if line.startswith("|")
    ]
    head = next(row for row in rows if row[0] == "route")
    assert tuple(head[1:]) == COLUMNS
    return {
        row[0]: dict(zip(head[1:], row[1:], strict=True))
        for row in rows
        if row[0].startswith(("GET ", "POST ", "HEAD "))
    }


def routes_of(routes: Any, prefix: str = "") -> Iterator[str]:
    """`GET /saya` for each route that answers people or programs; assets have no rights."""
    for route in routes:
        if isinstance(route, Route):
            yield from (f"{method} {prefix}{route.path}" for method in route.methods or ())
        elif isinstance(route, Mount) and isinstance(route.app, FastAPI):
            yield from routes_of(route.app.routes, prefix + route.path)
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes, prefix)


@dataclass(frozen=True)
class World:
    own: dict[str, str]
    other: dict[str, str]


def furnish(office: Any, front: Any, unit: int, device: str, number: int) -> dict[str, str]:
    """One thing of each kind of a unit; `number` keeps pictures and people apart."""
    database, snapshots = front.database, front.snapshots
    person = office.employee(f"Orang {number}", unit=unit, nip=f"19850101201001100{number}")
    office.kiosk(device, unit=unit, delivered_up_to=NOW)
    office.heartbeat(device, NOW)
    refusal = office.refusal(
        device, person, NOW - timedelta(hours=2), evidence=snapshots.keep(jpeg(number)), stored_at=NOW
    )
    punch = doubted(
        office, device, person, NOW - timedelta(hours=12), factor="pin", evidence=snapshots.keep(jpeg(10 + number))
    )
    office.enrol(person, frames=1, at=NOW)
    office.enrol(person, frames=1, at=NOW, state="proposed", by="siti", first=1)
    with database.read() as session:
        frames = session.scalars(select(EnrolmentFrame).where(EnrolmentFrame.employee_id == person)).all()
    for frame in frames:
        path = front.photos.path(frame.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg(20 + number))
    letter = Letter(type="Surat Dokter", covers=(parse_cover("2026-03-02"),), known_by="Atasan Langsung")
    paper: PaperFile = scan(text=f"Surat {number}")
    handed_in = submit(database, person, letter, by="siti", now=NOW, store=front.papers, files=[paper])
    earlier = Letter(type="Surat Cuti", covers=(parse_cover("2026-02-26"),), known_by="Atasan Langsung")
    verified = submit(database, person, earlier, by="siti", now=NOW)
    verify(database, verified.id, by="dewi", now=NOW)
    entry = enter_day(
        database,
        ManualDay(employee_id=person, work_date=date(2026, 2, 27), arrival="07:00", departure="15:00"),
        reason="kiosk mati",
        by="siti",
        now=NOW,
        store=front.papers,
        photo=photo(seed=number),
    )
    outage = declare_outage(database, unit, began_at=NOW - timedelta(days=1), reason="kabel", by="siti", now=NOW)
    [line] = list_documents(database, document_id=handed_in.id, on=NOW.date())
    fault, solved = (
        report_fault(database, unit, about="network", text=f"kabel {each}", by="siti", now=NOW) for each in (1, 2)
    )
    take_fault_step(database, solved, "solved", note="diganti", by="dewi", now=NOW)
    archives = [_send_photos(database, front.archives, unit, f"19850101201001100{number}") for _ in range(2)]
    with database.write() as session:
        session.get_one(PhotoArchive, archives[1]).state = "done"
    return {
        "kiosk": device,
        "archive": str(archives[0]),
        "proposed": str(archives[1]),
        "fault": str(fault),
        "solved": str(solved),
        "unit": str(unit),
        "person": person,
        "letter": str(handed_in.id),
        "verified": str(verified.id),
        "sha": line.files[0].sha256,
        "entry": str(entry),
        "outage": str(outage),
        "refusal": "/".join(map(str, refusal)),
        "punch": punch,
        "frame": str(next(frame.id for frame in frames if frame.state == "proposed")),
    }


def _send_photos(database: Database, store: ArchiveStore, unit: int, nip: str) -> int:
    sent = io.BytesIO(archive({f"{nip}.jpg": shade(100)}))
    return send_archive(database, store, sent, "foto.zip", author="siti", unit_id=unit, now=NOW, today=NOW.date())


@pytest.fixture
def world(office: Any, front: Any, settle: Any) -> World:
    """A unit below the one that the roles belong to, and one beside it."""
    health = office.unit("Dinas Kesehatan")
    below, school = office.unit("Puskesmas", parent=health), office.unit("Dinas Pendidikan")
    found = World(
        furnish(office, front, below, "kiosk-1", 1) | {"office": str(health), "webhook": "1"},
        furnish(office, front, school, "kiosk-2", 2) | {"office": str(school), "webhook": "1"},
    )
    furnish_webhooks(office.database, front.webhook_seal, now=NOW, hostile="pindah")
    settle()
    return found


class Caller:
    """Asks as one role, signed in anew where the session was ended; nobody: never signed in."""

    def __init__(self, front: Any, port: int, name: str) -> None:
        self._front, self._port, self._name = front, port, name
        self._visitor = Visitor(port)
        self._token = ""
        if name != "nobody":
            self.sign_in()

    def sign_in(self) -> None:
        answer = self._visitor.sign_in(self._name)
        if self._name == Role.INTEGRATION:
            assert answer.status == 401
            return
        assert answer.status == 303
        ticket = self._front.sessions.read(self._visitor.cookies[SESSION_COOKIE])
        self._token = self._front.sessions.form_token(ticket.nonce)

    def ask(self, method: str, asking: Asking, things: dict[str, str]) -> str:
        """The status as the table says it: a number, or `sign-in`."""
        path = asking.path.format_map(things)
        if method == "POST":
            form = {name: text.format_map(things) for name, text in asking.form.items()}
            page = self._visitor.post(path, **({"token": self._token} | form))
        else:
            page = self._visitor.ask(method, path, None, {})
        if asking.signed_out and self._token:
            self.sign_in()
            return str(page.status)
        if page.status == 401 and path.startswith("/api/"):
            return "sign-in"
        to_sign_in = page.status == 303 and page.headers["location"].startswith("/masuk")
        return "sign-in" if to_sign_in else str(page.status)


def expected(cell: str, asking: Asking) -> tuple[str, str]:
    """What a cell means: for a thing of the own unit, and of another."""
    allowed, elsewhere = str(asking.allowed), str(asking.elsewhere)
    if cell in ("all", "self", "public"):
        return allowed, allowed
    if cell in ("unit", "own"):
        return allowed, elsewhere
    return cell, cell


def test_table_has_a_row_for_every_route_and_no_other(front: Any) -> None:
    table = read_table()
    assert {row.partition(" (")[0] for row in table} == set(routes_of(create_app(front).routes))
    assert table.keys() == ASKED.keys()


def test_every_role_gets_what_the_table_says(front: Any, port: int, database: Database, world: World) -> None:
    for role in Role:
        unit = None if role in EVERYWHERE else "Dinas Kesehatan"
        add_account(database, username=str(role), password=PASSWORD, role=role, unit=unit)
    add_account(database, username="siti", password=PASSWORD, role=Role.HEAD)
    link_account(database, str(Role.EMPLOYEE), world.own["person"])
    table, wrong = read_table(), []
    for name in COLUMNS:
        caller = Caller(front, port, name)
        for row, asking in ASKED.items():
            method = row.partition(" ")[0]
            own, other = expected(table[row][name], asking)
            answers = [(own, caller.ask(method, asking, world.own))]
            if asking.elsewhere is not None:
                answers.append((other, caller.ask(method, asking, world.other)))
            wrong += [f"{name}: {row} is {got}, not {said}" for said, got in answers if said != got]
    assert not wrong, "\n".join(wrong)
    assert {line.state for line in list_entries(database)} == {"submitted"}
    with database.read() as session:
        assert session.scalars(select(PunchDecision)).all() == []
