"""The hub's parts together: pages without a broker, punches with one, and an end that leaves nothing behind."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.demo_broker import DemoBroker
from contract import topics
from contract.codec import unseal
from contract.errors import BadInputError
from contract.mqtt import BrokerAddress, MqttTransport
from contract.receipt import Receipt
from contract.transport import Connected, Delivery
from hub.attendance.dirty import mark_dirty
from hub.attendance.worker import AttendanceWorker
from hub.errors import ServiceError, SettingsError
from hub.fleet.kiosks import add_kiosk
from hub.roster.employees import add_employee, ensure_unit
from hub.service import Hub
from hub.settings import HubSettings
from hub.webhooks.events import EVENTS
from hub.webhooks.registry import add_webhook
from hub.webhooks.sealing import load_webhook_seal
from tests.factories.etpp import Etpp, serving
from tests.factories.journals import KioskJournal

NOWHERE = "mqtt://127.0.0.1:1"
PATIENCE_SECONDS = 60


def settings(tmp_path: Path, **changes: Any) -> HubSettings:
    return HubSettings(**({"data": str(tmp_path / "hub"), "broker": NOWHERE, "port": 0} | changes))


def fetch(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def hub_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("hub-")}


def test_hub_serves_its_pages_while_the_broker_is_away(tmp_path: Path) -> None:
    with Hub(settings(tmp_path)) as hub:
        assert fetch(f"{hub.url}/readyz") == {
            "status": "ok",
            "database": True,
            "broker": False,
            "ingest": True,
            "worker": True,
        }
        parts = ("ingest", "worker", "enrolment", "scheduler", "reminders", "archives", "webhooks", "web")
        assert {name for name in hub_threads() if "-job-" not in name} == {f"hub-{part}" for part in parts}

    assert hub_threads() == set()
    hub.stop()
    assert {path.name for path in (tmp_path / "hub").iterdir()} >= {"hub.key", "hub.pub", "session.key", "hub.db"}


def test_running_hub_delivers_to_webhooks(tmp_path: Path) -> None:
    with Hub(settings(tmp_path)) as hub, serving(Etpp([])) as etpp:
        now, seal = datetime.now(UTC), load_webhook_seal(tmp_path / "hub")
        secret = add_webhook(hub.database, seal, "e-tpp", etpp.url, EVENTS, unit_id=None, by="budi", now=now)
        etpp.secrets.append(secret)
        with hub.database.write() as session:
            unit = ensure_unit(session, "Dinas", now=now, author="budi")
            rina = add_employee(session, "Rina", unit.id, now=now, author="budi").id
            mark_dirty(session.connection(), [(rina, now.date() - timedelta(days=1))], now=now)
        until = time.monotonic() + 20
        while not etpp.events and time.monotonic() < until:
            time.sleep(0.05)
    assert etpp.refused == []
    assert etpp.events[0]["type"] == "days.changed"
    assert {day["employee"] for day in etpp.events[0]["data"]["days"]} == {rina}


def test_hub_runs_once(tmp_path: Path) -> None:
    with Hub(settings(tmp_path)) as hub, pytest.raises(RuntimeError, match="already"):
        hub.start()


def test_address_is_not_known_before_the_start(tmp_path: Path) -> None:
    hub = Hub(settings(tmp_path))
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = hub.url
    hub.stop()


def test_port_that_is_taken_is_told_and_nothing_keeps_running(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match=f"127.0.0.1:{port}"), Hub(settings(tmp_path, port=port)):
            pass
    assert hub_threads() == set()


def test_settings_that_cannot_work_are_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no time zone"):
        Hub(settings(tmp_path, timezone="Asia/Nowhere"))
    with pytest.raises(BadInputError, match="broker address"):
        Hub(settings(tmp_path, broker="http://broker"))
    with pytest.raises(BadInputError, match="certificate"):
        Hub(settings(tmp_path, broker="mqtts://broker", broker_ca=str(tmp_path / "missing.pem")))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be made"):
        Hub(settings(tmp_path, data=str(tmp_path / "file" / "hub")))


def test_part_that_fails_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = AttendanceWorker.run
    again = threading.Event()
    failures = iter([RuntimeError("no luck")])

    def run(worker: AttendanceWorker, stop: threading.Event) -> None:
        for failure in failures:
            raise failure
        again.set()
        original(worker, stop)

    monkeypatch.setattr(AttendanceWorker, "run", run)
    with Hub(settings(tmp_path)):
        assert again.wait(PATIENCE_SECONDS)
    assert "no luck" in caplog.text


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with DemoBroker() as running:
        yield running.url


def test_punch_from_the_broker_becomes_a_stored_day_and_a_receipt(tmp_path: Path, broker: str) -> None:
    receipts_told, day_told = threading.Event(), threading.Event()
    journal = KioskJournal("kiosk-1")
    hub = Hub(
        settings(tmp_path, broker=broker),
        on_receipts=lambda _receipts: receipts_told.set(),
        on_days=lambda days: day_told.set() if any(key[0] == rina for key in days) else None,
    )
    now = datetime.now(UTC)
    with hub.database.write() as session:
        unit = ensure_unit(session, "Dinas", now=now, author="test", policy="jember-6")
        rina = add_employee(session, "Rina", unit.id, now=now, author="test").id
    add_kiosk(hub.database, "kiosk-1", journal.key.verify_key.text, demo=True)
    journal.punch(person=rina, taken_at=now - timedelta(seconds=1))
    kiosk = MqttTransport(
        address=BrokerAddress.parse(broker), client_id="kiosk-1", subscriptions=[topics.everything_for("kiosk-1")]
    )
    with hub:
        kiosk.start()
        try:
            receipt = exchange(kiosk, journal, hub)
        finally:
            kiosk.stop()
        assert (receipt.epoch, receipt.upto) == (journal.epoch, 1)
        assert receipts_told.wait(PATIENCE_SECONDS)
        assert day_told.wait(PATIENCE_SECONDS)
        assert hub.days_of(rina)
        assert fetch(f"{hub.url}/readyz")["broker"] is True


def exchange(kiosk: MqttTransport, journal: KioskJournal, hub: Hub) -> Receipt:
    """Send the journal until a receipt comes; the hub may still be connecting."""
    for _ in range(PATIENCE_SECONDS):
        match kiosk.receive(1.0):
            case Delivery(topic, payload) if topic == topics.down("kiosk-1", "receipt"):
                return unseal(payload, Receipt, key=hub.key.verify_key, purpose="receipt", device="kiosk-1")
            case Connected() | None:
                kiosk.publish(topics.up("kiosk-1", "punch"), journal.batch())
    raise AssertionError("no receipt came")
