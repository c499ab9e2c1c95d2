"""What is put in order from time to time: rows and pictures that were kept long enough, and memory."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from kiosk.equipment import forget_reboots
from kiosk.errors import JournalError
from kiosk.journal import Journal
from kiosk.refusals import RefusalBook

log = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS: Final = 3600.0


class Housekeeping:
    """Goes round once in an hour. rows_days, pictures_days: how long delivered rows, and pictures, are kept.

    clock_trusted: whether the wall clock was set; one that is a year ahead would make every delivered row old, and a
    hub that was restored from yesterday's backup could get none of them back.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        refusals: RefusalBook,
        camera_working: Callable[[], bool],
        clock_trusted: Callable[[], bool],
        rows_days: int,
        pictures_days: int,
    ) -> None:
        self._journal = journal
        self._refusals = refusals
        self._camera_working = camera_working
        self._clock_trusted = clock_trusted
        self._rows_days = rows_days
        self._pictures_days = pictures_days

    def run(self, stop: threading.Event) -> None:
        """Go round until `stop` is set."""
        while True:
            self.go_round()
            if stop.wait(HOUSEKEEPING_SECONDS):
                return

    def go_round(self) -> None:
        """Forget what may be forgotten. A full disk refuses even this; in an hour it may not."""
        try:
            forgotten = self._forget_rows() if self._clock_trusted() else 0
            self._refusals.sort_out()
            if self._camera_working():
                forget_reboots(self._journal)
            self._refusals.erase_pictures(older_than=timedelta(days=self._pictures_days))
        except JournalError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
        else:
            if forgotten:
                log.info("%d delivered rows are older than %d days", forgotten, self._rows_days)
        give_back_memory()

    def _forget_rows(self) -> int:
        return self._journal.forget_delivered(older_than=timedelta(days=self._rows_days))


def give_back_memory() -> None:
    """Hand to the system what the allocator keeps and nobody uses (malloc_trim(3), glibc's); elsewhere nothing.

    It gathers some 15 MB in an hour of rush, a little more every hour, where a kiosk runs for months.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
