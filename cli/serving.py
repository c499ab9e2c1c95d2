"""What commands that serve pages have in common: where, and until when."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from contract.errors import BadInputError
from hub.settings import HubSettings

ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def only_awaited(signals: Iterable[signal.Signals]) -> Iterator[None]:
    """Let only sigwait see these signals. Enter before any thread begins, so that every thread inherits it.

    The mask is as before afterwards, for children inherit it too; who asked twice has been heard.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        while signal.sigtimedwait(signals, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def read_address(text: str | None) -> tuple[str | None, int | None]:
    """Host and port of HOST:PORT; (None, None) for None; BadInputError for anything else."""
    if text is None:
        return None, None
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        default = HubSettings()
        raise BadInputError(f"'{text}' is no address for the pages: write {default.host}:{default.port}.")
    return host, int(port)
