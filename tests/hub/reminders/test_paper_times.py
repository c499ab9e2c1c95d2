"""When letters and months are told: by the clock of the office's own zone, over weekends and holidays alike."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.reminders.contacts import add_contact, set_wish
from hub.reminders.models import Reminder
from hub.reminders.papers import PaperPlanner
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def look(database: Database, zone: str, local: str, *, letter: date | None = None, quiet: int = 0) -> list[Reminder]:
    """What the planner writes at a local time for an office of a zone, which may have a letter of a first day."""
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    unit = add_unit(database, "Dinas", timezone=zone)
    add_employee(database, "rina", unit=unit, frames=0)
    for role in (Role.OPERATOR, Role.OFFICIAL) if letter is None else (Role.OFFICIAL,):
        add_account(database, username=str(role), password="kata-sandi-panjang-7", role=role, unit="Dinas", by="t")
        contact = add_contact(
            database, account=str(role), gateway="wa", address="628123456789", gateways=("wa",), by="t", now=now
        )
        set_wish(database, contact, quiet=(quiet, quiet and 5 * 60), by="t", now=now)
    if letter is not None:
        with database.write() as session:
            session.add(
                DocumentRow(
                    employee_id="rina",
                    type="Surat Cuti",
                    covers=[],
                    first_day=letter,
                    last_day=letter,
                    created_at=NOON,
                )
            )
    PaperPlanner(database, now=lambda: now).step()
    with database.read() as session:
        return list(session.scalars(select(Reminder).order_by(Reminder.id)))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("local", "urgency"),
    [
        ("2026-11-26T23:59", ""),
        ("2026-11-27T00:00", "soon"),
        ("2026-11-28T09:00", "soon"),
        ("2026-11-29T23:59", "soon"),
        ("2026-11-30T00:00", "today"),
        ("2026-11-30T23:58", "today"),
        ("2026-12-01T00:00", ""),
    ],
)
def test_letter_is_told_by_the_day_of_its_office(database: Database, zone: str, local: str, urgency: str) -> None:
    found = look(database, zone, local, letter=date(2026, 11, 10))
    assert [row.key for row in found] == ([f"letter:1:submitted:{urgency}"] if urgency else [])
    for row in found:
        assert f"{row.not_after.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == "2026-11-30 23:59"


@pytest.mark.parametrize(
    ("first_day", "local", "due"),
    [
        (date(2026, 5, 5), "2026-05-28T08:00", "31/05/2026"),  # a Sunday
        (date(2026, 2, 27), "2026-02-25T08:00", "28/02/2026"),  # a Saturday, and a month of 28 days
        (date(2028, 2, 1), "2028-02-26T08:00", "29/02/2028"),
        (date(2026, 8, 3), "2026-08-28T08:00", "31/08/2026"),
        (date(2026, 12, 24), "2026-12-31T08:00", "31/12/2026"),
    ],
)
def test_last_day_of_a_letter_is_not_moved_by_weekends_or_holidays(
    database: Database, first_day: date, local: str, due: str
) -> None:
    [row] = look(database, "Asia/Makassar", local, letter=first_day)
    assert row.title.endswith(f"sampai {due}")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("local", "key"),
    [
        ("2026-11-27T23:59", ""),
        ("2026-11-28T00:00", "2026-11-01:soon"),
        ("2026-11-30T23:58", "2026-11-01:soon"),
        ("2026-12-01T00:00", "2026-11-01:over"),
        ("2026-12-10T23:58", "2026-11-01:over"),
        ("2026-12-11T00:00", ""),
        ("2027-01-01T00:00", "2026-12-01:over"),
        ("2028-02-27T00:00", "2028-02-01:soon"),
    ],
)
def test_month_is_told_to_its_operator_by_the_day_of_its_office(
    database: Database, zone: str, local: str, key: str
) -> None:
    found = look(database, zone, local)
    assert [(row.kind, row.key.partition(":")[2].partition(":")[2]) for row in found] == (
        [("month", key)] if key else []
    )


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_due_in_quiet_hours_waits_for_their_end_on_the_clock_of_the_office(
    database: Database, zone: str
) -> None:
    [row] = look(database, zone, "2026-11-29T22:00", letter=date(2026, 11, 10), quiet=20 * 60)
    assert f"{row.due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == "2026-11-30 05:00"


def test_what_quiet_hours_would_carry_beyond_its_last_day_is_left_out(database: Database) -> None:
    assert look(database, "Asia/Jayapura", "2026-11-30T22:00", letter=date(2026, 11, 10), quiet=20 * 60) == []
