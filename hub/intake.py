"""From the broker into the database: one ingest worker's connection and everything that takes in what arrives."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from contract.mqtt import BrokerAddress, MqttTransport
from contract.sealing import OpeningKey
from contract.signing import SigningKey
from contract.transport import Transport
from hub.attendance.worker import AttendanceWorker
from hub.db import Database
from hub.fleet.command_delivery import CommandDelivery
from hub.ingest.enrolments import EnrolmentRecorder
from hub.ingest.heartbeats import HeartbeatRecorder
from hub.ingest.recorder import Recorder
from hub.ingest.sharing import broker_shares
from hub.ingest.snapshots import SnapshotRecorder
from hub.ingest.subscriber import Subscriber, subscriptions
from hub.outgoing import Outgoing
from hub.recap.month_delivery import MonthDelivery
from hub.refusals.snapshots import SnapshotStore
from hub.roster.delivery import RosterDelivery
from hub.roster.kiosk_enroller import KioskEnroller
from hub.settings import HubSettings

logger = logging.getLogger(__name__)

OnReceipts = Callable[[list[Outgoing]], None]


class Intake:
    """One connection to the broker; `run` may be called again after it failed.

    BadInputError when the broker's address or the certificates cannot be used.
    on_receipts: called from the ingest thread when punches were committed, before the receipts for them are published.
    """

    def __init__(
        self,
        settings: HubSettings,
        *,
        database: Database,
        key: SigningKey,
        opening_key: OpeningKey,
        worker: AttendanceWorker,
        enroller: KioskEnroller,
        on_receipts: OnReceipts | None = None,
    ) -> None:
        self._settings, self._database, self._key = settings, database, key
        self._opening_key, self._enroller = opening_key, enroller
        self._broker = read_broker(settings)
        self._recorder = _TellingRecorder(database=database, key=key, worker=worker, on_receipts=on_receipts)
        self._snapshots = SnapshotStore(settings.data_folder)
        self._transport: Transport | None = None
        self._subscriber: Subscriber | None = None

    @property
    def connected(self) -> bool:
        return self._transport is not None and self._transport.connected

    def counts(self) -> dict[str, int]:
        """Since the connection began; counters begin anew with it."""
        subscriber = self._subscriber
        return {} if subscriber is None else dataclasses.asdict(subscriber.counts)

    def run(self, stop: threading.Event) -> None:
        """Take in what arrives until `stop` is set; a broker that is away is waited for."""
        shares = self._settings.share and broker_shares(self._make_transport, stop=stop)
        if self._settings.share and not shares and not stop.is_set():
            logger.warning("the broker does not divide messages among ingest workers; every worker takes them all")
        transport = self._make_transport(subscriptions(share=share_group(self._key) if shares else None))
        self._transport = transport
        self._subscriber = subscriber = Subscriber(
            transport=transport,
            recorder=self._recorder,
            heartbeats=HeartbeatRecorder(database=self._database, hub_key=self._key),
            rosters=RosterDelivery(database=self._database, hub_key=self._key),
            months=MonthDelivery(database=self._database, hub_key=self._key),
            snapshots=SnapshotRecorder(database=self._database, hub_key=self._key, store=self._snapshots),
            enrolments=EnrolmentRecorder(
                database=self._database,
                hub_key=self._key,
                opening_key=self._opening_key,
                on_complete=self._enroller.wake,
            ),
            commands=CommandDelivery(database=self._database, hub_key=self._key),
        )
        subscriber.run(stop)

    def _make_transport(self, topics: Sequence[str]) -> Transport:
        return MqttTransport(
            address=self._broker, client_id=f"presensi-hub-{secrets.token_hex(6)}", subscriptions=topics
        )


class _TellingRecorder(Recorder):
    """A recorder that wakes the attendance worker after each commit, and tells whoever wants to know."""

    def __init__(
        self, *, database: Database, key: SigningKey, worker: AttendanceWorker, on_receipts: OnReceipts | None
    ) -> None:
        super().__init__(database=database, hub_key=key)
        self._worker = worker
        self._on_receipts = on_receipts

    def record(self, deliveries: Sequence[tuple[str, bytes]]) -> list[Outgoing]:
        receipts = super().record(deliveries)
        # Told before the worker begins, so that whoever listens hears of the punch before he hears of its day.
        if receipts and self._on_receipts is not None:
            self._on_receipts(receipts)
        self._worker.wake()
        return receipts


def share_group(key: SigningKey) -> str:
    """The group among whose members the broker divides messages: the same for every worker of a hub, unknown to others.

    Mosquitto lets anybody join a group and gives its share also to whoever may not read it: a kiosk that knew the name
    would make punches wait until they are sent again.
    """
    return "ingest-" + hashlib.sha256(key.sign(b"presensi/v1/ingest group")).hexdigest()[:32]


def read_broker(settings: HubSettings) -> BrokerAddress:
    """BadInputError for an address that is none, and for certificates that cannot be read."""

    def path(name: str | None) -> Path | None:
        return None if name is None else Path(name)

    address = BrokerAddress.parse(
        settings.broker,
        ca_file=path(settings.broker_ca),
        cert_file=path(settings.broker_cert),
        key_file=path(settings.broker_cert_key),
    )
    # Not connected here: certificates that cannot be read shall be told before anything starts.
    MqttTransport(address=address, client_id="check", subscriptions=[])
    return address
