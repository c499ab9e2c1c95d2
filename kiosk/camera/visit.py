"""How somebody walks up to a kiosk, stands there, does what the screen asks, and leaves: pure movement, no pictures."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from kiosk.camera.source import Step

APPROACH_SECONDS = 1.6
STAND_SECONDS = 4.0
LEAVE_SECONDS = 1.4
EMPTY_SECONDS = 1.5
PATIENCE_SECONDS = 3.0
"""How long a person whom the screen has asked for something stays after doing it."""

FAR_SHARE = 0.38
"""Size of the face where it enters the picture, as a share of its size at the kiosk."""

IDLE_YAW_DEGREES = 12.0

REACTION_SECONDS, MOVE_SECONDS, HOLD_SECONDS = 0.35, 0.5, 0.7
ASKED_SECONDS = REACTION_SECONDS + 2 * MOVE_SECONDS + HOLD_SECONDS
ASKED_YAW_DEGREES = 35.0
ASKED_PITCH_DEGREES = 27.0
ASKED_GROWTH = 0.4


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a face is and how it is held.

    face_pixels: width of the face in pixels of main.
    x, y: middle of the face in pixels of main; may lie outside the picture.
    yaw_degrees: positive to the person's own left, which is the right of the picture.
    pitch_degrees: positive upwards.
    roll_degrees: positive clockwise in the picture.
    """

    face_pixels: float
    x: float
    y: float
    yaw_degrees: float = 0.0
    pitch_degrees: float = 0.0
    roll_degrees: float = 0.0


@dataclass(frozen=True, slots=True)
class _AskedMove:
    step: Step
    begins_at: float


class Visit:
    """One walk-up in scene time: `advance` it frame by frame and look at `pose`.

    The person comes in from one side, walks up, stands, turns the head a little to both sides and leaves; then nobody
    is there for a while, and the visit is `over`. `ask` makes the person do a step and stay for the next one. The same
    seed and the same calls give the same movements.
    """

    def __init__(self, *, size: tuple[int, int], face_pixels: float, seed: int) -> None:
        chance = random.Random(seed)
        self._width, self._height = size
        self._face_pixels = face_pixels
        self._from_left = chance.random() < 0.5
        self._to_left = chance.random() < 0.5
        self._phases = [chance.uniform(0.0, math.tau) for _ in range(4)]
        self._x_share = chance.uniform(0.46, 0.54)
        self._y_share = chance.uniform(0.45, 0.50)
        self._asked: list[_AskedMove] = []
        self._leaves_at = APPROACH_SECONDS + STAND_SECONDS
        self.seconds = 0.0

    @property
    def over(self) -> bool:
        return self.seconds >= self._leaves_at + LEAVE_SECONDS + EMPTY_SECONDS

    @property
    def present(self) -> bool:
        """Whether the person is somewhere in the scene."""
        return self.seconds < self._leaves_at + LEAVE_SECONDS

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    def ask(self, step: Step) -> None:
        """Do a step after those already asked for; nobody is there to hear it once the person has turned to leave."""
        if self.seconds >= self._leaves_at:
            return
        begins_at = max(self.seconds, APPROACH_SECONDS)
        if self._asked:
            begins_at = max(begins_at, self._asked[-1].begins_at + ASKED_SECONDS)
        self._asked.append(_AskedMove(step, begins_at))
        self._leaves_at = max(self._leaves_at, begins_at + ASKED_SECONDS + PATIENCE_SECONDS)

    def pose(self) -> Pose | None:
        """Return how the person is seen now; None when nobody is there."""
        if not self.present:
            return None
        nearness, x_share, walking = self._walk()
        face_pixels = self._face_pixels * nearness * (1.0 + ASKED_GROWTH * self._effort("nearer"))
        # 0.62 of the picture's height: a face that comes nearer than this would be cut off.
        face_pixels = min(face_pixels, max(self._face_pixels, 0.62 * self._height))
        bob = 0.03 * walking * abs(math.sin(5.5 * self.seconds + self._phases[0]))
        return Pose(
            face_pixels=face_pixels,
            x=self._width * x_share + face_pixels * 0.02 * self._sway(0.31, 1),
            y=self._height * self._y_share + face_pixels * (bob + 0.015 * self._sway(0.23, 2)),
            yaw_degrees=self._yaw_degrees(),
            pitch_degrees=ASKED_PITCH_DEGREES * self._effort("up") + 1.0 * self._sway(0.19, 3),
            roll_degrees=1.2 * self._sway(0.27, 0),
        )

    def _walk(self) -> tuple[float, float, float]:
        """Return (share of the full face size, x as a share of the width, how much the person is walking: 0..1)."""
        if self.seconds < APPROACH_SECONDS:
            done, side = self.seconds / APPROACH_SECONDS, self._from_left
        elif self.seconds >= self._leaves_at:
            done, side = 1.0 - (self.seconds - self._leaves_at) / LEAVE_SECONDS, self._to_left
        else:
            return 1.0, self._x_share, 0.0
        distance = 1.0 / FAR_SHARE + (1.0 - 1.0 / FAR_SHARE) * _ease(done)
        outside = -0.2 if side else 1.2
        sideways = _ease(min(1.0, done / 0.7))
        return 1.0 / distance, outside + (self._x_share - outside) * sideways, 1.0 - _ease(done) ** 3

    def _yaw_degrees(self) -> float:
        asked = ASKED_YAW_DEGREES * (self._effort("left") - self._effort("right"))
        idle = 0.0 if self._asked else IDLE_YAW_DEGREES * _idle_turn(self.seconds - APPROACH_SECONDS - 1.0)
        return asked + idle + 1.5 * self._sway(0.17, 2)

    def _effort(self, step: Step) -> float:
        """Return how far (0..1) the person is into doing this step."""
        return max((_bump(self.seconds - move.begins_at) for move in self._asked if move.step == step), default=0.0)

    def _sway(self, hertz: float, phase: int) -> float:
        return math.sin(math.tau * hertz * self.seconds + self._phases[phase])


def _ease(done: float) -> float:
    """Begin and end slowly: 0..1 to 0..1."""
    done = min(1.0, max(0.0, done))
    return done * done * (3.0 - 2.0 * done)


def _bump(seconds: float) -> float:
    """Return 0..1: reaction, movement, hold, and back, after being asked."""
    moved = _ease((seconds - REACTION_SECONDS) / MOVE_SECONDS)
    back = _ease((seconds - REACTION_SECONDS - MOVE_SECONDS - HOLD_SECONDS) / MOVE_SECONDS)
    return moved - back


def _idle_turn(seconds: float) -> float:
    """Return -1..1: a look to one side, then to the other, within two and a half seconds."""
    if not 0.0 <= seconds <= 2.5:
        return 0.0
    return math.sin(math.tau * seconds / 2.5) * _ease(seconds / 0.4) * _ease((2.5 - seconds) / 0.4)
