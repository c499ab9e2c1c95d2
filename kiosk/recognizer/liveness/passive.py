"""Passive liveness: a network looks at the picture around the face and tells skin from paper and screens.

The networks are MiniFASNet, from Silent-Face-Anti-Spoofing (minivision-ai, 2020, Apache-2.0): two small nets on crops
of different width, trained with the Fourier spectrum as a second target: there, print rasters and screens show.
Rates are named as in ISO/IEC 30107-3: APCER, the share of attacks that pass; BPCER, the share of people refused.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Box
from kiosk.recognizer.liveness.layer import LivenessLayer, Verdict
from kiosk.recognizer.models.network import Network

INPUT_SIDE: Final = 80
LIVE_CLASS: Final = 1
"""Of the three classes: 0 is a print, 2 a screen."""

SEEN_SIDE: Final = 64
"""Side in pixels to which a face is brought before its light is judged."""
MARGIN: Final = 12
"""Of these pixels, what is left out at each edge: background and hair."""

DARKEST, BRIGHTEST = 32.0, 235.0
"""Mean grey value of a face that the nets can judge. Darkened copies of live and printed faces fall together below it:
at a fifth of the light prints score up to 0.71 and people down to 0.48 (docs/accuracy-liveness.md)."""
MOST_GLARE: Final = 0.6
"""Share of the face that may be burnt out (grey value above 245)."""
LEAST_DETAIL: Final = 0.2
"""Standard deviation of the Laplacian over that of the grey values. In focus it is 0.45 to 1.6 (office) and 0.25 to 1.1
(prints); blurred until people score 0.07, it is 0.2 and less."""
LEAST_COLOUR: Final = 2.5
"""Mean spread between the colours of a pixel. To a camera that has gone over to black and white people are attacks."""
LEAST_SIDE: Final = 50
"""Pixels of a face's side: below it the crop has less than two thirds of the pixels that the nets look at."""

Obstacle = Literal["small", "dark", "glare", "blurred", "colourless"]


@dataclass(frozen=True, slots=True)
class PassiveReading:
    """What one frame says.

    score: mean probability of "live" over the nets, 0 to 1.
    obstacle: why the score proves nothing; None when it may be used.
    """

    score: float
    obstacle: Obstacle | None


class PassiveLiveness:
    """Scores faces, one frame at a time; use it from one thread."""

    def __init__(self, networks: Sequence[Network], *, crops: Sequence[float], live: float, attack: float) -> None:
        """Take the pack's nets.

        networks: each turns (n, 3, 80, 80) BGR 0..255 into n rows of three probabilities.
        crops: for each net, how many times the face's side its crop is wide (2.7 and 4.0).
        live: score from which a face is live; attack: score up to which it is none. ValueError when they cannot work.
        """
        if len(networks) != len(crops) or not networks:
            raise ValueError("each net needs the width of its crop")
        if not 0 < attack < live < 1:
            raise ValueError("the score for an attack must be below the one for live, both between 0 and 1")
        self._nets = tuple(zip(networks, crops, strict=True))
        self.live, self.attack = live, attack

    def score(self, picture: Pixels, box: Box) -> float:
        """Probability that the face in this box of a (height, width, 3) BGR picture is live, mean over the nets.

        box: of any detector. It is taken as the square of the same area around the same middle, which made the boxes
        of HOG and YuNet alike: on tall boxes as they are, people fell to 0.37, on squares all stay above 0.80.
        """
        square = _Square.around(box)
        scores = []
        for net, width in self._nets:
            blob = square.crop(picture, width).transpose(2, 0, 1)[None].astype(np.float32)
            scores.append(float(net.run(np.ascontiguousarray(blob))[0, LIVE_CLASS]))
        return statistics.fmean(scores)

    def read(self, picture: Pixels, box: Box) -> PassiveReading:
        """Score a face and say whether the light and the camera allow to judge it."""
        return PassiveReading(self.score(picture, box), obstacle_in(picture, box))

    def verdict(self, score: float) -> Verdict:
        if score >= self.live:
            return "live"
        return "attack" if score <= self.attack else "undecided"


