"""The hours that kiosks propose: whose they are, in which zone, and what changes from night to night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contract.codec import MAX_PACKED_BYTES, encode
from contract.roster import MAX_SESSIONS, SessionWindow
from hub.db import Database
from hub.roster.models import UnitPolicy
from hub.roster.timetable_book import MOST_TIMETABLES, read_hours_of
from hub.roster.timetable_models import PersonTimetable, Timetable
from hub.roster.timetables import choose_timetables, compute_timetables
from hub.schedule.models import Holiday, PartTimeContract, ScheduleOverride, ShiftDay
from tests.factories.journals import NOON, SettableClock
from tests.factories.people import add_employee, add_unit

BY = {"set_by": "bkpp", "set_at": NOON}


def write(database: Database, *rows: Any) -> None:
    with database.write() as session:
        session.add_all(rows)


def shifts(person: str, *, start: str = "07:00", end: str = "14:00", off: int = 3) -> list[ShiftDay]:
    return [
        ShiftDay(
            employee_id=person,
            work_date=date(2026, 11, day),
            code="P",
            hours=None if day % off == 0 else {"in": start, "out": end},
            **BY,
        )
        for day in range(1, 31)
    ]


def sessions_on(part: Any, person: str, day: date) -> list[SessionWindow]:
    """The windows of somebody's timetable that open on a UTC date."""
    [wanted] = [each.hours for each in part.people if each.person == person]
    [hours] = [each for each in part.hours if each.id == wanted]
    return [window for window in hours.sessions if window.opens.date() == day]


def test_office_hours_travel_once_for_all_who_have_them(database: Database, kiosk: Any) -> None:
    one, two = add_unit(database, "Satu"), add_unit(database, "Dua")
    for number in range(6):
        add_employee(database, f"person-{number}", unit=(one, two)[number % 2])
    kiosk.register()
    [part] = kiosk.update()
    assert len(part.hours) == 1
    assert {person.hours for person in part.people} == {part.hours[0].id}
    tuesday = [window for window in part.hours[0].sessions if window.closes.date() == date(2026, 11, 3)]
    arrival, departure = tuesday[:2]
    assert (arrival.way, arrival.name, departure.way) == ("in", "", "out")
    assert arrival.due == datetime(2026, 11, 3, 0, 0, 59, tzinfo=UTC)
    assert arrival.closes < departure.opens
    assert departure.due == datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


def test_each_zone_has_its_own_moments_and_its_own_today(database: Database, kiosk: Any, clock: SettableClock) -> None:
    clock.now = datetime(2026, 11, 3, 16, 30, tzinfo=UTC)
    for person, zone in (("a", "Asia/Jakarta"), ("b", "Asia/Makassar"), ("c", "Asia/Jayapura")):
        add_employee(database, person, unit=add_unit(database, zone, timezone=zone))
    kiosk.register()
    [part] = kiosk.update()
    dues = {
        person.person: next(window.due for hours in part.hours if hours.id == person.hours for window in hours.sessions)
        for person in part.people
    }
    # It is the 3rd in Jakarta, and the 4th already further east: yesterday is another day.
    assert dues["a"] == datetime(2026, 11, 2, 0, 0, 59, tzinfo=UTC)
    assert dues["b"] == datetime(2026, 11, 2, 23, 0, 59, tzinfo=UTC)
    assert dues["c"] == datetime(2026, 11, 2, 22, 0, 59, tzinfo=UTC)


def test_next_morning_brings_hours_and_nobodys_row(database: Database, kiosk: Any, clock: SettableClock) -> None:
    unit = add_unit(database, "Dinas")
    for number in range(4):
        add_employee(database, f"person-{number}", unit=unit)
    write(database, *shifts("person-0"), *shifts("person-1"))
    kiosk.register()
    [before] = kiosk.update()
    clock.advance(86_400)
    [after] = kiosk.update()
    assert after.base is not None
    assert (after.people, after.removed) == ((), ())
    assert [each.id for each in after.hours] == [each.id for each in before.hours]
    assert after.hours != before.hours
    assert kiosk.update() == []


def test_colleagues_of_one_shift_share_a_timetable(database: Database, kiosk: Any) -> None:
    unit = add_unit(database, "RSUD")
    for person in ("a", "b", "c", "d"):
        add_employee(database, person, unit=unit)
    write(database, *shifts("a"), *shifts("b"), *shifts("c", start="14:00", end="21:00"))
    kiosk.register()
    [part] = kiosk.update()
    of = {person.person: person.hours for person in part.people}
    assert of["a"] == of["b"]
    assert len({of["a"], of["c"], of["d"]}) == 3
    assert sessions_on(part, "a", date(2026, 11, 5)) != []
    assert len(part.hours) == 3


def test_shift_across_midnight_ends_on_the_next_day(database: Database, kiosk: Any) -> None:
    add_employee(database, "a", unit=add_unit(database, "RSUD"))
    write(database, *shifts("a", start="21:00", end="07:00+1", off=2))
    kiosk.register()
    [part] = kiosk.update()
    windows = [window for hours in part.hours for window in hours.sessions]
    assert [window.way for window in windows[:4]] == ["in", "out", "in", "out"]
    assert all(window.opens <= window.closes for window in windows)
    assert windows[1].due - windows[0].due == timedelta(hours=10) - timedelta(seconds=59)


