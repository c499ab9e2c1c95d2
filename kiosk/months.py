"""People's own months as the hub has sent them, cached on disk: only to be looked at, nothing is decided by them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from contract.errors import MalformedMessageError
from contract.month import MonthPart, PersonMonth
from kiosk.durable import write_durably
from kiosk.errors import SealError, VaultError
from kiosk.vault import Vault, is_sealed

log = logging.getLogger(__name__)

MOST_PARTS: Final = 2_000
_NAME: Final = "months"


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    month: str
    as_of: datetime
    people: tuple[PersonMonth, ...]


@dataclass(frozen=True, slots=True)
class Months:
    """One version. version 0: nothing has come yet. month: YYYY-MM; as_of: how fresh it is. people: by opaque id."""

    version: int = 0
    month: str = ""
    as_of: datetime | None = None
    people: dict[str, PersonMonth] = field(default_factory=dict)


class MonthCache:
    """The months in force; `take` and `current` may be called from any thread. on_change: a new version is there."""

    def __init__(self, path: Path, *, vault: Vault, on_change: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._vault = vault
        self._on_change = on_change
        self._lock = threading.Lock()
        self._gathering: dict[int, MonthPart] = {}
        self._current = self._load()

    @property
    def current(self) -> Months:
        return self._current

    def take(self, part: MonthPart) -> None:
        """Add one part; the version is shown when all of its parts are there. MalformedMessageError: it cannot be."""
        if part.part > part.parts or part.parts > MOST_PARTS:
            raise MalformedMessageError(f"part {part.part} of {part.parts}")
        with self._lock:
            if part.version <= self._current.version:
                return
            other = next(iter(self._gathering.values()), None)
            if other is not None and (other.version, other.parts) != (part.version, part.parts):
                # One version at a time: an older one that never became whole gives way, a late one does not come back.
                if part.version < other.version:
                    return
                self._gathering.clear()
            self._gathering[part.part] = part
            if len(self._gathering) < part.parts:
                return
            people = tuple(each for number in sorted(self._gathering) for each in self._gathering[number].people)
            self._gathering.clear()
            stored = _Stored(version=part.version, month=part.month, as_of=part.as_of, people=people)
            self._current = _months(stored)
            self._write(stored)
        self._on_change()

    def _write(self, stored: _Stored) -> None:
        try:
            write_durably(self._path, self._vault.seal("months", _NAME, msgspec.msgpack.encode(stored)))
        except (OSError, VaultError) as error:
            log.warning("people's months could not be kept on disk: %s", error)

    def _load(self) -> Months:
        try:
            content = self._path.read_bytes()
            plain = not is_sealed(content) and self._vault.takes_plain
            opened = content if plain else self._vault.open("months", _NAME, content)
            stored = msgspec.msgpack.decode(opened, type=_Stored)
        except FileNotFoundError:
            return Months()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, SealError, VaultError) as error:
            log.warning("the cached months %s cannot be used (%s); the hub sends them again", self._path, error)
            return Months()
        if plain:
            self._write(stored)
        return _months(stored)


def _months(stored: _Stored) -> Months:
    return Months(stored.version, stored.month, stored.as_of, {each.person: each for each in stored.people})
