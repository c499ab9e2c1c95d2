"""The operator mode at work: what hands and frames mean goes into the machine, and what the machine wants is done.

Use it from the attendant's thread, which lends it the frames while it is on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, assert_never

from kiosk.errors import JournalError, JournalFullError
from kiosk.events import (
    Ambiguous,
    Challenging,
    Closed,
    Event,
    FaceSeen,
    LivenessFailed,
    Nobody,
    Recognised,
    Unrecognised,
    Verifying,
)
from kiosk.hardware.panel import Part
from kiosk.judge import Judge, View
from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator import wishes as w
from kiosk.operator.counter import Counter
from kiosk.operator.machine import Session, step
from kiosk.operator.parcel import Permission
from kiosk.operator.studio import Studio
from kiosk.operator.trial_run import TrialRun
from kiosk.recognizer.consensus import Identity
from kiosk.register import Register, Seen
from kiosk.remembered import Scan, ScanSettings

log = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 1.0
_NO_SETTINGS: Final = ScanSettings()


class Backroom(Protocol):
    """What the operator mode reaches beyond the camera; kiosk.operator.backroom has the kiosk's own."""

    @property
    def hindrance(self) -> s.DenialReason | None:
        """Why nobody can be let in although the camera works; None: nothing hinders."""
        ...

    @property
    def locks(self) -> tuple[bool, bool]:
        """Whether the kiosk is locked by an operator, and by the hub."""
        ...

    def open(self, item: h.MenuItem) -> h.Opened:
        """What a page shows."""
        ...

    def device(self) -> tuple[s.Fact, ...]:
        """How the kiosk is."""
        ...

    def standings(self) -> tuple[s.Standing, ...]:
        """Where enrolments are."""
        ...

    def seal(self, studio: Studio, want: w.Seal, permission: Permission) -> h.Sealed | h.NotSealed:
        """Seal what was taken and bring it to the disk."""
        ...

    def forget_ended(self) -> None:
        """Those enrolments that ended need not be listed again."""
        ...

    def try_part(self, part: Part) -> None:
        """Switch a part on for a moment."""
        ...

    def lock(self, *, locked: bool) -> None:
        """Lock or unlock the kiosk for whoever punches; JournalError when that cannot be remembered."""
        ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """monotonic: seconds. wall: aware UTC."""

    monotonic: Callable[[], float]
    wall: Callable[[], datetime]


