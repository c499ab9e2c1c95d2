"""New things are never given to a unit that is closed; what belongs to its time still is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from benchmarks.invented_office import InventedOffice
from contract.errors import BadInputError
from contract.signing import SigningKey
from hub.access.accounts import add_account
from hub.access.assignments import grant_role
from hub.access.roles import Role
from hub.access.tokens import add_token
from hub.attendance.outages import declare_outage
from hub.db import Database
from hub.fleet.faults import report_fault
from hub.fleet.kiosks import add_kiosk
from hub.roster.employees import add_employee
from hub.roster.locations import approve_location
from hub.roster.offices import set_holder
from hub.roster.terms import transfer
from hub.roster.unit_changes import change_units
from hub.schedule.decisions import Author, HolidayLine, add_holidays, add_override, assign_policy

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAST = date(2026, 1, 31)
BEFORE, AFTER = date(2026, 1, 5), date(2026, 3, 2)
NAME = "Kantor Arsip"
PASSWORD = "kopi-tubruk-manis"

Giving = Callable[[Database, int, str, date], Any]
BY = Author(name="bkpp", at=NOW)


def _with_session(give: Callable[..., Any]) -> Giving:
    def giving(database: Database, unit: int, rina: str, day: date) -> None:
        with database.write() as session:
            give(session, unit, day)

    return giving


def _role(database: Database, unit: int, _rina: str, day: date) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    grant_role(database, "siti", Role.HEAD, unit_id=unit, first=day, by="bkpp", now=NOW)


DATED: dict[str, Giving] = {
    "role": _role,
    "office": lambda db, unit, rina, day: set_holder(db, unit, "Kepala", rina, first=day, by="bkpp", now=NOW),
    "location": lambda db, unit, rina, day: approve_location(
        db, rina, unit, first=day, last=day, basis="S 1", by="bkpp", now=NOW
    ),
    "outage": lambda db, unit, _rina, day: declare_outage(
        db, unit, began_at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC), reason="padam", by="bkpp", now=NOW
    ),
    "policy": _with_session(
        lambda session, unit, day: assign_policy(session, unit, "jember-5", group=None, first=day, last=None, author=BY)
    ),
    "holiday": _with_session(
        lambda session, unit, day: add_holidays(
            session, [HolidayLine(day=day, name="HUT")], decree="SK 1", unit_id=unit, author=BY
        )
    ),
    "circular": _with_session(
        lambda session, unit, day: add_override(
            session,
            {"name": "Ramadan", "from": day, "to": day, "in_due": "08:00"},
            decree="SE 1",
            unit_id=unit,
            author=BY,
        )
    ),
    "transfer": lambda db, unit, rina, day: transfer(db, rina, unit, from_day=day, basis="S 1", by="bkpp", now=NOW),
}
UNDATED: dict[str, Giving] = {
    "kiosk": lambda db, _unit, _rina, _day: add_kiosk(db, "kiosk-1", SigningKey.generate().verify_key.text, unit=NAME),
    "account": lambda db, _unit, _rina, _day: add_account(
        db, username="ani", password=PASSWORD, role=Role.HEAD, unit=NAME, now=lambda: NOW
    ),
    "token": lambda db, unit, _rina, _day: add_token(
        db, "simpeg", ["employees:read"], unit_id=unit, days=30, by="bkpp", now=NOW
    ),
    "fault": lambda db, unit, _rina, _day: report_fault(db, unit, about="power", text="padam", by="bkpp", now=NOW),
    "employee": _with_session(lambda session, unit, _day: add_employee(session, "Budi", unit, now=NOW, author="bkpp")),
}


@pytest.fixture
def closed(database: Database) -> tuple[int, str]:
    """A unit whose last day has passed, and somebody of another one."""
    office = InventedOffice(database, at=datetime(2025, 12, 1, tzinfo=UTC))
    unit = office.unit(NAME)
    rina = office.employee("Rina Wulandari", unit=office.unit("Dinas Kesehatan"))
    change_units(database, lambda units: units.close(unit, last=LAST, basis="Perbup 3"), by="bkpp", now=NOW)
    return unit, rina


@pytest.mark.parametrize("what", [*DATED, *UNDATED])
def test_closed_unit_gets_nothing_new(database: Database, closed: tuple[int, str], what: str) -> None:
    with pytest.raises(BadInputError, match=f"{NAME} is closed after 2026-01-31; choose another unit"):
        (DATED | UNDATED)[what](database, *closed, AFTER)


@pytest.mark.parametrize("what", DATED)
def test_what_belongs_to_its_time_is_still_put_on_record(
    database: Database, closed: tuple[int, str], what: str
) -> None:
    DATED[what](database, *closed, BEFORE)
