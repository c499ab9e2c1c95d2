"""Units as they are made, renamed, moved and closed: what stays as it was, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from contract.errors import BadInputError
from hub.attendance.models import DirtyDay, MonthClose, StoredDay
from hub.db import Database
from hub.roster.models import Employee, RosterChange, Unit, UnitPolicy
from hub.roster.terms import transfer
from hub.roster.unit_changes import NewUnit, UnitChanges, change_units
from hub.roster.unit_models import UnitChange
from hub.roster.units import UnitTree
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit

MOVED = date(2026, 11, 1)
Deed = Callable[[UnitChanges], None]


def change(database: Database, deed: Deed) -> None:
    change_units(database, deed, by="siti", now=NOON)


def tree_of(database: Database) -> UnitTree:
    with database.read() as session:
        return UnitTree.load(session.connection())


def give(database: Database, unit: int, policy: str, first: date, last: date | None = None, group: str = "") -> None:
    with database.write() as session:
        session.add(
            UnitPolicy(
                unit_id=unit,
                policy=policy,
                group=group or None,
                valid_from=first,
                valid_until=last,
                set_by="t",
                set_at=NOON,
            )
        )


def test_unit_is_made_with_what_the_one_above_follows(database: Database) -> None:
    top = add_unit(database, "Dinas")
    give(database, top, "jember-6", date(2020, 1, 1))
    made: list[int] = []
    new = NewUnit(name="  Bidang   Satu ", parent_id=top, timezone="WITA")
    change(database, lambda units: made.append(units.add(new, today=MOVED)))
    tree = tree_of(database)
    assert tree.node(made[0]).name == "Bidang Satu"
    assert tree.node(made[0]).timezone == "Asia/Makassar"
    assert tree.policy_on(made[0], MOVED) == "jember-6"
    with database.read() as session:
        row = session.scalars(select(UnitChange)).one()
    assert (row.what, row.after, row.set_by) == ("made", "Dinas", "siti")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (NewUnit(name="dinas", parent_id=None, timezone="WIB"), "already"),
        (NewUnit(name=" ", parent_id=None, timezone="WIB"), "1 to 200"),
        (NewUnit(name="x" * 201, parent_id=None, timezone="WIB"), "1 to 200"),
        (NewUnit(name="Baru", parent_id=999, timezone="WIB"), "no unit 999"),
        (NewUnit(name="Baru", parent_id=None, timezone="Mars/Utopia"), "no time zone"),
        (NewUnit(name="Baru", parent_id=None, timezone="WIB", policy="nobody's"), "no policy"),
    ],
)
def test_unit_that_cannot_be_is_not_made(database: Database, new: NewUnit, words: str) -> None:
    add_unit(database, "Dinas")
    with pytest.raises(BadInputError, match=words):
        change(database, lambda units: units.add(new, today=MOVED) and None)
    with database.read() as session:
        assert session.scalars(select(Unit.name)).all() == ["Dinas"]


def test_new_name_keeps_the_old_one_on_record_and_reaches_kiosks(database: Database) -> None:
    unit = add_unit(database, "Dinas Lama")
    add_unit(database, "Dinas Lain")
    change(database, lambda units: units.rename(unit, "Dinas Baru"))
    for name, words in (("Dinas Baru", "called"), ("DINAS LAIN", "already")):
        with pytest.raises(BadInputError, match=words):
            change(database, lambda units, name=name: units.rename(unit, name))  # type: ignore[misc]
    with database.read() as session:
        assert session.scalars(select(UnitChange.before)).all() == ["Dinas Lama"]


def test_move_keeps_the_hours_of_the_past_and_takes_on_the_new_ones(database: Database) -> None:
    """Whatever stood above before: each day and group of every unit below has the hours that it had."""
    old, new = add_unit(database, "Lama"), add_unit(database, "Baru")
    unit = add_unit(database, "Bidang", parent_id=old)
    below, own = add_unit(database, "Seksi", parent_id=unit), add_unit(database, "Sekolah", parent_id=unit)
    give(database, old, "jember-6", date(2020, 1, 1), date(2026, 3, 31))
    give(database, old, "pati", date(2026, 5, 1))
    give(database, new, "kulon-progo", date(2019, 1, 1))
    give(database, new, "kutim-4", date(2026, 2, 1), group="PPPK")
    give(database, own, "shift", date(2026, 4, 10))
    days = [date(2019, 6, 1) + timedelta(days=step) for step in range(0, 2900, 3)]
    before = tree_of(database)
    change(database, lambda units: units.move(unit, new, from_day=MOVED, basis="SK 1/2026"))
    after = tree_of(database)
    for each in (unit, below, own):
        for group in (None, "PNS", "PPPK"):
            for day in days:
                tree, at = (before, each) if day < MOVED else (after, new if each != own or group == "PPPK" else own)
                assert after.policy_on(each, day, group) == tree.policy_on(at, day, group), (each, group, day)
    assert after.within(new) >= {unit, below, own}


def test_move_tells_the_roster_and_has_days_assessed_again(database: Database) -> None:
    old, new = add_unit(database, "Lama"), add_unit(database, "Baru")
    unit = add_unit(database, "Bidang", parent_id=old)
    person = add_employee(database, "rina", unit=unit)
    with database.write() as session:
        for day in (date(2026, 10, 1), date(2026, 11, 2)):
            session.add(StoredDay(**_stored(person, unit, day)))
    change(database, lambda units: units.move(unit, new, from_day=MOVED, basis="SK 1/2026"))
    with database.read() as session:
        assert session.scalars(select(DirtyDay.work_date)).all() == [date(2026, 11, 2)]
        newest = session.scalars(select(RosterChange).order_by(RosterChange.revision.desc()).limit(2)).all()
        row = session.scalars(select(UnitChange)).one()
    assert {change.person_id for change in newest} == {person, None}
    assert (row.before, row.after, row.valid_from, row.basis) == ("Lama", "Baru", MOVED, "SK 1/2026")


def _stored(person: str, unit: int, day: date) -> dict[str, object]:
    return {
        "employee_id": person,
        "work_date": day,
        "unit_id": unit,
        "status": "HADIR",
        "late_min": 0,
        "early_min": 0,
        "assessed_at": NOON,
        "day": {},
    }


def test_unit_never_stands_below_itself(database: Database) -> None:
    top = add_unit(database, "Dinas")
    middle = add_unit(database, "Bidang", parent_id=top)
    below = add_unit(database, "Seksi", parent_id=middle)
    for parent in (top, middle, below):
        with pytest.raises(BadInputError, match="circle"):
            change(database, lambda units, parent=parent: units.move(top, parent, from_day=MOVED, basis="SK"))  # type: ignore[misc]
    with pytest.raises(BadInputError, match="already"):
        change(database, lambda units: units.move(middle, top, from_day=MOVED, basis="SK"))
    with pytest.raises(BadInputError, match="letter"):
        change(database, lambda units: units.move(middle, None, from_day=MOVED, basis=" "))
    assert tree_of(database).above(below) == [below, middle, top]


def test_move_waits_until_months_are_closed_alike(database: Database) -> None:
    old, new = add_unit(database, "Lama"), add_unit(database, "Baru")
    unit = add_unit(database, "Bidang", parent_id=old)
    with database.write() as session:
        for month, of in ((9, None), (10, old), (8, unit)):
            session.add(MonthClose(unit_id=of, month=date(2026, month, 1), closed_at=NOON, closed_by="t"))
    with pytest.raises(BadInputError, match="2026-10 is closed"):
        change(database, lambda units: units.move(unit, new, from_day=MOVED, basis="SK"))
    with database.write() as session:
        session.add(MonthClose(unit_id=new, month=date(2026, 10, 1), closed_at=NOON, closed_by="t"))
    change(database, lambda units: units.move(unit, new, from_day=MOVED, basis="SK"))
    assert tree_of(database).node(unit).parent_id == new


def test_unit_is_closed_only_when_nobody_stays(database: Database) -> None:
    unit, other = add_unit(database, "Lama"), add_unit(database, "Lain")
    below = add_unit(database, "Seksi", parent_id=unit)
    add_employee(database, "rina", unit=unit)

    def close(each: int) -> None:
        change(database, lambda units: units.close(each, last=MOVED, basis="Perbup 3/2026"))

    with pytest.raises(BadInputError, match="Seksi stands below"):
        close(unit)
    close(below)
    with pytest.raises(BadInputError, match="1 employees"):
        close(unit)
    transfer(database, "rina", other, from_day=MOVED, basis="800/1", by="siti", now=NOON)
    close(unit)
    with pytest.raises(BadInputError, match="closed already"):
        close(unit)
    with pytest.raises(BadInputError, match="closed after 2026-11-01"):
        transfer(database, "rina", unit, from_day=MOVED + timedelta(days=1), basis="800/2", by="siti", now=NOON)
    new = NewUnit(name="Baru", parent_id=unit, timezone="WIB")
    with pytest.raises(BadInputError, match="closed after"):
        change(database, lambda units: units.add(new, today=MOVED + timedelta(days=1)) and None)
    with pytest.raises(BadInputError, match="closed after"):
        change(database, lambda units: units.reopen(below))
    change(database, lambda units: units.reopen(unit))
    change(database, lambda units: units.reopen(below))
    with pytest.raises(BadInputError, match="not closed"):
        change(database, lambda units: units.reopen(below))
    with database.read() as session:
        assert session.scalars(select(Unit.valid_until)).all() == [None] * 3
        assert len(session.scalars(select(UnitChange)).all()) == 4
        assert session.get_one(Employee, "rina").name == "Rina"
