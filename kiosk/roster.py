"""Whom this kiosk knows: the roster from the hub, cached on disk and swapped in one piece.

Parts of a new version are gathered in memory; when all are there the new roster is sealed, written beside the old one,
renamed over it, and only then used. Whatever goes wrong on the way, the old roster keeps working.

A roster names the recognition pack that its templates are of. Another pack's roster is gathered beside the current one;
when it is whole the pack is opened, and both come into force together.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec
import numpy as np

from contract.errors import MalformedMessageError
from contract.roster import Hours, KioskPolicy, RosterPart, RosterPerson
from kiosk.closing import Closing, closings_of
from kiosk.durable import write_durably
from kiosk.errors import GalleryError, PackError, SealError, VaultError
from kiosk.recognizer.face import Vector
from kiosk.recognizer.gallery import Gallery
from kiosk.vault import Vault, is_sealed

log = logging.getLogger(__name__)

_MAX_GATHERING: Final = 4
"""Versions gathered at once; more would only be somebody filling our memory."""


_NAME: Final = "roster"


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cache file: these in MessagePack, sealed. Before there was a vault: behind their SHA-256."""

    v: Literal[1] = 1
    version: int
    pack: str
    policy: KioskPolicy
    people: tuple[RosterPerson, ...]
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class Roster:
    """One version, ready to recognise with; never changed after it was made.

    version 0: nothing has come from the hub yet. people: by opaque id, those who are not enrolled yet included; the
    gallery holds who is. closings: when sessions close for most of them.
    """

    version: int = 0
    pack: str = ""
    policy: KioskPolicy = field(default_factory=KioskPolicy)
    people: dict[str, RosterPerson] = field(default_factory=dict)
    gallery: Gallery = field(default_factory=lambda: Gallery({}))
    hours: tuple[Hours, ...] = ()
    closings: tuple[Closing, ...] = ()

    def name_of(self, person: str) -> str | None:
        """Display name; None when the person is not (or no longer) on this kiosk."""
        found = self.people.get(person)
        return found.name if found else None

    def asks_second_factor(self, person: str) -> bool:
        """Whether this person's face alone is not enough, because somebody else's is too much like it."""
        found = self.people.get(person)
        return found is not None and found.second_factor


class Packs(Protocol):
    """The packs of this kiosk. An implementation must offer both; see kiosk.packs.PackShelf."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those that can be opened."""
        ...

    def dimensions(self, name: str) -> int:
        """Length of a pack's embeddings; the pack is open afterwards. PackError when it cannot be opened."""
        ...


@dataclass(frozen=True, slots=True)
class OnePack:
    """A kiosk that has one pack and never another."""

    name: str
    length: int

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def dimensions(self, name: str) -> int:
        if name != self.name:
            raise PackError(f"This kiosk has the pack {self.name} alone, and not {name}")
        return self.length


