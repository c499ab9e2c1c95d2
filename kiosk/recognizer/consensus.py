"""Several frames must agree before a face is somebody."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match, Vector, normalised
from kiosk.recognizer.gallery import Gallery

BEST_FRAMES: Final = 5
"""So many frames, the best of the window, make the score that is held against the threshold."""

_NOBODY: Final = Match(None, -1.0, -1.0)


@dataclass(frozen=True, slots=True)
class Look:
    """What one usable frame shows of the face.

    embedding: (d,) unit norm; match: of this frame alone; weight: how good the frame is, above 0, at most 1.
    """

    embedding: Vector
    match: Match
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Identity:
    """The face is this person.

    similarity, margin: of the best frames together; threshold: what similarity had to reach.
    frames: how many of these frames, each by itself, name the person too.
    first_seen_at: when this face was first detected (seconds, CLOCK_MONOTONIC).
    """

    person: str
    similarity: float
    threshold: float
    margin: float
    frames: int
    first_seen_at: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """The face stood there long enough and is nobody (or not surely anybody) in the gallery.

    best: the match of the best frames together, for the log; person None when the gallery is empty.
    frames: usable frames since the last verdict; attempt: 1 for the first such verdict on this face.
    """

    best: Match
    frames: int
    attempt: int
    first_seen_at: float


class Consensus:
    """Follows one face over the frames and says who it is.

    The same face: its box overlaps the one before, and the gap is short. Feed it every frame: `observe` for the face
    that is served, `miss` when there is none. It keeps no clock; time comes with the frames. After an Identity it goes
    on saying so while the frames agree; after Unknown it begins to count anew, so that a better pose can still win.

    What is held against the threshold is one score: that of the weighted mean of the best frames' embeddings, matched
    like a single one. At five frames of East Asian office workers, another session than the enrolment, the builtin pack
    refuses 2.2 % so and 7.9 % by the mean of the five scores, at a stranger's chance of 1 % (docs/accuracy.md).
    """

    def __init__(
        self,
        *,
        rule: DecisionRule,
        gallery: Gallery,
        frames_needed: int = 3,
        window_frames: int = 8,
        best_frames: int = BEST_FRAMES,
        unknown_frames: int = 8,
        unknown_seconds: float = 1.5,
        lost_seconds: float = 1.0,
        least_overlap: float = 0.2,
    ) -> None:
        """Set what is asked.

        Of the last window_frames usable frames the best_frames of greatest weight count (among equals the newest).
        frames_needed of them, and more than half of them, must each name the person whom they name together.
        unknown_frames usable frames over unknown_seconds without agreement make Unknown.
        lost_seconds without the face, or an overlap (intersection over union) below least_overlap, end the track.
        """
        if not 1 <= frames_needed <= best_frames <= window_frames:
            raise ValueError("frames_needed must be from 1 to best_frames, and these at most window_frames")
        self._rule = rule
        self._gallery = gallery
        self._best_frames = best_frames
        self._frames_needed = frames_needed
        self._unknown_frames = max(unknown_frames, frames_needed)
        self._unknown_seconds = unknown_seconds
        self._lost_seconds = lost_seconds
        self._least_overlap = least_overlap
        self._window: deque[Look] = deque(maxlen=window_frames)
        self._box: Box | None = None
        self.reset()

    @property
    def rule(self) -> DecisionRule:
        return self._rule

    @property
    def first_seen_at(self) -> float:
        """When the face that is followed was first detected (seconds, CLOCK_MONOTONIC); 0 while there is none."""
        return self._first_seen_at

    @property
    def following(self) -> bool:
        """Whether there is a face."""
        return self._box is not None

    @property
    def progress(self) -> float:
        """How many of the frames that are needed have been looked at, from 0 to 1."""
        return min(1.0, len(self._window) / self._frames_needed)

    def use(self, rule: DecisionRule, gallery: Gallery) -> None:
        """Decide by another rule and gallery from now on; what was seen under the old ones is forgotten.

        Also under the same rule: frames that named somebody who is gone now must not make an identity.
        """
        self._rule, self._gallery = rule, gallery
        self.reset()

    def reset(self) -> None:
        """Forget the face."""
        self._window.clear()
        self._box = None
        self._first_seen_at = self._last_seen_at = self._counting_since = 0.0
        self._usable = self._attempts = 0

    def recount(self) -> None:
        """Forget what the face showed so far, but go on following it: what comes now must stand by itself."""
        self._window.clear()
        self._usable = 0

    def miss(self, captured_at: float) -> None:
        """No face in this frame."""
        if self._box is not None and captured_at - self._last_seen_at > self._lost_seconds:
            self.reset()

    def observe(self, box: Box, look: Look | None, captured_at: float) -> Identity | Unknown | None:
        """Take one frame's face; None while there is nothing to say yet.

        look: None when the face is there but not usable (too small), which keeps the track and decides nothing.
        """
        self.follow(box, captured_at)
        if look is None:
            return None
        if not self._usable:
            self._counting_since = captured_at
        self._usable += 1
        self._window.append(look)
        return self._agreement() or self._doubt(captured_at)

    def follow(self, box: Box, captured_at: float) -> None:
        """Say where the face is in this frame, so that `first_seen_at` is its own; `observe` does so by itself."""
        lost = captured_at - self._last_seen_at > self._lost_seconds or captured_at < self._last_seen_at
        if self._box is None or lost or box.overlap(self._box) < self._least_overlap:
            self.reset()
            self._first_seen_at = captured_at
        self._box, self._last_seen_at = box, captured_at

    def _best(self) -> list[Look]:
        newest_first = reversed(self._window)
        return sorted(newest_first, key=lambda look: -look.weight)[: self._best_frames]

    def _score(self, looks: list[Look]) -> Match:
        """The match of the frames' weighted mean embedding."""
        if not looks or not len(self._gallery):
            return _NOBODY
        mean = np.stack([np.float32(look.weight) * look.embedding for look in looks]).sum(axis=0)
        try:
            return self._gallery.match(normalised(mean))
        except ValueError:
            # Frames that cancel each other out are of no one face.
            return _NOBODY

    def _agreement(self) -> Identity | None:
        if len(self._window) < self._frames_needed:
            return None
        looks = self._best()
        score = self._score(looks)
        frames = Counter(look.match.person for look in looks)[score.person]
        if score.person is None or frames < self._frames_needed or 2 * frames <= len(looks):
            return None
        if not self._rule.accepts(score):
            return None
        return Identity(score.person, score.similarity, self._rule.threshold, score.margin, frames, self._first_seen_at)

    def _doubt(self, captured_at: float) -> Unknown | None:
        waited = captured_at - self._counting_since
        if self._usable < self._unknown_frames or waited < self._unknown_seconds:
            return None
        self._attempts += 1
        verdict = Unknown(self._score(self._best()), self._usable, self._attempts, self._first_seen_at)
        self._window.clear()
        self._usable = 0
        return verdict
