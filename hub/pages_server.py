"""The pages alone, without ingest and worker: to look at a database, and for machines that only answer browsers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import uvicorn

from hub.access.sessions import Sessions, load_or_create_secret
from hub.archive_work import ArchiveWorker
from hub.attendance.paper_files import PaperStore
from hub.fleet.certificates import CertificateSigner
from hub.fleet.release_files import ReleaseFiles
from hub.keys import load_hub_key, take_second_step_key
from hub.refusals.snapshots import SnapshotStore
from hub.reminders.addresses import channels_of
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.roster.recogniser import Recogniser
from hub.service import listen, open_hub_database, read_zone, tls_files
from hub.settings import HubSettings
from hub.web.app import create_app
from hub.web.claim_desk import claim_desk
from hub.web.office import FrontOffice
from hub.webhooks.sealing import load_webhook_seal

END_SECONDS: Final = 10.0


class PagesServer:
    """Serves in a with block, once. ServiceError when the port is taken.

    at: the moment that the pages take for the present when they begin, for databases that were made for another time;
    None: the real one. signer: as in Hub.
    """

    def __init__(
        self, settings: HubSettings, *, at: datetime | None = None, signer: CertificateSigner | None = None
    ) -> None:
        self.settings = settings
        zone = read_zone(settings.timezone)
        self.database = open_hub_database(settings)
        office = FrontOffice(
            database=self.database,
            sessions=Sessions(load_or_create_secret(settings.data_folder / "session.key")),
            zone=zone,
            snapshots=SnapshotStore(settings.data_folder),
            photos=PhotoStore(settings.data_folder),
            papers=PaperStore(settings.data_folder),
            now=clock_from(at),
            second_step_key=take_second_step_key(settings.data_folder, self.database),
            second_step_roles=frozenset(settings.second_step_roles),
            recogniser=Recogniser(database=self.database, initial_pack=settings.pack),
            archives=ArchiveStore(settings.data_folder),
            gateways=channels_of(settings.gateways),
            webhook_seal=load_webhook_seal(settings.data_folder),
            metrics_on_loopback=settings.metrics_on_loopback,
            releases=ReleaseFiles(settings.data_folder),
            # Without an authority no claim is taken, and pages alone make no key.
            claims=None
            if signer is None
            else claim_desk(settings, signer, hub_key=load_hub_key(settings.data_folder).verify_key.text),
        )
        assert office.recogniser is not None  # noqa: S101 - given above
        assert office.photos is not None  # noqa: S101
        assert office.archives is not None  # noqa: S101
        self._archives = ArchiveWorker(
            self.database, office.recogniser, office.photos, office.archives, zone=zone, now=office.now
        )
        self._stop = threading.Event()
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(office),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=3,
                **tls_files(settings),
            )
        )
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Where the pages are; only inside the with block."""
        host, port = self._socket.getsockname()[:2]
        scheme = "http" if self.settings.tls_cert is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def __enter__(self) -> Self:
        self._socket = listen(self.settings.host, self.settings.port)
        pages = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="hub-pages", daemon=True
        )
        archives = threading.Thread(target=self._archives.run, args=(self._stop,), name="hub-archives", daemon=True)
        self._threads = [pages, archives]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.should_exit = True
        for thread in self._threads:
            thread.join(END_SECONDS)
        self._socket.close()
        self.database.close()


def clock_from(at: datetime | None) -> Callable[[], datetime]:
    """A clock that shows `at` now and goes on from there; None: the real time."""
    if at is None:
        return lambda: datetime.now(UTC)
    ahead = at - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead
