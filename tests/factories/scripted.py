"""An attendant whose camera sees what a test says, with a real journal and a clock that is turned by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from contract.pin import hash_card, hash_pin
from contract.punch import Punch
from contract.roster import Hours, KioskPolicy, RosterPart, RosterPerson
from kiosk.attendant import Attendant
from kiosk.camera.frame import Frame
from kiosk.clerk import TakenPunch
from kiosk.display import NullDisplay
from kiosk.hardware.null_panel import NullPanel
from kiosk.journal import Journal
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Face
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.recognizer import Sighting, Usability
from kiosk.remembered import ScanSettings
from kiosk.roster import RosterCache
from tests.factories.terminal import HandClock
from tests.factories.vaults import VAULT

DIMENSIONS = 16
FRAME_SECONDS = 1 / 15
PICTURE = np.zeros((480, 640, 3), np.uint8)


@dataclass(frozen=True)
class Nobody:
    """Nobody is before the camera."""


@dataclass(frozen=True)
class Somebody:
    """A face: who it is, where (0 to 3, which do not overlap), whether it is near enough, and what else ails it."""

    name: str
    place: int = 0
    near: bool = True
    usability: Usability = Usability.USABLE


Happening = Nobody | Somebody | Exception | Callable[[], None]


def vector(name: str) -> Any:
    seeds = np.random.default_rng(sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 2**32)
    row = seeds.standard_normal(DIMENSIONS).astype(np.float32)
    return row / np.linalg.norm(row)


@dataclass
class ScriptedSource:
    """Gives a frame for each happening, and ends the input after the last; what is callable is done in between."""

    clock: HandClock
    script: Iterator[Happening]
    kind: str = "webcam"
    seen: Nobody | Somebody = field(default_factory=Nobody)
    index: int = -1
    running: bool = False
    asked: list[str] = field(default_factory=list)

    def read(self, timeout_seconds: float) -> Frame | None:
        for happening in self.script:
            if isinstance(happening, Exception):
                self.clock.advance(timeout_seconds)
                raise happening
            if not isinstance(happening, Nobody | Somebody):
                happening()
                continue
            self.seen = happening
            self.index += 1
            self.clock.advance(FRAME_SECONDS)
            return Frame(PICTURE, PICTURE[..., 0], self.clock.seconds, self.index, "webcam")
        return None

    def ask(self, step: str) -> None:
        self.asked.append(step)

    def compensate(self, ev: float) -> None:
        """There is nothing to expose."""

    def __enter__(self) -> ScriptedSource:
        self.running = True
        return self

    def __exit__(self, *_: object) -> None:
        self.running = False


@dataclass
class ScriptedRecognizer:
    """Sees whom the source shows."""

    source: ScriptedSource
    pack: Any = field(
        default_factory=lambda: SimpleNamespace(
            name="builtin", passive=None, rule=lambda people: DecisionRule(0.9, 0.02)
        )
    )

    def look(self, _frame: Frame, gallery: Gallery, *, embed: bool = True) -> list[Sighting]:
        seen = self.source.seen
        if isinstance(seen, Nobody):
            return []
        face = Face(Box(160 * seen.place, 100, 160 * seen.place + 150, 250), np.zeros((5, 2), np.float32), 1.0)
        if not seen.near:
            return [Sighting(face, True, Usability.COME_NEARER)]
        if not embed:
            return [Sighting(face, True, seen.usability)]
        embedding = vector(seen.name)
        return [Sighting(face, True, seen.usability, embedding, gallery.match(embedding))]


@dataclass
class OtherRecognizer(ScriptedRecognizer):
    """Sees the same people, in another pack's space."""

    pack: Any = field(
        default_factory=lambda: SimpleNamespace(
            name="strong", passive=None, rule=lambda people: DecisionRule(0.5, 0.02)
        )
    )

    def look(self, frame: Frame, gallery: Gallery, *, embed: bool = True) -> list[Sighting]:
        assert set(gallery.people) <= {"ayu"}, "matched against another pack's roster"
        return super().look(frame, gallery, embed=embed)


class Terminal:
    """A kiosk whose camera sees what the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.journal = Journal(folder / "journal.sqlite3", device="kiosk-1", now=self.clock.now)
        self.roster = RosterCache(folder / "roster", vault=VAULT, pack="builtin", dimensions=DIMENSIONS)
        self.version = 0
        self.taken: list[TakenPunch] = []
        self.asked: list[str] = []
        self.know("ayu", "budi", "citra")
        self.start()

    def open_recognizer(self, name: str) -> Any:
        self.asked.append(name)
        return (OtherRecognizer if name == "strong" else ScriptedRecognizer)(self.source)

    def start(self, **changes: Any) -> None:
        """A new program, as after a restart."""
        self.panel, self.display = NullPanel(), NullDisplay()
        self.source = ScriptedSource(self.clock, iter(()))
        self.attendant = Attendant(
            source=self.source,
            recognizer=ScriptedRecognizer(self.source),
            roster=self.roster,
            journal=self.journal,
            clock=self.clock,
            panel=self.panel,
            display=self.display,
            settings=ScanSettings(),
            on_punch=self.taken.append,
            **changes,
        )

    def know(
        self,
        *names: str,
        liveness: Any = "off",
        threshold: float | None = None,
        pack: str = "builtin",
        second_factor: tuple[str, ...] = (),
        pins: Mapping[str, str] = MappingProxyType({}),
        cards: Mapping[str, str] = MappingProxyType({}),
        hours: tuple[Hours, ...] = (),
        unenrolled: tuple[str, ...] = (),
        operators: tuple[str, ...] = (),
        **policy: Any,
    ) -> None:
        """A roster of these people from the hub; of some a face is not enough, or not known yet.

        All have the first timetable.
        """
        self.version += 1
        people = tuple(
            RosterPerson(
                person=name,
                name=name.title(),
                count=0 if name in unenrolled else 1,
                embeddings=b"" if name in unenrolled else vector(name).astype("<f4").tobytes(),
                second_factor=name in second_factor,
                pin=hash_pin(pins[name], salt=bytes(16)) if name in pins else "",
                cards=(hash_card(cards[name]),) if name in cards else (),
                hours=hours[0].id if hours else "",
                operator=name in operators,
            )
            for name in names
        )
        self.roster.take(
            RosterPart(
                version=self.version,
                base=None,
                part=1,
                parts=1,
                pack=pack,
                policy=KioskPolicy(liveness=liveness, threshold=threshold, **policy),
                people=people,
                hours=hours,
            )
        )

    def see(self, *happenings: Happening | list[Happening]) -> Terminal:
        flat = [each for one in happenings for each in (one if isinstance(one, list) else [one])]
        self.source.script = iter(flat)
        self.attendant.run(threading.Event())
        return self

    @property
    def punches(self) -> list[str]:
        return [row.person for row in self.journal.rows() if isinstance(row, Punch)]

    def touch(self, kind: str, text: str = "") -> Happening:
        """A touch that happens between two frames."""
        return lambda: self.attendant.touch(kind, text)

    @property
    def shown(self) -> list[type]:
        kinds: list[type] = []
        for state in self.display.states:
            if not kinds or kinds[-1] is not type(state):
                kinds.append(type(state))
        return kinds


def during(seconds: float, happening: Happening) -> list[Happening]:
    return [happening] * max(1, round(seconds / FRAME_SECONDS))


AYU, BUDI, STRANGER = Somebody("ayu"), Somebody("budi", place=2), Somebody("nobody known", place=1)
