"""The migrations make exactly the tables that the models speak of."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from benchmarks.invented_office import EPOCH, InventedOffice
from hub.attendance.models import StoredDay
from hub.db import Database, open_database, upgrade
from hub.errors import DatabaseError
from hub.fleet.commands import give_command, take_back_command
from hub.fleet.models import EpochProgress, LatestHeartbeat
from hub.ingest.models import StoredRow
from hub.migrations.runner import migrate
from hub.models import Base
from tests.factories.journals import NOON


def test_migrated_schema_equals_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM roster_clock")) == 1


def test_upgrade_by_two_at_once_succeeds(tmp_path: Path) -> None:
    failures: list[DatabaseError] = []

    def migrate() -> None:
        try:
            with open_database(f"sqlite:///{tmp_path}/new/hub.db") as database:
                upgrade(database)
        except DatabaseError as error:
            failures.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with open_database(f"sqlite:///{tmp_path}/new/hub.db") as database:
        assert "journal_row" in inspect(database.engine).get_table_names()


def test_command_that_was_taken_back_has_expired_after_a_step_back(database: Database) -> None:
    InventedOffice(database, at=NOON).kiosk("kiosk-1")
    command = give_command(database, "kiosk-1", "lock", by="siti", now=NOON)
    take_back_command(database, "kiosk-1", command.id, by="budi", now=NOON)
    migrate(database, "0036")
    with database.read() as session:
        assert session.execute(text("SELECT outcome, action FROM kiosk_command")).all() == [("expired", "lock")]
    for wrong in ("outcome = 'taken_back'", "action = 'dance'"):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(text(f"UPDATE kiosk_command SET {wrong}"))
    upgrade(database)
    for wrong in ("outcome = 'lost'", "action = 'dance'"):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(text(f"UPDATE kiosk_command SET {wrong}"))
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_refusals_go_into_quarantine_with_a_step_back_and_rows_survive_the_step(database: Database) -> None:
    office = InventedOffice(database, at=NOON)
    office.kiosk("kiosk-1")
    office.punch("kiosk-1", "person-1", NOON)
    office.refusal("kiosk-1", "person-1", NOON, evidence="a" * 64)
    with database.write() as session:
        session.add(EpochProgress(device="kiosk-1", epoch=EPOCH, upto=2, begun_at=NOON))
    before = _rows(database)
    migrate(database, "0003")
    assert _rows(database) == [row for row in before if row[2] == "punch"]
    with database.read() as session:
        assert session.execute(text("SELECT seq, reason FROM quarantine")).all() == [(2, "unknown_kind")]
        assert session.execute(text("SELECT upto, quarantined FROM epoch_progress")).all() == [(2, 1)]
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'refusal'"))
    upgrade(database)
    assert _rows(database) == [row for row in before if row[2] == "punch"]
    office.refusal("kiosk-1", None, NOON)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'rumour'"))
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def _rows(database: Database) -> list[Any]:
    with database.read() as session:
        query = select(StoredRow.device, StoredRow.seq, StoredRow.kind, StoredRow.placed_at, StoredRow.row)
        return list(session.execute(query.order_by(StoredRow.seq)))


def test_upgrade_of_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"not a database, for sure" * 1000)
    with open_database(f"sqlite:///{tmp_path}/hub.db") as database, pytest.raises(DatabaseError, match=r"hub\.db"):
        upgrade(database)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "oracle://x", "sqlite://", "sqlite:///:memory:"])
def test_open_database_with_a_wrong_address_says_what_to_write(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_database(url)


def test_pictures_approved_by_one_person_keep_counting_and_say_so(tmp_path: Path) -> None:
    """Migration 0002; everything that refers to the copied table is still there, up and down again."""
    with open_database(f"sqlite:///{tmp_path}/hub.db") as database:
        migrate(database, "0001")
        with database.writing_connection() as connection:
            for statement in _ONE_PERSON_OFFICE:
                connection.exec_driver_sql(statement)
        upgrade(database)
        assert _pictures(database) == [
            (1, "approved", "siti", "(one person)"),
            (2, "approved", "siti", "(one person)"),
            (3, "approved", "siti", "budi"),
            (4, "proposed", "siti", None),
        ]
        with database.writing_connection() as connection, pytest.raises(IntegrityError):
            connection.exec_driver_sql("DELETE FROM enrolment_frame")
        migrate(database, "0001")
        assert [row[1] for row in _pictures(database)] == ["approved", "approved", "approved", "proposed"]


_FRAME = (
    "INSERT INTO enrolment_frame (id, employee_id, sha256, file, origin, origin_name, state, added_by, added_at,"
    " approved_by) VALUES ({id}, 'rina', '{id}', 'f', 'folder', 'f', '{state}', 'siti', '2026-01-01', {approver})"
)
_ONE_PERSON_OFFICE = (
    "INSERT INTO employee (id, name, created_at, created_by) VALUES ('rina', 'Rina', '2026-01-01', 'siti')",
    _FRAME.format(id=1, state="approved", approver="'siti'"),
    _FRAME.format(id=2, state="approved", approver="NULL"),
    _FRAME.format(id=3, state="approved", approver="'budi'"),
    _FRAME.format(id=4, state="proposed", approver="'S iti'"),
    "INSERT INTO template (frame_id, employee_id, pack, embedding, made_at)"
    " VALUES (1, 'rina', 'p', x'00', '2026-01-01')",
)


def _pictures(database: Database) -> list[tuple[int, str, str, str | None]]:
    with database.read() as session:
        query = "SELECT id, state, added_by, approved_by FROM enrolment_frame ORDER BY id"
        return [tuple(row) for row in session.execute(text(query))]


def test_threshold_of_a_kiosk_belongs_to_the_pack_that_it_ran(tmp_path: Path) -> None:
    """Migration 0005."""
    with open_database(f"sqlite:///{tmp_path}/hub.db") as database:
        migrate(database, "0004")
        with database.writing_connection() as connection:
            for device, threshold in (("kiosk-1", "0.9"), ("kiosk-2", "0.9"), ("kiosk-3", "NULL")):
                connection.exec_driver_sql(_KIOSK.format(device=device, threshold=threshold))
            connection.exec_driver_sql(_HEARTBEAT.format(device="kiosk-1", pack="evaluation"))
            connection.exec_driver_sql(_HEARTBEAT.format(device="kiosk-3", pack="evaluation"))
        upgrade(database)
        with database.read() as session:
            query = "SELECT threshold_pack FROM kiosk ORDER BY device"
            assert list(session.scalars(text(query))) == ["evaluation", "builtin", None]
            assert session.scalars(select(LatestHeartbeat.packs)).first() == []
        migrate(database, "0004")


_KIOSK = (
    "INSERT INTO kiosk (device, public_key, demo, state, liveness, threshold, message, receipt_version, roster_sent,"
    " added_at) VALUES ('{device}', '{device}', 0, 'active', 'off', {threshold}, '', 0, 0, '2026-01-01')"
)
_HEARTBEAT = (
    "INSERT INTO latest_heartbeat (device, epoch, first_kept, last_seq, queue, sent_at, as_of, boot, monotonic_ms,"
    " clock_source, camera, journal, camera_restarts, alarms, roster, command, receipt, pack, software, received_at)"
    " VALUES ('{device}', 'e', 0, 0, 0, '2026-01-01', '2026-01-01', 'b', 0, 'ntp', 'ok', 'ok', 0, '[]', 0, 0, 0,"
    " '{pack}', '0', '2026-01-01')"
)


def test_rows_of_operators_go_into_quarantine_with_a_step_back(database: Database) -> None:
    """Migration 0015."""
    office = InventedOffice(database, at=NOON)
    office.kiosk("kiosk-1")
    office.punch("kiosk-1", "person-1", NOON)
    office.punch("kiosk-1", "person-1", NOON)
    with database.write() as session:
        session.add(EpochProgress(device="kiosk-1", epoch=EPOCH, upto=2, begun_at=NOON))
        session.execute(text("UPDATE journal_row SET kind = 'operator' WHERE seq = 2"))
    migrate(database, "0014")
    assert [row[2] for row in _rows(database)] == ["punch"]
    with database.read() as session:
        assert session.execute(text("SELECT seq, reason FROM quarantine")).all() == [(2, "unknown_kind")]
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'operator'"))
    upgrade(database)
    with database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'operator'"))


def test_disavowals_go_into_quarantine_with_a_step_back_and_no_row_is_copied(database: Database) -> None:
    """Migration 0009."""
    office = InventedOffice(database, at=NOON)
    office.kiosk("kiosk-1")
    office.punch("kiosk-1", "person-1", NOON)
    office.punch("kiosk-1", "person-1", NOON)
    with database.write() as session:
        session.add(EpochProgress(device="kiosk-1", epoch=EPOCH, upto=2, begun_at=NOON))
        session.execute(text("UPDATE journal_row SET kind = 'disavowal' WHERE seq = 2"))
    migrate(database, "0008")
    assert [row[2] for row in _rows(database)] == ["punch"]
    with database.read() as session:
        assert session.execute(text("SELECT seq, reason FROM quarantine")).all() == [(2, "unknown_kind")]
        assert session.execute(text("SELECT upto, quarantined FROM epoch_progress")).all() == [(2, 1)]
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'disavowal'"))
    upgrade(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'rumour'"))
    with database.write() as session:
        session.execute(text("UPDATE journal_row SET kind = 'disavowal'"))
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        if database.dialect == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_open_days_say_after_the_step_whether_somebody_was_seen(database: Database) -> None:
    """Migration 0020: only of open days it is asked."""
    person = InventedOffice(database, at=NOON).employee("Rina", unit=None)
    said = {
        "BERJALAN": '{"first_seen": "2026-03-02T07:00:00Z"}',
        "BELUM_ADA_KETERANGAN": '{"first_seen": null}',
        "TK": "{}",
    }
    migrate(database, "0019")
    with database.writing_connection() as connection:
        for day, (status, content) in enumerate(said.items(), start=1):
            connection.execute(
                text(
                    "INSERT INTO stored_day (employee_id, work_date, status, absent_days, day, assessed_at, version) "
                    "VALUES (:person, :day, :status, 0, :content, '2026-03-02 12:00:00', 1)"
                ),
                {"person": person, "day": f"2026-03-0{day}", "status": status, "content": content},
            )
    upgrade(database)
    with database.read() as session:
        seen = dict(session.execute(select(StoredDay.status, StoredDay.seen)).all())
    assert seen == {"BERJALAN": True, "BELUM_ADA_KETERANGAN": False, "TK": None}
