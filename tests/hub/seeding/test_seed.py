"""A seeded regency: the same for the same seed, every regime and status in it, and only where nobody is yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, func, select

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import add_account, authenticate
from hub.access.models import Account
from hub.access.roles import PAGE_ROLES, Role
from hub.attendance.day import Status
from hub.attendance.models import DirtyDay, DocumentRow, ManualEntry, MonthClose, StoredDay
from hub.db import Base, Database, open_database, table_of, upgrade
from hub.errors import AccountError, SeedError
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from hub.recap.monthly import Month, monthly
from hub.roster.models import Employee, EmploymentTerm, Membership, OfficeHolder, Unit
from hub.roster.nip import parse_nip
from hub.seeding.order import SeedOrder
from hub.seeding.seed import seed_regency
from tests.hub.seeding.conftest import ORDER, Town

SMALL = replace(ORDER, employees=40, months=1)


def count(database: Database, model: type[Base], *conditions: object) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


def rows_of(database: Database, table: Table) -> list[tuple[object, ...]]:
    with database.read() as session:
        return sorted((tuple(row) for row in session.execute(select(table))), key=repr)


def test_every_status_and_every_regime_occurs(town: Town) -> None:
    with town.database.read() as session:
        statuses = set(session.scalars(select(StoredDay.status).distinct()))
        days = session.scalars(select(StoredDay.day)).all()
    assert statuses == {str(status) for status in Status}
    assert {day["policy"] for day in days} == {
        *("jember-5", "jember-6", "shift", "kutim-4", "jombang-part-time", "wanasari-etpp"),
    }
    flags = {flag for day in days for flag in day.get("flags", ())}
    assert {"TERLAMBAT", "PULANG_AWAL", "SESI_TERLEWAT", "KIOSK_BELUM_SINKRON", "TERLAMBAT_DINAS"} <= flags


def test_most_days_are_in_order(town: Town) -> None:
    with town.database.read() as session:
        found = select(StoredDay.status, func.count()).group_by(StoredDay.status)
        counts = dict(session.execute(found).all())
    working = sum(counts.values()) - counts["LIBUR"] - counts["BERJALAN"]
    assert counts["HADIR"] / working > 0.93
    assert counts["TIDAK_LENGKAP"] / working < 0.05


def test_what_was_told_is_what_is_there(town: Town) -> None:
    told, database = town.seeded, town.database
    assert (told.employees, told.first, told.last) == (200, date(2026, 2, 1), date(2026, 3, 31))
    assert told.employees == count(database, Employee)
    assert told.units == count(database, Unit)
    assert told.kiosks == count(database, Kiosk)
    assert told.punches == count(database, StoredRow)
    assert told.documents == count(database, DocumentRow)
    assert told.days == count(database, StoredDay)
    assert count(database, DirtyDay) == 0
    assert count(database, MonthClose) == 1


def test_numbers_are_valid_and_fit_the_group(town: Town) -> None:
    query = select(Employee.nip, EmploymentTerm.group).join(EmploymentTerm, EmploymentTerm.employee_id == Employee.id)
    with town.database.read() as session:
        found = session.execute(query).all()
    assert len({nip for nip, _ in found}) == 200
    for nip, group in found:
        assert nip is not None
        assert parse_nip(nip).kind == ("NI PPPK" if group.startswith("PPPK") else "NIP")
    assert {group for _, group in found} == {"PNS", "CPNS", "PPPK", "PPPK Paruh Waktu"}


def test_units_have_heads_and_people_come_move_and_go(town: Town) -> None:
    database = town.database
    with database.read() as session:
        acting = session.scalars(select(OfficeHolder.acting).where(OfficeHolder.office == "Kepala Perangkat Daerah"))
        heads = list(acting)
        (moved,) = session.scalars(select(Membership).where(Membership.basis.is_not(None)))
    assert len(heads) == town.seeded.units - 1
    assert set(heads) == {None, "Plt"}
    assert count(database, StoredDay, StoredDay.employee_id == moved.employee_id, StoredDay.unit_id == moved.unit_id)
    assert count(database, Employee, Employee.employed_until == date(2026, 2, 28)) == 1
    assert count(database, Employee, Employee.employed_from == date(2026, 3, 15)) == 1


def test_papers_of_every_state_are_there(town: Town) -> None:
    database = town.database
    assert count(database, DocumentRow, DocumentRow.refused_because.is_not(None)) == 1
    assert count(database, DocumentRow, DocumentRow.verified_on.is_(None), DocumentRow.refused_at.is_(None)) >= 1
    assert count(database, DocumentRow, DocumentRow.witness_statements == 2) == 1
    assert count(database, ManualEntry, ManualEntry.state == "submitted") == 2
    assert count(database, ManualEntry, ManualEntry.state == "approved") > 2
    with database.read() as session:
        late = [row for row in session.scalars(select(DocumentRow)) if row.handed_in and row.last_day]
        delays = [(row.handed_in - row.last_day).days for row in late if row.handed_in and row.last_day]
    assert sum(delay > 3 for delay in delays) == 1


def test_recap_of_the_closed_month_names_everybody(town: Town) -> None:
    recap = monthly(town.database, Month(2026, 2))
    assert len(recap.lines) == 199


def test_nothing_is_later_than_the_moment_asked(town: Town) -> None:
    with town.database.read() as session:
        assert (session.scalar(select(func.max(StoredRow.taken_at))) or ORDER.as_of) <= ORDER.as_of
        assert (session.scalar(select(func.max(DocumentRow.created_at))) or ORDER.as_of) <= ORDER.as_of
        silent = session.scalars(select(Kiosk).where(Kiosk.online.is_(False))).one()
        newest = session.scalar(select(func.max(StoredRow.taken_at)).where(StoredRow.device == silent.device))
    assert silent.delivered_up_to == datetime(2026, 3, 30, 9, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert newest is not None
    assert newest <= silent.delivered_up_to


def test_every_account_can_sign_in(town: Town) -> None:
    assert [account.role for account in town.seeded.accounts] == [str(role) for role in PAGE_ROLES]
    account = town.seeded.accounts[0]
    visitor = authenticate(town.database, account.username, account.password)
    assert visitor is not None
    assert visitor.role == Role.ADMINISTRATOR
    assert len({account.password for account in town.seeded.accounts}) == len(PAGE_ROLES)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    with ExitStack() as open_ones:
        first, second = (
            open_ones.enter_context(open_database(f"sqlite:///{tmp_path / name}.db")) for name in ("first", "second")
        )
        upgrade(first)
        upgrade(second)
        yield first, second


def test_same_order_gives_the_same_rows_but_for_passwords(two: tuple[Database, Database]) -> None:
    for database in two:
        seed_regency(database, SMALL)
    tables = [table for table in Base.metadata.sorted_tables if table is not table_of(Account)]
    assert len(tables) > 20
    for table in tables:
        assert rows_of(two[0], table) == rows_of(two[1], table), table.name


def test_another_seed_gives_other_people(two: tuple[Database, Database]) -> None:
    seed_regency(two[0], SMALL, assess=False, password="tidak-untuk-dipakai")
    seed_regency(two[1], replace(SMALL, seed=2), assess=False, password="tidak-untuk-dipakai")
    first, second = (set(rows_of(database, table_of(Employee))) for database in two)
    assert not first & second


def test_both_databases_are_seeded_and_a_running_hub_may_assess(database: Database) -> None:
    seeded = seed_regency(database, SMALL, assess=False, password="tidak-untuk-dipakai")
    assert count(database, StoredRow) == seeded.punches > 1000
    assert count(database, DirtyDay) == seeded.days
    assert count(database, StoredDay) == 0
    # Rows that are added by hand afterwards get numbers of their own.
    InventedOffice(database, at=datetime.now(UTC)).unit("Kelurahan Baru")


def test_every_status_occurs_in_the_smallest_regency_too(database: Database) -> None:
    told: list[tuple[int, int]] = []
    seeded = seed_regency(
        database,
        replace(SMALL, months=2, until=date(2026, 3, 18)),
        password="tidak-untuk-dipakai",
        on_assessed=lambda done, total: told.append((done, total)),
    )
    assert count(database, StoredDay) == seeded.days
    assert told[-1] == (seeded.days, seeded.days)
    with database.read() as session:
        assert set(session.scalars(select(StoredDay.status).distinct())) == {str(status) for status in Status}


@pytest.mark.parametrize("until", [date(2026, 3, 1), date(2026, 1, 2), date(2024, 2, 29), date(2026, 8, 17)])
def test_short_and_odd_spans_are_written_as_well(tmp_path: Path, until: date) -> None:
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as database:
        upgrade(database)
        seeded = seed_regency(database, replace(SMALL, until=until), password="tidak-untuk-dipakai")
        assert count(database, StoredDay) == seeded.days > 0


def test_regency_lies_in_the_zone_that_is_asked_for(tmp_path: Path) -> None:
    order = replace(SMALL, until=date(2026, 3, 6), zone=ZoneInfo("Asia/Makassar"))
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as database:
        upgrade(database)
        seed_regency(database, order, assess=False, password="tidak-untuk-dipakai")
        with database.read() as session:
            assert set(session.scalars(select(Unit.timezone))) == {"Asia/Makassar"}
            first = session.scalar(select(func.min(StoredRow.taken_at)))
    assert first is not None
    assert 5 <= first.astimezone(order.zone).hour <= 7


def _unit(database: Database) -> None:
    InventedOffice(database, at=datetime.now(UTC)).unit("Dinas")


def _person(database: Database) -> None:
    InventedOffice(database, at=datetime.now(UTC)).employee("Rina", unit=None)


def _kiosk(database: Database) -> None:
    InventedOffice(database, at=datetime.now(UTC)).kiosk("kiosk-1")


def _account(database: Database) -> None:
    add_account(database, username="operator", password="tidak-untuk-dipakai", role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (_person, "has people on record already \\(1\\)"),
        (_unit, "has units on record"),
        (_kiosk, "has kiosks on record"),
        (_account, "has an account 'operator' already"),
    ],
)
def test_database_with_somebody_in_it_is_refused_and_stays_as_it_was(
    tmp_path: Path, there: Callable[[Database], None], words: str
) -> None:
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as database:
        upgrade(database)
        there(database)
        before = count(database, Employee)
        with pytest.raises(SeedError, match=words):
            seed_regency(database, SMALL)
        assert count(database, Employee) == before
        assert count(database, StoredRow) == 0


def test_too_few_people_or_a_weak_password_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as database:
        upgrade(database)
        with pytest.raises(SeedError, match="40 people at least"):
            seed_regency(database, replace(SMALL, employees=12))
        with pytest.raises(AccountError, match="10 to 200 characters"):
            seed_regency(database, SMALL, password="pendek")
        assert count(database, Unit) == 0


def test_months_reach_back_over_the_turn_of_the_year() -> None:
    order = SeedOrder(employees=40, months=3, seed=1, until=date(2026, 1, 15))
    assert order.month_starts == (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
    assert (order.dates[0], order.dates[-1]) == (date(2025, 11, 1), date(2026, 1, 15))


def test_days_assessed_in_bulk_are_the_same(two: tuple[Database, Database]) -> None:
    seed_regency(two[0], SMALL)
    seed_regency(two[1], SMALL, many_days=1)
    assert rows_of(two[0], table_of(StoredDay)) == rows_of(two[1], table_of(StoredDay)) != []
    assert count(two[1], DirtyDay) == 0
