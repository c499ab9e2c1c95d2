"""Reminders come once, at the right local minute, to those who are expected, whoever plans and however often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.reminders.contacts import end_contact, set_wish
from hub.roster.models import UnitPolicy
from hub.schedule.models import Holiday, PolicyVersion, ScheduleOverride, ShiftDay
from tests.factories.journals import NOON
from tests.factories.people import add_unit
from tests.factories.stored_days import day, store
from tests.hub.reminders.conftest import Desk

BY = {"set_by": "bkpp", "set_at": NOON}
TUESDAY = date(2026, 11, 3)
END = datetime(2026, 11, 3, 16, 55, tzinfo=UTC)


def write(database: Database, *rows: Any) -> None:
    with database.write() as session:
        session.add_all(rows)


def of(desk: Desk, name: str, zone: str = "Asia/Jakarta") -> list[tuple[str, str]]:
    return [(kind, at) for who, kind, at in desk.written(zone) if who == name]


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_each_zone_is_reminded_on_its_own_clock(desk: Desk, zone: str) -> None:
    desk.person("a", zone=zone)
    desk.now = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    desk.walk(datetime(2026, 11, 3, 14, 0, tzinfo=UTC))
    # jember-5: on time to 07:00, home from 15:00 on Tuesdays
    assert of(desk, "a", zone) == [("closing", "03 06:45"), ("closing", "03 16:00")]


def test_holiday_has_none_and_a_circular_moves_them(desk: Desk) -> None:
    unit = add_unit(desk.database, "Dinas")
    desk.person("a", unit=unit)
    write(
        desk.database,
        Holiday(day=date(2026, 11, 4), name="Libur", kind="libur", decree="SKB", unit_id=unit, **BY),
        ScheduleOverride(
            name="Ramadan", unit_id=unit, first=TUESDAY, last=TUESDAY, decree="SE 1",
            hours={"in_due": "08:00", "out_due": "14:30"}, **BY,
        ),
    )  # fmt: skip
    desk.walk(END + timedelta(days=1), every=timedelta(minutes=15))
    assert of(desk, "a") == [("closing", "03 07:45"), ("closing", "03 15:30")]


def test_shift_across_midnight_is_reminded_on_both_days_and_a_day_off_is_not(desk: Desk) -> None:
    desk.person("a")
    write(
        desk.database,
        ShiftDay(employee_id="a", work_date=TUESDAY, code="M", hours={"in": "21:00", "out": "07:00+1"}, **BY),
        ShiftDay(employee_id="a", work_date=date(2026, 11, 4), code="L", hours=None, **BY),
    )
    desk.walk(datetime(2026, 11, 4, 16, 0, tzinfo=UTC), every=timedelta(minutes=15))
    assert of(desk, "a") == [("closing", "03 20:45"), ("closing", "04 08:00")]


@pytest.mark.parametrize("status", [Status.C, Status.S, Status.I, Status.LIBUR])
def test_nobody_on_approved_leave_is_reminded(desk: Desk, status: Status) -> None:
    desk.person("a")
    store(desk.database, "a", None, day(TUESDAY, status))
    desk.walk(END, every=timedelta(minutes=15))
    assert desk.rows() == []


def test_people_on_duty_elsewhere_are_asked_to_scan_there(desk: Desk) -> None:
    desk.person("a")
    store(desk.database, "a", None, day(TUESDAY, Status.DL))
    desk.walk(END, every=timedelta(minutes=15))
    assert len(desk.rows()) == 2
    assert all("di tempat tugas" in row.body for row in desk.rows())


def test_who_has_scanned_is_left_alone(desk: Desk) -> None:
    desk.person("a")
    arrival = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    store(desk.database, "a", None, day(TUESDAY, Status.BERJALAN, arrival=arrival, first_seen=arrival))
    desk.walk(END, every=timedelta(minutes=15))
    assert of(desk, "a") == [("closing", "03 16:00")]


def test_two_planners_and_a_restart_write_each_reminder_once(desk: Desk) -> None:
    desk.person("a")
    desk.reach("a", gateway="mail", address="a@dinas.go.id")
    for _ in range(3):
        desk.now = datetime(2026, 11, 2, 23, 46, tzinfo=UTC)
        assert [planner.step() for planner in (desk.planner(), desk.planner())] in ([2, 0], [0, 0])
    assert {row.lane for row in desk.rows()} == {"wa", "mail"}
    assert len(desk.rows()) == 2


def test_hub_that_was_off_reminds_late_rather_than_never_and_never_too_late(desk: Desk) -> None:
    desk.person("a")
    desk.now = datetime(2026, 11, 2, 23, 58, tzinfo=UTC)
    assert desk.planner().step() == 1
    desk.person("b")
    desk.now = datetime(2026, 11, 3, 0, 1, tzinfo=UTC)
    assert desk.planner().step() == 0


def test_wishes_and_quiet_hours_are_kept(desk: Desk) -> None:
    one, other = desk.person("a"), desk.person("b")
    set_wish(desk.database, one, without=("closing",), quiet=(0, 0), by="a", now=NOON)
    set_wish(desk.database, other, quiet=(6 * 60, 6 * 60 + 50), by="b", now=NOON)
    desk.walk(datetime(2026, 11, 3, 0, 0, tzinfo=UTC))
    assert desk.written() == [("b", "closing", "03 06:50")]


def test_quiet_hours_that_last_until_it_is_too_late_leave_nothing(desk: Desk) -> None:
    set_wish(desk.database, desk.person("a"), quiet=(6 * 60, 7 * 60 + 30), by="a", now=NOON)
    desk.walk(datetime(2026, 11, 3, 0, 0, tzinfo=UTC))
    assert desk.rows() == []


def test_contact_that_was_ended_is_not_written_to(desk: Desk) -> None:
    end_contact(desk.database, desk.person("a"), by="bkpp", now=NOON)
    desk.walk(END, every=timedelta(minutes=15))
    assert desk.rows() == []


def test_policy_says_whether_and_when(desk: Desk) -> None:
    unit = add_unit(desk.database, "Dinas")
    desk.person("a", unit=unit)
    hours = '[[hours]]\ndays=["mon-sun"]\nin_due="07:30"\nout_due="16:00"\n'
    text = f'name="kita"\ntitle="Kita"\nbasis="SK 1"\n{hours}[reminders]\nbefore=30\nmissed=false\n'
    write(
        desk.database,
        PolicyVersion(name="kita", valid_from=date(2026, 1, 1), text=text, **BY),
        UnitPolicy(unit_id=unit, policy="kita", valid_from=date(2026, 1, 1), **BY),
    )
    incomplete(desk, "a", unit)
    desk.walk(datetime(2026, 11, 3, 1, 0, tzinfo=UTC))
    assert of(desk, "a") == [("closing", "03 07:00")]


def incomplete(desk: Desk, name: str, unit: int | None = None, *, assessed: datetime | None = None) -> None:
    """Monday without a departure, settled."""
    monday = day(date(2026, 11, 2), Status.TIDAK_LENGKAP, missing=("out",))
    store(desk.database, name, unit, monday)
    with desk.database.write() as session:
        row = session.get(StoredDay, (name, monday.work_date))
        assert row is not None
        row.assessed_at = assessed or desk.now


def test_day_that_stayed_incomplete_is_told_once(desk: Desk) -> None:
    desk.person("a")
    incomplete(desk, "a")
    for _ in range(3):
        desk.planner().step()
        desk.now += timedelta(minutes=1)
    [row] = desk.rows()
    assert (row.kind, row.state) == ("missed", "waiting")
    assert "presensi pulang tidak ada" in row.body
    assert "missing: departure" in row.body


def test_day_without_anything_asks_for_a_letter(desk: Desk) -> None:
    desk.person("a")
    store(desk.database, "a", None, day(date(2026, 11, 2), Status.BELUM_ADA_KETERANGAN, missing=("in", "out")))
    with desk.database.write() as session:
        row = session.get(StoredDay, ("a", date(2026, 11, 2)))
        assert row is not None
        row.assessed_at = desk.now
    desk.planner().step()
    assert "belum ada surat" in desk.rows()[0].body


def test_day_that_waits_for_a_kiosk_is_not_called_incomplete(desk: Desk) -> None:
    desk.person("a")
    store(desk.database, "a", None, day(date(2026, 11, 2), Status.MENUNGGU_DATA, waiting_for=("kiosk-1",)))
    desk.planner().step()
    assert desk.rows() == []


def test_old_news_is_not_told(desk: Desk) -> None:
    desk.person("a")
    incomplete(desk, "a", assessed=desk.now - timedelta(hours=31))
    desk.planner().step()
    assert desk.rows() == []


def test_reminder_that_could_not_be_written_is_written_at_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OperationalError("insert", {}, OSError("disk full"))

    desk.person("a")
    desk.now = datetime(2026, 11, 2, 23, 46, tzinfo=UTC)
    planner = desk.planner()
    with monkeypatch.context() as patch:
        patch.setattr("hub.reminders.planner.write_planned", refuse)
        with pytest.raises(OperationalError):
            planner.step()
    assert planner.step() == 1
