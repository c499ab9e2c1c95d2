"""The challenge: steps that nobody can foresee, done with a head that has depth. A pure state machine.

Landmarks of one face go in with their times, what to show comes out; it draws the steps, and keeps no clock. What it
holds against a recording is chance: every attempt asks for another row of steps, and a movement that was not asked for
ends the attempt. `replay_chance` says how likely a recording that does not react gets through a visit.
"""

from __future__ import annotations

import itertools
import math
import random
import secrets
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kiosk.recognizer.face import Vector
from kiosk.recognizer.liveness.layer import LivenessLayer, Verdict
from kiosk.recognizer.liveness.parallax import Parallax, neutral_of, parallax, yaw

Step = Literal["left", "right", "up", "nearer"]
"""As in `kiosk.camera.source`, which the recogniser does not know: left and right are the person's own."""
STEPS: Final[tuple[Step, ...]] = ("left", "right", "up", "nearer")
TURNS: Final[frozenset[Step]] = frozenset({"left", "right"})

Phase = Literal["ready", "move", "back", "passed", "failed"]
"""ready: look ahead and hold still. move: do the step. back: look ahead again."""
Failure = Literal["slow", "wrong", "unsteady"]
"""slow: too many steps ran out of time. wrong: something else was done than asked. unsteady: never looked ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeSettings:
    """How much is asked, and how patiently. Lengths as in Parallax, times in seconds.

    steps: how many in a row. Three of four kinds can be drawn in 56 ways that contain a turn, so that a recording would
        pass once in 56 attempts; four in 240, which with two attempts stays below 1 % a visit.
    attempts: rows in one visit; another row is drawn for each.
    slow_retries: how often in one attempt a step that ran out of time is asked for once more, the same again.
    turn, profile, up, nearer: how far a step must go, and from where on any other movement is wrong; a turn must go
        both across and in the profile. Prints moved, tilted and bent by hand stay below 0.08 in the profile, rolled
        sheets too; heads have 0.09 to 0.15 at 25 degrees and 0.12 to 0.19 at 35 (docs/accuracy-liveness.md).
    back: share of that below which the head counts as back; back_again: share of the way back after a step nearer.
    ahead: largest yaw of a face that looks ahead; ahead_again: how far it may differ from the first neutral view's.
    still, still_nearer, still_seconds: how far the nose may move against the plane, and how much nearer the face may
        come, for so long before the neutral view is taken: who still walks up would seem to answer "nearer".
    again_seconds: pause after a wrong movement, in addition: who has begun to answer the last question shall finish.
    move_seconds, back_seconds, ready_seconds: deadlines of the phases.
    fastest_seconds: nobody answers sooner; whoever does has not answered.
    pause_seconds: shortest and longest pause before a step is asked for, drawn anew each time.
    neutral_frames, smooth_frames: frames of the neutral view, and of each median. gap_seconds: older ones do not count.
    """

    steps: int = 4
    attempts: int = 2
    slow_retries: int = 1
    turn: float = 0.15
    profile: float = 0.09
    up: float = 0.15
    nearer: float = 0.15
    back: float = 0.55
    back_again: float = 0.4
    ahead: float = 0.26
    ahead_again: float = 0.1
    still: float = 0.06
    still_nearer: float = 0.05
    still_seconds: float = 0.5
    again_seconds: float = 1.5
    move_seconds: float = 5.0
    back_seconds: float = 4.0
    ready_seconds: float = 8.0
    fastest_seconds: float = 0.25
    pause_seconds: tuple[float, float] = (0.3, 0.9)
    neutral_frames: int = 4
    smooth_frames: int = 3
    gap_seconds: float = 0.5

    def __post_init__(self) -> None:
        if not (self.steps >= 1 and self.attempts >= 1 and self.slow_retries >= 0 and 0 < self.back < 1):
            raise ValueError("a challenge needs steps and attempts, and a head that is back must be below 1")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show now.

    step: what is asked for, or what the person comes back from; None while ready, and at the end.
    number: of the step, from 1; of: how many there are.
    left: share of the time that is left for this phase, 1 to 0.
    reached: how far the asked movement has come, 0 to 1.
    again: the step is asked for once more, or the row begins anew, because something went wrong.
    asked: rises whenever a step is asked for; 0 before the first.
    """

    phase: Phase
    step: Step | None
    number: int
    of: int
    left: float
    reached: float
    again: bool
    asked: int


