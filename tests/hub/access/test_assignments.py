"""Roles that begin, end and stand beside each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import add_account, authenticate, find_visitor
from hub.access.assignments import Acting, end_role, grant_role, list_assignments
from hub.access.models import RoleAssignment
from hub.access.roles import Role
from hub.db import Database, upgrade
from hub.errors import AccountError
from hub.migrations.runner import migrate

PASSWORD = "kopi-tubruk-manis"
MADE = datetime(2026, 3, 1, tzinfo=UTC)
DECEMBER = {"first": date(2026, 12, 1), "last": date(2026, 12, 31)}


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def role_at(database: Database, moment: datetime) -> tuple[str, int | None] | None:
    visitor = authenticate(database, "siti", PASSWORD, now=at(moment))
    return None if visitor is None else (str(visitor.role), visitor.unit_id)


@pytest.fixture
def units(database: Database) -> tuple[int, int]:
    """The number of the unit where Siti is supervisor, and of another."""
    office = InventedOffice(database, at=MADE)
    own, other = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    add_account(
        database, username="siti", password=PASSWORD, role=Role.SUPERVISOR, unit="Dinas Kesehatan", now=at(MADE)
    )
    return own, other


def test_acting_head_is_head_for_the_days_of_the_letter_only(database: Database, units: tuple[int, int]) -> None:
    own, other = units
    grant_role(
        database,
        "siti",
        Role.HEAD,
        unit_id=other,
        acting=Acting.PLT,
        letter=" 800/12/2026 ",
        by="budi",
        now=MADE,
        **DECEMBER,
    )
    assert role_at(database, datetime(2026, 11, 30, 16, 59, tzinfo=UTC)) == ("supervisor", own)
    assert role_at(database, datetime(2026, 11, 30, 17, 0, tzinfo=UTC)) == ("head", other)  # midnight in Jakarta
    assert role_at(database, datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == ("head", other)
    assert role_at(database, datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == ("supervisor", own)
    lines = list_assignments(database, "siti", now=at(datetime(2026, 12, 5, tzinfo=UTC)))
    assert [(line.role, line.unit, line.acting, line.letter, line.set_by, line.leads) for line in lines] == [
        ("supervisor", "Dinas Kesehatan", None, None, "presensi", False),
        ("head", "Dinas Pendidikan", "plt", "800/12/2026", "budi", True),
    ]


def test_ended_role_lets_nobody_in_and_signs_out_but_stays_on_record(
    database: Database, units: tuple[int, int]
) -> None:
    own, _ = units
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    ended_at = datetime(2026, 6, 1, tzinfo=UTC)
    assert end_role(database, "siti", Role.SUPERVISOR, unit_id=own, by="budi", now=ended_at) == 1
    assert authenticate(database, "siti", PASSWORD) is None
    assert find_visitor(database, "siti", visitor.fingerprint) is None
    assert list_assignments(database) == []
    [line] = list_assignments(database, ended=True)
    assert (line.withdrawn_at, line.withdrawn_by, line.leads) == (ended_at, "budi", False)
    with pytest.raises(AccountError, match="is not supervisor there"):
        end_role(database, "siti", Role.SUPERVISOR, unit_id=own, by="ani", now=ended_at)
    grant_role(database, "siti", Role.SUPERVISOR, unit_id=own, first=date(2026, 6, 1), by="ani", now=ended_at)
    again = find_visitor(database, "siti", visitor.fingerprint)
    assert again is not None
    assert (again.role, again.unit_id) == (visitor.role, visitor.unit_id)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RoleAssignment)) == 2


def test_role_that_an_account_has_on_one_of_the_days_is_refused(database: Database, units: tuple[int, int]) -> None:
    own, other = units
    grant_role(database, "siti", Role.OPERATOR, unit_id=other, by="budi", now=MADE, **DECEMBER)
    refused: list[tuple[Role, int, date, date | None]] = [
        (Role.SUPERVISOR, own, date(2027, 1, 1), None),
        (Role.OPERATOR, other, date(2026, 12, 31), None),
        (Role.OPERATOR, other, date(2026, 11, 1), date(2026, 12, 1)),
    ]
    for role, unit_id, first, last in refused:
        with pytest.raises(AccountError, match="already"):
            grant_role(database, "siti", role, unit_id=unit_id, first=first, last=last, by="budi", now=MADE)
    for first, last in ((date(2026, 11, 1), date(2026, 11, 30)), (date(2027, 1, 1), None)):
        grant_role(database, "siti", Role.OPERATOR, unit_id=other, first=first, last=last, by="budi", now=MADE)
    grant_role(database, "siti", Role.SUPERVISOR, unit_id=None, first=date(2026, 12, 1), by="budi", now=MADE)


def test_grant_that_cannot_hold_is_refused(database: Database, units: tuple[int, int]) -> None:
    own, _ = units

    def grant(username: str = "siti", letter: str | None = None, **dates: date) -> None:
        grant_role(
            database,
            username,
            Role.HEAD,
            unit_id=own,
            acting=Acting.PLH,
            letter=letter,
            by="budi",
            now=MADE,
            **{"first": date(2026, 12, 1), **dates},
        )

    with pytest.raises(AccountError, match="no account 'tono'"):
        grant("tono", "800/12/2026")
    with pytest.raises(AccountError, match="has a letter"):
        grant(letter="  ")
    with pytest.raises(AccountError, match="at most 100"):
        grant(letter="8" * 101)
    with pytest.raises(AccountError, match="before it begins"):
        grant(letter="800/12/2026", last=date(2026, 11, 30))
    assert len(list_assignments(database)) == 1


def test_accounts_from_before_keep_their_role_and_unit(database: Database, units: tuple[int, int]) -> None:
    """Migration 0021."""
    own, _ = units
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    migrate(database, "0020")
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM account")) == 2
    upgrade(database)
    assert role_at(database, datetime(2026, 11, 1, tzinfo=UTC)) == ("supervisor", own)
    assert [(line.username, line.role, line.unit) for line in list_assignments(database)] == [
        ("admin", "administrator", None),
        ("siti", "supervisor", "Dinas Kesehatan"),
    ]