class RosterCache:
    """The current roster, and the one that is being gathered; `take` and `current` may be called from any thread.

    pack: what this kiosk starts with, while the cache names no other that it can open. dimensions: length of that
    pack's embeddings, where it is the only one; packs: all that this kiosk has, which know their lengths.
    trouble: why the roster of before is not there, for the heartbeat; empty as soon as another is in force.
    """

    def __init__(
        self,
        path: Path,
        *,
        vault: Vault,
        pack: str,
        dimensions: int = 0,
        packs: Packs | None = None,
        on_change: Callable[[Roster], None] = lambda _roster: None,
    ) -> None:
        self._path = path
        self._vault = vault
        self._pack = pack
        self._packs = packs or OnePack(pack, dimensions)
        self._on_change = on_change
        self._lock = threading.Lock()
        self._gathering: dict[tuple[int, int | None, int, str], dict[int, RosterPart]] = {}
        self.trouble = ""
        self._current = self._load()

    @property
    def current(self) -> Roster:
        return self._current

    def take(self, part: RosterPart) -> None:
        """Add one part; when it completes a version, that version is in force from now on.

        A version of another pack opens it first, in the caller's thread. MalformedMessageError when the part cannot
        belong to a roster for this kiosk, or its pack cannot be opened; nothing is changed then.
        """
        if part.pack != self._current.pack and part.pack not in self._packs.names:
            raise MalformedMessageError(
                f"the roster is for pack {part.pack!r}, which this kiosk cannot open; it has {self._packs.names}"
            )
        if part.part > part.parts:
            raise MalformedMessageError(f"part {part.part} of {part.parts}")
        with self._lock:
            if not self._wanted(part):
                return
            key = (part.version, part.base, part.parts, part.pack)
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
        """Older ones would bring people back who have left; a step from another base leads nowhere from here.

        Nor does a step from one pack to another: their templates have nothing to do with each other.
        """
        if part.version <= self._current.version:
            return False
        return part.base is None or (part.base == self._current.version and part.pack == self._current.pack)

    def _swap(self, parts: list[RosterPart]) -> None:
        people = dict(self._current.people) if parts[0].base is not None else {}
        for part in parts:
            for person in part.removed:
                people.pop(person, None)
            people.update({each.person: each for each in part.people})
        last = parts[-1]
        stored = _Stored(
            version=last.version,
            pack=last.pack,
            policy=last.policy,
            people=tuple(people.values()),
            hours=last.hours,
        )
        roster = self._build(stored)
        self._write(stored)
        self._current = roster
        self.trouble = ""
        self._gathering = {key: value for key, value in self._gathering.items() if key[0] > roster.version}
        log.info("roster %d: %d people", roster.version, len(roster.gallery))

    def _build(self, stored: _Stored) -> Roster:
        try:
            length = self._packs.dimensions(stored.pack)
            enrolled = {each.person: _vectors(each, length) for each in stored.people if each.count or each.embeddings}
            gallery = Gallery(enrolled, dimensions=length)
        except PackError as error:
            raise MalformedMessageError(f"the roster's pack cannot be opened: {error}") from error
        except GalleryError as error:
            raise MalformedMessageError(f"the roster's embeddings cannot be used: {error}") from error
        people = {each.person: each for each in stored.people}
        closings = closings_of(stored.hours, (each.hours for each in stored.people))
        return Roster(stored.version, stored.pack, stored.policy, people, gallery, stored.hours, closings)

    def _write(self, stored: _Stored) -> bool:
        """Whether it is on the disk now; if not, the roster works from memory, and the hub sends it after a restart."""
        try:
            write_durably(self._path, self._vault.seal("roster", _NAME, msgspec.msgpack.encode(stored)))
        except (OSError, VaultError) as error:
            log.error("the roster could not be kept on disk: %s", error)  # noqa: TRY400 (no trace: says all)
            return False
        return True

    def _load(self) -> Roster:
        """The roster of before the restart, and its pack open; else an empty one of the pack that a kiosk starts with.

        PackError when not even that can be opened.
        """
        try:
            content = self._path.read_bytes()
            plain = not is_sealed(content) and self._vault.takes_plain
            opened = _checked(content) if plain else self._vault.open("roster", _NAME, content)
            stored = msgspec.msgpack.decode(opened, type=_Stored)
            if stored.pack in self._packs.names:
                roster = self._build(stored)
                if plain and self._write(stored):
                    log.info("the cached roster was plain, and is sealed now")
                return roster
            log.warning("the cached roster is for pack %s, which this kiosk cannot open", stored.pack)
        except FileNotFoundError:
            log.info("no roster has come yet")
        except (
            OSError,
            msgspec.DecodeError,
            UnicodeDecodeError,
            MalformedMessageError,
            SealError,
            VaultError,
        ) as error:
            log.warning("the cached roster %s cannot be used (%s); asking the hub for a new one", self._path, error)
            reason = str(error).rstrip(".")
            self.trouble = f"The hub is asked for a new roster, the cached one cannot be used: {reason}."
        return self._empty()

    def _empty(self) -> Roster:
        return Roster(pack=self._pack, gallery=Gallery({}, dimensions=self._packs.dimensions(self._pack)))


@dataclass(frozen=True, slots=True)
class CacheSummary:
    """What a cache file holds, in figures. people: those who are not enrolled yet included."""

    version: int
    pack: str
    people: int
    enrolled: int
    templates: int


def summarise_cache(path: Path, vault: Vault) -> CacheSummary:
    """Count what the cache holds, without opening a pack.

    OSError, MalformedMessageError when it cannot be read; VaultError when there is no key.
    """
    stored = _read(path, vault)
    counts = [each.count for each in stored.people]
    return CacheSummary(stored.version, stored.pack, len(counts), sum(count > 0 for count in counts), sum(counts))


def names_in_cache(path: Path, vault: Vault) -> tuple[str, ...]:
    """Names and ids that stand there, to keep them out of what leaves the machine; raises as `summarise_cache`."""
    return tuple(text for each in _read(path, vault).people for text in (each.name, each.person))


def _read(path: Path, vault: Vault) -> _Stored:
    content = path.read_bytes()
    try:
        opened = vault.open("roster", _NAME, content) if is_sealed(content) else _checked(content)
        return msgspec.msgpack.decode(opened, type=_Stored)
    except SealError as error:
        raise MalformedMessageError(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedMessageError(f"it is not what was written: {type(error).__name__}") from error


def _vectors(person: RosterPerson, length: int) -> Vector:
    if len(person.embeddings) != person.count * length * 4:
        raise MalformedMessageError(f"embeddings of {person.person} are {len(person.embeddings)} bytes long")
    return np.frombuffer(person.embeddings, "<f4").reshape(person.count, length).astype(np.float32)


def _checked(content: bytes) -> bytes:
    """The cache without its hash; MalformedMessageError when a card has changed it (one id could be another's)."""
    digest, content = content[: hashlib.sha256().digest_size], content[hashlib.sha256().digest_size :]
    if hashlib.sha256(content).digest() != digest:
        raise MalformedMessageError("it is damaged")
    return content