def draw_steps(count: int, chance: random.Random) -> tuple[Step, ...]:
    """A row of steps, each as likely as any other that contains a turn: only a turn has depth across."""
    while True:
        row = tuple(chance.choice(STEPS) for _ in range(count))
        if TURNS.intersection(row):
            return row


def replay_chance(settings: ChallengeSettings) -> float:
    """The chance that a recording which does not react passes one visit.

    Whatever it shows is fixed before the steps are drawn. The first movement that goes far enough after a step was
    asked for decides, whichever it is, and a wrong one ends the attempt: so a recording matches at most one row of
    each attempt. A step that is asked for again is the same step, which gives no second draw.
    """
    rows = sum(1 for row in itertools.product(STEPS, repeat=settings.steps) if TURNS.intersection(row))
    return settings.attempts / rows


class Challenge:
    """One visit's challenge. Feed it every frame: `observe` with landmarks, or None when the face gave none.

    `hold_at_ready` keeps it from asking the next step: the caller sets it until it is sure that this is still the
    same person. It is of no use after `passed` or `failed`.
    """

    def __init__(self, settings: ChallengeSettings | None = None, *, chance: random.Random | None = None) -> None:
        """Draw the first row. chance: None takes the system's own source of randomness, which cannot be foretold."""
        self.settings = settings or ChallengeSettings()
        self._chance = chance or secrets.SystemRandom()
        self._attempt = 1
        self._phase: Phase = "ready"
        self._failure: Failure | None = None
        self._turns: list[Parallax] = []
        self._asked = 0
        self._again = False
        self.hold_at_ready = False
        self._phase_since: float | None = None
        self._measured_at = -math.inf
        self._farthest = 0.0
        self._first_yaw: float | None = None
        self._views: deque[tuple[float, Vector]] = deque()
        self._recent: deque[Parallax] = deque(maxlen=self.settings.smooth_frames)
        self._begin_row()

    # What it says ---------------------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def failure(self) -> Failure | None:
        """Why it failed; None while it has not."""
        return self._failure

    @property
    def over(self) -> bool:
        return self._phase in {"passed", "failed"}

    @property
    def layer(self) -> LivenessLayer:
        """Verdict, and as score the smallest residual that the best homography left of the turns (None without any).

        Whoever was too slow has proven nothing; whoever did the wrong thing every time is taken for a recording.
        """
        verdict: Verdict = "undecided"
        if self._phase == "passed":
            verdict = "live"
        elif self._failure == "wrong":
            verdict = "attack"
        score = round(min(turn.residual for turn in self._turns), 4) if self._turns else None
        return LivenessLayer(name="challenge", verdict=verdict, score=score)

    def prompt(self, at: float) -> Prompt:
        """What to show at this time (seconds, as given to `observe`)."""
        left = 1.0 - (at - self._since(at)) / self._allowed_seconds()
        step = self._row[self._done] if self._phase in {"move", "back"} else None
        reached = 0.0
        if step is not None:
            reached = 1.0 if self._phase == "back" else min(1.0, max(0.0, self._efforts().get(step, 0.0)))
        return Prompt(
            phase=self._phase,
            step=step,
            number=min(self._done + 1, self.settings.steps),
            of=self.settings.steps,
            left=min(1.0, max(0.0, left)),
            reached=reached,
            again=self._again,
            asked=self._asked,
        )

    # What it is told ------------------------------------------------------------------------------------------------

    def observe(self, points: Vector | None, at: float) -> None:
        """Take one frame: (68, 2) landmarks, or None when the face could not be measured; `at` in seconds, rising."""
        if self.over:
            return
        if self._phase_since is None:
            self._phase_since = at
        if points is not None:
            if at - self._measured_at > self.settings.gap_seconds:
                self._recent.clear()
                self._views.clear()
            self._measured_at = at
            if self._phase == "ready":
                self._get_ready(points, at)
            else:
                self._follow(points, at)
        if not self.over and at - self._since(at) > self._allowed_seconds():
            self._run_out(at)

    def _get_ready(self, points: Vector, at: float) -> None:
        """Wait for a face that looks ahead and holds still, for as long as this pause shall last; then ask."""
        settings = self.settings
        looks = yaw(points)
        first = self._first_yaw
        if abs(looks) > settings.ahead or (first is not None and abs(looks - first) > settings.ahead_again):
            self._views.clear()
            return
        self._views.append((at, points))
        while len(self._views) > settings.neutral_frames and at - self._views[1][0] >= settings.still_seconds:
            self._views.popleft()
        seen_long_enough = len(self._views) >= settings.neutral_frames and (
            at - self._views[0][0] >= settings.still_seconds
        )
        if not seen_long_enough or self.hold_at_ready or at - self._since(at) < self._pause:
            return
        views = [view for _, view in self._views]
        neutral = neutral_of(views[-settings.neutral_frames :])
        if all(self._is_still(parallax(neutral, view)) for view in views):
            self._neutral = neutral
            self._first_yaw = yaw(neutral) if first is None else first
            self._asked += 1
            self._enter("move", at)

    def _is_still(self, moved: Parallax | None) -> bool:
        settings = self.settings
        return (
            moved is not None
            and max(abs(moved.across), abs(moved.up)) <= settings.still
            and abs(moved.growth) <= settings.still_nearer
        )

    def _follow(self, points: Vector, at: float) -> None:
        """Measure the movement, and see whether it is the one that was asked for."""
        measured = parallax(self._neutral, points)
        if measured is None:
            return
        self._recent.append(measured)
        if len(self._recent) < self.settings.smooth_frames:
            return
        efforts = self._efforts()
        asked = self._row[self._done]
        made: Step = max(efforts, key=lambda step: efforts[step])
        if self._phase == "move" and efforts[made] >= 1.0:
            answered = at - self._since(at) >= self.settings.fastest_seconds
            if made == asked and answered:
                self._reach(at)
            else:
                self._fail("wrong", at)
        elif self._phase == "back":
            self._farthest = max(self._farthest, efforts[asked])
            # Whoever came nearer seldom goes back to the centimetre.
            enough = (1.0 - self.settings.back_again) * self._farthest if asked == "nearer" else 0.0
            if max(efforts.values()) < max(self.settings.back, enough):
                self._come_back(at)

    def _efforts(self) -> dict[Step, float]:
        """How far each kind of step has come, as the median of the newest frames: 1 where it counts."""
        if not self._recent:
            return {}
        settings = self.settings
        across = statistics.median(each.across for each in self._recent) / settings.turn
        profile = statistics.median(each.profile for each in self._recent) / settings.profile
        up = statistics.median(each.up for each in self._recent) / settings.up
        nearer = statistics.median(each.growth for each in self._recent) / settings.nearer
        return {"left": min(across, profile), "right": min(-across, -profile), "up": up, "nearer": nearer}

    def _reach(self, at: float) -> None:
        if self._row[self._done] in TURNS:
            self._turns.append(max(self._recent, key=lambda each: each.residual))
        self._farthest = 1.0
        self._enter("back", at)

    def _come_back(self, at: float) -> None:
        self._done += 1
        self._again = False
        if self._done == self.settings.steps:
            self._enter("passed", at)
            return
        self._pause = self._chance.uniform(*self.settings.pause_seconds)
        self._enter("ready", at)

    def _run_out(self, at: float) -> None:
        """A phase's time is over."""
        if self._phase == "ready":
            self._failure = "unsteady"
            self._enter("failed", at)
        elif self._slow >= self.settings.slow_retries:
            self._failure = "slow"
            self._enter("failed", at)
        else:
            self._slow += 1
            self._again = True
            self._enter("ready", at)

    def _fail(self, failure: Failure, at: float) -> None:
        if self._attempt >= self.settings.attempts:
            self._failure = failure
            self._enter("failed", at)
            return
        self._attempt += 1
        self._begin_row()
        self._pause += self.settings.again_seconds
        self._again = True
        self._enter("ready", at)

    def _begin_row(self) -> None:
        self._row: Sequence[Step] = draw_steps(self.settings.steps, self._chance)
        self._done = self._slow = 0
        self._pause = self._chance.uniform(*self.settings.pause_seconds)

    def _since(self, at: float) -> float:
        """When the present phase began; `at` before the first frame."""
        return at if self._phase_since is None else self._phase_since

    def _enter(self, phase: Phase, at: float) -> None:
        self._phase, self._phase_since = phase, at
        self._recent.clear()
        if phase == "ready":
            self._views.clear()

    def _allowed_seconds(self) -> float:
        if self._phase == "move":
            return self.settings.move_seconds
        return self.settings.back_seconds if self._phase == "back" else self.settings.ready_seconds