class PassiveWindow:
    """Gathers the readings of one face over frames and gives the layer's verdict: that of their median score.

    The median, because single frames go astray (a print reached 0.51 once in 600 frames, a person 0.80 in 400).
    """

    def __init__(self, passive: PassiveLiveness, *, frames_needed: int = 5, window_frames: int = 15) -> None:
        """Set how many usable frames a verdict needs, and how many of the newest it is made of."""
        if not 1 <= frames_needed <= window_frames:
            raise ValueError("frames_needed must be from 1 to window_frames")
        self._passive = passive
        self._needed = frames_needed
        self._scores: deque[float] = deque(maxlen=window_frames)
        self.frames = 0
        """How many frames were looked at, usable or not."""

    def reset(self) -> None:
        """Forget the face: another one may stand there now."""
        self._scores.clear()
        self.frames = 0

    def add(self, reading: PassiveReading) -> None:
        self.frames += 1
        if reading.obstacle is None:
            self._scores.append(reading.score)

    @property
    def layer(self) -> LivenessLayer:
        """Verdict and median score so far; undecided until enough frames were usable, score None without any."""
        if not self._scores:
            return LivenessLayer(name="passive", verdict="undecided")
        score = statistics.median(self._scores)
        verdict = self._passive.verdict(score) if len(self._scores) >= self._needed else "undecided"
        return LivenessLayer(name="passive", verdict=verdict, score=round(score, 4))

    @property
    def settled(self) -> bool:
        """Whether the verdict stands: enough usable frames, or so many unusable ones that more will not help."""
        most = self._scores.maxlen or self._needed
        return len(self._scores) >= self._needed or self.frames >= most


def obstacle_in(picture: Pixels, box: Box) -> Obstacle | None:
    """What keeps the nets from judging this face of a BGR picture; None when nothing does."""
    height, width = picture.shape[:2]
    seen = _Square.around(box).box.within(width, height)
    if min(seen.width, seen.height) < LEAST_SIDE:
        return "small"
    face = cv2.resize(
        picture[seen.top : seen.bottom, seen.left : seen.right], (SEEN_SIDE, SEEN_SIDE), interpolation=cv2.INTER_AREA
    )
    inner = face[MARGIN:-MARGIN, MARGIN:-MARGIN]
    grey = cv2.cvtColor(inner, cv2.COLOR_BGR2GRAY).astype(np.float32)
    light = float(grey.mean())
    if light < DARKEST:
        return "dark"
    if light > BRIGHTEST or float((grey > 245).mean()) > MOST_GLARE:
        return "glare"
    detail = float(cv2.Laplacian(grey, cv2.CV_32F)[1:-1, 1:-1].std())
    if detail < LEAST_DETAIL * float(grey.std()) or detail == 0.0:
        return "blurred"
    colour = inner.max(axis=2).astype(np.float32) - inner.min(axis=2)
    return "colourless" if float(colour.mean()) < LEAST_COLOUR else None


@dataclass(frozen=True, slots=True)
class _Square:
    """A face as the nets want it: middle and side, in pixels of the picture."""

    x: float
    y: float
    side: float

    @classmethod
    def around(cls, box: Box) -> _Square:
        x, y = box.centre
        return cls(x, y, max(1.0, math.sqrt(max(0, box.width) * max(0, box.height))))

    @property
    def box(self) -> Box:
        half = self.side / 2
        return Box(round(self.x - half), round(self.y - half), round(self.x + half), round(self.y + half))

    def crop(self, picture: Pixels, times: float) -> Pixels:
        """A square `times` as wide, 80x80; shrunk to the picture where it is wider, moved inside where it sticks out.

        As `CropImage` of Silent-Face-Anti-Spoofing does it: the nets know the background that this leaves in.
        """
        height, width = picture.shape[:2]
        side = self.side * min(times, (min(height, width) - 1) / self.side)
        left = min(max(self.x - side / 2, 0.0), width - 1 - side)
        top = min(max(self.y - side / 2, 0.0), height - 1 - side)
        seen = picture[int(top) : int(top + side) + 1, int(left) : int(left + side) + 1]
        return np.asarray(cv2.resize(seen, (INPUT_SIDE, INPUT_SIDE)), np.uint8)
