"""Days assessed anew: the same as the worker's, only what changed, and never over somebody who knew more."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, select, update

from hub.attendance import recompute as module
from hub.attendance.models import StoredDay
from hub.attendance.recompute import recompute
from hub.roster.models import Unit, UnitPolicy
from tests.hub.attendance.house import MONDAY, House, at

SPAN = {"first": MONDAY, "last": MONDAY + timedelta(days=1)}


def two_days(house: House) -> list[str]:
    """Rina and Budi of the Dinas, Sari of another unit; all have been assessed by the worker."""
    unit = house.office.unit("Dinas")
    people = [house.office.employee(name, unit=unit) for name in ("Rina", "Budi")]
    people.append(house.office.employee("Sari", unit=house.office.unit("Badan")))
    house.office.kiosk("kiosk-1", delivered_up_to=at("23:00", MONDAY + timedelta(days=1)))
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        house.office.punch("kiosk-1", people[0], at("07:05", day))
        house.office.punch("kiosk-1", people[0], at("15:00", day))
    house.clock.moment = at("23:00", MONDAY + timedelta(days=1))
    house.worker().settle()
    return people


def stored(house: House) -> dict[tuple[str, date], tuple[int, object]]:
    with house.database.read() as session:
        rows = session.scalars(select(StoredDay)).all()
        return {(row.employee_id, row.work_date): (row.version, row.day) for row in rows}


def test_days_come_out_as_the_worker_left_them_and_a_second_run_changes_nothing(house: House) -> None:
    two_days(house)
    before = stored(house)
    assert len(before) == 6
    assert recompute(house.database, now=house.clock.moment, **SPAN).changed == 0
    with house.database.write() as session:
        session.execute(delete(StoredDay))
    seen: list[tuple[int, int]] = []
    found = recompute(house.database, now=house.clock.moment, progress=lambda *at_: seen.append(at_), **SPAN)
    assert (found.days, found.changed, found.troubles) == (6, 6, {})
    assert {key: day for key, (_, day) in stored(house).items()} == {key: day for key, (_, day) in before.items()}
    assert (seen[0], seen[-1]) == ((0, 6), (6, 6))
    assert recompute(house.database, now=house.clock.moment, **SPAN).changed == 0


def test_several_processes_come_to_the_same(house: House, monkeypatch) -> None:
    two_days(house)
    before = stored(house)
    with house.database.write() as session:
        session.execute(delete(StoredDay))
    monkeypatch.setattr(module, "BATCH_DAYS", 2)  # one person at a time
    assert recompute(house.database, now=house.clock.moment, processes=2, **SPAN).changed == 6
    assert {key: day for key, (_, day) in stored(house).items()} == {key: day for key, (_, day) in before.items()}


def test_only_the_people_of_a_unit_and_only_the_span(house: House) -> None:
    rina, _, sari = two_days(house)
    with house.database.write() as session:
        session.execute(delete(StoredDay))
    with house.database.read() as session:
        unit = session.scalars(select(Unit.id).where(Unit.name == "Dinas")).one()
    found = recompute(house.database, first=MONDAY, last=MONDAY, now=house.clock.moment, units={unit})
    assert found.days == 2
    assert {person for person, _ in stored(house)} >= {rina}
    assert sari not in {person for person, _ in stored(house)}
    assert {day for _, day in stored(house)} == {MONDAY}


def test_day_that_somebody_wrote_meanwhile_is_left_to_them(house: House, monkeypatch) -> None:
    rina, *_ = two_days(house)
    with house.database.write() as session:
        session.execute(update(StoredDay).where(StoredDay.employee_id == rina).values(day={"work_date": "old"}))
    gather = module.gather_evidence

    def gather_and_be_overtaken(session, days):
        found = gather(session, days)
        with house.database.write() as other:
            other.execute(
                update(StoredDay)
                .where(StoredDay.employee_id == rina, StoredDay.work_date == MONDAY)
                .values(version=StoredDay.version + 1, day={"work_date": "newer"})
            )
        return found

    monkeypatch.setattr(module, "gather_evidence", gather_and_be_overtaken)
    recompute(house.database, now=house.clock.moment, processes=1, **SPAN)
    days = stored(house)
    assert days[rina, MONDAY][1] == {"work_date": "newer"}
    assert days[rina, MONDAY + timedelta(days=1)][1] != {"work_date": "old"}


def test_stored_day_of_somebody_who_was_never_employed_then_goes(house: House) -> None:
    rina, *_ = two_days(house)
    with house.database.write() as session:
        session.execute(
            update(module.Employee).where(module.Employee.id == rina).values(employed_from=MONDAY + timedelta(days=1))
        )
    assert recompute(house.database, now=house.clock.moment, **SPAN).changed == 1
    assert (rina, MONDAY) not in stored(house)


def test_hours_that_contradict_each_other_are_told_once_with_the_days(house: House) -> None:
    two_days(house)
    with house.database.write() as session:
        for unit in session.scalars(select(Unit.id)).all():
            session.add(
                UnitPolicy(unit_id=unit, policy="malam", valid_from=date(2020, 1, 1), set_by="x", set_at=at("05:00"))
            )
    found = recompute(house.database, now=house.clock.moment, **SPAN)
    assert found.changed == 0
    assert sum(found.troubles.values()) == 6
    assert all("The policy 'malam' is not on record" in sentence for sentence in found.troubles)
