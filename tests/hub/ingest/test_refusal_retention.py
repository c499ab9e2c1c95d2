"""Refused faces are erased by age: the event, its announcement and its picture, and nothing that is younger."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contract.evidence import snapshot_hash
from hub.fleet.models import Alarm
from hub.ingest.snapshots import SnapshotRecorder
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.refusals.overview import count_open_refusals
from hub.refusals.retention import Erased, RefusalRetention
from hub.refusals.snapshots import SnapshotStore
from tests.factories.journals import NOON, KioskJournal
from tests.factories.snapshots import jpeg, sealed_evidence

KEEP = timedelta(days=90)
DAY_SECONDS = 86_400


class Hub:
    """A hub's ingest with a folder of pictures, and what it erases."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk, self.store = desk, SnapshotStore(folder)
        self._snapshots = SnapshotRecorder(
            database=desk.database, hub_key=desk.hub_key, store=self.store, now=desk.clock
        )
        self.retention = RefusalRetention(desk.database, self.store, keep=KEEP, now=desk.clock)

    def refuse(self, journal: KioskJournal, picture: bytes, *, sent: bool = True, **changes: Any) -> str:
        """A kiosk's row and, if it is sent, its picture; the picture's name."""
        name = snapshot_hash(picture)
        journal.refusal(evidence=name, **changes)
        self.desk.record(journal.delivery())
        if sent:
            self._send(journal, picture)
        return name

    def _send(self, journal: KioskJournal, picture: bytes) -> None:
        payload = sealed_evidence(picture, key=journal.key, epoch=journal.epoch, device=journal.device)
        self._snapshots.record([(journal.device, payload)])
        name = snapshot_hash(picture)
        if self.store.has(name):
            self.date(name, self.desk.clock())

    def date(self, name: str, at: datetime) -> None:
        os.utime(self.store.path(name), (at.timestamp(), at.timestamp()))

    def send_late(self, journal: KioskJournal, picture: bytes) -> None:
        self._send(journal, picture)

    def evidence(self) -> list[str | None]:
        with self.desk.database.read() as session:
            return list(session.scalars(select(RefusalEvent.evidence).order_by(RefusalEvent.seq)))

    def announced(self) -> set[str]:
        with self.desk.database.read() as session:
            return set(session.scalars(select(AnnouncedSnapshot.sha256)))

    def alarm_settled(self) -> bool:
        with self.desk.database.read() as session:
            return session.scalars(select(Alarm).where(Alarm.kind == "refusals")).one().settled_at is not None


@pytest.fixture
def hub(desk: Any, tmp_path: Path) -> Hub:
    folder = tmp_path / "hub"
    folder.mkdir()
    return Hub(desk, folder)


def test_old_refusals_go_with_their_pictures_and_young_ones_stay(desk: Any, journal: KioskJournal, hub: Hub) -> None:
    old = hub.refuse(journal, jpeg(1))
    desk.clock.advance(60 * DAY_SECONDS)
    young = hub.refuse(journal, jpeg(2))
    desk.clock.advance(31 * DAY_SECONDS)
    assert hub.retention.step() == Erased(events=1, pictures=1)
    assert (hub.evidence(), hub.announced()) == ([young], {young})
    assert (hub.store.has(old), hub.store.has(young)) == (False, True)
    assert not hub.alarm_settled()
    assert hub.retention.step() == Erased(events=0, pictures=0)


def test_nothing_goes_before_its_time(desk: Any, journal: KioskJournal, hub: Hub) -> None:
    name = hub.refuse(journal, jpeg(1))
    desk.clock.advance(90 * DAY_SECONDS)
    assert hub.retention.step() == Erased(events=0, pictures=0)
    assert hub.evidence() == [name]
    assert hub.store.has(name)


def test_alarm_of_a_kiosk_is_settled_with_its_last_open_refusal(desk: Any, journal: KioskJournal, hub: Hub) -> None:
    hub.refuse(journal, jpeg(1))
    desk.clock.advance(91 * DAY_SECONDS)
    hub.retention.step()
    assert hub.alarm_settled()
    assert count_open_refusals(desk.database) == 0


def test_journal_row_stays_and_a_kiosk_that_repeats_it_brings_nothing_back(
    desk: Any, journal: KioskJournal, hub: Hub
) -> None:
    picture = jpeg(1)
    name = hub.refuse(journal, picture)
    desk.clock.advance(91 * DAY_SECONDS)
    hub.retention.step()
    assert desk.stored_bytes() == journal.rows
    desk.record(journal.delivery())
    hub.send_late(journal, picture)
    assert (hub.evidence(), hub.store.has(name)) == ([], False)


def test_age_counts_from_when_the_hub_heard_of_it(desk: Any, journal: KioskJournal, hub: Hub) -> None:
    """A kiosk without a clock says 1970, and one that was cut off comes late."""
    name = hub.refuse(journal, jpeg(1), taken_at=NOON - timedelta(days=400))
    assert hub.retention.step() == Erased(events=0, pictures=0)
    assert hub.evidence() == [name]


def test_picture_that_two_refusals_show_stays_as_long_as_the_younger(
    desk: Any, journal: KioskJournal, hub: Hub
) -> None:
    name = hub.refuse(journal, jpeg(1))
    desk.clock.advance(60 * DAY_SECONDS)
    assert hub.refuse(journal, jpeg(1), sent=False) == name
    desk.clock.advance(31 * DAY_SECONDS)
    assert hub.retention.step() == Erased(events=1, pictures=0)
    assert hub.store.has(name)


def test_database_from_a_backup_does_not_cost_newer_pictures(desk: Any, hub: Hub) -> None:
    """It has not heard of them yet; the kiosks will repeat the rows, and have deleted the pictures."""
    newer, older = hub.store.keep(jpeg(1)), hub.store.keep(jpeg(2))
    hub.date(newer, desk.clock() - timedelta(days=1))
    hub.date(older, desk.clock() - timedelta(days=91))
    assert hub.retention.step() == Erased(events=0, pictures=1)
    assert (hub.store.has(newer), hub.store.has(older)) == (True, False)


def test_announcement_without_an_event_goes_too(desk: Any, journal: KioskJournal, hub: Hub) -> None:
    """Rows in quarantine have none; their pictures are kept no longer for it."""
    name = hub.refuse(journal, jpeg(1), source="photo")
    assert (hub.evidence(), hub.announced(), hub.store.has(name)) == ([], {name}, True)
    desk.clock.advance(91 * DAY_SECONDS)
    assert hub.retention.step() == Erased(events=0, pictures=1)
    assert (hub.announced(), hub.store.has(name)) == (set(), False)


def test_picture_that_cannot_be_deleted_is_said_and_tried_again(
    desk: Any, journal: KioskJournal, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = hub.refuse(journal, jpeg(1))
    desk.clock.advance(91 * DAY_SECONDS)

    def refuse(_store: SnapshotStore, _name: str) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(SnapshotStore, "remove", refuse)
        assert hub.retention.step() == Erased(events=1, pictures=0)
    assert "Read-only file system" in caplog.text
    assert hub.retention.step() == Erased(events=0, pictures=1)
    assert not hub.store.has(name)
