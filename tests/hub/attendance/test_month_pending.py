"""What a month waits for, and what closing would make of it, for one unit and for all."""

from __future__ import annotations

from datetime import date

import pytest

from hub.attendance.month_pending import month_lines, month_pending
from hub.attendance.months import close_month, reopen_month
from tests.factories.desk import PaperDesk, at

NOVEMBER = date(2026, 11, 1)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def over(desk: PaperDesk) -> PaperDesk:
    """Rina was away all month; Budi of another unit waits for his kiosk."""
    school = desk.office.unit("Dinas Pendidikan")
    desk.office.kiosk("kiosk-2", unit=school)
    desk.office.employee("Budi Santoso", unit=school)
    desk.now = at("2026-12-01 08:00")
    desk.settle()
    return desk


def test_unexplained_days_are_named_by_person(over: PaperDesk) -> None:
    pending = month_pending(over.database, NOVEMBER, over.unit)
    assert (pending.days, pending.unexplained, pending.waiting, pending.running) == (30, 21, 0, 0)
    [person] = pending.people
    assert (person.name, person.unit, len(person.days)) == ("Rina Wulandari", "Dinas Kesehatan", 21)
    assert person.days[0] == date(2026, 11, 2)


def test_kiosks_that_hold_days_up_are_named(over: PaperDesk) -> None:
    pending = month_pending(over.database, NOVEMBER, None)
    assert pending.kiosks == (("kiosk-2", 21),)
    assert [(unit.name, unit.unexplained, unit.waiting) for unit in pending.units] == [
        ("Dinas Kesehatan", 21, 0),
        ("Dinas Pendidikan", 0, 21),
    ]


def test_months_stand_open_closed_or_reopened(over: PaperDesk) -> None:
    november, october = month_lines(over.database, [NOVEMBER, OCTOBER], None)
    assert (november.closed, november.unexplained, november.waiting) == (None, 21, 21)
    assert (october.has_days, october.days) == (False, 0)
    close_month(over.database, NOVEMBER, over.unit, by="admin", now=over.now)
    [everybody] = month_lines(over.database, [NOVEMBER], None)
    assert (everybody.closed, everybody.closed_units) == (None, ("Dinas Kesehatan",))
    [unit] = month_lines(over.database, [NOVEMBER], over.unit)
    assert unit.closed is not None
    assert unit.closed.closed_by == "admin"
    reopen_month(over.database, NOVEMBER, over.unit, by="admin", reason="surat menyusul", now=over.now)
    [unit] = month_lines(over.database, [NOVEMBER], over.unit, counted=False)
    assert unit.closed is None
    assert unit.reopened is not None
    assert unit.reopened.reopen_reason == "surat menyusul"
    assert (unit.has_days, unit.days) == (True, 0)
