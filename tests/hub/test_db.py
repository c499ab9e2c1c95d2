"""What the database promises: aware times, waiting writers, foreign keys."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from hub.db import Database, open_database, shown_address, witnessed
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
