"""What the live page is told: punches once, with what the day says of them, offices' counts, kiosks and refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from benchmarks.invented_office import InventedOffice
from hub.attendance.dirty import mark_dirty
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, table_of
from hub.ingest.models import StoredRow
from hub.live.events import Event, KioskChange, PunchSeen, RefusalSeen, UnitCounts
from hub.live.watcher import WAIT_FOR_DAY, WAIT_FOR_PICTURE, Watcher

NOW = datetime(2026, 3, 2, 0, 20, tzinfo=UTC)
"""Monday, 07:20 in Jakarta."""


class Scene:
    """An office with a kiosk and two people, watched since NOW."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.office = InventedOffice(database, NOW - timedelta(days=30))
        self.unit = self.office.unit("Dinas Kesehatan")
        self.rina, self.budi = (self.office.employee(name, unit=self.unit) for name in ("Rina", "Budi"))
        self.office.kiosk("kiosk-1", unit=self.unit)
        self.watcher = Watcher(database, now=lambda: self.now)

    def step(self, after: float = 0.5) -> list[Any]:
        self.now += timedelta(seconds=after)
        return [event.content for event in self.watcher.step()]

    def punch(self, person: str, *, assessed: bool = True, ago: timedelta = timedelta(0)) -> None:
        self.row(person, self.now - ago, received=self.now)
        if assessed:
            AttendanceWorker(self.database, now=lambda: self.now).settle()

    def row(self, person: str, taken: datetime, *, received: datetime) -> None:
        self.office.punch("kiosk-1", person, taken)
        rows = table_of(StoredRow)
        with self.database.writing_connection() as connection:
            newest = connection.scalar(select(func.max(rows.c.seq)))
            connection.execute(update(rows).where(rows.c.seq == newest).values(received_at=received))


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def mark_everything(scene: Scene) -> None:
    """The kiosk has delivered, and the day says how late somebody was."""
    with scene.database.write() as session:
        mark_dirty(session.connection(), [(scene.rina, date(2026, 3, 2))], now=scene.now)
    AttendanceWorker(scene.database, now=lambda: scene.now).settle()


def of(kind: type, told: list[Any]) -> list[Any]:
    return [each for each in told if isinstance(each, kind)]


def test_punch_is_told_once_with_how_late_it_is(scene: Scene) -> None:
    scene.step()
    scene.punch(scene.rina)
    [seen] = of(PunchSeen, scene.step())
    assert (seen.name, seen.unit, seen.kiosk) == ("Rina", "Dinas Kesehatan", "kiosk-1")
    assert (seen.at, seen.zone) == ("07:20", "WIB")
    assert (seen.way, seen.late_min, seen.early_min, seen.delayed) == ("in", 20, 0, False)
    assert of(PunchSeen, scene.step() + scene.step(20)) == []


def test_what_was_there_before_anybody_looked_is_no_news(scene: Scene) -> None:
    scene.punch(scene.rina)
    scene.watcher = Watcher(scene.database, now=lambda: scene.now)
    assert of(PunchSeen, scene.step()) == []
    scene.punch(scene.budi)
    assert [each.name for each in of(PunchSeen, scene.step())] == ["Budi"]


def test_punch_that_is_not_assessed_in_time_is_told_all_the_same(scene: Scene) -> None:
    scene.step()
    scene.punch(scene.rina, assessed=False)
    assert of(PunchSeen, scene.step(0.5)) == []
    [seen] = of(PunchSeen, scene.step(WAIT_FOR_DAY.total_seconds()))
    assert (seen.name, seen.way, seen.late_min) == ("Rina", "", 0)


def test_punch_that_lay_at_the_kiosk_says_so(scene: Scene) -> None:
    scene.step()
    scene.punch(scene.rina, ago=timedelta(minutes=30))
    [seen] = of(PunchSeen, scene.step())
    assert (seen.at, seen.delayed) == ("06:50", True)


def test_row_that_was_committed_behind_a_later_one_is_not_lost(scene: Scene) -> None:
    scene.step()
    scene.punch(scene.rina)
    scene.step()
    scene.row(scene.budi, scene.now, received=scene.now - timedelta(seconds=4))
    assert [each.name for each in of(PunchSeen, scene.step(2))] == ["Budi"]


def test_offices_counts_come_first_and_then_when_they_change(scene: Scene) -> None:
    AttendanceWorker(scene.database, now=lambda: scene.now).settle()
    [counts] = of(UnitCounts, scene.step())
    assert counts == UnitCounts(id=scene.unit, name="Dinas Kesehatan", expected=2, present=0, late=0)
    scene.punch(scene.rina)
    scene.office.deliver("kiosk-1", scene.now)
    mark_everything(scene)
    assert of(UnitCounts, scene.step(1)) == []
    [counts] = of(UnitCounts, scene.step(3))
    assert (counts.expected, counts.present, counts.late) == (2, 1, 1)
    assert of(UnitCounts, scene.step(3)) == []


def test_kiosk_is_told_when_its_state_changes(scene: Scene) -> None:
    assert of(KioskChange, scene.step()) == [KioskChange(kiosk="kiosk-1", unit="Dinas Kesehatan", state="new")]
    scene.office.heartbeat("kiosk-1", scene.now)
    assert [each.state for each in of(KioskChange, scene.step(2))] == ["online"]
    assert of(KioskChange, scene.step(2)) == []
    assert [each.state for each in of(KioskChange, scene.step(200))] == ["silent"]


def test_refused_attempt_waits_a_moment_for_its_picture(scene: Scene) -> None:
    scene.step()
    scene.office.refusal("kiosk-1", None, scene.now)
    assert of(RefusalSeen, scene.step()) == []
    [seen] = of(RefusalSeen, scene.step(WAIT_FOR_PICTURE.total_seconds()))
    assert (seen.kiosk, seen.unit, seen.at, seen.picture) == ("kiosk-1", "Dinas Kesehatan", "07:20", None)
    assert seen.place.startswith("/penolakan/kiosk-1/")
    assert of(RefusalSeen, scene.step()) == []


def test_numbers_rise(scene: Scene) -> None:
    scene.step()
    scene.punch(scene.rina)
    scene.punch(scene.budi)
    scene.now += timedelta(seconds=1)
    events: list[Event] = scene.watcher.step()
    assert [event.number for event in events] == sorted({event.number for event in events})


def test_office_and_kiosk_that_were_just_made_are_known(scene: Scene) -> None:
    scene.step()
    unit = scene.office.unit("Dinas Baru")
    tini = scene.office.employee("Tini", unit=unit)
    scene.office.kiosk("kiosk-2", unit=unit)
    scene.punch(tini)
    [seen] = of(PunchSeen, scene.step())
    assert (seen.name, seen.unit) == ("Tini", "Dinas Baru")
    assert [each.unit for each in of(KioskChange, scene.step(2))] == ["Dinas Baru"]
