"""What the kiosk lets other programs on this machine read: how it is, and which release it shall run.

BULLETIN in the data folder is written every few seconds by the running kiosk; whoever switches releases looks there
whether the new one works. ORDER is written when the hub orders a release; PROGRESS by whoever carries it out, for the
heartbeat.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from contract.heartbeat import ReleaseProgress

log = logging.getLogger(__name__)

BULLETIN: Final = "bulletin.json"
ORDER: Final = "release-order.json"
PROGRESS: Final = "release-progress.json"
BULLETIN_SECONDS: Final = 10.0


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the running kiosk. roster: version in force, 0: none. connected: to the broker, now.

    brightness: mean of the newest frame, 0..255; None: none came. panel, panel_alarms: what is fitted and what is wrong
    with it, as in kiosk.hardware.panel. receipt_at: when the hub last answered; None: not since the start.
    """

    software: str
    at: datetime
    camera: Literal["ok", "trouble", "starting"]
    journal: Literal["ok", "full", "salvaged"]
    roster: int
    connected: bool
    camera_restarts: int = 0
    brightness: float | None = None
    panel: tuple[str, ...] = ()
    panel_alarms: tuple[str, ...] = ()
    receipt_at: datetime | None = None


class ReleaseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The release that the hub wants here, and the command that said so."""

    release: str
    command: int


_Told = TypeVar("_Told", Bulletin, ReleaseOrder, ReleaseProgress)


def read_told(path: Path, form: type[_Told]) -> _Told | None:
    """None where nothing was written, or nothing that this version understands."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error.strerror)
        return None


def tell(path: Path, told: Bulletin | ReleaseOrder | ReleaseProgress, *, lasting: bool = True) -> None:
    """Write the file whole. lasting: it is on the disk when this returns; OSError when the disk refuses.

    Never through a link that somebody has laid there: one of the writers is root, in a folder of the kiosk's user.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(told))
        if lasting:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


class BulletinKeeper:
    """Writes the bulletin. look: how the kiosk is now."""

    def __init__(self, folder: Path, look: Callable[[], Bulletin]) -> None:
        self._path = folder / BULLETIN
        self._look = look

    def run(self, stop: threading.Event) -> None:
        """Write until `stop` is set; what was written last is taken away, since nothing runs any more."""
        while True:
            self.write()
            if stop.wait(BULLETIN_SECONDS):
                break
        self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Write once. A full disk has no room for this, and needs none."""
        try:
            tell(self._path, self._look(), lasting=False)
        except OSError as error:
            log.debug("the bulletin could not be written: %s", error.strerror)
