"""Several frames must agree before a face is somebody."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match


@dataclass(frozen=True, slots=True)
class Identity:
    """The face is this person.

    similarity, margin: means over the agreeing frames; threshold: what similarity had to reach.
    frames: how many frames agree; first_seen_at: when this face was first detected (seconds, CLOCK_MONOTONIC).
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

    best: the mean match of whoever led, for the log; person None when the gallery is empty or no frame agreed.
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
    """

    def __init__(
        self,
        *,
        rule: DecisionRule,
        frames_needed: int = 3,
        window_frames: int = 5,
        unknown_frames: int = 8,
        unknown_seconds: float = 1.5,
        lost_seconds: float = 1.0,
        least_overlap: float = 0.2,
    ) -> None:
        """Set what is asked.

        frames_needed of the last window_frames usable frames must name the same person, and more than half of them.
        unknown_frames usable frames over unknown_seconds without agreement make Unknown.
        lost_seconds without the face, or an overlap (intersection over union) below least_overlap, end the track.
        """
        if not 1 <= frames_needed <= window_frames:
            raise ValueError("frames_needed must be from 1 to window_frames")
        self._rule = rule
        self._frames_needed = frames_needed
        self._unknown_frames = max(unknown_frames, frames_needed)
        self._unknown_seconds = unknown_seconds
        self._lost_seconds = lost_seconds
        self._least_overlap = least_overlap
        self._window: deque[Match] = deque(maxlen=window_frames)
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
    def progress(self) -> float:
        """How many of the frames that are needed have been looked at, from 0 to 1."""
        return min(1.0, len(self._window) / self._frames_needed)

    def use(self, rule: DecisionRule) -> None:
        """Decide by another rule from now on (the gallery changed); what was seen under the old one is forgotten."""
        if rule != self._rule:
            self._rule = rule
            self.reset()

    def reset(self) -> None:
        """Forget the face."""
        self._window.clear()
        self._box = None
        self._first_seen_at = self._last_seen_at = self._counting_since = 0.0
        self._usable = self._attempts = 0

    def miss(self, captured_at: float) -> None:
        """No face in this frame."""
        if self._box is not None and captured_at - self._last_seen_at > self._lost_seconds:
            self.reset()

    def observe(self, box: Box, match: Match | None, captured_at: float) -> Identity | Unknown | None:
        """Take one frame's face; None while there is nothing to say yet.

        match: None when the face is there but not usable (too small), which keeps the track and decides nothing.
        """
        self._follow(box, captured_at)
        if match is None:
            return None
        if not self._usable:
            self._counting_since = captured_at
        self._usable += 1
        self._window.append(match)
        return self._agreement() or self._doubt(captured_at)

    def _follow(self, box: Box, captured_at: float) -> None:
        lost = captured_at - self._last_seen_at > self._lost_seconds or captured_at < self._last_seen_at
        if self._box is None or lost or box.overlap(self._box) < self._least_overlap:
            self.reset()
            self._first_seen_at = captured_at
        self._box, self._last_seen_at = box, captured_at

    def _leading(self) -> tuple[Match, int]:
        """Mean match of the person named most often in the window, and by how many frames."""
        counts = Counter(match.person for match in self._window if match.person is not None)
        if not counts:
            return Match(None, -1.0, -1.0), 0
        ((person, frames),) = counts.most_common(1)
        agreeing = [match for match in self._window if match.person == person]
        similarity = sum(match.similarity for match in agreeing) / frames
        return Match(person, similarity, similarity - sum(match.margin for match in agreeing) / frames), frames

    def _agreement(self) -> Identity | None:
        score, frames = self._leading()
        if score.person is None or frames < self._frames_needed or 2 * frames <= len(self._window):
            return None
        if not self._rule.accepts(score):
            return None
        return Identity(score.person, score.similarity, self._rule.threshold, score.margin, frames, self._first_seen_at)

    def _doubt(self, captured_at: float) -> Unknown | None:
        waited = captured_at - self._counting_since
        if self._usable < self._unknown_frames or waited < self._unknown_seconds:
            return None
        self._attempts += 1
        verdict = Unknown(self._leading()[0], self._usable, self._attempts, self._first_seen_at)
        self._window.clear()
        self._usable = 0
        return verdict
