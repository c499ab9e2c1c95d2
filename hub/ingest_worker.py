"""An ingest worker without pages: takes in what kiosks send, assesses days, opens enrolments. As many as are needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from hub.attendance.worker import AttendanceWorker
from hub.intake import Intake, read_broker
from hub.keys import load_enrol_key, load_hub_key
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.kiosk_enroller import KioskEnroller
from hub.service import JOIN_SECONDS, PAUSE_AFTER_TROUBLE_SECONDS, make_data_folder, open_hub_database
from hub.settings import HubSettings

logger = logging.getLogger(__name__)


class IngestWorker:
    """Works in a with block, once; several divide the work where `share` is set and the broker can do that."""

    def __init__(self, settings: HubSettings) -> None:
        read_broker(settings)
        make_data_folder(settings.data_folder)
        key = load_hub_key(settings.data_folder)
        self.database = open_hub_database(settings)
        opening_key = load_enrol_key(settings.data_folder)
        offer_enrol_key(self.database, opening_key.seal_key.text, by="hub", now=datetime.now(UTC))
        self._enroller = KioskEnroller(
            database=self.database,
            data_folder=settings.data_folder,
            opening_key=opening_key,
            initial_pack=settings.pack,
        )
        self._worker = AttendanceWorker(self.database)
        self.intake = Intake(
            settings,
            database=self.database,
            key=key,
            opening_key=opening_key,
            worker=self._worker,
            enroller=self._enroller,
        )
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        parts: dict[str, Callable[[threading.Event], None]] = {
            "ingest": self.intake.run,
            "worker": self._worker.run,
            "enrolment": self._enroller.run,
        }
        for name, work in parts.items():
            thread = threading.Thread(target=self._keep_going, args=(name, work), name=f"hub-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._worker.wake()
        self._enroller.wake()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
            if thread.is_alive():
                logger.error("the worker's %s did not end in time", thread.name)
        self.database.close()

    def _keep_going(self, name: str, work: Callable[[threading.Event], None]) -> None:
        while not self._stop.is_set():
            try:
                work(self._stop)
            except Exception:
                logger.exception("the worker's %s failed and begins anew", name)
            self._stop.wait(PAUSE_AFTER_TROUBLE_SECONDS)
