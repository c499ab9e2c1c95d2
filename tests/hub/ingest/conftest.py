"""A recorder on each database, and what it answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from contract.codec import unseal
from contract.receipt import Receipt
from contract.signing import SigningKey
from hub.db import Database
from hub.fleet.alarms import AlarmBook
from hub.fleet.models import Alarm
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.recorder import Recorder
from tests.factories.journals import KioskJournal, SettableClock
from tests.factories.people import add_kiosk_row


@dataclass
class Desk:
    """A hub's ingest as a test sees it: deliveries in, opened receipts out, tables to look into."""

    database: Database
    recorder: Recorder
    heartbeats: HeartbeatRecorder
    hub_key: SigningKey
    clock: SettableClock

    def register(self, journal: KioskJournal, **changes: Any) -> KioskJournal:
        add_kiosk_row(self.database, journal.device, journal.key.verify_key, **changes)
        return journal

    def record(self, *deliveries: tuple[str, bytes]) -> list[Receipt]:
        return [self._open(outgoing) for outgoing in self.recorder.record(deliveries)]

    def hear(self, journal: KioskJournal, *, retained: bool = False, **changes: Any) -> list[Receipt]:
        delivery = StateDelivery(journal.device, journal.heartbeat(**changes), retained)
        return [self._open(outgoing) for outgoing in self.heartbeats.record([delivery])]

    def _open(self, outgoing: Any) -> Receipt:
        device = outgoing.topic.split("/")[3]
        assert outgoing.topic == f"presensi/v1/down/{device}/receipt"
        return unseal(outgoing.payload, Receipt, key=self.hub_key.verify_key, purpose="receipt", device=device)

    def stored(self) -> list[tuple[str, str, int]]:
        with self.database.read() as session:
            query = select(StoredRow.device, StoredRow.epoch, StoredRow.seq)
            return sorted(tuple(row) for row in session.execute(query))

    def stored_bytes(self) -> list[bytes]:
        with self.database.read() as session:
            return list(
                session.scalars(select(StoredRow.row).order_by(StoredRow.device, StoredRow.epoch, StoredRow.seq))
            )

    def quarantined(self) -> list[tuple[int, str]]:
        with self.database.read() as session:
            return sorted(tuple(row) for row in session.execute(select(QuarantinedRow.seq, QuarantinedRow.reason)))

    def alarms(self) -> dict[tuple[str, str], int]:
        with self.database.read() as session:
            return {(alarm.device, alarm.kind): alarm.count for alarm in session.scalars(select(Alarm))}


@pytest.fixture
def open_desk(hub_key: SigningKey, clock: SettableClock) -> Callable[[Database], Desk]:
    def open_(database: Database) -> Desk:
        alarms = AlarmBook(now=clock)
        recorder = Recorder(database=database, hub_key=hub_key, now=clock, alarms=alarms)
        heartbeats = HeartbeatRecorder(database=database, hub_key=hub_key, now=clock, alarms=alarms)
        return Desk(database, recorder, heartbeats, hub_key, clock)

    return open_


@pytest.fixture
def desk(database: Database, open_desk: Callable[[Database], Desk]) -> Desk:
    return open_desk(database)


@pytest.fixture
def journal(desk: Desk) -> KioskJournal:
    """An empty journal of a registered kiosk."""
    return desk.register(KioskJournal())
