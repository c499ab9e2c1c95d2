"""Takes the pictures of an enrolment from the live camera; they stay in memory until somebody has them sealed.

Use it from the attendant's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from kiosk.camera.frame import Frame
from kiosk.camera.source import Step
from kiosk.errors import PackError, SnapshotError
from kiosk.judge import View
from kiosk.operator import shooting
from kiosk.operator.happenings import Shot, Taken
from kiosk.operator.photographs import Photograph, face_points, take_photograph
from kiosk.operator.poses import Fault, Shooting, Wish, contract_pose
from kiosk.operator.screens import Subject
from kiosk.operator.shooting import Measured
from kiosk.proof import LandmarkSource
from kiosk.recognizer.enrolment_poses import KEPT_PER_POSE
from kiosk.recognizer.face import Box, normalised
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.liveness.passive import PassiveWindow
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.quality.head_pose import HeadPose, estimate_pose
from kiosk.roster import Roster

log = logging.getLogger(__name__)

LEAST_PEOPLE: Final = 10
"""Doubles are judged as if at least so many were enrolled, as the hub does (docs/enrolment.md)."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    frame: Frame
    box: Box
    weight: float
    taken_at: datetime


class Studio:
    """Watches frames for one person at a time. ask: shows a pose to whoever obeys without reading the screen.

    pack, roster: in use now. wall: aware UTC.
    """

    def __init__(
        self,
        *,
        pack: Callable[[], Pack],
        roster: Callable[[], Roster],
        landmarks: LandmarkSource,
        ask: Callable[[Step], None],
        wall: Callable[[], datetime],
    ) -> None:
        self._pack, self._roster, self._landmarks, self._ask, self._wall = pack, roster, landmarks, ask, wall
        self._subject: Subject | None = None
        self._shooting: Shooting | None = None
        self._candidates: list[_Candidate] = []
        self._photographs: list[Photograph] = []
        self._passive: PassiveWindow | None = None
        self._bare = self._pitch_unknown = False

    @property
    def photographs(self) -> tuple[Photograph, ...]:
        """What was taken so far."""
        return tuple(self._photographs)

    def begin(self, subject: Subject, now: float, *, bare: bool = False) -> Shot:
        """Watch frames of this person from now on; bare: add to what was taken."""
        if not bare:
            self.discard()
        model = self._pack().passive
        self._passive = PassiveWindow(model) if model is not None else None
        self._subject, self._bare, self._candidates = subject, bare, []
        self._shooting = shooting.begin(now, bare=bare)
        return Shot(self._shooting)

    def discard(self) -> None:
        """Forget everybody."""
        self._subject = self._shooting = self._passive = None
        self._candidates, self._photographs, self._bare = [], [], False
        self._landmarks.forget()

    def look(self, view: View, now: float) -> Iterator[Shot | Taken]:
        """Take one frame; how far the capture has come with it, and when it is over, what came of it."""
        going = self._shooting
        if going is None or going.wish is None:
            return
        going, aloud = shooting.asks(going, now)
        if aloud:
            self._ask_aloud(going.wish)
        going, fits = shooting.watch(going, self._measure(view, going.wish), now)
        if fits and view.served is not None and view.served.quality is not None:
            box = view.served.face.box
            self._candidates.append(_Candidate(view.frame, box, view.served.quality.weight, self._wall()))
            model = self._pack().passive
            if self._passive is not None and model is not None:
                self._passive.add(model.read(view.frame.main, box))
        if not going.fitting:
            self._candidates = []
        if shooting.is_full(going) and going.wish is not None:
            kept, fault = self._develop(going.wish)
            going = shooting.settle(replace(going, fault=fault or going.fault), kept=kept)
        self._shooting = going
        yield Shot(going)
        if going.wish is None:
            yield self._finish()

    def _measure(self, view: View, wish: Wish | None) -> Measured | None:
        served = view.served
        if served is None:
            return None
        pose = served.quality.pose if served.quality is not None else None
        if pose is not None and pose.pitch_degrees is None and wish in ("ahead", "up"):
            pose = replace(pose, pitch_degrees=self._pitch(view.frame, served.face.box))
        return Measured(served.usability, served.quality, pose, alone=not view.waiting)

    def _pitch(self, frame: Frame, box: Box) -> float | None:
        """Where the pack's own landmarks know no mouth, those of the challenge do."""
        if self._pitch_unknown:
            return None
        try:
            points = self._landmarks.find(frame.main, box)
        except PackError as error:
            self._pitch_unknown = True
            log.warning("no raised heads are enrolled: %s", error)
            return None
        pose: HeadPose | None = estimate_pose(face_points(points)) if points is not None else None
        return pose.pitch_degrees if pose is not None else None

    def _ask_aloud(self, wish: Wish | None) -> None:
        match wish:
            case "left" | "right" | "up":
                self._ask(wish)

    def _develop(self, wish: Wish) -> tuple[int, Fault | None]:
        """Keep the best pictures of a pose that the hub would take, too; how many, else what to mend."""
        best = sorted(self._candidates, key=lambda each: -each.weight)
        self._candidates = []
        kept = 0
        for each in best:
            try:
                made = take_photograph(
                    self._pack(), each.frame.main, each.box, pose=contract_pose(wish), taken_at=each.taken_at
                )
            except SnapshotError as error:
                log.error("%s", error)  # noqa: TRY400 (the sentence says all)
                continue
            if isinstance(made, Photograph):
                self._photographs.append(made)
                kept += 1
                if kept == KEPT_PER_POSE:
                    break
            else:
                log.info("a photograph was not taken: %s", made.value)
        return kept, None if kept else "still"

    def _finish(self) -> Taken:
        subject, taken = self._subject, self._photographs
        self._shooting = None
        if self._passive is not None and self._roster().policy.liveness != "off":
            layer = self._passive.layer
            if layer.verdict == "attack":
                log.warning("an enrolment was refused: passive liveness %s", layer.score)
                return Taken(unfit="liveness")
        other = self._double(subject.person if subject is not None else None)
        if other is not None:
            return Taken(unfit="duplicate", other=other)
        return Taken(tuple(each.thumb for each in taken), bare=self._bare)

    def _double(self, own: str | None) -> str | None:
        """The name under which this face is enrolled already at this kiosk; None: nobody else's is so like it."""
        roster = self._roster()
        gallery = roster.gallery
        others = Gallery(
            {each: gallery.frames_of(each) for each in gallery.people if each != own}, dimensions=gallery.dimensions
        )
        if not len(others) or not self._photographs:
            return None
        if self._photographs[0].embedding.shape != (gallery.dimensions,):
            # The pack has changed meanwhile: the hub, which looks at everybody again, has to tell.
            return None
        mean = normalised(np.stack([each.embedding for each in self._photographs]).mean(axis=0))
        match = others.match(mean)
        threshold = roster.policy.threshold
        if threshold is None:
            threshold = self._pack().rule(max(LEAST_PEOPLE, len(others))).threshold
        if match.person is None or match.similarity < threshold:
            return None
        return roster.name_of(match.person) or match.person
