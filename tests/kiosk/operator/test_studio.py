"""The photographs of an enrolment: which are kept, and what makes all of them unfit."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from contract.roster import KioskPolicy, RosterPerson
from kiosk.camera.frame import Frame
from kiosk.judge import View
from kiosk.operator import studio as studio_module
from kiosk.operator.happenings import Shot, Taken
from kiosk.operator.photographs import Photograph
from kiosk.operator.poses import FITTING_FRAMES
from kiosk.operator.screens import Subject
from kiosk.operator.studio import Studio
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.enrolment import PhotoFault
from kiosk.recognizer.face import Box, Face
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.liveness.passive import PassiveReading
from kiosk.recognizer.quality.head_pose import HeadPose
from kiosk.recognizer.recognizer import Sighting, Usability
from kiosk.roster import Roster
from tests.factories.journals import NOON
from tests.factories.scripted import PICTURE, vector
from tests.kiosk.operator.test_shooting import face

SITI = Subject("siti", "Siti")
YAWS = {"ahead": 0.0, "left": 15.0, "right": -15.0, "up": 0.0}


class Scene:
    """A studio before which one person does what is asked for. score: of the passive model, None: the pack has none."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, whose: str = "new", score: float | None = None, **policy: Any
    ) -> None:
        self.faults: list[PhotoFault] = []
        self.whose, self.asked = whose, list[str]()
        passive = None
        if score is not None:
            passive = SimpleNamespace(
                read=lambda _picture, _box: PassiveReading(score, None),
                verdict=lambda given: "attack" if given < 0.3 else "live",
            )
        pack = SimpleNamespace(passive=passive, rule=lambda _people: DecisionRule(0.9, 0.02))
        people = {
            each: RosterPerson(person=each, name=each.title(), count=1, embeddings=b"") for each in ("ayu", "siti")
        }
        gallery = Gallery({each: vector(each)[None] for each in people})
        self.roster = Roster(1, "builtin", KioskPolicy(**policy), people, gallery)
        self.studio = Studio(
            pack=lambda: pack,  # type: ignore[arg-type, return-value]
            roster=lambda: self.roster,
            landmarks=SimpleNamespace(forget=lambda: None),  # type: ignore[arg-type]
            ask=self.asked.append,
            wall=lambda: NOON,
        )
        monkeypatch.setattr(studio_module, "take_photograph", self._take)

    def _take(self, _pack: Any, _picture: Any, _box: Any, *, pose: Any, taken_at: Any) -> Photograph | PhotoFault:
        if self.faults:
            return self.faults.pop()
        return Photograph(b"jpeg", b"thumb", vector(self.whose), pose, taken_at)

    def view(self, yaw: float, pitch: float, weight: float) -> View:
        measured = face(yaw, pitch)
        assert measured.quality is not None
        quality = replace(measured.quality, pose=HeadPose(yaw, pitch, 0.0), sharpness=1.3 + 0.1 * weight)
        found = Face(Box(200, 100, 360, 300), np.zeros((5, 2), np.float32), 1.0)
        return View(
            Frame(PICTURE, PICTURE[..., 0], 0.0, 0, "webcam"),
            Sighting(found, True, Usability.USABLE, None, None, quality),
        )

    def shoot(self, subject: Subject = SITI, *, frames: int = 60) -> Taken | None:
        """Let the person obey until all is there; None when it is not after so many frames."""
        shot = self.studio.begin(subject, 0.0)
        for number in range(frames):
            wish = shot.shooting.wish or "ahead"
            for happening in self.studio.look(
                self.view(YAWS[wish], 10.0 if wish == "up" else 0.0, number % 3), number / 15
            ):
                if isinstance(happening, Taken):
                    return happening
                shot = happening
        return None


def test_two_photographs_of_each_pose_are_kept_and_the_poses_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch)
    taken = scene.shoot()
    assert taken == Taken((b"thumb",) * 8)
    assert [each.pose for each in scene.studio.photographs] == ["ahead"] * 2 + ["left"] * 2 + ["right"] * 2 + ["up"] * 2
    assert scene.asked == ["left", "right", "up"]
    scene.studio.discard()
    assert scene.studio.photographs == ()


def test_photograph_that_the_hub_would_refuse_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch)
    scene.faults = [PhotoFault.SEVERAL_FACES] * FITTING_FRAMES
    assert scene.shoot(frames=FITTING_FRAMES) is None
    assert scene.studio.photographs == ()
    assert scene.shoot() == Taken((b"thumb",) * 8)


def test_frames_before_somebody_came_near_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch)
    scene.studio.begin(SITI, 0.0)
    crowded = replace(scene.view(0.0, 0.0, 0), waiting=(Box(0, 0, 90, 90),))
    for number, view in enumerate([scene.view(0.0, 0.0, 0), scene.view(0.0, 0.0, 0), crowded, scene.view(0.0, 0.0, 0)]):
        list(scene.studio.look(view, number / 15))
    assert scene.studio.photographs == ()
    assert scene.shoot() == Taken((b"thumb",) * 8)


def test_face_of_somebody_else_is_a_double_and_ones_own_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Scene(monkeypatch, whose="ayu").shoot() == Taken(unfit="duplicate", other="Ayu")
    assert Scene(monkeypatch, whose="siti").shoot() == Taken((b"thumb",) * 8)
    assert Scene(monkeypatch, whose="siti").shoot(Subject(None, "Hantu")) == Taken(unfit="duplicate", other="Siti")


def test_threshold_of_the_hub_counts_for_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Scene(monkeypatch, whose="new", threshold=-1.0).shoot()
    assert taken is not None
    assert taken.unfit == "duplicate"


@pytest.mark.parametrize(
    ("score", "liveness", "unfit"),
    [(0.05, "active", "liveness"), (0.95, "active", None), (0.05, "off", None), (None, "active", None)],
)
def test_pictures_that_the_passive_model_takes_for_paper_are_not_sent(
    monkeypatch: pytest.MonkeyPatch, score: float | None, liveness: Any, unfit: str | None
) -> None:
    taken = Scene(monkeypatch, score=score, liveness=liveness).shoot()
    assert taken is not None
    assert taken.unfit == unfit


def test_pack_that_changed_meanwhile_leaves_doubles_to_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, whose="ayu")
    other = Gallery({"ayu": np.ones((1, 8), np.float32), "siti": np.eye(1, 8, dtype=np.float32)})
    scene.roster = replace(scene.roster, gallery=other)
    assert scene.shoot() == Taken((b"thumb",) * 8)


def test_photographs_without_glasses_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch)
    scene.shoot()
    shot = scene.studio.begin(SITI, 100.0, bare=True)
    assert shot.shooting.wishes == ("bare",)
    last: Shot | Taken | None = None
    for number in range(FITTING_FRAMES):
        said = list(scene.studio.look(scene.view(0.0, 0.0, 0), 100.0 + number))
        last = said[-1] if said else last
    assert last == Taken((b"thumb",) * 10, bare=True)
