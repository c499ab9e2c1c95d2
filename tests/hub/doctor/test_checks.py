"""The checks that ask the database, on both kinds, and on one that is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.checkup.finding import carry_out
from hub.db import Database, open_database
from hub.doctor.checks import Patient, hub_checks
from hub.doctor.database import judge_database, newest_revision, read_database
from hub.doctor.flow import judge_backlog, read_backlog
from hub.reminders.models import Reminder, ReminderContact
from hub.settings import HubSettings

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
ASKING = ["database", "ingest", "quarantine", "jobs", "backup", "outbox"]


def states(database: Database, folder: Path) -> dict[str, str]:
    patient = Patient(HubSettings(data=str(folder)), NOW, database)
    asked = [check for check in hub_checks(patient) if check.name in ASKING]
    return {each.name: each.finding.state for each in carry_out(asked)}


def test_an_empty_hub(database: Database, tmp_path: Path) -> None:
    assert states(database, tmp_path) == {
        "database": "ok",
        "ingest": "not_fitted",
        "quarantine": "ok",
        "jobs": "warning",
        "backup": "warning",
        "outbox": "ok",
    }
    reading = read_database(database)
    assert (reading.revision, reading.kind) == (newest_revision(), database.dialect)
    assert (reading.size_bytes or 0) > 100_000


def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    with open_database("postgresql://presensi:geheim@127.0.0.1:1/presensi") as away:
        finding = judge_database(read_database(away))
        assert finding.state == "bad"
        assert "geheim" not in repr(finding)
        assert set(states(away, tmp_path).values()) == {"bad"}


def test_what_waits_to_go_out_is_counted(database: Database) -> None:
    with database.write() as session:
        contact = ReminderContact(account="budi", gateway="mail", address="b@x", added_by="budi", added_at=NOW)
        session.add(contact)
        session.flush()
        for number, (state, hours) in enumerate([("waiting", -30), ("waiting", 1), ("delivered", -50)]):
            due = NOW + timedelta(hours=hours)
            reminder = Reminder(
                key=f"k{number}", kind="letter", contact_id=contact.id, not_after=NOW, title="t", body="b"
            )
            reminder.lane, reminder.state, reminder.due_at, reminder.made_at = "mail", state, due, NOW
            session.add(reminder)
    backlog = read_backlog(database, NOW)
    assert (backlog.waiting, backlog.due, backlog.oldest_due_at) == (2, 1, NOW - timedelta(hours=30))
    assert judge_backlog(backlog, NOW).state == "bad"
