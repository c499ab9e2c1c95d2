"""The recognition packs on this kiosk: which it can open, and the recognisers that are open.

The hub names the pack by sending a roster of it. A pack is opened before its roster comes into force, in the uplink's
thread, so that nobody before the camera waits for it; one that cannot be opened leaves everything as it is.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import threading
from collections.abc import Callable, Sequence

from kiosk.errors import PackError
from kiosk.recognizer.packs.card import card_names, read_card
from kiosk.recognizer.packs.model_check import is_installed, place_of
from kiosk.recognizer.recognizer import Recognizer

log = logging.getLogger(__name__)

_Traces = tuple[tuple[str, int, int], ...]


class PackShelf:
    """Opens packs by name; the methods may be called from any thread.

    start: the pack of the settings, which is offered whatever its files are. open_recognizer: raises PackError when a
    pack cannot be opened. list_packs: names of the packs whose files are here.
    """

    def __init__(
        self,
        start: str,
        *,
        open_recognizer: Callable[[str], Recognizer],
        list_packs: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self._start = start
        self._open_recognizer = open_recognizer
        self._list_packs = list_packs or installed_packs
        self._lock = threading.Lock()
        self._open: dict[str, Recognizer] = {}
        self._broken: dict[str, tuple[str, _Traces]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Packs that can be opened; one that failed is named again when its files have changed."""
        here = sorted({self._start, *self._list_packs()})
        with self._lock:
            for name in [name for name, (_, traces) in self._broken.items() if traces != _traces_of(name)]:
                del self._broken[name]
            return tuple(name for name in here if name not in self._broken)

    @property
    def alarms(self) -> tuple[str, ...]:
        """What is wrong with packs that could not be opened, for the heartbeat."""
        with self._lock:
            return tuple(sentence for sentence, _ in self._broken.values())

    def open(self, name: str) -> Recognizer:
        """The recogniser of a pack, opened where it is not: that takes a second or two. PackError when it cannot be."""
        with self._lock:
            known = self._open.get(name)
        if known is not None:
            return known
        try:
            recognizer = self._open_recognizer(name)
        except Exception as error:
            # Whatever a file from outside does to the libraries that read it, the kiosk goes on with the pack it has.
            sentence = str(error) if isinstance(error, PackError) else f"Pack {name} cannot be opened: {error}"
            log.error("%s", sentence)  # noqa: TRY400 (the sentence says all)
            with self._lock:
                self._broken[name] = (sentence, _traces_of(name))
            raise PackError(sentence) from error
        _give_memory_back()
        with self._lock:
            return self._open.setdefault(name, recognizer)

    def use(self, name: str) -> Recognizer:
        """The recogniser of the pack that is in force from now on; the others are let go."""
        recognizer = self.open(name)
        with self._lock:
            self._open = {name: recognizer}
        return recognizer

    def dimensions(self, name: str) -> int:
        """Length of a pack's embeddings; opens it. PackError as for `open`."""
        return self.open(name).pack.card.input.dimensions


def installed_packs() -> list[str]:
    """Packs whose files are all here, with the sizes that their cards name; nothing is read but the cards."""
    names = []
    for name in card_names():
        try:
            if is_installed(read_card(name)):
                names.append(name)
        except (PackError, OSError):
            continue
    return names


def _give_memory_back() -> None:
    """Return what reading the models took and freed: some 50 MB, which glibc would keep for later."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _traces_of(name: str) -> _Traces:
    """Place, size and time of a pack's files, to see whether somebody has put others there."""
    traces = []
    try:
        for file in read_card(name).files:
            path = place_of(file)
            if path is not None and path.is_file():
                stat = path.stat()
                traces.append((str(path), stat.st_size, stat.st_mtime_ns))
    except (PackError, OSError):
        return ()
    return tuple(traces)
