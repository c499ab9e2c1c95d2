"""Whether the face that is served is a live person: evidence frame by frame, a challenge where the policy asks for one.

It belongs to one face at a time. Evidence is dropped as soon as another face may have taken its place, and a challenge
proves only the person who was recognised before it, during it and after it: else one person could turn the head and
another one's photograph be held up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from contract.punch import LivenessLayer
from kiosk.camera.frame import Frame, Pixels
from kiosk.errors import PackError
from kiosk.events import Challenging, Closed, LivenessFailed, Recognised, Verifying
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.face import Box, Match, Vector
from kiosk.recognizer.liveness.challenge import Challenge, Phase, Step
from kiosk.recognizer.liveness.landmarks import moved_box
from kiosk.recognizer.liveness.passive import PassiveLiveness, PassiveWindow
from kiosk.recognizer.liveness.policy import Policy, layers_of, may_challenge, weigh
from kiosk.recognizer.liveness.tally import RefusalTally

log = logging.getLogger(__name__)

PASSIVE_EVERY: Final = 3
"""Once the passive verdict stands, only every third frame is scored: it must still notice a photo held up late."""
MOST_PEOPLE: Final = 16
"""Whom the frames of one face may resemble, one after the other, before their readings are forgotten."""
LEAST_WITNESSES: Final = 2
"""Usable frames during the challenge that must show the person, and more than show anybody else."""
WITNESS_EVERY: Final = PASSIVE_EVERY
"""While somebody moves in a challenge, each such frame is asked who it shows: the frames that the passive model reads,
since it takes readings of frames only that show the person."""
LAST_LOOK_SECONDS: Final = 4.0
"""How long after a challenge the person may take to be recognised once more."""
REMAINING_STEPS: Final = 20
"""The time that is left is told in twentieths, so that the screen is not drawn anew for nothing."""

ProofEvent = Recognised | Closed | LivenessFailed | Challenging | Verifying


class LandmarkSource(Protocol):
    """Finds the landmarks of one face over a stream."""

    def load(self) -> None:
        """Read the model now, if that was not done yet; PackError when it is missing or damaged."""
        ...

    def find(self, picture: Pixels, box: Box) -> Vector | None:
        """(68, 2) float32 landmarks in pixels of the picture; None when they cannot be trusted."""
        ...

    def forget(self) -> None:
        """The next face is another one."""
        ...


@dataclass(frozen=True, slots=True)
class Refusals:
    """Somebody was refused as often as is allowed.

    person: whom the face resembled, or who it was said to be. box: in pixels of frame.main; None: there was no face.
    reason: the row's (contract.punch.RefusedPresentation).
    """

    person: str
    layers: tuple[LivenessLayer, ...]
    frame: Frame
    box: Box | None
    attempts: int
    reason: str = "liveness"


@dataclass(slots=True)
class _Trial:
    """A challenge that is running.

    identity: who was recognised before it. phase: the one that was seen last. asked: the request that was passed on
    last. own, others: frames during it that showed the person, or somebody else. over_at: when it ended; None before.
    """

    challenge: Challenge
    identity: Identity
    phase: Phase = "back"
    asked: int = 0
    own: int = 0
    others: int = 0
    over_at: float | None = None


@dataclass(slots=True)
class _Evidence:
    """What was seen of one face.

    passive: by person, the readings of those frames that show the person: a photo that is held up beside a live face
    must not borrow its readings. challenges: by person, how their challenge ended.
    """

    frames: int = 0
    passive: dict[str, PassiveWindow] = field(default_factory=dict)
    challenges: dict[str, LivenessLayer] = field(default_factory=dict)
    trial: _Trial | None = None
    layers: tuple[LivenessLayer, ...] = ()
    last: tuple[Box, Vector] | None = None


class Proof:
    """Gathers the liveness evidence of the served face; use it from the attendant's thread.

    passive: the pack's model, None where it has none. landmarks: for the challenge. ask: shows a step to whoever obeys
    without reading the screen (rendered people). recount: lets the consensus begin anew. on_refusals: told when
    somebody has used up the tries. make_challenge: draws new steps. Times are those of the frames, in seconds.
    """

    def __init__(
        self,
        *,
        passive: PassiveLiveness | None,
        landmarks: LandmarkSource,
        ask: Callable[[Step], None],
        recount: Callable[[], None],
        on_refusals: Callable[[Refusals], None],
        make_challenge: Callable[[], Challenge] = Challenge,
        tally: RefusalTally | None = None,
    ) -> None:
        self._passive = passive
        self._landmarks = landmarks
        self._ask = ask
        self._recount = recount
        self._on_refusals = on_refusals
        self._make_challenge = make_challenge
        self._tally = tally or RefusalTally()
        self._face: float | None = None
        self._seen = _Evidence()
        self._can_challenge = True

    @property
    def layers(self) -> tuple[LivenessLayer, ...]:
        """Verdicts and scores of the face that was judged last, for its punch."""
        return self._seen.layers

    @property
    def wants_match(self) -> bool:
        """Whether it matters who the next frame shows.

        While a challenge runs every third frame is enough for witnesses: a Pi has the landmarks to find as well. But
        whoever looks ahead again must be seen to be the person, and that is looked for in every frame.
        """
        trial = self._seen.trial
        if trial is None or trial.over_at is not None or trial.challenge.hold_at_ready:
            return True
        return trial.challenge.phase != trial.phase or (self._seen.frames + 1) % WITNESS_EVERY == 0

    def use(self, passive: PassiveLiveness | None, policy: Policy) -> None:
        """Go on with another pack's model, or under another policy; what was seen is forgotten.

        Call it before the first frame too: the model of the landmarks is read here, and not while somebody waits. Where
        it is missing or damaged, whoever would be challenged is told that the kiosk cannot, and the log says why.
        """
        self._passive = passive
        self.reset()
        self._can_challenge = True
        if may_challenge(policy, passive_model=passive is not None):
            try:
                self._landmarks.load()
            except PackError as error:
                self._can_challenge = False
                log.error("nobody can be asked for movements: %s", error)  # noqa: TRY400 (the sentence says all)

    def reset(self) -> None:
        """Nobody is there any more."""
        self._face = None
        self._seen = _Evidence()
        self._landmarks.forget()

    def watch(self, frame: Frame, box: Box, *, first_seen_at: float, match: Match | None, policy: Policy) -> None:
        """Take one frame of the face that is in view since first_seen_at.

        match: who this frame alone shows; None when the face cannot be used (turned away, too far).
        """
        if first_seen_at != self._face:
            self.reset()
            self._face = first_seen_at
        if policy == "off":
            return
        seen = self._seen
        seen.frames += 1
        if self._passive is not None and match is not None and match.person is not None:
            window = self._window_of(match.person)
            if not window.settled or seen.frames % PASSIVE_EVERY == 0:
                window.add(self._passive.read(frame.main, box))
        if seen.trial is not None:
            self._follow(seen.trial, frame, box, match)

    def follow_blind(self, frame: Frame) -> Box | None:
        """Follow the face through a challenge where the detector has lost it: a head that turns far is no longer found.

        The landmarks are sought where they were in the frame before. Returns where the face is now, in pixels of
        frame.main; None when no challenge is running or the landmarks are gone too.
        """
        trial, last = self._seen.trial, self._seen.last
        if trial is None or trial.over_at is not None or last is None:
            return None
        box, before = last
        points = self._note(trial, frame, box)
        if points is None:
            return None
        box = moved_box(box, before, points)
        self._seen.last = (box, points)
        return box

    def judge(self, identity: Identity | None, frame: Frame, box: Box, policy: Policy) -> ProofEvent | None:
        """What the evidence means for the walk-up.

        identity: whom the frames agree on; None while they do not. None is returned when there is nothing to say:
        nobody is recognised, and no challenge is running.
        """
        seen, at = self._seen, frame.captured_at
        before = seen.trial.identity if seen.trial is not None else None
        if seen.trial is not None:
            event = self._try_on(seen, seen.trial, identity, at)
            if event is not None:
                return event
            identity = identity or before
        if identity is None:
            return None
        if policy != "off" and self._tally.barred(identity.person, at):
            return LivenessFailed(identity, final=True)
        window = self._window_of(identity.person) if self._passive is not None and policy != "off" else None
        passive, settled = (window.layer, window.settled) if window is not None else (None, False)
        challenge = seen.challenges.get(identity.person)
        standing = weigh(policy, passive=passive, passive_settled=settled, challenge=challenge)
        seen.layers = layers_of(passive, challenge)
        match standing:
            case "live":
                self._tally.clear(identity.person)
                return Recognised(identity)
            case "closed":
                return Closed(identity)
            case "wait":
                return Verifying(1.0, identity.first_seen_at)
            case "challenge" if not self._can_challenge:
                return Closed(identity)
            case "challenge":
                seen.trial = _Trial(self._make_challenge(), identity)
                self._landmarks.forget()
                return self._demand(seen.trial, identity.first_seen_at, at)
            case "refused":
                return self._refuse(identity, frame, box)

    def _window_of(self, person: str) -> PassiveWindow:
        """The readings of the frames that show this person."""
        if self._passive is None:
            raise RuntimeError("a pack without a passive model has no readings")
        windows = self._seen.passive
        if person not in windows:
            if len(windows) >= MOST_PEOPLE:
                windows.clear()
            windows[person] = PassiveWindow(self._passive)
        return windows[person]

    def _follow(self, trial: _Trial, frame: Frame, box: Box, match: Match | None) -> None:
        """Show the challenge one frame, and note whom it shows."""
        challenge = trial.challenge
        if challenge.phase != trial.phase:
            trial.phase = challenge.phase
            # Each time the head looks ahead it must be seen to be the person's before the next step is asked for.
            challenge.hold_at_ready = True
        if match is not None and match.person == trial.identity.person:
            trial.own += 1
            challenge.hold_at_ready = False
        elif match is not None and match.person is not None:
            trial.others += 1
        if trial.over_at is None:
            points = self._note(trial, frame, box)
            self._seen.last = (box, points) if points is not None else None

    def _note(self, trial: _Trial, frame: Frame, box: Box) -> Vector | None:
        """Show the challenge one frame's landmarks, and return them; None when they cannot be trusted."""
        points = self._landmarks.find(frame.main, box)
        trial.challenge.observe(points, frame.captured_at)
        if trial.challenge.over:
            trial.over_at = frame.captured_at
            # Who stands here now must be recognised from frames after the challenge.
            self._recount()
        return points

    def _try_on(self, seen: _Evidence, trial: _Trial, identity: Identity | None, at: float) -> ProofEvent | None:
        """Go on with a challenge; None when it has ended, and its layer stands."""
        first_seen_at = self._face or 0.0
        if trial.over_at is None:
            return self._demand(trial, first_seen_at, at)
        if identity is None and at - trial.over_at < LAST_LOOK_SECONDS:
            # Who stands here must be recognised once more.
            return Verifying(1.0, first_seen_at)
        layer = trial.challenge.layer
        same = identity is not None and identity.person == trial.identity.person
        if not (same and trial.own >= LEAST_WITNESSES and trial.own > trial.others):
            log.info("challenge: the person was seen in %d frames, others in %d", trial.own, trial.others)
            layer = LivenessLayer(name="challenge", verdict="attack", score=layer.score)
        seen.challenges[trial.identity.person] = layer
        seen.trial = None
        return None

    def _demand(self, trial: _Trial, first_seen_at: float, at: float) -> Challenging:
        prompt = trial.challenge.prompt(at)
        if prompt.asked != trial.asked and prompt.step is not None:
            trial.asked = prompt.asked
            self._ask(prompt.step)
        step = prompt.step if prompt.phase == "move" else None
        left = round(prompt.left * REMAINING_STEPS) / REMAINING_STEPS
        return Challenging(step, prompt.number, prompt.of, left, first_seen_at, prompt.asked > 0)

    def _refuse(self, identity: Identity, frame: Frame, box: Box) -> LivenessFailed:
        """Count a refusal; the evidence begins anew, so that another try is one."""
        attempts = self._tally.note(identity.person, frame.captured_at)
        final = attempts >= self._tally.most_attempts
        log.info("liveness refused, attempt %d: %s", attempts, self._seen.layers)
        if final:
            self._on_refusals(Refusals(identity.person, self._seen.layers, frame, box, attempts))
        self._seen = _Evidence()
        return LivenessFailed(identity, final=final)
