"""Who stands at the terminal and serves people: frames in, punches into the journal, states onto screen and panel.

The attendant works in the thread that calls `run`. The uplink has a thread of its own, and so has the screen; neither
can hold up a punch.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, assert_never

from contract.heartbeat import Service
from contract.punch import Liveness, Punch
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.source import FrameSource
from kiosk.clock import Clock, Reading
from kiosk.desk import REMEMBERED, Desk
from kiosk.errors import CameraError, CameraStalledError, JournalFullError, SourceUnusableError
from kiosk.events import (
    Ambiguous,
    CameraLost,
    CommitFailed,
    Committed,
    Disavowed,
    Dismissed,
    Event,
    FaceSeen,
    Leaving,
    LockChanged,
    Nobody,
    Recognised,
    Unrecognised,
    Verifying,
)
from kiosk.guidance import Guidance
from kiosk.hardware.panel import Panel
from kiosk.journal import Journal, RowKey
from kiosk.months import Months
from kiosk.pin_tries import PinTries
from kiosk.position import FixedPosition, Position
from kiosk.proof import LandmarkSource, Proof, Refusals
from kiosk.recognizer.consensus import Consensus, Identity, Look, Unknown
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.liveness.landmarks import LandmarkFinder
from kiosk.recognizer.recognizer import Recognizer, Sighting, Usability
from kiosk.register import KeepSnapshot, Register, Sight, without_snapshot
from kiosk.remembered import LastPunch, Scan, ScanSettings
from kiosk.roster import Roster, RosterCache
from kiosk.scan import answered, reading_refusal, remember, step
from kiosk.service import ServiceTally
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    CameraTrouble,
    CheckFace,
    Choose,
    Disavow,
    EnterPin,
    Narrow,
    Record,
    Recording,
    Refused,
    ReportDiffering,
    ShowMonth,
    Signal,
    State,
    Widen,
)

log = logging.getLogger(__name__)

_TOLD: Final = (Accepted, AlreadyRecorded, Refused, CameraTrouble)
"""States that lights and buzzer were told of."""

FRAME_PATIENCE_SECONDS: Final = 1.0
OPENING_SECONDS: Final = 10.0
"""How long a camera may take to open after the start before the screen calls it trouble."""


class Display(Protocol):
    """Where the walk-up is shown. Both methods return at once and may be called from the attendant's thread."""

    def show_state(self, state: State, *, name: str | None) -> None:
        """Show this state; name: of the person in it, None where it has none."""
        ...

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Show the live picture, (height, width, 3) BGR, the face that is served, and those that wait."""
        ...


class NullDisplay:
    """A kiosk without a screen: remembers the states, in order, for whoever looks."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def show_state(self, state: State, *, name: str | None) -> None:  # noqa: ARG002 (nothing is drawn)
        if not self.states or self.states[-1] != state:
            self.states = [*self.states[-99:], state]

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
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
    of liveness as often as is allowed, on_look with every frame and the face that is served in it,
    on_turn with every turn of the loop, whether a frame came or not.
    landmarks: for the challenge; None: dlib's, read when a policy asks for it.
    recognizer_of: gives the recogniser of another pack when a roster of it is in force, at once, because it is open by
    then; None: there is only the one. position: where a portable kiosk is; None: it hangs on a wall. months: what
    people may look up. keep_snapshot: for punches that go with a picture. timezone: whose midnight begins a new day.
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
        months: Callable[[], Months] = Months,
        keep_snapshot: KeepSnapshot = without_snapshot,
        timezone: str = "Asia/Jakarta",
        on_punch: Callable[[TakenPunch], None] = lambda _taken: None,
        on_refusals: Callable[[Refusals], None] = lambda _refusals: None,
        on_look: Callable[[Frame, Box | None], None] = lambda _frame, _box: None,
        on_turn: Callable[[], None] = lambda: None,
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
        self._on_punch = on_punch
        self._on_refusals = on_refusals
        self._on_look = on_look
        self._on_turn = on_turn
        self._register = Register(
            journal=journal, clock=clock, keep_snapshot=keep_snapshot, place=(position or FixedPosition()).place
        )
        self._frame: Frame | None = None
        self._box: Box | None = None
        self._roster_in_use = roster.current
        self._gallery = self._roster_in_use.gallery
        self._narrowed: str | None = None
        self._desk = Desk(
            roster=lambda: self._roster_in_use,
            months=months,
            tries=PinTries(journal, now=lambda: clock.read().wall),
            now=lambda: clock.read().wall,
        )
        self._touched: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._service = ServiceTally(timezone=timezone, now=clock.read().wall)
        self._follow_pack(self._roster_in_use)
        self._follow_policy(self._roster_in_use)
        self._consensus = Consensus(rule=self._rule(self._roster_in_use), gallery=self._gallery)
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
        self._leaving = False
        self._scan = remember(Scan(), self._recent_punches())
        self.camera_working = False
        self.served_frame: Frame | None = None
        """The newest frame, while it shows a usable face; None otherwise."""

    def lock(self, *, locked: bool) -> None:
        """Take no punches from now on, or take them again; may be called from any thread."""
        self._lock_wish = locked

    def leave(self) -> None:
        """Say on the screen that the kiosk is about to start anew; may be called from any thread."""
        self._leaving = True

    @property
    def state(self) -> State:
        return self._scan.state

    @property
    def service(self) -> Service:
        """How people were served today."""
        return self._service.today

    # The loop -------------------------------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Serve people until `stop` is set or the input ends. SourceUnusableError when there is nothing to read."""
        self._panel.idle()
        self._show()
        self._opening_until = self._clock.monotonic() + OPENING_SECONDS
        with self._source:
            while not stop.is_set():
                self._on_turn()
                self._register.keep_time()
                self._obey()
                self._take_touches()
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
            if self._leaving:
                self._advance(Leaving())

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
        sightings = self._recognizer.look(frame, self._gallery, embed=self._proof.wants_match)
        served = next((each for each in sightings if each.served), None)
        usable = served is not None and served.usability is Usability.USABLE
        self.served_frame = frame if usable else None
        self._box = served.face.box if served else None
        waiting = tuple(each.face.box for each in sightings if each is not served)
        self._display.show_frame(frame.main, self._box, waiting)
        self._on_look(frame, self._box)
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
        match = self._told(look)
        self._proof.watch(frame, served.face.box, first_seen_at=first_seen_at, match=match, policy=policy)
        verdict = self._consensus.observe(served.face.box, look, frame.captured_at)
        identity = verdict if isinstance(verdict, Identity) else None
        if identity is not None and self._narrowed is None and self._roster_in_use.asks_second_factor(identity.person):
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
        event = self._proof.judge(identity, frame, box, self._roster_in_use.policy.liveness)
        if self._settings.choose and isinstance(event, Recognised) and not isinstance(self._scan.state, Choose):
            return replace(event, proposal=self._desk.propose(event.identity.person, self._clock.read().wall))
        return event

    def _told(self, look: Look | None) -> Match | None:
        """Whom this frame alone shows, for liveness. Held against one claim, a face that is not theirs is nobody's."""
        if look is None or self._narrowed is None or self._consensus.rule.accepts(look.match):
            return look.match if look is not None else None
        return replace(look.match, person=None)

    def _advance(self, event: Event | None) -> None:
        """Step the walk-up, and do what it asks, until nothing more follows."""
        events: list[Event | None] = [event]
        while events:
            before = self._scan.state
            self._scan, actions = step(self._scan, events.pop(0), now=self._clock.monotonic(), settings=self._settings)
            if self._scan.state != before:
                self._service.note(self._scan.state, at=self._clock.monotonic(), now=self._clock.read().wall)
                self._show()
                if isinstance(before, _TOLD) and not isinstance(self._scan.state, (*_TOLD, Recording)):
                    self._panel.idle()
            for action in actions:
                match action:
                    case Record():
                        events.append(self._record(action))
                    case Disavow():
                        events.append(self._disavow(action))
                    case Signal(kind):
                        self._panel.signal(kind)
                    case Narrow(person):
                        self._narrow(person)
                    case Widen():
                        self._widen()
                    case ReportDiffering(person):
                        self._report_differing(person)
                    case _:
                        assert_never(action)

    def _show(self) -> None:
        state = self._scan.state
        person = None
        if isinstance(state, Accepted | AlreadyRecorded | EnterPin | CheckFace | ShowMonth):
            person = state.person
        elif isinstance(state, Recording | Choose):
            person = state.identity.person
        self._display.show_state(state, name=self._roster_in_use.name_of(person) if person else None)

    # Hands -----------------------------------------------------------------------------------------------------------

    def touch(self, kind: str, text: str = "") -> None:
        """Somebody did this at the screen (kiosk.desk.TouchKind); returns at once, from any thread."""
        self._touched.put((kind, text))

    def _take_touches(self) -> None:
        while True:
            try:
                kind, text = self._touched.get_nowait()
            except queue.Empty:
                return
            event = self._desk.resolve(kind, text, self._scan.state)
            if event is not None:
                self._advance(event)

    def _narrow(self, person: str) -> None:
        """Hold faces against this one person: a gallery of one, and its threshold."""
        gallery = self._roster_in_use.gallery
        if person not in gallery:
            self._advance(Dismissed())
            return
        self._narrowed = person
        self._gallery = Gallery({person: gallery.frames_of(person)}, dimensions=gallery.dimensions)
        self._consensus.use(self._recognizer.pack.rule(1), self._gallery)
        self._proof.reset()

    def _widen(self) -> None:
        self._narrowed = None
        self._gallery = self._roster_in_use.gallery
        self._consensus.use(self._rule(self._roster_in_use), self._gallery)
        self._proof.reset()

    # Rows ------------------------------------------------------------------------------------------------------------

    def _record(self, record: Record) -> Committed | CommitFailed:
        identity = record.identity
        try:
            punch = self._register.punch(record, self._sight())
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return CommitFailed(identity.person)
        committed_at = self._clock.monotonic()
        taken = TakenPunch(punch, identity, committed_at, (committed_at - identity.first_seen_at) * 1000)
        self._on_punch(taken)
        proposal = self._desk.propose(punch.person, punch.taken_at)
        self._desk.note(punch.person, punch.taken_at)
        row = RowKey(punch.device, punch.epoch, punch.seq)
        return Committed(punch.person, punch.taken_at, row, proposal, record.factor)

    def _disavow(self, disavow: Disavow) -> Disavowed | CommitFailed:
        try:
            self._register.disavow(disavow)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return CommitFailed(disavow.person)
        last = self._scan.punches.get(disavow.person)
        if last is not None:
            self._desk.forget(disavow.person, last.taken_at)
        return Disavowed(disavow.person)

    def _sight(self) -> Sight:
        frame = self._frame
        if frame is None:
            raise RuntimeError("a punch without a frame cannot be")
        roster = self._roster_in_use
        return Sight(
            frame=frame,
            box=self._box,
            roster=roster,
            pack=self._recognizer.pack.name,
            compared=len(self._gallery),
            liveness=Liveness(policy=roster.policy.liveness, layers=self._proof.layers),
        )

    def _report_differing(self, person: str) -> None:
        """Somebody used this person's PIN or card, and it was not their face."""
        if self._frame is not None:
            self._on_refusals(Refusals(person, self._proof.layers, self._frame, self._box, 1, reason="face_differs"))

    def _recent_punches(self) -> dict[str, LastPunch]:
        """Who punched within the repeat window before a restart, placed on the monotonic clock."""
        reading, now = self._clock.read(), self._clock.monotonic()
        recent = {}
        for punch in self._journal.punches_since(reading.wall - REMEMBERED):
            self._desk.note(punch.person, punch.taken_at)
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
            self._follow_policy(newest)
            self._gallery = newest.gallery
            self._consensus.use(self._rule(newest), newest.gallery)
            self._proof.use(self._recognizer.pack.passive, newest.policy.liveness)
            if self._narrowed is not None:
                self._narrow(self._narrowed)

    def _follow_policy(self, roster: Roster) -> None:
        policy = roster.policy
        self._settings = replace(self._settings, fallback=policy.fallback, choose=policy.choose)

    def _follow_pack(self, roster: Roster) -> None:
        """Recognise with the pack that made the roster's templates: those of two packs cannot be compared."""
        if self._recognizer_of is not None and roster.pack != self._recognizer.pack.name:
            self._recognizer = self._recognizer_of(roster.pack)
            log.info("recognising with the pack %s", roster.pack)

    def _obey(self) -> None:
        wish = self._lock_wish
        if wish is not None and wish != self._scan.locked:
            self._panel.lock(locked=wish)
            self._advance(LockChanged(wish))


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
