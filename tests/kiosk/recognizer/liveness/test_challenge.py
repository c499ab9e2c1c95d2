"""The challenge: who does what is asked passes; recordings and paper do not."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk.camera import source
from kiosk.recognizer.liveness.challenge import (
    STEPS,
    TURNS,
    Challenge,
    ChallengeSettings,
    Step,
    draw_steps,
    replay_chance,
)
from tests.factories.heads import Held, head, sheet

DONE = {"left": Held(left=30), "right": Held(left=-30), "up": Held(up=26), "nearer": Held(nearer=1.3)}
MOVE_SECONDS, HOLD_SECONDS = 0.4, 0.4

Landmarks = Callable[..., Any]


def between(start: Held, end: Held, share: float) -> Held:
    share = min(1.0, max(0.0, share))
    pairs = zip(dataclasses.astuple(start), dataclasses.astuple(end), strict=True)
    return Held(*(one + share * (two - one) for one, two in pairs))


class Scripted(random.Random):
    """Draws the rows it was given, one step after the other; pauses are always the shortest."""

    def __init__(self, *rows: tuple[Step, ...]) -> None:
        super().__init__(1)
        self.steps: Iterator[Step] = iter([step for row in rows for step in row])

    def choice(self, seq: Any) -> Any:
        return next(self.steps)

    def uniform(self, a: float, b: float) -> float:
        return a


class Visitor:
    """Somebody before the camera, who moves a head (or a sheet) as told, one movement after the other."""

    def __init__(
        self, challenge: Challenge, *, landmarks: Landmarks = head, noise: float = 0.3, fps: float = 15.0
    ) -> None:
        self.challenge = challenge
        self.landmarks = landmarks
        self.noise = noise
        self.frame_seconds = 1 / fps
        self.now = 100.0
        self.frames = 0

    def show(self, held: Held | None) -> None:
        """One frame; None: no landmarks were found in it."""
        self.frames += 1
        self.now += self.frame_seconds
        points = None if held is None else self.landmarks(held, noise=self.noise, seed=self.frames)
        self.challenge.observe(points, self.now)

    def rest(self, seconds: float) -> None:
        for _ in range(round(seconds / self.frame_seconds)):
            self.show(Held())

    def do(self, step: Step, *, reaction: float = 0.4) -> None:
        """React, move, hold, and come back."""
        self.rest(reaction)
        seconds = 0.0
        while seconds < 2 * MOVE_SECONDS + HOLD_SECONDS:
            share = min(seconds / MOVE_SECONDS, 1.0, (2 * MOVE_SECONDS + HOLD_SECONDS - seconds) / MOVE_SECONDS)
            self.show(between(Held(), DONE[step], share))
            seconds += self.frame_seconds

    def obey(self, *, most_seconds: float = 60.0) -> Visitor:
        """Do whatever is asked until the challenge is over."""
        answered = 0
        until = self.now + most_seconds
        while not self.challenge.over and self.now < until:
            prompt = self.challenge.prompt(self.now)
            if prompt.phase == "move" and prompt.step is not None and prompt.asked > answered:
                answered = prompt.asked
                self.do(prompt.step)
            else:
                self.show(Held())
        return self


@pytest.mark.parametrize("seed", range(6))
def test_person_who_does_what_is_asked_passes(seed: int) -> None:
    visitor = Visitor(Challenge(chance=random.Random(seed))).obey()
    assert visitor.challenge.phase == "passed"
    layer = visitor.challenge.layer
    assert (layer.name, layer.verdict) == ("challenge", "live")
    assert layer.score is not None
    assert layer.score > 0.03
    assert visitor.now - 100 < 14


@pytest.mark.parametrize("step", STEPS)
def test_who_still_walks_up_is_asked_only_once_they_stand(step: Step) -> None:
    visitor = Visitor(Challenge(chance=Scripted((step, "left", "left", "left"))))
    for frame in range(22):  # a tenth nearer in every third of a second
        visitor.show(Held(nearer=1 + 0.02 * frame))
    assert visitor.challenge.phase == "ready"
    for _ in range(12):
        visitor.show(Held(nearer=1.44))
    assert visitor.challenge.prompt(visitor.now).phase == "move"


def test_answer_to_the_question_before_is_waited_for_after_a_wrong_movement() -> None:
    wrong: tuple[Step, ...] = ("right", "left", "left", "left")
    visitor = Visitor(Challenge(chance=Scripted(wrong, ("up", "left", "left", "left"))))
    while visitor.challenge.phase != "move":
        visitor.show(Held())
    # The landmarks jump once, and then comes the answer to what was asked.
    for _ in range(5):
        visitor.show(DONE["nearer"])
    assert visitor.challenge.phase == "ready"
    visitor.do("right")
    visitor.obey()
    assert visitor.challenge.phase == "passed"


def test_person_in_passing_is_shown_each_step_and_the_way_back() -> None:
    row: tuple[Step, ...] = ("left", "up", "nearer", "right")
    visitor = Visitor(Challenge(chance=Scripted(row)))
    seen = []
    answered = 0
    while not visitor.challenge.over:
        prompt = visitor.challenge.prompt(visitor.now)
        seen.append((prompt.phase, prompt.step, prompt.number))
        assert 0 <= prompt.left <= 1
        assert prompt.of == 4
        if prompt.phase == "move" and prompt.asked > answered:
            answered = prompt.asked
            visitor.do(row[prompt.number - 1])
        else:
            visitor.show(Held())
    order = [key for key, _ in itertools.groupby(seen)]
    assert [entry for entry in order if entry[0] == "move"] == [
        ("move", step, number) for number, step in enumerate(row, 1)
    ]
    assert order[0] == ("ready", None, 1)


@pytest.mark.parametrize("flat", [Held(), Held(bend=0.2), Held(bend=0.4)], ids=["flat", "bent", "rolled"])
@pytest.mark.parametrize("seed", range(4))
def test_paper_that_is_tilted_as_asked_does_not_pass(flat: Held, seed: int) -> None:
    """Its holder does everything right, and bends the paper when it is turned."""

    def paper(held: Held, **how: Any) -> Any:
        share = min(1.0, abs(held.left) / 30)
        return sheet(Held(1.3 * held.left, 1.3 * held.up, held.nearer, flat.bend * share), **how)

    visitor = Visitor(Challenge(chance=random.Random(seed)), landmarks=paper).obey()
    assert visitor.challenge.phase == "failed"
    assert visitor.challenge.layer.verdict != "live"


def test_still_picture_runs_out_of_time_and_has_proven_nothing() -> None:
    visitor = Visitor(Challenge(chance=random.Random(1)), landmarks=sheet)
    visitor.rest(40)
    assert (visitor.challenge.phase, visitor.challenge.failure) == ("failed", "slow")
    assert visitor.challenge.layer.verdict == "undecided"


def test_step_that_ran_out_of_time_is_asked_once_more_the_same() -> None:
    visitor = Visitor(Challenge(chance=Scripted(("left", "up", "right", "nearer"))))
    visitor.rest(8)
    prompt = visitor.challenge.prompt(visitor.now)
    assert (prompt.step, prompt.number, prompt.again) == ("left", 1, True)
    visitor.obey()
    assert visitor.challenge.phase == "passed"


def test_wrong_movement_begins_another_row_and_the_next_one_ends_it() -> None:
    rows: tuple[tuple[Step, ...], ...] = (("left", "up", "up", "up"), ("right", "up", "up", "up"))
    visitor = Visitor(Challenge(chance=Scripted(*rows)))
    for wrong in ("right", "left"):
        while visitor.challenge.prompt(visitor.now).phase != "move":
            visitor.show(Held())
        visitor.do(wrong)
        if wrong == "right":
            assert visitor.challenge.prompt(visitor.now).again
    assert (visitor.challenge.phase, visitor.challenge.failure) == ("failed", "wrong")
    assert visitor.challenge.layer.verdict == "attack"


def test_movement_that_was_under_way_before_it_was_asked_for_does_not_count() -> None:
    challenge = Challenge(ChallengeSettings(attempts=1), chance=Scripted(("left", "up", "up", "up")))
    visitor = Visitor(challenge, noise=0.0)
    while challenge.prompt(visitor.now).phase != "move":
        visitor.show(Held())
    for _ in range(3):
        visitor.show(DONE["left"])
    assert challenge.failure == "wrong"


def test_face_that_never_looks_ahead_is_asked_nothing() -> None:
    visitor = Visitor(Challenge(chance=random.Random(1)), landmarks=lambda held, **how: head(Held(left=48), **how))
    visitor.rest(10)
    assert (visitor.challenge.failure, visitor.challenge.prompt(visitor.now).asked) == ("unsteady", 0)


def test_nothing_is_asked_until_the_caller_is_sure_who_it_is() -> None:
    challenge = Challenge(chance=random.Random(1))
    challenge.hold_at_ready = True
    visitor = Visitor(challenge)
    visitor.rest(3)
    assert challenge.phase == "ready"
    challenge.hold_at_ready = False
    visitor.rest(0.3)
    assert challenge.phase == "move"


def test_frames_without_landmarks_only_take_time() -> None:
    visitor = Visitor(Challenge(chance=random.Random(1)))
    for _ in range(9 * 15):
        visitor.show(None)
    assert visitor.challenge.failure == "unsteady"


# Chance -------------------------------------------------------------------------------------------------------------


def test_every_row_has_a_turn_and_all_are_drawn() -> None:
    chance = random.Random(1)
    rows = {draw_steps(4, chance) for _ in range(6000)}
    assert rows == {row for row in itertools.product(STEPS, repeat=4) if TURNS.intersection(row)}


def test_chance_of_a_recording_is_below_one_in_a_hundred_a_visit() -> None:
    assert replay_chance(ChallengeSettings()) == pytest.approx(2 / 240)
    assert replay_chance(ChallengeSettings()) < 0.01


def test_recording_passes_for_one_row_of_all() -> None:
    """It plays on and on, with pauses in which anything may be asked for, and reacts to nothing."""
    recorded: tuple[Step, ...] = ("left", "nearer", "right", "up")
    passed = []
    for row in (row for row in itertools.product(STEPS, repeat=4) if TURNS.intersection(row)):
        challenge = Challenge(ChallengeSettings(attempts=1), chance=Scripted(row))
        visitor = Visitor(challenge, noise=0.0, fps=10.0)
        for step in itertools.cycle(recorded):
            visitor.rest(1.0)
            visitor.do(step)
            if challenge.over:
                break
        if challenge.phase == "passed":
            passed.append(row)
    assert passed == [recorded]


def test_weak_movements_to_all_sides_get_nobody_through() -> None:
    """Whatever goes far enough first decides; there is no band in which a wrong movement is overlooked."""
    for seed in range(8):
        challenge = Challenge(chance=random.Random(seed))
        visitor = Visitor(challenge, noise=0.0)
        weak = {step: between(Held(), DONE[step], 0.75) for step in STEPS}
        for step in itertools.cycle(STEPS):
            visitor.rest(0.8)
            for _ in range(8):
                visitor.show(weak[step])
            if challenge.over:
                break
        assert challenge.phase == "failed"


def test_steps_are_those_that_the_camera_knows() -> None:
    assert STEPS == source.STEPS


def test_settings_that_ask_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="needs steps"):
        ChallengeSettings(steps=0)
