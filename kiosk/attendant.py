"""Who stands at the terminal and serves people: frames in, punches into the journal, states onto screen and panel.

The attendant works in the thread that calls `run`. The uplink has a thread of its own, and so has the screen; neither
can hold up a punch.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, assert_never

from contract.heartbeat import Service
from kiosk.camera.frame import Frame
from kiosk.camera.source import FrameSource
from kiosk.clerk import Clerk, TakenPunch
from kiosk.clock import Clock
from kiosk.desk import Desk
from kiosk.display import Display
from kiosk.errors import CameraError, CameraStalledError, SourceUnusableError
from kiosk.events import (
    CameraLost,
    Dismissed,
    Event,
    Leaving,
    LockChanged,
    Nobody,
    OperatorCame,
    OperatorLeft,
    Recognised,
)
from kiosk.hardware.panel import Panel
from kiosk.journal import Journal
from kiosk.judge import Judge, View
from kiosk.months import Months
from kiosk.operator.mode import OperatorMode
from kiosk.operator.screens import AskPin
from kiosk.pin_tries import PinTries
from kiosk.position import FixedPosition, Position
from kiosk.proof import LandmarkSource, Refusals
from kiosk.recognizer.face import Box
from kiosk.recognizer.recognizer import Recognizer
from kiosk.register import KeepSnapshot, Register, without_snapshot
from kiosk.remembered import Scan, ScanSettings
from kiosk.roster import RosterCache
from kiosk.scan import remember, step
from kiosk.service import ServiceTally
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    Attended,
    CameraTrouble,
    CheckFace,
    Choose,
    Disavow,
    EnterPin,
    Idle,
    Locked,
    Narrow,
    Record,
    Recording,
    Refused,
    ReportDiffering,
    ShowMonth,
    Signal,
    State,
    Verify,
    Widen,
    Withdrawn,
)

log = logging.getLogger(__name__)

_TOLD: Final = (Accepted, AlreadyRecorded, Refused, CameraTrouble)
"""States that lights and buzzer were told of."""

FRAME_PATIENCE_SECONDS: Final = 1.0
OPENING_SECONDS: Final = 10.0
"""How long a camera may take to open after the start before the screen calls it trouble."""

_MAY_BE_LEFT: Final = (Idle, Approach, Verify, Accepted, AlreadyRecorded, Refused, CameraTrouble, Locked, Withdrawn)
"""Where an operator may come: nobody is in the middle of something with their hands."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the attendant lends to an operator. show: draws what is to be shown now."""

    judge: Judge
    register: Register
    tries: PinTries
    show: Callable[[], None]


