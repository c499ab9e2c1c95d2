"""The recogniser of the hub's pages: a pack that is opened when somebody enrols, and used for one picture at a time."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.deployment import pack_in_force
from hub.roster.face_check import FaceCheck
from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.enrolment import PhotoFault, embed_photo, embed_subject, find_subject
from kiosk.recognizer.enrolment_poses import LIVE_GATES, Wanted, pose_fault
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.recognizer.quality.assessment import Usability

KEEP_PACK_SECONDS: Final = 300.0
"""A pack takes some hundred megabytes: it is let go when nobody was enrolled for so long."""
PASSIVE_FRAMES: Final = 5
"""So many frames that the passive model could judge give a verdict, as at the kiosk."""

_LIVE_FAULTS: Final = {
    PhotoFault.NO_FACE: Usability.LOOK_STRAIGHT.value,
    PhotoFault.SEVERAL_FACES: "one_at_a_time",
    PhotoFault.TOO_SMALL: Usability.COME_NEARER.value,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a usable picture shows.

    embedding: unit-normalised float32, little-endian. pitch: degrees; None where landmarks do not tell. passive: score
    of the passive liveness model; None: the pack has none, or it could not judge.
    """

    embedding: bytes
    pitch: float | None = None
    passive: float | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """A pack, and who is known in it; for one thread at a time. initial_pack: in force as long as none was deployed."""

    pack: Pack
    check: FaceCheck
    initial_pack: str

    def see_live(self, picture: Pixels, wanted: Wanted, straight: Sequence[float]) -> Sight | str:
        """Look at a frame of a live camera for a pose; a code says what the person should do.

        straight: pitches in degrees of the frames that look ahead. Codes: values of Usability, `one_at_a_time`, and
        the faults of kiosk.recognizer.enrolment_poses.
        """
        subject = find_subject(self.pack, picture)
        if isinstance(subject, PhotoFault):
            return str(_LIVE_FAULTS.get(subject, subject.value))
        usability = LIVE_GATES.judge(subject.quality)
        if usability is not Usability.USABLE:
            return str(usability.value)
        fault = pose_fault(wanted, subject.quality.pose, straight)
        if fault is not None:
            return fault
        seen = embed_subject(self.pack, picture, subject)
        passive = None
        if self.pack.passive is not None:
            reading = self.pack.passive.read(picture, subject.face.box)
            passive = reading.score if reading.obstacle is None else None
        return Sight(_bytes_of(seen.embedding), subject.quality.pose.pitch_degrees, passive)

    def see_photo(self, picture: Pixels) -> Sight | str:
        """Look at a photo out of a file; a code (a value of PhotoFault) says why it cannot be used."""
        seen = embed_photo(self.pack, picture)
        return str(seen.value) if isinstance(seen, PhotoFault) else Sight(_bytes_of(seen.embedding))

    def is_attack(self, scores: Sequence[float]) -> bool:
        """Whether the passive model takes these frames for paper or a screen; too few say nothing."""
        model = self.pack.passive
        if model is None or len(scores) < PASSIVE_FRAMES:
            return False
        return model.verdict(statistics.median(scores)) == "attack"


class Recogniser:
    """Lends a pack to one request at a time. initial_pack: as long as none was deployed. open_: opens a pack."""

    def __init__(
        self,
        *,
        database: Database,
        initial_pack: str,
        open_: Callable[[str], Pack] = open_pack,
        tools: Callable[[Pack, FaceCheck, str], Tools] = Tools,
    ) -> None:
        self.initial_pack = initial_pack
        self._database = database
        self._open = open_
        self._make = tools
        self._lock = threading.Lock()
        self._held: Tools | None = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def tools(self) -> Iterator[Tools]:
        """The pack in force, until the block ends; EnrolmentError when it cannot be opened here."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            try:
                yield self._take()
            finally:
                self._timer = threading.Timer(KEEP_PACK_SECONDS, self._let_go)
                self._timer.daemon = True
                self._timer.start()

    def _take(self) -> Tools:
        wanted = pack_in_force(self._database, self.initial_pack)
        if self._held is None or self._held.pack.name != wanted:
            self._held = None
            try:
                pack = self._open(wanted)
            except PackError as error:
                raise EnrolmentError(f"The pack {wanted} cannot be opened here: {error}") from error
            self._held = self._make(pack, FaceCheck(pack.name, pack.curve), self.initial_pack)
        return self._held

    def _let_go(self) -> None:
        with self._lock:
            self._held = None


def _bytes_of(embedding: np.ndarray) -> bytes:
    return np.asarray(embedding, dtype="<f4").tobytes()
