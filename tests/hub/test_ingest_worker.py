"""An ingest worker beside pages that run elsewhere: a punch becomes a day and a receipt, and the end leaves nothing."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.demo_broker import DemoBroker
from contract import topics
from contract.codec import unseal
from contract.errors import BadInputError
from contract.mqtt import BrokerAddress, MqttTransport
from contract.receipt import Receipt
from contract.signing import SigningKey
from contract.transport import Connected, Delivery
from hub.attendance.models import StoredDay
from hub.fleet.kiosks import add_kiosk
from hub.ingest_worker import IngestWorker
from hub.intake import share_group
from hub.keys import load_hub_key
from hub.roster.employees import add_employee, ensure_unit
from hub.settings import HubSettings
from tests.factories.journals import KioskJournal

PATIENCE_SECONDS = 60


def hub_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("hub-")}


def test_punch_becomes_a_stored_day_and_a_receipt_without_pages(tmp_path: Path) -> None:
    journal, now = KioskJournal("kiosk-1"), datetime.now(UTC)
    with DemoBroker() as broker:
        worker = IngestWorker(HubSettings(data=str(tmp_path / "hub"), broker=broker.url))
        with worker.database.write() as session:
            unit = ensure_unit(session, "Dinas", now=now, author="test", policy="jember-6")
            rina = add_employee(session, "Rina", unit.id, now=now, author="test").id
        add_kiosk(worker.database, "kiosk-1", journal.key.verify_key.text, demo=True)
        journal.punch(person=rina, taken_at=now - timedelta(seconds=1))
        kiosk = MqttTransport(
            address=BrokerAddress.parse(broker.url),
            client_id="kiosk-1",
            subscriptions=[topics.everything_for("kiosk-1")],
        )
        with worker:
            assert hub_threads() == {"hub-ingest", "hub-worker", "hub-enrolment"}
            kiosk.start()
            try:
                payload = answer_to(kiosk, journal)
            finally:
                kiosk.stop()
            key = load_hub_key(tmp_path / "hub").verify_key
            assert unseal(payload, Receipt, key=key, purpose="receipt", device="kiosk-1").upto == 1
            wait_for_day(worker, rina)
            assert worker.intake.connected
            assert worker.intake.counts()["batches"] >= 1
    assert hub_threads() == set()


def test_group_is_one_for_all_workers_of_a_hub_and_told_to_nobody() -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    assert share_group(key) == share_group(key) != share_group(other)
    assert len(share_group(key)) == len("ingest-") + 32
    assert key.verify_key.text not in share_group(key)


def test_certificates_that_cannot_be_read_are_told_before_anything_starts(tmp_path: Path) -> None:
    settings = HubSettings(
        data=str(tmp_path / "hub"), broker="mqtts://127.0.0.1:1", broker_ca=str(tmp_path / "missing.pem")
    )
    with pytest.raises(BadInputError, match="certificate"):
        IngestWorker(settings)
    assert not (tmp_path / "hub").exists()


def answer_to(kiosk: MqttTransport, journal: KioskJournal) -> bytes:
    """Send the journal until a receipt comes; the worker may still be connecting."""
    for _ in range(PATIENCE_SECONDS):
        match kiosk.receive(1.0):
            case Delivery(topic, payload) if topic == topics.down("kiosk-1", "receipt"):
                return payload
            case Connected() | None:
                kiosk.publish(topics.up("kiosk-1", "punch"), journal.batch())
    raise AssertionError("no receipt came")


def wait_for_day(worker: IngestWorker, employee_id: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with worker.database.read() as session:
            if session.scalars(select(StoredDay.day).where(StoredDay.employee_id == employee_id)).first():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)  # another thread: there is no event to wait for