class Attendant:
    """Serves one stream of frames. `run` returns when the input has ended or `stop` is set.

    on_punch is called in the attendant's thread after each commit, on_refusals when somebody has been refused for want
    of liveness as often as is allowed, on_look with every frame and the face that is served in it,
    on_turn with every turn of the loop, whether a frame came or not.
    landmarks: for the challenge; None: dlib's, read when a policy asks for it.
    recognizer_of: gives the recogniser of another pack when a roster of it is in force, at once, because it is open by
    then; None: there is only the one. position: where a portable kiosk is; None: it hangs on a wall. months: what
    people may look up. keep_snapshot: for punches that go with a picture. timezone: whose midnight begins a new day.
    open_operator: makes the operator mode; None: this kiosk has none.
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
        open_operator: Callable[[Workplace], OperatorMode] | None = None,
        on_punch: Callable[[TakenPunch], None] = lambda _taken: None,
        on_refusals: Callable[[Refusals], None] = lambda _refusals: None,
        on_look: Callable[[Frame, Box | None], None] = lambda _frame, _box: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._clock = clock
        self._panel = panel
        self._display = display
        self._settings = settings or ScanSettings()
        self._on_look = on_look
        self._on_turn = on_turn
        self._judge = Judge(
            recognizer=recognizer,
            roster=roster,
            clock=clock,
            ask=source.ask,
            landmarks=landmarks,
            recognizer_of=recognizer_of,
            on_refusals=on_refusals,
        )
        self._register = Register(
            journal=journal, clock=clock, keep_snapshot=keep_snapshot, place=(position or FixedPosition()).place
        )
        tries = PinTries(journal, now=lambda: clock.read().wall)
        self._desk = Desk(
            roster=lambda: self._judge.roster,
            months=months,
            tries=tries,
            now=lambda: clock.read().wall,
            stored=journal.own_punches,
        )
        self._clerk = Clerk(register=self._register, desk=self._desk, journal=journal, clock=clock, on_punch=on_punch)
        self._touched: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._service = ServiceTally(timezone=timezone, now=clock.read().wall)
        self._follow_policy()
        self._seen_anything = False
        self._opening_until = 0.0
        self._lock_wish: bool | None = None
        self._leaving = False
        self._operator: OperatorMode | None = None
        if open_operator is not None:
            self._operator = open_operator(Workplace(self._judge, self._register, tries, self._note_operator))
        self._last_operator: str | None = None
        self._scan = remember(Scan(), self._clerk.recent_punches(self._settings.repeat_window))
        self.camera_working = False
        self.served_frame: Frame | None = None
        """The newest frame, while it shows a usable face; None otherwise."""

    def lock(self, *, locked: bool) -> None:
        """Take no punches from now on, or take them again; may be called from any thread."""
        self._lock_wish = locked

    def leave(self) -> None:
        """Say on the screen that the kiosk is about to start anew; may be called from any thread."""
        self._leaving = True

    def touch(self, kind: str, text: str = "") -> None:
        """Somebody did this at the screen (kiosk.events.TouchKind); returns at once, from any thread."""
        self._touched.put((kind, text))

    @property
    def state(self) -> State:
        """What is to be shown."""
        screen = self._operator.screen if self._operator is not None else None
        if self._operator is None or screen is None:
            return self._scan.state
        return Attended(screen, self._operator.operator)

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
                if self._attended is not None:
                    self._attended.tick()
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
            if self._attended is not None:
                self._attended.end()
            if self._leaving:
                self._advance(Leaving())

    def _lose_camera(self, error: CameraError) -> None:
        if self._camera_opening:
            return
        if self.camera_working:
            log.warning("camera: %s", error)
        self.camera_working = False
        self.served_frame = None
        self._judge.lose()
        if self._attended is not None:
            self._attended.lose_camera()
        self._advance(CameraLost())

    def _look(self, frame: Frame) -> None:
        self.camera_working = self._seen_anything = True
        self._use_newest_roster()
        view = self._judge.look(frame)
        self.served_frame = frame if view.usable else None
        self._display.show_frame(frame.main, view.box, view.waiting)
        self._on_look(frame, view.box)
        if self._attended is not None:
            if isinstance(self._scan.state, CameraTrouble):
                self._advance(Nobody())
            self._attended.look(view)
        else:
            self._advance(self._meaning(view))

    def _meaning(self, view: View) -> Event:
        """What a frame means, and what the timetable takes a punch for now where people are asked."""
        event = self._judge.judge(view, self._scan, self._settings)
        asks = self._settings.choose and not isinstance(self._scan.state, Choose)
        if asks and isinstance(event, Recognised) and event.proven:
            return replace(event, proposal=self._desk.propose(event.identity.person, self._clock.read().wall))
        return event

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
                        events.append(self._clerk.record(action, self._judge.sight()))
                    case Disavow(person):
                        events.append(self._clerk.disavow(action, self._scan.punches.get(person)))
                    case Signal(kind):
                        self._panel.signal(kind)
                    case Narrow(person):
                        self._narrow(person)
                    case Widen():
                        self._judge.widen()
                    case ReportDiffering(person):
                        self._judge.report_differing(person)
                    case _:
                        assert_never(action)

    @property
    def _attended(self) -> OperatorMode | None:
        """The operator mode while it is on."""
        return self._operator if self._operator is not None and self._operator.on else None

    def _show(self) -> None:
        state = self.state
        person = None
        if isinstance(state, Attended):
            person = state.screen.person if isinstance(state.screen, AskPin) else state.operator
        if isinstance(state, Accepted | AlreadyRecorded | AskNotMe | EnterPin | CheckFace | ShowMonth):
            person = state.person
        elif isinstance(state, Recording | Choose):
            person = state.identity.person
        self._display.show_state(state, name=self._judge.roster.name_of(person) if person else None)

    @property
    def _camera_opening(self) -> bool:
        """Whether nothing was filmed yet, and it is too early to call that trouble."""
        return not self._seen_anything and self._clock.monotonic() < self._opening_until

    # Hands, roster, commands -----------------------------------------------------------------------------------------

    def _take_touches(self) -> None:
        while True:
            try:
                kind, text = self._touched.get_nowait()
            except queue.Empty:
                return
            if self._attended is not None:
                self._attended.touch(kind, text)
            elif kind == "operator":
                self._call_operator()
            elif (event := self._desk.resolve(kind, text, self._scan.state)) is not None:
                self._advance(event)

    def _call_operator(self) -> None:
        if self._operator is not None and isinstance(self._scan.state, _MAY_BE_LEFT):
            self._use_newest_roster()
            self._advance(OperatorCame())
            self._panel.idle()
            self._operator.call(camera_working=self.camera_working or self._camera_opening)

    def _note_operator(self) -> None:
        """The operator mode shows something else, or has ended."""
        attended = self._attended
        if attended is not None:
            self._last_operator = attended.operator
        else:
            self._panel.idle()
            left, self._last_operator = self._last_operator, None
            self._advance(OperatorLeft(left))
        self._show()

    def _narrow(self, person: str) -> None:
        """Hold faces against this one person, or give up the claim of somebody whose face nobody knows."""
        if not self._judge.narrow(person):
            self._advance(Dismissed())

    def _use_newest_roster(self) -> None:
        if self._judge.use_newest_roster():
            self._follow_policy()
            if self._judge.narrowed is not None:
                self._narrow(self._judge.narrowed)

    def _follow_policy(self) -> None:
        policy = self._judge.roster.policy
        self._settings = replace(self._settings, fallback=policy.fallback, choose=policy.choose)

    def _obey(self) -> None:
        wish = self._lock_wish
        if wish is not None and wish != self._scan.locked:
            self._panel.lock(locked=wish)
            self._advance(LockChanged(wish))
        if self._attended is not None:
            self._attended.change_locks()
