"""Archives of photos are worked on inside a running hub, whether their page is open or not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.access.trail.append import append
from hub.access.trail.chain import Deed, about_text
from hub.db import Database
from hub.errors import EnrolmentError, PaperError
from hub.roster.archive_import import CLAIM_LASTS, take_step
from hub.roster.page_enrolment_models import ArchivePerson, PhotoArchive
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.roster.recogniser import Recogniser

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 2.0
ADDRESS: Final = "hub archives"
"""In the trail, where requests have their address."""
AFTER_TROUBLE: Final = timedelta(minutes=5)
"""An archive at which a step failed is left alone for so long: the pack is missing, or a photo breaks the step."""


class ArchiveWorker:
    """Takes one step after the other of every archive whose file is here; each step claims its person first.

    Pages and other hubs on the database take steps of the same archives, and nobody is looked at twice.
    """

    def __init__(
        self,
        database: Database,
        recogniser: Recogniser,
        photos: PhotoStore,
        store: ArchiveStore,
        *,
        zone: ZoneInfo,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._recogniser = database, recogniser
        self._photos, self._store = photos, store
        self._zone, self._now = zone, now
        self._left_alone: dict[int, datetime] = {}

    def step(self) -> bool:
        """Look at one person of the oldest archive that waits; whether there was one."""
        now = self._now()
        for number, author, unit_id in self._waiting(now):
            try:
                if self._take(number, author, unit_id, now):
                    return True
            except (PaperError, EnrolmentError) as error:
                logger.warning("The archive of photos %d cannot go on now: %s", number, error)
                self._left_alone[number] = now + AFTER_TROUBLE
            except DBAPIError:
                raise
            except Exception:  # one photo must not hold up the archives behind it
                logger.exception("a step of the archive of photos %d failed", number)
                self._left_alone[number] = now + AFTER_TROUBLE
        return False

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; trouble with the database is logged, and tried again."""
        while not stop.is_set():
            worked = False
            try:
                worked = self.step()
            except DBAPIError as error:
                logger.warning("The database refuses (%s); archives of photos wait.", error.orig)
            if not worked:
                stop.wait(LOOK_EVERY_SECONDS)

    def _waiting(self, now: datetime) -> list[tuple[int, str, int | None]]:
        """Archives with somebody whom nobody looks at, the oldest first: number, author and unit."""
        free = or_(ArchivePerson.claimed_at.is_(None), ArchivePerson.claimed_at < now - CLAIM_LASTS)
        somebody = select(ArchivePerson.id).where(
            ArchivePerson.archive_id == PhotoArchive.id, ArchivePerson.done.is_(False), free
        )
        query = select(PhotoArchive.id, PhotoArchive.author, PhotoArchive.unit_id, PhotoArchive.sha256).where(
            PhotoArchive.state.in_(("checking", "proposing")), somebody.exists()
        )
        with self._database.read() as session:
            rows = session.execute(query.order_by(PhotoArchive.id)).all()
        return [
            (number, author, unit_id)
            for number, author, unit_id, sha256 in rows
            if self._left_alone.get(number, now) <= now and self._store.path(sha256).is_file()
        ]

    def _take(self, number: int, author: str, unit_id: int | None, now: datetime) -> bool:
        def tell(session: Session, employee_id: str) -> None:
            about = about_text([employee_id], number=number, unit=unit_id)
            deed = Deed(
                at=now, actor=author, kind="write", act="archive.step", address=ADDRESS, status=200, about=about
            )
            append(session, deed)

        return take_step(
            self._database,
            self._recogniser,
            self._photos,
            self._store,
            number,
            now=now,
            today=now.astimezone(self._zone).date(),
            claimed=tell,
        )