def test_holiday_has_no_sessions_and_a_circular_moves_them(database: Database, kiosk: Any) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "a", unit=unit)
    add_employee(database, "b", unit=add_unit(database, "Lain"))
    kiosk.register()
    kiosk.update()
    write(
        database,
        Holiday(day=date(2026, 11, 5), name="Libur", kind="libur", decree="SKB", unit_id=unit, **BY),
        ScheduleOverride(
            name="Apel", unit_id=unit, first=date(2026, 11, 4), last=date(2026, 11, 4), decree="SE 1",
            hours={"in_due": "08:00"}, **BY,
        ),
    )  # fmt: skip
    [part] = kiosk.update()
    # Decided by a unit of its own: its people have another timetable from now on.
    assert [person.person for person in part.people] == ["a"]
    due = [window.due for window in sessions_on(part, "a", date(2026, 11, 3)) if window.way == "in"]
    days = {window.due.date() for hours in part.hours for window in hours.sessions if window.way == "out"}
    assert datetime(2026, 11, 4, 1, 0, 59, tzinfo=UTC) in {
        window.due for hours in part.hours for window in hours.sessions
    }
    assert due is not None
    [hours] = [each for each in part.hours if each.id == part.people[0].hours]
    assert date(2026, 11, 5) not in {window.due.date() for window in hours.sessions if window.way == "out"}
    assert date(2026, 11, 5) in days


def test_policy_that_changes_in_a_week_changes_an_id_once(database: Database, kiosk: Any, clock: SettableClock) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "a", unit=unit)
    write(database, UnitPolicy(unit_id=unit, policy="jember-6", valid_from=date(2026, 11, 9), **BY))
    kiosk.register()
    [part] = kiosk.update()
    seen = [part.people[0].hours]
    for _ in range(14):
        clock.advance(86_400)
        parts = kiosk.update()
        seen += [person.hours for part in parts for person in part.people]
    assert len(seen) == 2


def test_part_timer_has_the_hours_of_the_contract(database: Database, kiosk: Any) -> None:
    unit = add_unit(database, "Sekolah")
    add_employee(database, "a", unit=unit)
    add_employee(database, "b", unit=unit)
    write(
        database,
        UnitPolicy(unit_id=unit, policy="jombang-part-time", valid_from=date(2026, 1, 1), **BY),
        PartTimeContract(
            number="1", employee_id="a", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31),
            weekdays=[0, 1, 2, 3, 4], slot_start="08:00", slot_end="12:00", quota_min=240, monthly_pay=1, **BY,
        ),
    )  # fmt: skip
    kiosk.register()
    [part] = kiosk.update()
    of = {person.person: person.hours for person in part.people}
    assert of["a"]
    assert of["b"] == ""
    assert datetime(2026, 11, 3, 1, 0, 59, tzinfo=UTC) in {w.due for w in part.hours[0].sessions}


def test_whoever_is_not_asked_for_attendance_has_no_timetable(database: Database, kiosk: Any) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "a", unit=unit)
    write(database, UnitPolicy(unit_id=unit, policy="none", valid_from=date(2026, 1, 1), **BY))
    kiosk.register()
    [part] = kiosk.update()
    assert (part.people[0].hours, part.hours) == ("", ())


def test_kiosk_of_a_unit_gets_its_own_timetables_only(database: Database, kiosk: Any) -> None:
    one, two = add_unit(database, "Satu"), add_unit(database, "Dua", timezone="Asia/Jayapura")
    add_employee(database, "a", unit=one)
    add_employee(database, "b", unit=two)
    kiosk.register(unit_id=one)
    [part] = kiosk.update()
    assert [each.id for each in part.hours] == [part.people[0].hours]


@pytest.mark.parametrize("most", [1, 2])
def test_timetables_of_most_people_come_first(most: int) -> None:
    of = {"a": "x", "b": "x", "c": "y", "d": "z"}
    chosen = choose_timetables(of, {"x": 10, "y": 10, "z": 10}, most=most, max_bytes=100)
    assert chosen == {"x", "y"} if most == 2 else {"x"}
    assert choose_timetables(of, {"x": 60, "y": 60, "z": 10}, most=9, max_bytes=100) == {"x"}


def test_huge_hours_still_fit_a_payload(database: Database, kiosk: Any, hub_key: Any) -> None:
    kiosk.register()
    windows = [
        SessionWindow(
            name=f"{number:060}", way="check", opens=NOON + timedelta(hours=number), closes=NOON + timedelta(days=9)
        )
        for number in range(MAX_SESSIONS)
    ]
    people = [add_employee(database, f"p{number:04}") for number in range(MOST_TIMETABLES + 20)]
    kiosk.update()
    with database.write() as session:
        session.query(PersonTimetable).delete()
        session.query(Timetable).delete()
        session.flush()
        session.add_all(Timetable(id=person, sessions=encode(windows)) for person in people)
        session.add_all(PersonTimetable(employee_id=person, timetable_id=person) for person in people)
    kiosk.version = 0
    with database.read() as session:
        found = read_hours_of(session.connection(), people)
    assert 0 < len(found.hours) < MOST_TIMETABLES
    kiosk.speak()
    sent = kiosk._delivery.due()
    assert sent == [] or all(len(message.payload) < MAX_PACKED_BYTES for message in sent)


def test_computing_twice_gives_the_same(database: Database) -> None:
    unit = add_unit(database, "Dinas")
    for number in range(5):
        add_employee(database, f"person-{number}", unit=unit)
    write(database, *shifts("person-0"))
    with database.read() as session:
        assert compute_timetables(session.connection(), NOON) == compute_timetables(session.connection(), NOON)
