"""Proof of liveness on scripted evidence: what counts, for whom, and when a try is over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from contract.punch import LivenessLayer
from kiosk.camera.frame import Frame
from kiosk.errors import PackError
from kiosk.events import Challenging, Closed, LivenessFailed, Recognised, Verifying
from kiosk.proof import LAST_LOOK_SECONDS, Proof
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.face import Box, Match
from kiosk.recognizer.liveness.passive import PassiveReading

BOX = Box(200, 100, 400, 300)
PICTURE = np.zeros((480, 640, 3), np.uint8)
POINTS = np.zeros((68, 2), np.float32)
STEP = 0.1


class ScriptedPassive:
    """Gives the score that the test has set."""

    live, attack = 0.7, 0.3

    def __init__(self) -> None:
        self.score = 0.99
        self.read_frames = 0

    def read(self, picture: Any, box: Box) -> PassiveReading:
        self.read_frames += 1
        return PassiveReading(self.score, None)

    def verdict(self, score: float) -> str:
        return "live" if score >= self.live else "attack" if score <= self.attack else "undecided"


class ScriptedChallenge:
    """Asks for `left` and ends as the test says, after so many frames."""

    def __init__(self, verdict: str, frames: int) -> None:
        self.layer = LivenessLayer(name="challenge", verdict=verdict, score=0.12)  # type: ignore[arg-type]
        self.frames = frames
        self.phase = "move"
        self.hold_at_ready = False

    @property
    def over(self) -> bool:
        return self.frames <= 0

    def observe(self, points: Any, at: float) -> None:
        self.frames -= 1

    def prompt(self, at: float) -> Any:
        return SimpleNamespace(phase="move", step="left", number=1, of=4, left=0.5, asked=1)


class Landmarks:
    def __init__(self) -> None:
        self.found: Any = POINTS
        self.missing = False
        self.loaded = 0

    def load(self) -> None:
        if self.missing:
            raise PackError("landmarks.dat is not there")
        self.loaded += 1

    def find(self, picture: Any, box: Box) -> Any:
        return self.found

    def forget(self) -> None:
        """Nothing is remembered."""


class Bench:
    """A proof, and a face that is shown to it frame by frame."""

    def __init__(self, *, passive: bool, policy: str, verdict: str = "live", challenge_frames: int = 6) -> None:
        self.passive = ScriptedPassive() if passive else None
        self.policy: Any = policy
        self.landmarks = Landmarks()
        self.asked: list[str] = []
        self.refusals: list[Any] = []
        self.recounts = 0
        self.challenges = 0
        self.at = 100.0

        def make() -> Any:
            self.challenges += 1
            self.trial = ScriptedChallenge(verdict, challenge_frames)
            return self.trial

        def recount() -> None:
            self.recounts += 1

        self.proof = Proof(
            passive=self.passive,  # type: ignore[arg-type]
            landmarks=self.landmarks,
            ask=self.asked.append,
            recount=recount,
            on_refusals=self.refusals.append,
            make_challenge=make,
        )

    def show(self, person: str | None, *, frames: int = 1, since: float = 100.0, recognised: bool = True) -> list[Any]:
        """Frames that show this person (None: a face that cannot be used); what was said of each."""
        told = []
        for _ in range(frames):
            self.at += STEP
            frame = Frame(PICTURE, PICTURE[..., 0], self.at, 0, "webcam")
            match = Match(person, 0.9, 0.1) if person is not None else None
            identity = Identity(person, 0.9, 0.5, 0.8, 3, since) if person is not None and recognised else None
            self.proof.watch(frame, BOX, first_seen_at=since, match=match, policy=self.policy)
            told.append(self.proof.judge(identity, frame, BOX, self.policy))
        return told


def kinds(told: list[Any]) -> list[type]:
    found: list[type] = []
    for each in told:
        if not found or found[-1] is not type(each):
            found.append(type(each))
    return found


@pytest.mark.parametrize(
    ("passive", "policy", "read"),
    [
        (True, "off", False),
        (True, "passive", False),
        (True, "active", True),
        (True, "strict", True),
        (False, "off", False),
        (False, "passive", False),
        (False, "active", True),
        (False, "strict", False),
    ],
)
def test_landmark_model_is_read_when_a_policy_can_ask_for_movements(passive: bool, policy: Any, read: bool) -> None:
    bench = Bench(passive=passive, policy=policy)
    bench.proof.use(bench.passive, policy)  # type: ignore[arg-type]
    assert bench.landmarks.loaded == read


def test_without_the_landmark_model_nobody_is_challenged_and_the_kiosk_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(passive=True, policy="active")
    bench.landmarks.missing = True
    bench.proof.use(bench.passive, "active")  # type: ignore[arg-type]
    assert "landmarks.dat is not there" in caplog.text
    assert kinds(bench.show("ana", frames=6)) == [Verifying, Recognised]
    bench.at += 10
    assert bench.passive is not None
    bench.passive.score = 0.5
    assert kinds(bench.show("ben", frames=8, since=200.0)) == [Verifying, Closed]


def test_policy_off_asks_nothing_and_says_so() -> None:
    bench = Bench(passive=True, policy="off")
    assert kinds(bench.show("ana")) == [Recognised]
    assert bench.proof.layers == ()
    assert bench.passive is not None
    assert bench.passive.read_frames == 0


@pytest.mark.parametrize("policy", ["passive", "strict"])
def test_policy_without_its_model_is_closed(policy: str) -> None:
    assert kinds(Bench(passive=False, policy=policy).show("ana", frames=20)) == [Closed]


def test_live_person_passes_once_enough_frames_were_seen() -> None:
    bench = Bench(passive=True, policy="active")
    assert kinds(bench.show("ana", frames=6)) == [Verifying, Recognised]
    (layer,) = bench.proof.layers
    assert (layer.name, layer.verdict, layer.score) == ("passive", "live", 0.99)
    assert bench.challenges == 0


def test_photo_is_refused_by_the_passive_layer_and_never_challenged() -> None:
    bench = Bench(passive=True, policy="active")
    assert bench.passive is not None
    bench.passive.score = 0.01
    (failed,) = (each for each in bench.show("ana", frames=6) if isinstance(each, LivenessFailed))
    assert not failed.final
    assert bench.challenges == 0


def test_grey_zone_leads_to_a_challenge_and_a_passed_one_to_a_punch() -> None:
    bench = Bench(passive=True, policy="active")
    assert bench.passive is not None
    bench.passive.score = 0.5
    told = bench.show("ana", frames=15)
    assert kinds(told) == [Verifying, Challenging, Recognised]
    assert [layer.name for layer in bench.proof.layers] == ["passive", "challenge"]
    assert bench.asked == ["left"]
    assert bench.recounts == 1


def test_failed_challenge_is_refused() -> None:
    bench = Bench(passive=False, policy="active", verdict="attack")
    assert kinds(bench.show("ana", frames=7)) == [Challenging, LivenessFailed]


def test_person_must_be_recognised_once_more_after_the_challenge() -> None:
    bench = Bench(passive=False, policy="active")
    bench.show("ana", frames=6)
    assert kinds(bench.show("ana", recognised=False, frames=3)) == [Verifying]
    assert kinds(bench.show("ana")) == [Recognised]


def test_face_that_is_not_recognised_again_after_the_challenge_is_refused() -> None:
    bench = Bench(passive=False, policy="active")
    bench.show("ana", frames=6)
    told = bench.show(None, frames=round(LAST_LOOK_SECONDS / STEP) + 2)
    assert kinds(told)[:2] == [Verifying, LivenessFailed]


def test_accomplice_who_turns_the_head_proves_nothing_for_a_photograph() -> None:
    bench = Bench(passive=False, policy="active")
    bench.show("ana", frames=1)  # the photograph of ana, then the accomplice, then the photograph again
    bench.show("budi", frames=7, recognised=False)
    assert kinds(bench.show("ana", frames=1)) == [LivenessFailed]


def test_during_a_challenge_every_third_frame_is_asked_who_it_shows() -> None:
    bench = Bench(passive=False, policy="active", challenge_frames=12)
    wanted = [bench.proof.wants_match]
    for _ in range(9):
        bench.show("ayu" if wanted[-1] else None)
        wanted.append(bench.proof.wants_match)
    assert wanted[0]
    assert wanted.count(False) >= len(wanted) / 2
    assert all(any(wanted[n : n + 3]) for n in range(len(wanted) - 2))


def test_photo_held_up_during_a_challenge_is_read_by_the_passive_model() -> None:
    """The frames that it reads are those that are asked whom they show, and no others."""
    bench = Bench(passive=True, policy="strict", challenge_frames=30)
    while not bench.challenges:
        bench.show("ayu")
    assert bench.passive is not None
    before = bench.passive.read_frames
    bench.passive.score = 0.01
    for _ in range(24):
        bench.show("ayu" if bench.proof.wants_match else None)
    assert bench.passive.read_frames - before >= 8
    bench.show("ayu", frames=10)
    assert {layer.name: layer.verdict for layer in bench.proof.layers}["passive"] != "live"


def test_whoever_looks_ahead_again_is_asked_for_in_every_frame_until_it_is_the_person() -> None:
    bench = Bench(passive=False, policy="active", challenge_frames=12)
    bench.show("ayu", frames=3)
    bench.trial.phase = "ready"
    assert bench.proof.wants_match
    bench.show(None)
    assert [(bench.proof.wants_match, bench.show("budi")) for _ in range(4)][-1][0]
    bench.show("ayu")
    assert not all((bench.proof.wants_match, bench.show(None))[0] for _ in range(3))


def test_after_a_challenge_every_frame_counts() -> None:
    bench = Bench(passive=False, policy="active", challenge_frames=3)
    bench.show("ayu", frames=5)
    assert all((bench.proof.wants_match, bench.show("ayu", recognised=False))[0] for _ in range(4))


def test_challenge_that_one_person_passed_does_not_count_for_another() -> None:
    bench = Bench(passive=False, policy="active")
    assert kinds(bench.show("ana", frames=8))[-1] is Recognised
    assert kinds(bench.show("budi", frames=1)) == [Challenging]
    assert bench.challenges == 2


def test_readings_of_a_live_face_do_not_count_for_a_photograph_beside_it() -> None:
    bench = Bench(passive=True, policy="active")
    bench.show("budi", frames=10)
    assert bench.passive is not None
    bench.passive.score = 0.01
    told = bench.show("ana", frames=6)
    assert Recognised not in kinds(told)
    assert LivenessFailed in kinds(told)


def test_another_face_begins_anew() -> None:
    bench = Bench(passive=False, policy="active")
    bench.show("ana", frames=8)
    assert kinds(bench.show("ana", frames=1, since=200.0)) == [Challenging]


def test_three_refusals_are_told_once_and_bar_the_person() -> None:
    bench = Bench(passive=True, policy="active")
    assert bench.passive is not None
    bench.passive.score = 0.01
    finals = []
    for visit in range(4):
        told = bench.show("ana", frames=5, since=1000.0 * visit)
        finals += [each.final for each in told if isinstance(each, LivenessFailed)]
    assert finals[:3] == [False, False, True]
    (refusals,) = bench.refusals
    assert (refusals.person, refusals.attempts) == ("ana", 3)
    assert [layer.verdict for layer in refusals.layers] == ["attack"]
    bench.passive.score = 0.99
    assert kinds(bench.show("ana", frames=8, since=9000.0)) == [LivenessFailed]


def test_bar_on_one_person_leaves_others_alone() -> None:
    bench = Bench(passive=True, policy="active")
    assert bench.passive is not None
    bench.passive.score = 0.01
    for visit in range(3):
        bench.show("ana", frames=5, since=1000.0 * visit)
    bench.passive.score = 0.99
    assert kinds(bench.show("budi", frames=8, since=9000.0))[-1] is Recognised


def test_head_that_the_detector_loses_is_followed_by_its_landmarks() -> None:
    bench = Bench(passive=False, policy="active", challenge_frames=50)
    bench.show("ana", frames=2)
    frame = Frame(PICTURE, PICTURE[..., 0], bench.at + STEP, 0, "webcam")
    bench.landmarks.found = POINTS + np.float32((12, -5))
    assert bench.proof.follow_blind(frame) == Box(212, 95, 412, 295)
    bench.landmarks.found = None
    assert bench.proof.follow_blind(frame) is None


def test_nobody_is_followed_without_a_challenge() -> None:
    bench = Bench(passive=True, policy="active")
    bench.show("ana", frames=2)
    assert bench.proof.follow_blind(Frame(PICTURE, PICTURE[..., 0], bench.at, 0, "webcam")) is None
