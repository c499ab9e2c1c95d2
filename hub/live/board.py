"""The board between one watcher and any number of open pages."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from hub.live.events import Event, View
from hub.live.watcher import Watcher

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 0.5
KEPT: Final = 2000
"""Events that are kept for pages that come back."""
MOST_WAITING: Final = 500
"""A page that lies so far behind is let go; it comes back and is told how things stand."""


@dataclass(eq=False, slots=True)
class Page:
    """An open page. view: what it may see. waiting: what it was not told yet; None in it: it is let go."""

    view: View
    loop: asyncio.AbstractEventLoop
    waiting: deque[bytes | None] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, encoded: bytes | None) -> None:
        """In the page's own loop."""
        self.waiting.append(encoded)
        self.news.set()


class Board:
    """Watches while somebody looks; its thread ends soon after the last page has gone.

    make: a fresh watcher, for what was missed while nobody looked is not news.
    """

    def __init__(self, make: Callable[[], Watcher], *, every: float = LOOK_EVERY_SECONDS) -> None:
        self._make = make
        self._every = every
        self._lock = threading.Lock()
        self._pages: set[Page] = set()
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._standing: dict[str, Event] = {}
        self._thread: threading.Thread | None = None
        self._run = ""

    def open(self, view: View, loop: asyncio.AbstractEventLoop, *, after: str = "") -> Page:
        """A page that was just opened, or comes back; after: `RUN-NUMBER`, the last that it was told.

        It begins with what it missed, or with how things stand. A run is named by chance: a hub that was started anew
        takes nobody's number for one of its own.
        """
        page = Page(view, loop)
        with self._lock:
            if self._thread is None:
                self._begin()
                self._thread = threading.Thread(target=self._watch, name="live-watcher", daemon=True)
                self._thread.start()
            for event in self._missed(after):
                if view.shows(event):
                    page.waiting.append(self._told(event))
            self._pages.add(page)
        if page.waiting:
            page.news.set()
        return page

    def close(self, page: Page) -> None:
        """The page is gone."""
        with self._lock:
            self._pages.discard(page)

    @property
    def open_pages(self) -> int:
        return len(self._pages)

    def _begin(self) -> None:
        """A run with numbers of its own."""
        self._run = secrets.token_hex(4)
        self._kept.clear()
        self._standing.clear()

    def _missed(self, after: str) -> list[Event]:
        run, _, number = after.partition("-")
        if run == self._run and number.isdecimal() and self._kept and self._kept[0].number <= int(number) + 1:
            return [event for event in self._kept if event.number > int(number)]
        return list(self._standing.values())

    def _told(self, event: Event) -> bytes:
        return event.encoded.replace(b"id: ", f"id: {self._run}-".encode(), 1)

    def _watch(self) -> None:
        watcher = self._make()
        pause = threading.Event()
        while True:
            try:
                events = watcher.step()
            except SQLAlchemyError as error:
                logger.warning("The live page cannot look (%s); it looks again.", error)
                events = []
            except Exception:  # one row that cannot be told must not leave every page without news
                logger.exception("The live page cannot tell what it saw; it looks anew.")
                watcher, events = self._make(), []
                with self._lock:
                    self._begin()
            with self._lock:
                if not self._pages:
                    self._thread = None
                    return
                self._kept.extend(events)
                self._standing |= {event.key: event for event in events if event.key}
                self._tell(events)
            pause.wait(self._every)

    def _tell(self, events: list[Event]) -> None:
        if not events:
            return
        told = [(event, self._told(event)) for event in events]
        for page in self._pages:
            text = b"".join(encoded for event, encoded in told if page.view.shows(event))
            if not text:
                continue
            late = len(page.waiting) >= MOST_WAITING
            try:
                page.loop.call_soon_threadsafe(page.put, None if late else text)
            except RuntimeError:
                continue  # the server has ended; so will the page
