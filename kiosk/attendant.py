"""Who stands at the terminal and serves people: frames in, punches into the journal, states onto screen and panel.

The attendant works in the thread that calls `run`. The uplink has a thread of its own, and so has the screen; neither
can hold up a punch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from contract.punch import ClockAnchor, JournalRow, Liveness, Punch, Recognition
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.source import FrameSource
from kiosk.clock import AnchorWatch, Clock, Reading
from kiosk.errors import CameraError, CameraStalledError, JournalFullError, SourceUnusableError
from kiosk.events import (
    Ambiguous,
    CameraLost,
    CommitFailed,
    Committed,
    Event,
    FaceSeen,
    LockChanged,
    Nobody,
    Recognised,
    Unrecognised,
    Verifying,
)
from kiosk.guidance import Guidance
from kiosk.hardware.panel import Panel
from kiosk.journal import Journal, RowKey
from kiosk.position import FixedPosition, Position
from kiosk.proof import LandmarkSource, Proof, Refusals
from kiosk.recognizer.consensus import Consensus, Identity, Look, Unknown
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box
from kiosk.recognizer.liveness.landmarks import LandmarkFinder
from kiosk.recognizer.recognizer import Recognizer, Sighting, Usability
from kiosk.remembered import LastPunch, Scan, ScanSettings
from kiosk.roster import Roster, RosterCache
from kiosk.scan import answered, reading_refusal, remember, step
from kiosk.states import Accepted, AlreadyRecorded, CameraTrouble, Record, Recording, Refused, Signal, State

log = logging.getLogger(__name__)

_TOLD: Final = (Accepted, AlreadyRecorded, Refused, CameraTrouble)
"""States that lights and buzzer were told of."""

FRAME_PATIENCE_SECONDS: Final = 1.0
OPENING_SECONDS: Final = 10.0
"""How long a camera may take to open after the start before the screen calls it trouble."""
CLOCK_CHECK_SECONDS: Final = 5.0


class Display(Protocol):
    """Where the walk-up is shown. Both methods return at once and may be called from the attendant's thread."""

    def show_state(self, state: State, *, name: str | None) -> None:
        """Show this state; name: of the person in it, None where it has none."""
        ...

    def show_frame(self, picture: Pixels, box: Box | None) -> None:
        """Show the live picture, (height, width, 3) BGR, and the face that is served."""
        ...


