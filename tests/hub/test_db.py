"""What the database promises: aware times, waiting writers, foreign keys."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from hub import db
from hub.db import Database, open_database, shown_address, upgrade, witnessed
from hub.fleet.models import Kiosk
from hub.roster.models import Employee, Membership, Unit
from tests.factories.journals import NOON, KioskJournal
from tests.factories.people import add_kiosk_row, add_unit


def test_moment_comes_back_aware_in_utc(database: Database) -> None:
    jakarta = timezone(timedelta(hours=7))
    moment = datetime(2026, 11, 2, 6, 45, 10, 123_456, tzinfo=jakarta)
    add_kiosk_row(database, "kiosk-1", KioskJournal().key.verify_key, added_at=moment)
    with database.read() as session:
        stored = session.scalars(select(Kiosk.added_at)).one()
    assert stored == moment
    assert stored.tzinfo is UTC


def test_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        add_kiosk_row(database, "kiosk-1", KioskJournal().key.verify_key, added_at=datetime(2026, 1, 1))


def test_write_that_raises_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            session.add(Unit(name="Dinas", created_at=NOON))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as session:
        assert session.scalars(select(Unit)).all() == []


def test_read_session_stores_nothing(database: Database) -> None:
    with database.read() as session:
        session.add(Unit(name="Dinas", created_at=NOON))
        session.flush()
    with database.read() as session:
        assert session.scalars(select(Unit)).all() == []


def test_reads_of_a_block_share_one_connection_and_leave_nothing(database: Database) -> None:
    began = []
    event.listen(database.engine, "begin", lambda _connection: began.append(1))
    add_unit(database, "Dinas")
    began.clear()
    with database.one_read(), database.one_read():
        for _ in range(3):
            with database.read() as session:
                assert session.scalars(select(Unit.name)).all() == ["Dinas"]
        assert len(began) == 1
        with database.read() as session:
            session.add(Unit(name="Bayangan", created_at=NOON))
            session.flush()
    assert _units(database) == ["Dinas"]


def test_write_within_such_a_block_stands(database: Database) -> None:
    with database.one_read():
        add_unit(database, "Dinas")
    assert _units(database) == ["Dinas"]


def test_reads_of_another_database_are_not_mixed_in(database: Database, tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/other.db") as other:
        upgrade(other)
        add_unit(database, "Dinas")
        with other.one_read():
            assert _units(database) == ["Dinas"]
            assert _units(other) == []


@pytest.mark.parametrize("rested", [True, False])
def test_connection_that_died_while_it_rested_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    """Of one that was used a moment ago, PostgreSQL's end is found out in use: once, and not by the next."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite is a file")
    monkeypatch.setattr(db, "RESTED_S", 0.0 if rested else 60.0)
    with database.read() as session:
        session.execute(text("SELECT 1"))
    everybody = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with create_engine(database.engine.url, poolclass=NullPool).connect() as other:
        other.execute(text(f"SELECT pg_terminate_backend(pid) {everybody}"))
    if not rested:
        with pytest.raises(OperationalError), database.read() as session:
            session.execute(text("SELECT 1"))
    assert _units(database) == []


def test_foreign_keys_hold(database: Database) -> None:
    with database.write() as session:
        session.add(Employee(id="a", name="A", created_at=NOON, created_by="t"))
        session.flush()
        session.add(Membership(employee_id="a", unit_id=404, set_by="t", set_at=NOON))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    unit = add_unit(database, "0")

    def count_up() -> None:
        for _ in range(10):
            with database.write() as session:
                row = session.get(Unit, unit, with_for_update=True)
                assert row is not None
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.read() as session:
        assert session.scalars(select(Unit.name)).one() == "40"


def test_sqlite_commits_survive_a_power_cut(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/deep/hub.db") as database, database.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_shown_address_hides_the_password() -> None:
    with open_database("postgresql://hub:rahasia@db.example/presensi") as database:
        assert "rahasia" not in shown_address(database)


def test_opening_waits_for_another_program_that_just_made_the_file(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.execute, ["COMMIT"]).start()
    with open_database(f"sqlite:///{tmp_path}/hub.db") as database, database.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    other.close()


class _Notary:
    """Adds a unit to every write."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.stood = 0

    def before_commit(self, session: Session) -> None:
        session.add(Unit(name="witnessed", created_at=NOON))
        session.flush()
        if self.refuses:
            raise RuntimeError

    def after_commit(self) -> None:
        self.stood += 1


def _add_unit(database: Database, *, trial: bool = False) -> None:
    with database.write() as session:
        session.add(Unit(name="Dinas", created_at=NOON))
        session.flush()
        if trial:
            session.rollback()


def _units(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Unit.name).order_by(Unit.id)))


def test_witness_adds_to_a_write_and_learns_that_it_stands(database: Database) -> None:
    notary = _Notary()
    with witnessed(notary):
        _add_unit(database)
    assert (_units(database), notary.stood) == (["Dinas", "witnessed"], 1)
    with pytest.raises(IntegrityError):
        _add_unit(database)  # no longer witnessed, and there already
    assert notary.stood == 1


def test_write_does_not_stand_without_its_witness(database: Database) -> None:
    with pytest.raises(RuntimeError), witnessed(_Notary(refuses=True)):
        _add_unit(database)
    assert _units(database) == []


def test_trial_run_that_rolls_back_has_no_witness(database: Database) -> None:
    notary = _Notary()
    with witnessed(notary):
        _add_unit(database, trial=True)
    assert (_units(database), notary.stood) == ([], 0)
