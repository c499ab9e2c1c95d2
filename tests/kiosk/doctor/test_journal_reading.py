"""The journal is read beside whoever uses it, and left as it was."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.punch import Punch
from kiosk.doctor.journal_reading import JournalReading, read_journal
from kiosk.doctor.stores import judge_journal
from kiosk.journal import Journal
from kiosk.journal_records import RowKey
from tests.factories.journals import NOON, punch


def build(key: RowKey) -> Punch:
    return punch(device=key.device, epoch=key.epoch, seq=key.seq)


def fill(path: Path, rows: int = 3) -> None:
    with Journal(path, device="kiosk-1") as journal:
        for _ in range(rows):
            journal.append(build)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {each.name: (each.stat().st_size, each.stat().st_mtime_ns) for each in folder.iterdir()}


def test_a_journal_in_use_is_read_and_stays_usable(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with Journal(path, device="kiosk-1") as journal:
        journal.append(build)
        reading = read_journal(path)
        assert (reading.in_use, reading.rows, reading.queue, reading.damage) == (True, 1, 1, None)
        assert reading.epoch == journal.state.epoch
        assert reading.oldest_pending_at == reading.newest_at == NOON
        journal.append(build)
        assert read_journal(path).rows == 2


def test_reading_a_closed_journal_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    fill(path)
    before = listing(tmp_path)
    reading = read_journal(path)
    assert (reading.in_use, reading.rows, dict(reading.kinds)) == (False, 3, {"punch": 3})
    assert listing(tmp_path) == before


def test_a_journal_that_a_crash_left_open_is_read_with_its_log(tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    path = tmp_path / "journal.sqlite3"
    with Journal(path, device="kiosk-1") as journal:
        journal.append(build)
        for each in tmp_path.glob("journal.sqlite3*"):
            shutil.copyfile(each, crashed / each.name)
    before = listing(crashed)
    assert "journal.sqlite3-wal" in before
    assert read_journal(crashed / "journal.sqlite3").rows == 1
    assert listing(crashed) == before


@pytest.mark.parametrize("how", ["a byte", "the beginning"])
def test_damage_is_told(tmp_path: Path, how: str) -> None:
    path = tmp_path / "journal.sqlite3"
    fill(path)
    if how == "a byte":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE row SET bytes = replace(bytes, 'person-1', 'person-2') WHERE seq = 2")
    else:
        with path.open("r+b") as file:
            file.write(b"\xff" * 4096)
    reading = read_journal(path)
    assert reading.damage
    assert "person" not in reading.damage
    assert judge_journal(reading, NOON).state == "bad"


WHOLE: dict[str, Any] = {"there": True, "rows": 9, "epochs": 1, "epoch": "00000000-0000"}
NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (JournalReading(there=False), "warning"),
        (JournalReading(**WHOLE), "ok"),
        (JournalReading(**WHOLE, queue=1, oldest_pending_at=NOW - timedelta(minutes=5)), "ok"),
        (JournalReading(**WHOLE, queue=1, oldest_pending_at=NOW - timedelta(hours=5)), "warning"),
        (JournalReading(**WHOLE, queue=1, oldest_pending_at=NOW - timedelta(days=5)), "bad"),
        (JournalReading(**WHOLE, damaged_before=1), "warning"),
    ],
)
def test_journal(reading: JournalReading, state: str) -> None:
    assert judge_journal(reading, NOW).state == state