class NullDisplay:
    """A kiosk without a screen: remembers the states, in order, for whoever looks."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def show_state(self, state: State, *, name: str | None) -> None:  # noqa: ARG002 (nothing is drawn)
        if not self.states or self.states[-1] != state:
            self.states = [*self.states[-99:], state]

    def show_frame(self, picture: Pixels, box: Box | None) -> None:
        """Nothing is drawn."""


@dataclass(frozen=True, slots=True)
class TakenPunch:
    """A punch that is on disk, since `committed_at` (seconds, CLOCK_MONOTONIC).

    committed_ms: from the capture of the first frame in which this face was detected to the journal's commit.
    """

    punch: Punch
    identity: Identity
    committed_at: float
    committed_ms: float


class Attendant:
    """Serves one stream of frames. `run` returns when the input has ended or `stop` is set.

    on_punch is called in the attendant's thread after each commit, on_refusals when somebody has been refused for want
    of liveness as often as is allowed. landmarks: for the challenge; None: dlib's, read when a policy asks for it.
    recognizer_of: gives the recogniser of another pack when a roster of it is in force, at once, because it is open by
    then; None: there is only the one. position: where a portable kiosk is; None: it hangs on a wall.
    """

    def __init__(
        self,
        *,
        source: FrameSource,
        recognizer: Recognizer,
        roster: RosterCache,
        journal: Journal,
        clock: Clock,
        panel: Panel,
        display: Display,
        settings: ScanSettings | None = None,
        landmarks: LandmarkSource | None = None,
        recognizer_of: Callable[[str], Recognizer] | None = None,
        position: Position | None = None,
        on_punch: Callable[[TakenPunch], None] = lambda _taken: None,
        on_refusals: Callable[[Refusals], None] = lambda _refusals: None,
    ) -> None:
        self._source = source
        self._recognizer = recognizer
        self._recognizer_of = recognizer_of
        self._roster = roster
        self._journal = journal
        self._clock = clock
        self._panel = panel
        self._display = display
        self._settings = settings or ScanSettings()
        self._position = position or FixedPosition()
        self._on_punch = on_punch
        self._anchors = AnchorWatch(clock)
        self._clock_due = 0.0
        self._frame: Frame | None = None
        self._roster_in_use = roster.current
        self._follow_pack(self._roster_in_use)
        self._consensus = Consensus(rule=self._rule(self._roster_in_use), gallery=self._roster_in_use.gallery)
        self._guidance = Guidance()
        self._proof = Proof(
            passive=self._recognizer.pack.passive,
            landmarks=landmarks or LandmarkFinder(),
            ask=source.ask,
            recount=self._consensus.recount,
            on_refusals=on_refusals,
        )
        self._proof.use(self._recognizer.pack.passive, self._roster_in_use.policy.liveness)
        self._seen_anything = False
        self._opening_until = 0.0
        self._lock_wish: bool | None = None
        self._anchor_owed_ms: int | None = None
        self._scan = remember(Scan(), self._recent_punches())
        self.camera_working = False
        self.served_frame: Frame | None = None
        """The newest frame, while it shows a usable face; None otherwise."""

    def lock(self, *, locked: bool) -> None:
        """Take no punches from now on, or take them again; may be called from any thread."""
        self._lock_wish = locked

    @property
    def state(self) -> State:
        return self._scan.state

    # The loop -------------------------------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Serve people until `stop` is set or the input ends. SourceUnusableError when there is nothing to read."""
        self._panel.idle()
        self._show()
        self._opening_until = self._clock.monotonic() + OPENING_SECONDS
        with self._source:
            while not stop.is_set():
                self._keep_time()
                self._obey()
                try:
                    frame = self._source.read(FRAME_PATIENCE_SECONDS)
                except SourceUnusableError:
                    raise
                except CameraStalledError as error:
                    self._lose_camera(error)
                    continue
                except CameraError as error:
                    self._lose_camera(error)
                    stop.wait(FRAME_PATIENCE_SECONDS)
                    continue
                if frame is None:
                    return
                self._look(frame)

    def _lose_camera(self, error: CameraError) -> None:
        if not self._seen_anything and self._clock.monotonic() < self._opening_until:
            return
        if self.camera_working:
            log.warning("camera: %s", error)
        self.camera_working = False
        self.served_frame = None
        self._consensus.reset()
        self._proof.reset()
        self._advance(CameraLost())

    def _look(self, frame: Frame) -> None:
        self.camera_working = self._seen_anything = True
        self._frame = frame
        self._use_newest_roster()
        sightings = self._recognizer.look(frame, self._roster_in_use.gallery)
        served = next((each for each in sightings if each.served), None)
        usable = served is not None and served.usability is Usability.USABLE
        self.served_frame = frame if usable else None
        self._display.show_frame(frame.main, served.face.box if served else None)
        self._advance(self._judge(frame, served))

    def _judge(self, frame: Frame, served: Sighting | None) -> Event:
        """What this frame means for the walk-up."""
        if served is None:
            followed = self._proof.follow_blind(frame)
            if followed is not None:
                self._consensus.follow(followed, frame.captured_at)
                return self._prove(None, frame, followed) or Nobody()
            self._consensus.miss(frame.captured_at)
            if not self._consensus.following:
                self._proof.reset()
            return Nobody()
        self._consensus.follow(served.face.box, frame.captured_at)
        first_seen_at = self._consensus.first_seen_at
        advice = self._guidance.advise(served.usability, first_seen_at=first_seen_at, now=frame.captured_at)
        look = _look_of(served) if advice.counts else None
        policy = self._roster_in_use.policy.liveness
        match = look.match if look is not None else None
        self._proof.watch(frame, served.face.box, first_seen_at=first_seen_at, match=match, policy=policy)
        verdict = self._consensus.observe(served.face.box, look, frame.captured_at)
        identity = verdict if isinstance(verdict, Identity) else None
        if identity is not None and self._roster_in_use.asks_second_factor(identity.person):
            return Ambiguous(identity)
        proven = self._prove(identity, frame, served.face.box)
        if proven is not None:
            return proven
        if isinstance(verdict, Unknown):
            log.info("not recognised: best %.3f over %d frames", verdict.best.similarity, verdict.frames)
            return Unrecognised(first_seen_at)
        if advice.hint is not None:
            return FaceSeen(advice.hint, first_seen_at)
        return Verifying(self._consensus.progress, first_seen_at)

    def _prove(self, identity: Identity | None, frame: Frame, box: Box) -> Event | None:
        """What liveness says of whoever is recognised; None when nobody is, and no challenge is running."""
        now = self._clock.monotonic()
        if identity is not None and answered(self._scan, identity.person, now=now, settings=self._settings):
            return Recognised(identity, proven=False)
        if reading_refusal(self._scan, now):
            return None
        return self._proof.judge(identity, frame, box, self._roster_in_use.policy.liveness)

    def _advance(self, event: Event | None) -> None:
        """Step the walk-up, and do what it asks, until nothing more follows."""
        events: list[Event | None] = [event]
        while events:
            before = self._scan.state
            self._scan, actions = step(self._scan, events.pop(0), now=self._clock.monotonic(), settings=self._settings)
            if self._scan.state != before:
                self._show()
                if isinstance(before, _TOLD) and not isinstance(self._scan.state, (*_TOLD, Recording)):
                    self._panel.idle()
            for action in actions:
                match action:
                    case Record(identity):
                        events.append(self._record(identity))
                    case Signal(kind):
                        self._panel.signal(kind)

    def _show(self) -> None:
        state = self._scan.state
        person = None
        if isinstance(state, Accepted | AlreadyRecorded):
            person = state.person
        elif isinstance(state, Recording):
            person = state.identity.person
        self._display.show_state(state, name=self._roster_in_use.name_of(person) if person else None)

    # Punches --------------------------------------------------------------------------------------------------------

    def _record(self, identity: Identity) -> Committed | CommitFailed:
        frame = self._frame
        if frame is None:
            raise RuntimeError("a punch without a frame cannot be")
        roster = self._roster_in_use

        def build(key: RowKey) -> JournalRow:
            # Read while the journal is held: else a heartbeat in between could say that all up to now was delivered.
            reading = self._clock.read()
            return Punch(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                person=identity.person,
                taken_at=reading.wall,
                clock=reading.stamp,
                source=frame.source,
                recognition=Recognition(
                    pack=self._recognizer.pack.name,
                    similarity=round(identity.similarity, 5),
                    threshold=round(identity.threshold, 5),
                    runner_up=round(identity.similarity - identity.margin, 5),
                    frames=identity.frames,
                    gallery=len(roster.gallery),
                ),
                liveness=Liveness(policy=roster.policy.liveness, layers=self._proof.layers),
                roster=roster.version,
                place=self._position.place(),
            )

        try:
            punch = self._journal.append(build)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return CommitFailed(identity.person)
        committed_at = self._clock.monotonic()
        if isinstance(punch, Punch):
            self._on_punch(TakenPunch(punch, identity, committed_at, (committed_at - identity.first_seen_at) * 1000))
        return Committed(identity.person, punch.taken_at)

    def _recent_punches(self) -> dict[str, LastPunch]:
        """Who punched within the repeat window before a restart, placed on the monotonic clock."""
        reading, now = self._clock.read(), self._clock.monotonic()
        window = timedelta(seconds=self._settings.repeat_window)
        recent = {}
        for punch in self._journal.punches_since(reading.wall - window):
            seconds_ago = _seconds_between(punch, reading)
            if seconds_ago is not None and 0 <= seconds_ago < self._settings.repeat_window:
                recent[punch.person] = LastPunch(punch.taken_at, now - seconds_ago)
        return recent

    # Roster, clock, commands ----------------------------------------------------------------------------------------

    def _rule(self, roster: Roster) -> DecisionRule:
        """The hub's threshold for this gallery where it has computed one, else the model card's."""
        rule = self._recognizer.pack.rule(max(1, len(roster.gallery)))
        threshold = roster.policy.threshold
        return rule if threshold is None else replace(rule, threshold=threshold)

    def _use_newest_roster(self) -> None:
        newest = self._roster.current
        if newest is not self._roster_in_use:
            self._roster_in_use = newest
            self._follow_pack(newest)
            self._consensus.use(self._rule(newest), newest.gallery)
            self._proof.use(self._recognizer.pack.passive, newest.policy.liveness)

    def _follow_pack(self, roster: Roster) -> None:
        """Recognise with the pack that made the roster's templates: those of two packs cannot be compared."""
        if self._recognizer_of is not None and roster.pack != self._recognizer.pack.name:
            self._recognizer = self._recognizer_of(roster.pack)
            log.info("recognising with the pack %s", roster.pack)

    def _obey(self) -> None:
        wish = self._lock_wish
        if wish is not None and wish != self._scan.locked:
            self._advance(LockChanged(wish))

    def _keep_time(self) -> None:
        """Anchor the journal when the clock was set: the hub places earlier rows of this boot by it."""
        now = self._clock.monotonic()
        if now < self._clock_due:
            return
        self._clock_due = now + CLOCK_CHECK_SECONDS
        stepped_ms = self._anchors.check()
        if stepped_ms is not None:
            self._anchor_owed_ms = (self._anchor_owed_ms or 0) + stepped_ms
        owed_ms = self._anchor_owed_ms
        if owed_ms is None:
            return

        def build(key: RowKey) -> JournalRow:
            reading = self._clock.read()
            return ClockAnchor(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                taken_at=reading.wall,
                clock=reading.stamp,
                stepped_ms=owed_ms,
            )

        try:
            self._journal.append(build)
        except JournalFullError as error:
            # Still owed: without it the hub could not place the rows before.
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
        else:
            self._anchor_owed_ms = None


def _look_of(sighting: Sighting) -> Look | None:
    """What a sighting adds to the consensus; None when the face was not usable."""
    if sighting.embedding is None or sighting.match is None:
        return None
    return Look(sighting.embedding, sighting.match, sighting.quality.weight if sighting.quality is not None else 1.0)


def _seconds_between(punch: Punch, reading: Reading) -> float | None:
    """How long ago a punch was taken; None when nobody can know: another boot, and a clock that was not set since.

    A kiosk without a battery wakes up at its last punch; the next morning's first people must not be sent away.
    """
    if punch.clock.boot == reading.stamp.boot:
        return (reading.stamp.monotonic_ms - punch.clock.monotonic_ms) / 1000
    if reading.stamp.source == "free":
        return None
    return (reading.wall - punch.taken_at).total_seconds()
