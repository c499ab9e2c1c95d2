"""Recaps of a day and of a month, and one person's day, read from stored days."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select, update

from benchmarks.invented_office import InventedOffice, invent_punches, invent_staff
from contract.errors import BadInputError
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.models import MonthClose, StoredDay
from hub.attendance.worker import AttendanceWorker
from hub.db import Database
from hub.recap.daily import daily
from hub.recap.monthly import Month, monthly
from hub.recap.people import Person
from hub.recap.person import person_day, person_month
from hub.recap.summary import summarise
from hub.roster.models import Membership

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 3, 2)
MARCH = Month(2026, 3)


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), JAKARTA)


def settle(database: Database, now: datetime) -> None:
    AttendanceWorker(database, now=lambda: now).settle()


def test_daily_recap_counts_everybody_once(database: Database, office: InventedOffice) -> None:
    unit = office.unit("Dinas Kesehatan")
    names = ("Ani", "Budi", "Cici", "Dodi")
    ani, budi, cici, dodi = (office.employee(name, unit=unit) for name in names)
    office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    office.punches("kiosk-1", [(ani, at("06:50")), (ani, at("15:10")), (budi, at("07:25")), (budi, at("15:00"))])
    office.punch("kiosk-1", cici, at("06:59"))
    settle(database, at("19:00"))
    recap = daily(database, MONDAY)
    assert [line.person.name for line in recap.lines] == list(names)
    assert [line.presence for line in recap.lines] == ["hadir", "hadir", "hadir", "belum"]
    counts = recap.counts
    assert (counts.pegawai, counts.hadir, counts.terlambat, counts.belum, counts.menunggu) == (4, 3, 1, 1, 0)
    assert recap.assessed_at == at("19:00")
    assert dodi == recap.lines[3].person.id


def test_daily_recap_of_a_running_day_tells_who_has_come(database: Database, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    ani, _budi = office.employee("Ani", unit=unit), office.employee("Budi", unit=unit)
    office.kiosk("kiosk-1", delivered_up_to=at("08:00"))
    office.punch("kiosk-1", ani, at("07:15"))
    settle(database, at("08:00"))
    counts = daily(database, MONDAY).counts
    assert (counts.hadir, counts.terlambat, counts.belum) == (1, 1, 1)


def test_nobody_who_punched_is_unheard_of(database: Database, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    noon, early, _nobody = (office.employee(name, unit=unit) for name in ("Ani", "Budi", "Cici"))
    office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    office.punches("kiosk-1", [(noon, at("11:17")), (early, at("04:40"))])
    settle(database, at("12:00"))
    running = daily(database, MONDAY)
    assert [line.presence for line in running.lines] == ["hadir", "hadir", "belum"]
    assert [(line.arrival, line.departure) for line in running.lines] == [(None, None)] * 3
    assert [(line.first_seen, line.last_seen) for line in running.lines[::2]] == [(at("11:17"),) * 2, (None, None)]
    settle(database, at("19:00"))
    evening = daily(database, MONDAY)
    assert [line.presence for line in evening.lines] == ["hadir", "di_luar_jendela", "belum"]
    counts = evening.counts
    assert (counts.hadir, counts.di_luar_jendela, counts.belum, counts.pegawai) == (1, 1, 1, 3)


def test_daily_recap_of_a_unit_has_its_own_people_and_those_below(database: Database, office: InventedOffice) -> None:
    regency = office.unit("Kabupaten")
    health = office.unit("Dinas Kesehatan", parent=regency)
    office.employee("Ani", unit=health)
    office.employee("Budi", unit=office.unit("Dinas Pendidikan"))
    settle(database, at("19:00"))
    assert [line.person.name for line in daily(database, MONDAY, regency).lines] == ["Ani"]
    recap = daily(database, MONDAY, health)
    assert recap.unit is not None
    assert (recap.unit.name, recap.counts.pegawai) == ("Dinas Kesehatan", 1)
    assert [unit.unit.name for unit in daily(database, MONDAY).units] == ["Dinas Kesehatan", "Dinas Pendidikan"]


def test_daily_recap_of_a_rest_day_expects_nobody(database: Database, office: InventedOffice) -> None:
    office.employee("Ani", unit=office.unit("Dinas"))
    settle(database, at("19:00", MONDAY - timedelta(days=1)))
    counts = daily(database, MONDAY - timedelta(days=1)).counts
    assert (counts.pegawai, counts.libur, counts.expected) == (1, 1, 0)


def test_recaps_without_any_day_are_empty(database: Database) -> None:
    assert daily(database, MONDAY).lines == ()
    assert daily(database, MONDAY).assessed_at is None
    recap = monthly(database, MARCH)
    assert (recap.lines, recap.days, recap.closed, recap.totals.terlambat_menit) == ((), 0, False, 0)


def test_monthly_recap_equals_the_summary_of_the_whole_days(database: Database, office: InventedOffice) -> None:
    """The recap reads columns where it can: the sums, remarks and pending dates must not differ for it."""
    unit = office.unit("Dinas")
    people = invent_staff(office, unit=unit, people=12)
    office.kiosk("kiosk-1", delivered_up_to=at("12:00", date(2026, 3, 19)))
    dates = [date(2026, 3, day) for day in range(1, 21)]
    invent_punches(
        office, device="kiosk-1", people=people, dates=dates, until=at("12:00", date(2026, 3, 20)), tz=JAKARTA
    )
    settle(database, at("12:00", date(2026, 3, 20)))
    recap = monthly(database, MARCH)
    assert len(recap.lines) == 12
    assert recap.pending >= 12
    with database.read() as session:
        for line in recap.lines:
            stored = session.scalars(
                select(StoredDay.day).where(StoredDay.employee_id == line.person.id, StoredDay.work_date >= MARCH.first)
            )
            assert line.summary == summarise(msgspec.convert(day, AttendanceDay) for day in stored)
    assert recap.totals.terlambat_menit == sum(line.summary.lampiran_ii.terlambat_menit for line in recap.lines) > 0
    assert recap.days == 12 * 20


def test_monthly_recap_leaves_out_other_months(database: Database, office: InventedOffice) -> None:
    office.employee("Ani", unit=office.unit("Dinas"))
    settle(database, at("19:00"))
    assert {line.summary.counts[Status.LIBUR] for line in monthly(database, MARCH).lines} == {1}
    assert monthly(database, Month(2026, 2)).days == 2
    assert monthly(database, Month(2026, 4)).days == 0


def test_transferred_employee_stands_in_both_units(database: Database, office: InventedOffice) -> None:
    old, new = office.unit("Lama"), office.unit("Baru")
    ani = office.employee("Ani", unit=old, member=(None, date(2026, 3, 3)))
    with database.write() as session:
        session.add(
            Membership(employee_id=ani, unit_id=new, valid_from=date(2026, 3, 4), set_by="bkpp", set_at=office.at)
        )
    settle(database, at("19:00", date(2026, 3, 6)))
    recap = monthly(database, MARCH)
    assert [(line.unit.name, line.summary.working_days) for line in recap.lines] == [("Baru", 3), ("Lama", 2)]
    assert [line.person.id for line in monthly(database, MARCH, new).lines] == [ani]


def test_month_is_closed_for_a_unit_by_itself_by_one_above_or_for_all(
    database: Database, office: InventedOffice
) -> None:
    above, other = office.unit("Kabupaten"), office.unit("Lain")
    below = office.unit("Dinas", parent=above)
    with database.write() as session:
        session.add(MonthClose(unit_id=above, month=MARCH.first, closed_at=office.at, closed_by="bkpp"))
    assert [monthly(database, MARCH, unit).closed for unit in (above, below, other, None)] == [True, True, False, False]
    with database.write() as session:
        session.execute(update(MonthClose).values(reopened_at=office.at, reopened_by="bkpp"))
    assert not monthly(database, MARCH, above).closed
    with database.write() as session:
        session.add(MonthClose(unit_id=None, month=MARCH.first, closed_at=office.at, closed_by="bkpp"))
    assert monthly(database, MARCH, other).closed


def test_recaps_are_json(database: Database, office: InventedOffice) -> None:
    office.employee("Ani <script>alert(1)</script>", unit=office.unit("Dinas"), nip="198501012010011001")
    settle(database, at("19:00"))
    day = json.loads(msgspec.json.encode(daily(database, MONDAY)))
    assert day["lines"][0]["person"]["nip"] == "198501012010011001"
    assert day["lines"][0]["status"] == "BELUM_ADA_KETERANGAN"
    month = json.loads(msgspec.json.encode(monthly(database, MARCH)))
    assert set(month["lines"][0]["summary"]["lampiran_ii"]) == {
        "terlambat_menit",
        "pulang_awal_menit",
        "tanpa_alasan_hari",
        "cuti_sakit_dl_diklat_hari",
        "ijin_hari",
    }


def test_person_day_has_reasons_and_raw_punches(database: Database, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=office.unit("Dinas"))
    office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    office.punch("kiosk-1", ani, at("07:15"))
    office.punch("kiosk-1", ani, at("03:00"), corrected_at=at("15:30"))
    settle(database, at("19:00"))
    found = person_day(database, ani, MONDAY)
    assert found is not None
    assert found.day is not None
    assert found.day.explanation
    assert [(punch.seq, punch.corrected_at) for punch in found.punches] == [(1, None), (2, at("15:30"))]
    assert found.punches[1].taken_at == at("03:00")


def test_person_day_that_is_not_assessed_has_no_day(database: Database, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=office.unit("Dinas", timezone="Asia/Jayapura"))
    found = person_day(database, ani, date(2025, 1, 1))
    assert found is not None
    assert (found.day, found.punches, found.timezone) == (None, (), "Asia/Jayapura")
    assert person_day(database, "nobody", MONDAY) is None


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "0000-01", "March", "", "2026-03-01", "٢٠٢٦-٠٣x"])
def test_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="is not a month"):
        Month.parse(text)


def test_month_knows_its_neighbours_and_its_last_day() -> None:
    assert Month(2026, 12).shifted(1) == Month(2027, 1)
    assert Month(2026, 1).shifted(-1) == Month(2025, 12)
    assert Month(2028, 2).last == date(2028, 2, 29)
    assert Month.of(date(2026, 3, 9)).text == "2026-03"


def test_nip_is_shown_in_groups() -> None:
    assert Person("x", "Ani", "198501012010011001", None).shown_nip == "19850101 201001 1 001"
    assert Person("x", "Ani", "12345", None).shown_nip == "12345"
    assert Person("x", "Ani", None, None).shown_nip == ""


def test_person_month_has_the_days_and_their_sums(database: Database, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=office.unit("Dinas"))
    office.kiosk("kiosk-1", delivered_up_to=at("19:00", date(2026, 3, 4)))
    office.punch("kiosk-1", ani, at("07:15"))
    office.punch("kiosk-1", ani, at("15:30"))
    settle(database, at("19:00", date(2026, 3, 4)))
    found = person_month(database, ani, MARCH)
    assert found is not None
    assert [day.work_date.day for day in found.days] == [1, 2, 3, 4]
    assert found.summary.lampiran_ii.terlambat_menit == 15
    assert found.summary.pending == (date(2026, 3, 3), date(2026, 3, 4))
    empty = person_month(database, ani, Month(2025, 1))
    assert empty is not None
    assert (empty.days, empty.unit.name) == ((), "Dinas")
    assert person_month(database, "nobody", MARCH) is None
