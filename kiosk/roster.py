"""Whom this kiosk knows: the roster from the hub, cached on disk and swapped in one piece.

Parts of a new version are gathered in memory; when all are there the new roster is written beside the old one, renamed
over it, and only then used. Whatever goes wrong on the way, the old roster keeps working.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np

from contract.errors import MalformedMessageError
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.errors import GalleryError
from kiosk.recognizer.face import Vector
from kiosk.recognizer.gallery import Gallery

log = logging.getLogger(__name__)

_MAX_GATHERING: Final = 4
"""Versions gathered at once; more would only be somebody filling our memory."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cache file: these in MessagePack, behind their SHA-256."""

    v: Literal[1] = 1
    version: int
    pack: str
    policy: KioskPolicy
    people: tuple[RosterPerson, ...]


@dataclass(frozen=True)
class Roster:
    """One version, ready to recognise with; never changed after it was made.

    version 0: nothing has come from the hub yet. people: by opaque id.
    """

    version: int = 0
    pack: str = ""
    policy: KioskPolicy = field(default_factory=KioskPolicy)
    people: dict[str, RosterPerson] = field(default_factory=dict)
    gallery: Gallery = field(default_factory=lambda: Gallery({}))

    def name_of(self, person: str) -> str | None:
        """Display name; None when the person is not (or no longer) on this kiosk."""
        found = self.people.get(person)
        return found.name if found else None

    def asks_second_factor(self, person: str) -> bool:
        """Whether this person's face alone is not enough, because somebody else's is too much like it."""
        found = self.people.get(person)
        return found is not None and found.second_factor


class RosterCache:
    """The current roster, and the one that is being gathered; `take` and `current` may be called from any thread.

    pack: name of the pack that this kiosk recognises with; rosters of another pack are refused.
    dimensions: length of that pack's embeddings.
    """

    def __init__(
        self, path: Path, *, pack: str, dimensions: int, on_change: Callable[[Roster], None] = lambda _roster: None
    ) -> None:
        self._path = path
        self._pack = pack
        self._dimensions = dimensions
        self._on_change = on_change
        self._lock = threading.Lock()
        self._gathering: dict[tuple[int, int | None, int], dict[int, RosterPart]] = {}
        self._current = self._load()

    @property
    def current(self) -> Roster:
        return self._current

    def take(self, part: RosterPart) -> None:
        """Add one part; when it completes a version, that version is in force from now on.

        MalformedMessageError when the part cannot belong to a roster for this kiosk; nothing is changed then.
        """
        if part.pack != self._pack:
            raise MalformedMessageError(
                f"the roster is for pack {part.pack!r}; this kiosk recognises with {self._pack!r}"
            )
        if part.part > part.parts:
            raise MalformedMessageError(f"part {part.part} of {part.parts}")
        with self._lock:
            if not self._wanted(part):
                return
            key = (part.version, part.base, part.parts)
            parts = self._gathering.setdefault(key, {})
            parts[part.part] = part
            if len(parts) == part.parts:
                del self._gathering[key]
                self._swap([parts[number] for number in sorted(parts)])
            elif len(self._gathering) > _MAX_GATHERING:
                del self._gathering[min(self._gathering, key=lambda each: each[0])]
            roster = self._current
        if roster.version == part.version:
            self._on_change(roster)

    def _wanted(self, part: RosterPart) -> bool:
        """Older ones would bring people back who have left; a step from another base leads nowhere from here."""
        if part.version <= self._current.version:
            return False
        return part.base is None or part.base == self._current.version

    def _swap(self, parts: list[RosterPart]) -> None:
        people = dict(self._current.people) if parts[0].base is not None else {}
        for part in parts:
            for person in part.removed:
                people.pop(person, None)
            people.update({each.person: each for each in part.people})
        last = parts[-1]
        stored = _Stored(version=last.version, pack=last.pack, policy=last.policy, people=tuple(people.values()))
        roster = self._build(stored)
        self._write(stored)
        self._current = roster
        self._gathering = {key: value for key, value in self._gathering.items() if key[0] > roster.version}
        log.info("roster %d: %d people", roster.version, len(people))

    def _build(self, stored: _Stored) -> Roster:
        try:
            gallery = Gallery({each.person: self._vectors(each) for each in stored.people}, dimensions=self._dimensions)
        except GalleryError as error:
            raise MalformedMessageError(f"the roster's embeddings cannot be used: {error}") from error
        people = {each.person: each for each in stored.people}
        return Roster(stored.version, stored.pack, stored.policy, people, gallery)

    def _vectors(self, person: RosterPerson) -> Vector:
        if len(person.embeddings) != person.count * self._dimensions * 4:
            raise MalformedMessageError(f"embeddings of {person.person} are {len(person.embeddings)} bytes long")
        return np.frombuffer(person.embeddings, "<f4").reshape(person.count, self._dimensions).astype(np.float32)

    def _write(self, stored: _Stored) -> None:
        temporary = self._path.with_name(f".{self._path.name}.new")
        try:
            # Faces are nobody else's business on this machine.
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                content = msgspec.msgpack.encode(stored)
                file.write(hashlib.sha256(content).digest() + content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            # The roster works from memory; after a restart the hub sends it again. Half a file only takes up room.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            log.error("the roster could not be kept on disk: %s", error)  # noqa: TRY400 (no trace: the sentence says all)

    def _load(self) -> Roster:
        empty = Roster(pack=self._pack, gallery=Gallery({}, dimensions=self._dimensions))
        try:
            stored = msgspec.msgpack.decode(_checked(self._path.read_bytes()), type=_Stored)
            return self._build(stored) if stored.pack == self._pack else empty
        except FileNotFoundError:
            return empty
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, MalformedMessageError) as error:
            log.warning("the cached roster %s cannot be used (%s); asking the hub for a new one", self._path, error)
            return empty


def _checked(content: bytes) -> bytes:
    """The cache without its hash; MalformedMessageError when a card has changed it (one id could be another's)."""
    digest, content = content[: hashlib.sha256().digest_size], content[hashlib.sha256().digest_size :]
    if hashlib.sha256(content).digest() != digest:
        raise MalformedMessageError("it is damaged")
    return content