class OperatorMode:
    """One operator after the other. show: called with every screen, and with None when the mode ends."""

    def __init__(
        self,
        *,
        judge: Judge,
        counter: Counter,
        studio: Studio,
        trial_run: TrialRun,
        register: Register,
        backroom: Backroom,
        clocks: Clocks,
        show: Callable[[], None],
    ) -> None:
        self._judge, self._counter, self._studio, self._trial_run = judge, counter, studio, trial_run
        self._register, self._backroom, self._clocks, self._show = register, backroom, clocks, show
        self._session = Session()
        self._permission: Permission | None = None
        self._refresh_due = 0.0

    @property
    def on(self) -> bool:
        """Whether it is on, and so no punch is taken."""
        return self._session.on

    @property
    def screen(self) -> s.Screen | None:
        """What is shown; None: it is not on."""
        return self._session.screen

    @property
    def operator(self) -> str | None:
        """Who was let in; None: nobody."""
        return self._session.operator

    def call(self, *, camera_working: bool) -> None:
        """Somebody rested a finger on the clock."""
        hindrance = self._backroom.hindrance
        if hindrance is None and not self._counter.anybody():
            hindrance = "nobody"
        if hindrance is None and not camera_working:
            hindrance = "camera"
        self._judge.lose()
        self._advance(h.Called(hindrance))

    def touch(self, kind: str, text: str) -> None:
        """Somebody did this at the screen."""
        screen = self._session.screen
        if screen is None:
            return
        happening = self._counter.resolve(kind, text, screen)
        if isinstance(happening, h.Agreed) and isinstance(screen, s.AskConsent):
            language: Literal["id", "en"] = "en" if text.endswith(":en") else "id"
            self._permission = Permission(language, self._clocks.wall())
        self._advance(happening)

    def look(self, view: View) -> None:
        """Take a frame that the judge has looked at."""
        match self._session.screen:
            case s.AskFace():
                self._advance(self._admission(self._judge.judge(view, Scan(), _NO_SETTINGS)))
            case s.Capturing():
                for happening in self._studio.look(view, self._clocks.monotonic()):
                    self._advance(happening)
            case s.Testing():
                self._advance(h.Measured(self._trial_run.look(view)))

    def lose_camera(self) -> None:
        """No frames are coming."""
        self._advance(h.CameraLost())

    def change_locks(self) -> None:
        """The hub has locked or unlocked the kiosk."""
        self._advance(h.LockChanged(*self._backroom.locks))

    def tick(self) -> None:
        """Time has passed."""
        self._advance(None)
        operator = self._session.operator
        if operator is not None:
            found = self._judge.roster.people.get(operator)
            if found is None or not found.operator:
                self._advance(h.Ended())
        if self.on and self._clocks.monotonic() >= self._refresh_due:
            self._refresh_due = self._clocks.monotonic() + REFRESH_SECONDS
            match self._session.screen:
                case s.Device():
                    self._advance(h.Refreshed(self._backroom.device()))
                case s.Handed() | s.Standings():
                    self._advance(h.StandingChanged(self._backroom.standings()))

    def end(self) -> None:
        """The program ends."""
        self._advance(h.Ended())

    def _admission(self, event: Event) -> h.Happening | None:
        """What a frame means for who wants to be let in."""
        match event:
            case Nobody():
                return h.FaceShown()
            case FaceSeen(hint):
                return h.FaceShown(hint=hint)
            case Verifying(progress):
                return h.FaceShown(progress=progress)
            case Challenging(question, number, of, remaining, returning=returning):
                return h.FaceShown(None, remaining, question, number, of, returning)
            case Recognised(identity) if event.proven:
                return self._counter.know(identity)
            case Unrecognised():
                return h.FaceRefused("unknown")
            case Closed() | LivenessFailed():
                return h.FaceRefused("liveness")
            case Ambiguous():
                return h.FaceRefused("twin")
        return None

    def _advance(self, happening: h.Happening | None) -> None:
        """Step the machine, and do what it wants, until nothing more follows."""
        waiting: list[h.Happening | None] = [happening]
        while waiting:
            before = self._session.screen
            self._session, wanted = step(self._session, waiting.pop(0), self._clocks.monotonic())
            for want in wanted:
                answer = self._do(want)
                if answer is not None:
                    waiting.append(answer)
            if self._session.screen != before:
                self._show()
            if before is not None and self._session.screen is None:
                self._permission = None
                self._judge.lose()

    def _do(self, want: w.Wanted) -> h.Happening | None:
        match want:
            case w.Enter(identity):
                return self._enter(identity)
            case w.Write(operator, act, about):
                self._write(operator, act, about)
            case w.Open(item):
                return self._backroom.open(item)
            case w.BeginCapture(subject, bare):
                return self._studio.begin(subject, self._clocks.monotonic(), bare=bare)
            case w.Discard():
                self._studio.discard()
            case w.ForgetEnded():
                self._backroom.forget_ended()
            case w.BeginTest():
                self._trial_run.begin()
            case w.Seal():
                return self._seal(want)
            case w.TryPart(part):
                self._backroom.try_part(part)
            case w.SetLock(locked):
                return self._set_lock(locked=locked)
            case _:
                assert_never(want)
        return None

    def _enter(self, identity: Identity) -> h.Entered | h.NotEntered:
        try:
            self._register.act(identity.person, "entered", seen=Seen(identity, self._judge.sight()))
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return h.NotEntered()
        log.info("the operator mode was entered")
        return h.Entered(identity.person, *self._backroom.locks)

    def _write(self, operator: str, act: str, about: str = "") -> bool:
        try:
            self._register.act(operator, act, about=about)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return False
        return True

    def _seal(self, want: w.Seal) -> h.Sealed | h.NotSealed:
        if self._permission is None:
            return h.NotSealed("no_key")
        return self._backroom.seal(self._studio, want, self._permission)

    def _set_lock(self, *, locked: bool) -> h.LockChanged:
        try:
            self._backroom.lock(locked=locked)
        except JournalError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
        return h.LockChanged(*self._backroom.locks)
