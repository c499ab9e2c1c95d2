"""Who is before the camera: each frame looked at, its evidence gathered, and what that means for the walk-up.

The judge holds what recognition needs and nothing that writes or shows. Use it from the attendant's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from contract.punch import Liveness, LivenessLayer
from kiosk.camera.frame import Frame
from kiosk.clock import Clock
from kiosk.events import Ambiguous, Event, FaceSeen, Nobody, Recognised, Unrecognised, Verifying
from kiosk.guidance import Guidance
from kiosk.proof import LandmarkSource, Proof, Refusals
from kiosk.recognizer.consensus import Consensus, Identity, Look, Unknown
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.liveness.challenge import Step
from kiosk.recognizer.liveness.landmarks import LandmarkFinder
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.recognizer import Recognizer, Sighting, Usability
from kiosk.register import Sight
from kiosk.remembered import Scan, ScanSettings
from kiosk.roster import Roster, RosterCache
from kiosk.scan import answered, reading_refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """What one frame shows. served: the face that is served, None when there is none; waiting: where others wait."""

    frame: Frame
    served: Sighting | None
    waiting: tuple[Box, ...] = ()

    @property
    def box(self) -> Box | None:
        """Where the served face is, in pixels of frame.main."""
        return self.served.face.box if self.served is not None else None

    @property
    def usable(self) -> bool:
        """Whether the served face can be recognised from this frame."""
        return self.served is not None and self.served.usability is Usability.USABLE


class Judge:
    """Recognises the served face and proves that it lives, one face after the other.

    roster: whose newest roster is taken into use with `use_newest_roster`. ask: shows a challenge's step to whoever
    obeys without reading the screen. landmarks: for the challenge; None: dlib's, read when a policy asks for it.
    recognizer_of: gives the recogniser of another pack when a roster of it is in force; None: there is only the one.
    on_refusals: told when somebody has been refused for want of liveness as often as is allowed.
    """

    def __init__(
        self,
        *,
        recognizer: Recognizer,
        roster: RosterCache,
        clock: Clock,
        ask: Callable[[Step], None],
        landmarks: LandmarkSource | None = None,
        recognizer_of: Callable[[str], Recognizer] | None = None,
        on_refusals: Callable[[Refusals], None] = lambda _refusals: None,
    ) -> None:
        self._recognizer = recognizer
        self._recognizer_of = recognizer_of
        self._newest = roster
        self._clock = clock
        self._on_refusals = on_refusals
        self.roster: Roster = roster.current
        """The roster in use."""
        self.narrowed: str | None = None
        """The one person whom faces are held against; None: everybody."""
        self._gallery = self.roster.gallery
        self._follow_pack(self.roster)
        self._consensus = Consensus(rule=self._rule(self.roster), gallery=self._gallery)
        self._guidance = Guidance()
        self.landmarks = landmarks or LandmarkFinder()
        """What finds the landmarks of a challenge; lent to an operator while nobody is judged."""
        self._proof = Proof(
            passive=self._recognizer.pack.passive,
            landmarks=self.landmarks,
            ask=ask,
            recount=self._consensus.recount,
            on_refusals=on_refusals,
        )
        self._proof.use(self._recognizer.pack.passive, self.roster.policy.liveness)
        self._view: View | None = None

    @property
    def recognizer(self) -> Recognizer:
        """What finds and embeds faces now."""
        return self._recognizer

    @property
    def pack(self) -> Pack:
        """The recognition pack in use."""
        return self._recognizer.pack

    @property
    def rule(self) -> DecisionRule:
        """What a score must reach now."""
        return self._consensus.rule

    @property
    def layers(self) -> tuple[LivenessLayer, ...]:
        """What the layers of liveness said of the face that was judged last."""
        return self._proof.layers

    # Frames ----------------------------------------------------------------------------------------------------------

    def look(self, frame: Frame) -> View:
        """Find the faces of a frame, and who the served one is like."""
        sightings = self._recognizer.look(frame, self._gallery, embed=self._proof.wants_match)
        served = next((each for each in sightings if each.served), None)
        self._view = View(frame, served, tuple(each.face.box for each in sightings if each is not served))
        return self._view

    def judge(self, view: View, scan: Scan, settings: ScanSettings) -> Event:
        """What this frame means for the walk-up, which stands at `scan`."""
        frame, served = view.frame, view.served
        if served is None:
            followed = self._proof.follow_blind(frame)
            if followed is not None:
                self._consensus.follow(followed, frame.captured_at)
                return self._prove(None, frame, followed, scan, settings) or Nobody()
            self._consensus.miss(frame.captured_at)
            if not self._consensus.following:
                self._proof.reset()
            return Nobody()
        self._consensus.follow(served.face.box, frame.captured_at)
        first_seen_at = self._consensus.first_seen_at
        advice = self._guidance.advise(served.usability, first_seen_at=first_seen_at, now=frame.captured_at)
        look = _look_of(served) if advice.counts else None
        policy = self.roster.policy.liveness
        match = self._told(look)
        self._proof.watch(frame, served.face.box, first_seen_at=first_seen_at, match=match, policy=policy)
        verdict = self._consensus.observe(served.face.box, look, frame.captured_at)
        identity = verdict if isinstance(verdict, Identity) else None
        if identity is not None and self.narrowed is None and self.roster.asks_second_factor(identity.person):
            return Ambiguous(identity)
        proven = self._prove(identity, frame, served.face.box, scan, settings)
        if proven is not None:
            return proven
        if isinstance(verdict, Unknown):
            log.info("not recognised: best %.3f over %d frames", verdict.best.similarity, verdict.frames)
            return Unrecognised(first_seen_at)
        if advice.hint is not None:
            return FaceSeen(advice.hint, first_seen_at)
        return Verifying(self._consensus.progress, first_seen_at)

    def lose(self) -> None:
        """No frames are coming: whoever was there may be somebody else when they come again."""
        self._consensus.reset()
        self._proof.reset()

    def _prove(
        self, identity: Identity | None, frame: Frame, box: Box, scan: Scan, settings: ScanSettings
    ) -> Event | None:
        """What liveness says of whoever is recognised; None when nobody is, and no challenge is running."""
        now = self._clock.monotonic()
        if identity is not None and answered(scan, identity.person, now=now, settings=settings):
            return Recognised(identity, proven=False)
        if reading_refusal(scan, now):
            return None
        return self._proof.judge(identity, frame, box, self.roster.policy.liveness)

    def _told(self, look: Look | None) -> Match | None:
        """Whom this frame alone shows, for liveness. Held against one claim, a face that is not theirs is nobody's."""
        if look is None or self.narrowed is None or self._consensus.rule.accepts(look.match):
            return look.match if look is not None else None
        return replace(look.match, person=None)

    # What was seen ---------------------------------------------------------------------------------------------------

    def sight(self) -> Sight:
        """What whoever is served now was recognised by."""
        if self._view is None:
            raise RuntimeError("a punch without a frame cannot be")
        return Sight(
            frame=self._view.frame,
            box=self._view.box,
            roster=self.roster,
            pack=self._recognizer.pack.name,
            compared=len(self._gallery),
            liveness=Liveness(policy=self.roster.policy.liveness, layers=self._proof.layers),
        )

    def report_differing(self, person: str) -> None:
        """Somebody used this person's PIN or card, and it was not their face."""
        view = self._view
        if view is not None:
            self._on_refusals(Refusals(person, self._proof.layers, view.frame, view.box, 1, reason="face_differs"))

    # Whom faces are held against -------------------------------------------------------------------------------------

    def narrow(self, person: str) -> bool:
        """Hold faces against this one person: a gallery of one, and its threshold; False when nobody has their face."""
        gallery = self.roster.gallery
        if person not in gallery:
            return False
        self.narrowed = person
        self._gallery = Gallery({person: gallery.frames_of(person)}, dimensions=gallery.dimensions)
        self._consensus.use(self._recognizer.pack.rule(1), self._gallery)
        self._proof.reset()
        return True

    def widen(self) -> None:
        """Hold faces against everybody again."""
        self.narrowed = None
        self._gallery = self.roster.gallery
        self._consensus.use(self._rule(self.roster), self._gallery)
        self._proof.reset()

    def use_newest_roster(self) -> bool:
        """Take the newest roster into use, with its pack; whether there was a newer one.

        Whoever has narrowed narrows again: the person may be gone.
        """
        newest = self._newest.current
        if newest is self.roster:
            return False
        self.roster = newest
        self._follow_pack(newest)
        self._gallery = newest.gallery
        self._consensus.use(self._rule(newest), newest.gallery)
        self._proof.use(self._recognizer.pack.passive, newest.policy.liveness)
        return True

    def _rule(self, roster: Roster) -> DecisionRule:
        """The hub's threshold for this gallery where it has computed one, else the model card's."""
        rule = self._recognizer.pack.rule(max(1, len(roster.gallery)))
        threshold = roster.policy.threshold
        return rule if threshold is None else replace(rule, threshold=threshold)

    def _follow_pack(self, roster: Roster) -> None:
        """Recognise with the pack that made the roster's templates: those of two packs cannot be compared."""
        if self._recognizer_of is not None and roster.pack != self._recognizer.pack.name:
            self._recognizer = self._recognizer_of(roster.pack)
            log.info("recognising with the pack %s", roster.pack)


def _look_of(sighting: Sighting) -> Look | None:
    """What a sighting adds to the consensus; None when the face was not usable."""
    if sighting.embedding is None or sighting.match is None:
        return None
    return Look(sighting.embedding, sighting.match, sighting.quality.weight if sighting.quality is not None else 1.0)
