"""A kiosk's surroundings, played from a script: a clock that is turned, a camera that shows whom the script names, a
recogniser that knows them by name, and a hub that holds whatever is sent.

Everything between them is the real kiosk; so hours of it pass in minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace, TracebackType
from typing import Any, Final, Self

import numpy as np

from contract import codec, topics
from contract.punch import ClockStamp, SourceKind, unpack_batch
from contract.receipt import Receipt
from contract.signing import SigningKey
from contract.transport import Arrival, Connected, Delivery, Disconnected
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.source import Step
from kiosk.clock import Reading
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Face, Vector
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.recognizer import Sighting, Usability

DIMENSIONS: Final = 128
FACE: Final = Box(220, 140, 420, 340)


def embedding_of(name: str) -> Vector:
    """A unit vector that this name always has, (DIMENSIONS,) float32; those of two names are nearly at right angles."""
    row = np.random.default_rng(list(name.encode())).standard_normal(DIMENSIONS).astype(np.float32)
    return np.asarray(row / np.linalg.norm(row), np.float32)


@dataclass
class TurnedClock:
    """Goes only when it is turned."""

    wall: datetime
    seconds: float = 100.0

    def read(self) -> Reading:
        stamp = ClockStamp(boot="rehearsal", monotonic_ms=int(self.seconds * 1000), source="ntp")
        return Reading(self.wall, stamp)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """What the camera shows in one frame. name: None: nobody. near: near enough to be compared."""

    name: str | None = None
    near: bool = True


Cue = Seen | Exception | Callable[[], None]
"""A frame, a camera that fails, or something that is done between two frames."""


@dataclass
class ScriptedCamera:
    """Gives a frame for each cue, `frame_seconds` after the one before, and ends after the last.

    pictures: taken in turn, (480, 640, 3) uint8.
    """

    clock: TurnedClock
    cues: Iterator[Cue]
    pictures: list[Pixels]
    frame_seconds: float
    kind: SourceKind = "webcam"
    seen: Seen = field(default_factory=Seen)
    index: int = -1

    def read(self, timeout_seconds: float) -> Frame | None:
        for cue in self.cues:
            if isinstance(cue, Exception):
                self.clock.advance(timeout_seconds)
                raise cue
            if not isinstance(cue, Seen):
                cue()
                continue
            self.seen = cue
            self.index += 1
            self.clock.advance(self.frame_seconds)
            picture = self.pictures[self.index % len(self.pictures)]
            return Frame(picture, picture[..., 1], self.clock.seconds, self.index, "webcam")
        return None

    def ask(self, step: Step) -> None:
        """Nobody hears it."""

    def compensate(self, ev: float) -> None:
        """There is nothing to expose."""

    def start(self) -> None:
        """Nothing opens."""

    def stop(self) -> None:
        """Nothing to release."""

    @property
    def current_person(self) -> str | None:
        return self.seen.name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class NamingRecognizer:
    """Knows everybody whom the camera shows by name, and holds their vectors against the gallery."""

    def __init__(self, camera: ScriptedCamera) -> None:
        self._camera = camera
        self.pack: Any = SimpleNamespace(
            name="builtin", passive=None, rule=lambda _people, **_: DecisionRule(0.9, 0.02)
        )

    def look(self, _frame: Frame, gallery: Gallery, *, embed: bool = True) -> list[Sighting]:
        seen = self._camera.seen
        if seen.name is None:
            return []
        face = Face(FACE, np.zeros((5, 2), np.float32), 1.0)
        if not seen.near:
            return [Sighting(face, True, Usability.COME_NEARER)]
        if not embed:
            return [Sighting(face, True, Usability.USABLE)]
        embedding = embedding_of(seen.name)
        return [Sighting(face, True, Usability.USABLE, embedding, gallery.match(embedding))]


class HoldingHub:
    """A transport to a hub that holds every batch and says so at once; `drop` and `restore` cut the line."""

    def __init__(self, device: str, key: SigningKey) -> None:
        self._device = device
        self._key = key
        self._version = 0
        self._arrivals: deque[Arrival] = deque()
        self._connected = False
        self.rows = 0

    @property
    def connected(self) -> bool:
        return self._connected

    @property
    def waiting(self) -> int:
        return len(self._arrivals)

    def start(self) -> None:
        self.restore()

    def stop(self) -> None:
        self._connected = False

    def drop(self) -> None:
        self._connected = False
        self._arrivals.append(Disconnected("the cable is out"))

    def restore(self) -> None:
        self._connected = True
        self._arrivals.append(Connected())

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:  # noqa: ARG002 (as in a broker)
        if not self._connected:
            return False
        if topics.read_up(topic).kind == "punch":
            batch = unpack_batch(payload)
            self._version += 1
            self.rows = max(self.rows, batch.last_seq)
            receipt = Receipt(version=self._version, epoch=batch.epoch, upto=batch.last_seq)
            sealed = codec.seal(receipt, key=self._key, purpose="receipt", device=self._device)
            self._arrivals.append(Delivery(topics.down(self._device, "receipt"), sealed))
        return True

    def receive(self, timeout_seconds: float) -> Arrival | None:  # noqa: ARG002 (time is the script's)
        return self._arrivals.popleft() if self._arrivals else None
