"""Enrolments on the kiosk's disk, sealed, from the moment they are sent off until the hub has them.

One folder for each, named by its id: a file for each part, and `about.json`, which whoever has the card may read: when
it was taken, the opaque id of somebody who is in the roster, and how many parts there are. A folder appears whole or
not at all.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from kiosk.errors import EnrolmentStoreError
from kiosk.operator.parcel import Parcel

log = logging.getLogger(__name__)

MOST_ENROLMENTS: Final = 40
"""So many may wait for the hub; some 30 MB. A heartbeat names 50."""
MIN_FREE_BYTES: Final = 64 << 20
"""What an enrolment leaves of the disk: the last room is for punches."""
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PART: Final = re.compile(r"(\d{1,2})\.sealed")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the parts. person: see Parcel; parts: how many there were at first."""

    person: str | None
    taken_at: datetime
    parts: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One enrolment on the disk. left: numbers of the parts that are still here."""

    about: About
    left: tuple[int, ...]


class EnrolmentFolder:
    """The folder; safe to use from several threads. Nothing is made on the disk before the first enrolment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._clear_unfinished()
        self._kept = self._read_all()

    @property
    def kept(self) -> Mapping[str, Kept]:
        """By id, oldest first."""
        with self._lock:
            return dict(self._kept)

    @property
    def has_room(self) -> bool:
        """Whether another enrolment would be taken now."""
        nearest = next(each for each in (self._folder, *self._folder.parents) if each.is_dir())
        waiting = sum(bool(each.left) for each in self._kept.values())
        return waiting < MOST_ENROLMENTS and shutil.disk_usage(nearest).free >= MIN_FREE_BYTES

    def keep(self, parcel: Parcel) -> None:
        """Bring all parts to the disk; EnrolmentStoreError, and nothing of it there, when that cannot be done."""
        about = About(person=parcel.person, taken_at=parcel.taken_at, parts=len(parcel.parts))
        temporary = self._folder / f".{parcel.id}.writing"
        with self._lock:
            try:
                if not self.has_room:
                    raise EnrolmentStoreError("There is no room for another enrolment: what is left is for punches.")
                if not self._folder.is_dir():
                    self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                    _sync(self._folder.parent)
                temporary.mkdir(mode=0o700)
                _write(temporary / "about.json", msgspec.json.encode(about))
                for number, sealed in enumerate(parcel.parts, 1):
                    _write(temporary / f"{number}.sealed", sealed)
                _sync(temporary)
                temporary.rename(self._folder / parcel.id)
                _sync(self._folder)
            except OSError as error:
                shutil.rmtree(temporary, ignore_errors=True)
                shutil.rmtree(self._folder / parcel.id, ignore_errors=True)
                if isinstance(error, EnrolmentStoreError):
                    raise
                raise EnrolmentStoreError(f"The enrolment was not kept: {error.strerror}.") from error
            self._kept[parcel.id] = Kept(about, tuple(range(1, len(parcel.parts) + 1)))

    def read(self, enrolment: str, part: int) -> bytes:
        """One sealed part; EnrolmentStoreError when it is gone: then it waits no more."""
        path = self._folder / enrolment / f"{part}.sealed"
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            self.drop_parts(enrolment, [part])
            raise EnrolmentStoreError(f"Part {part} of the enrolment {enrolment} is gone from the card.") from error
        except OSError as error:
            raise EnrolmentStoreError(f"{path} cannot be read: {error.strerror}.") from error

    def drop_parts(self, enrolment: str, parts: Iterable[int]) -> None:
        """The hub holds these parts: delete them here."""
        with self._lock:
            kept = self._kept.get(enrolment)
            if kept is None:
                return
            gone = set(parts)
            for part in gone & set(kept.left):
                with contextlib.suppress(OSError):
                    (self._folder / enrolment / f"{part}.sealed").unlink(missing_ok=True)
            self._kept[enrolment] = Kept(kept.about, tuple(each for each in kept.left if each not in gone))

    def forget(self, enrolment: str) -> None:
        """Delete all of it."""
        with self._lock:
            if self._kept.pop(enrolment, None) is not None:
                shutil.rmtree(self._folder / enrolment, ignore_errors=True)

    def _clear_unfinished(self) -> None:
        """Remove what a power cut left half written."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob(".*.writing"):
                shutil.rmtree(path, ignore_errors=True)

    def _read_all(self) -> dict[str, Kept]:
        found = []
        with contextlib.suppress(OSError):
            for folder in self._folder.iterdir():
                if _ID.fullmatch(folder.name) and (kept := _read_one(folder)) is not None:
                    found.append((kept.about.taken_at, folder.name, kept))
        return {name: kept for _, name, kept in sorted(found, key=lambda each: each[:2])}


def _read_one(folder: Path) -> Kept | None:
    try:
        about = msgspec.json.decode((folder / "about.json").read_bytes(), type=About)
        numbers = [_PART.fullmatch(path.name) for path in folder.iterdir()]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.error("the enrolment in %s cannot be read: %s", folder, error)  # noqa: TRY400 (the sentence says all)
        return None
    return Kept(about, tuple(sorted(int(each[1]) for each in numbers if each)))


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
