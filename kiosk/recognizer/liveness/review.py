"""What the liveness layers say of a recording, frame by frame: for figures, and for whoever wants to check us.

Nothing was demanded in a recording, so the challenge cannot be judged on it: natural movement proves nothing (bent
paper moves like a lively face, EVIDENCE.md). Only the passive layer decides here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kiosk.camera.frame import Frame
from kiosk.recognizer.face import Box
from kiosk.recognizer.liveness.layer import Verdict
from kiosk.recognizer.liveness.passive import PassiveWindow
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.recognizer import choose_served

LONGEST: Final = 100_000
"""Frames whose scores are kept: a recording is judged as a whole, by the median of all of them."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a recording came to.

    passive: verdict and median score, the latter None when no frame could be judged; both None for a pack without a
    model. frames: how many were looked at; faces: in how many a face was found. ms_per_frame: mean, detection included.
    """

    verdict: Verdict
    passive: tuple[Verdict, float | None] | None
    frames: int
    faces: int
    ms_per_frame: float


def review(pack: Pack, frames: Iterable[Frame], *, frames_needed: int = 5) -> Review:
    """Look at each frame of a recording; the face that is followed is the one that a kiosk would serve.

    frames_needed: so many frames must be fit to be judged, or all of a shorter recording.
    """
    looked, faces, seconds = 0, 0, 0.0
    before: Box | None = None
    window: PassiveWindow | None = None
    scored = 0
    if pack.passive is not None:
        window = PassiveWindow(pack.passive, frames_needed=1, window_frames=LONGEST)
    for frame in frames:
        began = time.perf_counter()
        looked += 1
        height, width = frame.main.shape[:2]
        found = pack.detector.find(frame)
        served = choose_served(found, width=width, height=height, before=before)
        before = served.box if served is not None else None
        if served is not None:
            faces += 1
            if pack.passive is not None and window is not None:
                reading = pack.passive.read(frame.main, served.box)
                window.add(reading)
                scored += reading.obstacle is None
        seconds += time.perf_counter() - began
    verdict: Verdict = "undecided"
    passive: tuple[Verdict, float | None] | None = None
    if window is not None:
        layer = window.layer
        # One frame may go astray; a recording of one frame has no more to give.
        verdict = layer.verdict if scored >= min(frames_needed, looked) else "undecided"
        passive = (verdict, layer.score)
    return Review(verdict, passive, looked, faces, 1000 * seconds / max(1, looked))
