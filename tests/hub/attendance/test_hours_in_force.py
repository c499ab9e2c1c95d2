"""Whose hours are in force: policies, rosters, contracts, holidays, circulars, groups, and what was entered by hand."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from hub.attendance.dirty import mark_dirty
from hub.attendance.models import ManualEntry, PunchDecision
from hub.ingest.models import StoredRow
from hub.roster.models import EmploymentTerm, UnitPolicy
from hub.schedule.models import Holiday, PartTimeContract, PolicyVersion, ScheduleOverride, ShiftDay
from tests.hub.attendance.house import MONDAY, House, at

MORNING = at("05:00")

NIGHT = (
    'name = "malam"\ntitle = "Malam"\nbasis = "uji"\nkind = "two-session"\nrest = []\n[[hours]]\n'
    'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    'in_opens = "20:00"\nin_due = "22:00"\nout_due = "06:00+1"\nout_closes = "08:00+1"\n'
)


def test_punch_of_a_shift_across_midnight_belongs_to_the_date_it_began_on(house: House) -> None:
    with house.database.write() as session:
        session.add(PolicyVersion(name="malam", valid_from=date(2026, 1, 1), text=NIGHT, set_by="bkpp", set_at=MORNING))
    rina = house.office.employee("Rina", unit=house.office.unit("RSUD", policy="malam"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("12:00", MONDAY + timedelta(days=1)))
    house.office.punch("kiosk-1", rina, at("21:50"))
    house.office.punch("kiosk-1", rina, at("06:10", MONDAY + timedelta(days=1)))
    house.clock.moment = at("12:00", MONDAY + timedelta(days=1))
    house.worker().settle()
    assert house.status(rina) == "HADIR"


def test_shift_roster_has_its_own_hours_and_days_off(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("RSUD"))
    night = {"in": "22:00", "out": "06:00+1", "in_opens": "20:00", "out_closes": "08:00+1"}
    with house.database.write() as session:
        for day, code, hours in ((MONDAY, "M", night), (MONDAY + timedelta(days=2), "L", None)):
            session.add(
                ShiftDay(employee_id=rina, work_date=day, code=code, hours=hours, set_by="rsud", set_at=MORNING)
            )
    house.office.kiosk("kiosk-1", delivered_up_to=at("12:00", MONDAY + timedelta(days=2)))
    house.office.punch("kiosk-1", rina, at("21:50"))
    house.office.punch("kiosk-1", rina, at("05:40", MONDAY + timedelta(days=1)))
    house.clock.moment = at("12:00", MONDAY + timedelta(days=2))
    house.worker().settle()
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.late_min, day.early_min) == ("HADIR", 0, 20)
    # Tuesday is in the roster's month and not on the roster: a day off, as the Wednesday that says so.
    assert house.status(rina, MONDAY + timedelta(days=1)) == "LIBUR"
    assert house.status(rina, MONDAY + timedelta(days=2)) == "LIBUR"


def test_part_timer_is_expected_on_the_days_of_the_contract(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("SDN 1", policy="jombang-part-time"))
    with house.database.write() as session:
        session.add(
            PartTimeContract(
                number="800/1",
                employee_id=rina,
                valid_from=date(2026, 1, 1),
                valid_until=MONDAY + timedelta(days=1),
                weekdays=[0, 2],
                slot_start="08:00",
                slot_end="12:00",
                quota_min=240,
                monthly_pay=1_200_000,
                set_by="admin",
                set_at=MORNING,
            )
        )
    house.office.kiosk("kiosk-1", delivered_up_to=at("23:59", MONDAY + timedelta(days=3)))
    house.office.punch("kiosk-1", rina, at("08:20"))
    house.office.punch("kiosk-1", rina, at("11:50"))
    house.clock.moment = at("23:59", MONDAY + timedelta(days=3))
    house.worker().settle()
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.day["paid_min"], day.day["deduction"]) == ("HADIR", 210, {"minutes": 30})
    assert house.status(rina, MONDAY + timedelta(days=1)) == "LIBUR"  # no weekday of the contract
    assert house.status(rina, MONDAY + timedelta(days=2)) == "LIBUR"  # the contract is over


def test_holiday_and_circular_of_a_unit_hold_for_those_below_it(house: House) -> None:
    above = house.office.unit("Dinas")
    rina = house.office.employee("Rina", unit=house.office.unit("Puskesmas", parent=above))
    other = house.office.employee("Budi", unit=house.office.unit("Badan"))
    with house.database.write() as session:
        session.add(
            Holiday(day=MONDAY, name="HUT", kind="libur", decree="SK 1", unit_id=above, set_by="bkpp", set_at=MORNING)
        )
        session.add(
            ScheduleOverride(
                name="Ramadan",
                unit_id=None,
                first=MONDAY,
                last=MONDAY,
                hours={"in_due": "08:00"},
                decree="SE 2",
                set_by="bkpp",
                set_at=MORNING,
            )
        )
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    house.office.punch("kiosk-1", other, at("08:05"))
    house.office.punch("kiosk-1", other, at("15:05"))
    house.clock.moment = at("19:00")
    house.worker().settle()
    assert house.status(rina) == "LIBUR"
    day = house.day(other)
    assert day is not None
    assert day.late_min == 5


def test_group_is_asked_for_attendance_from_the_day_it_is_switched_on(house: House) -> None:
    unit = house.office.unit("SDN 1")
    rina = house.office.employee("Rina", unit=unit)
    with house.database.write() as session:
        session.add(EmploymentTerm(employee_id=rina, group="PPPK", set_by="bkpp", set_at=MORNING))
        for policy, first in (("none", date(2020, 1, 1)), ("jember-5", MONDAY + timedelta(days=1))):
            session.add(
                UnitPolicy(unit_id=unit, policy=policy, group="PPPK", valid_from=first, set_by="bkpp", set_at=MORNING)
            )
    house.office.kiosk("kiosk-1", delivered_up_to=at("23:59", MONDAY + timedelta(days=1)))
    house.clock.moment = at("23:59", MONDAY + timedelta(days=1))
    house.worker().settle()
    assert house.status(rina) is None
    assert house.status(rina, MONDAY + timedelta(days=1)) == "BELUM_ADA_KETERANGAN"


def test_approved_manual_entry_and_accepted_punch_count(house: House) -> None:
    unit = house.office.unit("Dinas")
    rina, budi, sari = (house.office.employee(name, unit=unit) for name in ("Rina", "Budi", "Sari"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    with house.database.write() as session:
        for person, state in ((rina, "approved"), (budi, "submitted")):
            session.add(
                ManualEntry(
                    employee_id=person,
                    work_date=MONDAY,
                    arrival=at("07:10"),
                    departure=at("15:00"),
                    reason="listrik padam",
                    state=state,
                    entered_by="operator",
                    entered_at=MORNING,
                    decided_by="kepala" if state == "approved" else None,
                )
            )
    house.office.punch("kiosk-1", sari, at("06:50"))
    house.office.punch("kiosk-1", sari, at("18:30"))
    house.clock.moment = at("19:00")
    house.worker().settle()
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.late_min) == ("HADIR", 10)
    assert "(manual)" in day.day["explanation"][0]["id"]
    assert house.status(budi) == "BELUM_ADA_KETERANGAN"
    assert house.status(sari) == "TIDAK_LENGKAP"
    with house.database.write() as session:
        row = session.scalars(select(StoredRow).where(StoredRow.person_id == sari).order_by(StoredRow.seq)).all()[-1]
        session.add(
            PunchDecision(
                device=row.device,
                epoch=row.epoch,
                seq=row.seq,
                employee_id=sari,
                accepted=True,
                reason="lembur",
                decided_by="operator",
                decided_at=MORNING,
            )
        )
        mark_dirty(session.connection(), [(sari, MONDAY)], now=at("19:01"))
    house.worker().settle()
    assert house.status(sari) == "HADIR"
