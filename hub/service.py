"""A running hub: ingest, attendance, enrolments from kiosks, due work and pages, each in a thread of its own."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import uvicorn
from sqlalchemy import select

from hub.access.sessions import Sessions, load_or_create_secret
from hub.archive_work import ArchiveWorker
from hub.attendance.day import AttendanceDay
from hub.attendance.models import StoredDay
from hub.attendance.paper_files import PaperStore
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database, upgrade
from hub.due_work import DueWork
from hub.errors import ServiceError, SettingsError
from hub.fleet.certificates import CertificateSigner
from hub.fleet.release_files import ReleaseFiles
from hub.fleet.revocations import Revoker
from hub.intake import Intake, OnReceipts, read_broker
from hub.keys import load_enrol_key, load_hub_key, take_second_step_key
from hub.refusals.snapshots import SnapshotStore
from hub.reminders.addresses import channels_of
from hub.reminders.sending import Gateways, reminder_courier
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.kiosk_enroller import KioskEnroller
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.roster.recogniser import Recogniser
from hub.roster.work_dates import EmployeeDay
from hub.settings import HubSettings
from hub.web.app import create_app
from hub.web.claim_desk import claim_desk
from hub.web.office import FrontOffice
from hub.webhooks.sealing import load_webhook_seal
from hub.webhooks.sending import webhook_courier

logger = logging.getLogger(__name__)

JOIN_SECONDS: Final = 15.0
PAUSE_AFTER_TROUBLE_SECONDS: Final = 2.0

OnDays = Callable[[Sequence[EmployeeDay]], None]


def open_hub_database(settings: HubSettings) -> Database:
    """The database of these settings, migrated; the data folder is made when it is missing."""
    make_data_folder(settings.data_folder)
    database = open_database(settings.database_url)
    upgrade(database)
    return database


def make_data_folder(folder: Path) -> None:
    """SettingsError when the folder cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The hub's folder {folder} cannot be made: {error.strerror}; name another one with --data."
        ) from error


