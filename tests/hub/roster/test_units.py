"""Units as a tree, memberships in time, and the work dates that follow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from contract.errors import BadInputError
from hub.db import Database
from hub.roster.employees import add_employee as add
from hub.roster.employees import ensure_unit, find_employee, transfer_employee
from hub.roster.models import UnitPolicy
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import work_date_of, work_dates_for
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_policy_is_the_units_own_else_that_of_the_nearest_above(database: Database) -> None:
    top = add_unit(database, "Pemda")
    middle = add_unit(database, "Dinas", parent_id=top)
    below = add_unit(database, "Bidang", parent_id=middle)
    with database.write() as session:
        for unit, policy, first, last in (
            (top, "jember-6", date(2026, 1, 1), None),
            (middle, "pati", date(2026, 6, 1), date(2026, 6, 30)),
        ):
            row = UnitPolicy(unit_id=unit, policy=policy, valid_from=first, valid_until=last, set_by="t", set_at=NOON)
            session.add(row)
    with database.read() as session:
        tree = UnitTree.load(session.connection())
    assert tree.policy_on(below, date(2026, 6, 30)) == "pati"
    assert tree.policy_on(below, date(2026, 7, 1)) == "jember-6"
    assert tree.policy_on(below, date(2025, 12, 31)) == "jember-5"
    assert tree.policy_on(None, date(2026, 7, 1)) == "jember-5"
    assert tree.within(middle) == {middle, below}


def test_membership_counts_from_its_first_to_its_last_day(database: Database) -> None:
    here, there = add_unit(database, "Sini"), add_unit(database, "Sana")
    with database.write() as session:
        person = add(session, "Budi", here, now=NOON, author="t")
        transfer_employee(session, person, there, from_day=date(2026, 12, 1), now=NOON, author="t")
        with pytest.raises(BadInputError, match="2026-12-01"):
            transfer_employee(session, person, here, from_day=date(2026, 11, 1), now=NOON, author="t")
    with database.read() as session:
        memberships = Memberships.load(session.connection(), [person.id])
        assert memberships.unit_on(person.id, date(2026, 11, 30)) == here
        assert memberships.unit_on(person.id, date(2026, 12, 1)) == there
        assert memberships.unit_on("nobody", date(2026, 12, 1)) is None
        assert find_employee(session, "Budi", here, date(2026, 11, 30)) is not None
        assert find_employee(session, "Budi", here, date(2026, 12, 1)) is None


def test_unit_is_made_once_with_its_policy(database: Database) -> None:
    with database.write() as session:
        first = ensure_unit(session, "Kantor", now=NOON, author="t", policy="jember-6")
        assert ensure_unit(session, "Kantor", now=NOON, author="t").id == first.id
        with pytest.raises(BadInputError, match="Tidak Ada"):
            ensure_unit(session, "Bidang", now=NOON, author="t", parent="Tidak Ada")
    with database.read() as session:
        assert UnitTree.load(session.connection()).policy_on(first.id, date(2026, 1, 1)) == "jember-6"


def test_work_date_of_a_policy_that_is_unknown_is_the_local_date() -> None:
    moment = datetime(2026, 11, 2, 18, 30, tzinfo=UTC)
    assert work_date_of(moment, policy="no-such-policy", zone=JAKARTA) == date(2026, 11, 3)
    assert work_date_of(moment, policy="jember-5", zone=ZoneInfo("Asia/Jayapura")) == date(2026, 11, 3)


@pytest.mark.parametrize("moment", [datetime(1970, 1, 2, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)])
def test_work_date_at_the_ends_of_what_ingest_takes(moment: datetime) -> None:
    assert abs((work_date_of(moment, policy="jember-5", zone=JAKARTA) - moment.date()).days) <= 1


def test_work_dates_leave_out_whom_nobody_knows(database: Database) -> None:
    add_employee(database, "person-1")
    with database.read() as session:
        days = work_dates_for(session.connection(), [("person-1", NOON), ("stranger", NOON)])
        assert days == {("person-1", date(2026, 11, 2))}
        assert work_dates_for(session.connection(), []) == set()