class Hub:
    """Opened at once, running between `start` and `stop` or in a with block; one run each.

    A broker that is away stops neither the pages nor the worker: ingest keeps trying by itself.

    on_receipts: called from the ingest thread when punches were committed, before the receipts for them are published.
    on_days: called from the worker's thread when stored days were committed.
    signer: the authority that signs certificates of kiosks; None: no kiosk can claim itself here.
    """

    def __init__(
        self,
        settings: HubSettings,
        *,
        on_receipts: OnReceipts | None = None,
        on_days: OnDays | None = None,
        signer: CertificateSigner | None = None,
    ) -> None:
        self.settings = settings
        zone = read_zone(settings.timezone)
        read_broker(settings)
        make_data_folder(settings.data_folder)
        self.key = load_hub_key(settings.data_folder)
        sessions = Sessions(load_or_create_secret(settings.data_folder / "session.key"))
        self.database = open_hub_database(settings)
        self._enrol_key = load_enrol_key(settings.data_folder)
        offer_enrol_key(self.database, self._enrol_key.seal_key.text, by="hub", now=datetime.now(UTC))
        self._enroller = KioskEnroller(
            database=self.database,
            data_folder=settings.data_folder,
            opening_key=self._enrol_key,
            initial_pack=settings.pack,
        )
        self._worker = AttendanceWorker(self.database, on_stored=on_days)
        self._intake = Intake(
            settings,
            database=self.database,
            key=self.key,
            opening_key=self._enrol_key,
            worker=self._worker,
            enroller=self._enroller,
            on_receipts=on_receipts,
        )
        self._snapshots = SnapshotStore(settings.data_folder)
        self._reminders = reminder_courier(self.database, Gateways(settings.gateways))
        self._scheduler = DueWork(
            settings=settings, database=self.database, key=self.key, snapshots=self._snapshots, zone=zone
        ).scheduler()
        recogniser = Recogniser(database=self.database, initial_pack=settings.pack)
        webhook_seal = load_webhook_seal(settings.data_folder)
        self._webhooks = webhook_courier(self.database, webhook_seal)
        office = FrontOffice(
            database=self.database,
            sessions=sessions,
            zone=zone,
            snapshots=self._snapshots,
            photos=PhotoStore(settings.data_folder),
            papers=PaperStore(settings.data_folder),
            states=self._states,
            second_step_key=take_second_step_key(settings.data_folder, self.database),
            second_step_roles=frozenset(settings.second_step_roles),
            recogniser=recogniser,
            archives=ArchiveStore(settings.data_folder),
            gateways=channels_of(settings.gateways),
            webhook_seal=webhook_seal,
            counts=self._intake.counts,
            metrics_on_loopback=settings.metrics_on_loopback,
            releases=ReleaseFiles(settings.data_folder),
            claims=claim_desk(settings, signer, hub_key=self.key.verify_key.text),
        )
        self._archives = ArchiveWorker(
            self.database,
            recogniser,
            PhotoStore(settings.data_folder),
            ArchiveStore(settings.data_folder),
            zone=zone,
        )
        self._app = create_app(office)
        self._revoker = None if signer is None else Revoker(self.database, signer, settings.authority)
        self._stop = threading.Event()
        self._server: uvicorn.Server | None = None
        self._socket: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Where the pages are, once started; with port 0 in the settings a free port was taken."""
        if self._socket is None:
            raise RuntimeError("the hub has no address before it is started")
        port = self._socket.getsockname()[1]
        host = self.settings.host
        scheme = "http" if self.settings.tls_cert is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def start(self) -> None:
        """Begin to serve; ServiceError when the port is taken."""
        if self._threads:
            raise RuntimeError("this hub is running already")
        self._socket = listen(self.settings.host, self.settings.port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=3,
                **tls_files(self.settings),
            )
        )
        self._begin("ingest", self._intake.run)
        self._begin("worker", self._worker.run)
        self._begin("enrolment", self._enroller.run)
        self._begin("scheduler", self._scheduler.run)
        self._begin("reminders", self._reminders.run)
        self._begin("archives", self._archives.run)
        self._begin("webhooks", self._webhooks.run)
        if self._revoker is not None:
            self._begin("revoker", self._revoker.run)
        self._begin("web", self._serve)

    def stop(self) -> None:
        """End every part and let go of the database; calling it twice does no harm."""
        self._stop.set()
        self._worker.wake()
        self._enroller.wake()
        if self._server is not None:
            self._server.should_exit = True
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
            if thread.is_alive():
                logger.error("the hub's %s did not end in time", thread.name)
        self._threads.clear()
        if self._socket is not None:
            self._socket.close()
        self.database.close()

    def days_of(self, employee_id: str, work_date: date | None = None) -> list[AttendanceDay]:
        """Stored days of a person, ascending; all of them, or one date's."""
        query = select(StoredDay.day).where(StoredDay.employee_id == employee_id).order_by(StoredDay.work_date)
        if work_date is not None:
            query = query.where(StoredDay.work_date == work_date)
        with self.database.read() as session:
            return [msgspec.convert(day, AttendanceDay) for day in session.scalars(query)]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def _begin(self, name: str, work: Callable[[threading.Event], None]) -> None:
        thread = threading.Thread(target=self._keep_going, args=(name, work), name=f"hub-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep_going(self, name: str, work: Callable[[threading.Event], None]) -> None:
        while not self._stop.is_set():
            try:
                work(self._stop)
            except Exception:
                logger.exception("the hub's %s failed and begins anew", name)
            self._stop.wait(PAUSE_AFTER_TROUBLE_SECONDS)

    def _serve(self, _stop: threading.Event) -> None:
        assert self._server is not None  # noqa: S101 - start makes both before this thread
        assert self._socket is not None  # noqa: S101
        self._server.run(sockets=[self._socket])

    def _states(self) -> dict[str, bool]:
        alive = {thread.name: thread.is_alive() for thread in self._threads}
        return {
            "broker": self._intake.connected,
            "ingest": alive.get("hub-ingest", False),
            "worker": alive.get("hub-worker", False),
        }


def read_zone(name: str) -> ZoneInfo:
    """SettingsError when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"'{name}' is no time zone: write Asia/Jakarta, Asia/Makassar or Asia/Jayapura.") from error


def tls_files(settings: HubSettings) -> dict[str, Any]:
    """uvicorn's arguments for pages that end TLS themselves; empty without. SettingsError when they cannot be used."""
    if settings.tls_cert is None:
        return {}
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_cert_key)
    except OSError as error:
        raise SettingsError(f"The pages' certificate {settings.tls_cert} cannot be used: {error}.") from error
    return {"ssl_certfile": settings.tls_cert, "ssl_keyfile": settings.tls_cert_key}


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections already; whoever comes before the server runs waits a moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServiceError(
            f"The pages cannot be served at {host}:{port}: {error.strerror}; choose another address with --http."
        ) from error
    return listener
