"""The operator mode as a pure state machine: what happened and what time it is go in, what to show and do comes out.

It is separate from the walk-up (kiosk.scan), which stands still meanwhile: no punch is taken while `screen` is not
None. Time is seconds on the monotonic clock. Nobody is let in before the journal says so, and nothing is sealed without
an operator, whose face and PIN were right, and the consent of the very person before the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator import wishes as w
from kiosk.operator.poses import is_over
from kiosk.recognizer.consensus import Identity

IDLE_SECONDS: Final = 90.0
"""After so long without a touch the mode ends by itself."""
WARNED_SECONDS: Final = 20.0
"""So long before, it says so."""
TOLD_SECONDS: Final = 8.0
"""How long it says why nobody is let in."""


@dataclass(frozen=True, slots=True)
class Session:
    """The whole of what the machine remembers.

    screen: what is shown; None: the operator mode is not on. operator: who was let in; None: nobody yet.
    known: the face that was recognised, until somebody is in; entering: its PIN was right, and the journal is asked.
    consent: who agreed, and is being captured.
    touched_at: when somebody last touched the screen; told_until: when a refusal goes by itself.
    """

    screen: s.Screen | None = None
    operator: str | None = None
    known: Identity | None = None
    entering: bool = False
    consent: s.Subject | None = None
    touched_at: float = 0.0
    told_until: float | None = None
    menu: s.Menu = field(default_factory=s.Menu)

    @property
    def on(self) -> bool:
        """Whether the operator mode is on, and so no punch is taken."""
        return self.screen is not None


_Step = tuple[Session, tuple[w.Wanted, ...]]
_HANDS: Final = (
    h.Called, h.PinTried, h.Picked, h.Found, h.Chosen, h.Agreed, h.BareWanted, h.SendWanted, h.PartStarted,
    h.PartJudged, h.Back, h.StillHere,
)  # fmt: skip
_WITH_CAMERA: Final = (s.AskFace, s.AskPin)


def step(session: Session, happening: h.Happening | None, now: float) -> _Step:
    """Next state and what to do; happening None: only time has passed."""
    if isinstance(happening, h.Called) and not session.on:
        return _call(happening.hindrance, now)
    if not session.on:
        return session, ()
    if isinstance(happening, h.Ended):
        return _leave(session)
    if isinstance(happening, _HANDS):
        session = replace(session, touched_at=now)
        if isinstance(session.screen, s.Ending) and happening != h.Picked("leave"):
            return replace(session, screen=session.screen.before), ()
    elif _over(session, now):
        return _leave(session)
    session, wanted = _follow(_unwarned(session), happening, now)
    return _warned(session, now), wanted


def _follow(session: Session, happening: h.Happening | None, now: float) -> _Step:
    if happening is None:
        return session, ()
    if session.operator is None:
        return _admit(session, happening, now)
    capturing = isinstance(session.screen, s.Capturing)
    session, wanted = _hear(session, happening, now)
    if capturing and session.on and not isinstance(session.screen, s.Capturing):
        # Whoever stood before the camera had no reason to touch anything.
        session = replace(session, touched_at=now)
    return session, wanted


def _unwarned(session: Session) -> Session:
    return replace(session, screen=session.screen.before) if isinstance(session.screen, s.Ending) else session


def _warned(session: Session, now: float) -> Session:
    """Whoever is in is told before it ends; a capture has a time of its own."""
    screen, left = session.screen, session.touched_at + IDLE_SECONDS - now
    if screen is None or session.operator is None or isinstance(screen, s.Capturing) or left > WARNED_SECONDS:
        return session
    return replace(session, screen=s.Ending(screen, math.ceil(left), unsent=isinstance(screen, s.Reviewing)))


def _call(hindrance: s.DenialReason | None, now: float) -> _Step:
    if hindrance is None:
        return Session(s.AskFace(), touched_at=now), ()
    return _deny(Session(touched_at=now), hindrance, now), ()


def _deny(session: Session, reason: s.DenialReason, now: float) -> Session:
    return replace(session, screen=s.Denied(reason), known=None, entering=False, told_until=now + TOLD_SECONDS)


def _over(session: Session, now: float) -> bool:
    told = isinstance(session.screen, s.Denied) and session.told_until is not None and now >= session.told_until
    return told or now - session.touched_at >= IDLE_SECONDS


def _leave(session: Session) -> _Step:
    left: tuple[w.Wanted, ...] = (w.Write(session.operator, "left"),) if session.operator is not None else ()
    return Session(), (w.Discard(), *left)


def _admit(session: Session, happening: h.Happening, now: float) -> _Step:
    """Nobody is in yet: face, PIN, journal; or a look at how the kiosk is, from outside."""
    screen = session.screen
    match happening:
        case h.FaceShown(hint, progress, step, number, of, returning) if isinstance(screen, s.AskFace):
            return replace(session, screen=s.AskFace(hint, progress, step, number, of, returning)), ()
        case h.FaceKnown(identity, operator, tries_left) if isinstance(screen, s.AskFace):
            return _know(session, identity, operator=operator, tries_left=tries_left, now=now)
        case h.FaceRefused(reason) if isinstance(screen, s.AskFace):
            return _deny(session, reason, now), ()
        case h.PinTried(person, right, tries_left) if isinstance(screen, s.AskPin) and screen.person == person:
            known = session.known
            if right and known is not None:
                return replace(session, entering=True), (w.Enter(known),)
            if tries_left == 0:
                return _deny(session, "barred", now), (w.Write(person, "pin_barred"),)
            return replace(session, screen=s.AskPin(person, tries_left, wrong=True)), ()
        case h.Entered(person, locked, by_hub) if session.entering and session.known and session.known.person == person:
            menu = s.Menu(locked, by_hub)
            return replace(session, screen=menu, menu=menu, operator=person, known=None, entering=False), ()
        case h.NotEntered() if isinstance(screen, s.AskPin):
            return _deny(session, "journal", now), ()
        case h.CameraLost() if isinstance(screen, _WITH_CAMERA):
            return _deny(session, "camera", now), ()
        case h.Picked("device") if isinstance(screen, s.Denied):
            return session, (w.Open("device"),)
        case h.Opened(s.Device() as page) if isinstance(screen, s.Denied | s.Device):
            return replace(session, screen=replace(page, outside=True), told_until=None), ()
        case h.Refreshed(facts) if isinstance(screen, s.Device):
            return replace(session, screen=replace(screen, facts=facts)), ()
        case h.Picked("leave") | h.Back():
            return _leave(session)
    return session, ()


def _know(session: Session, identity: Identity, *, operator: bool, tries_left: int | None, now: float) -> _Step:
    if not operator:
        return _deny(session, "not_operator", now), ()
    if tries_left is None:
        return _deny(session, "no_pin", now), ()
    if tries_left == 0:
        return _deny(session, "barred", now), ()
    return replace(session, screen=s.AskPin(identity.person, tries_left), known=identity), ()


def _hear(session: Session, happening: h.Happening, now: float) -> _Step:
    """Somebody is in."""
    match happening:
        case h.Picked() | h.Opened() | h.Refreshed() | h.LockChanged() | h.Back():
            return _browse(session, happening)
        case h.Found() | h.Chosen() | h.Agreed() | h.Shot() | h.Taken() | h.BareWanted() | h.CameraLost():
            return _enrol(session, happening, now)
        case h.SendWanted() | h.Sealed() | h.NotSealed() | h.StandingChanged():
            return _send(session, happening)
        case h.Measured() | h.PartStarted() | h.PartJudged():
            return _try_out(session, happening)
        case _:
            return session, ()


def _browse(session: Session, happening: h.Picked | h.Opened | h.Refreshed | h.LockChanged | h.Back) -> _Step:
    screen = session.screen
    match happening:
        case h.Back():
            return _back(session)
        case h.LockChanged(locked, by_hub):
            menu = s.Menu(locked, by_hub)
            return replace(session, menu=menu, screen=menu if isinstance(screen, s.Menu) else screen), ()
        case h.Refreshed(facts):
            return (
                replace(session, screen=replace(screen, facts=facts)) if isinstance(screen, s.Device) else session
            ), ()
        case h.Opened(page):
            return (replace(session, screen=page) if isinstance(screen, s.Menu | s.Handed) else session), ()
        case h.Picked(item):
            return _pick(session, item)
    assert_never(happening)


def _pick(session: Session, item: h.MenuItem) -> _Step:
    screen, menu, operator = session.screen, session.menu, session.operator
    if item == "leave":
        return _leave(session)
    if operator is None or not isinstance(screen, s.Menu | s.Handed):
        return session, ()
    match item:
        case "test":
            return replace(session, screen=s.Testing()), (w.BeginTest(), w.Write(operator, "tested_recognition"))
        case "lock" | "unlock":
            wanted = item == "lock"
            if menu.locked_by_hub or menu.locked == wanted:
                return session, ()
            return session, (w.SetLock(wanted), w.Write(operator, "locked" if wanted else "unlocked"))
        case _:
            return session, (w.Open(item),)


def _back(session: Session) -> _Step:
    match session.screen:
        case s.Menu():
            return _leave(session)
        case s.AskConsent():
            return replace(session, screen=s.FindPerson(), consent=None), (w.Discard(),)
        case s.Standings():
            return replace(session, screen=session.menu), (w.ForgetEnded(),)
        case _:
            return replace(session, screen=session.menu, consent=None), (w.Discard(),)


def _enrol(
    session: Session,
    happening: h.Found | h.Chosen | h.Agreed | h.Shot | h.Taken | h.BareWanted | h.CameraLost,
    now: float,
) -> _Step:
    screen = session.screen
    match happening:
        case h.Found(query, matches, more) if isinstance(screen, s.FindPerson):
            return replace(session, screen=s.FindPerson(query, matches, more)), ()
        case h.Chosen(subject) if isinstance(screen, s.FindPerson):
            if subject.person is not None and subject.person == session.operator:
                return replace(session, screen=s.Unable("yourself")), ()
            return replace(session, screen=s.AskConsent(subject), consent=None), ()
        case h.Agreed() if isinstance(screen, s.AskConsent | s.Unfit):
            subject = screen.subject
            if isinstance(screen, s.Unfit) and session.consent != subject:
                return session, ()
            return replace(session, consent=subject), (w.BeginCapture(subject),)
        case h.Shot(progress) if session.consent is not None and isinstance(
            screen, s.AskConsent | s.Unfit | s.Reviewing
        ):
            # The first word of a capture that was asked for.
            return replace(session, screen=s.Capturing(session.consent, progress)), ()
        case h.Shot(progress) if isinstance(screen, s.Capturing):
            if is_over(progress, now):
                return replace(session, screen=s.Unfit(screen.subject, "slow")), (w.Discard(),)
            return replace(session, screen=s.Capturing(screen.subject, progress)), ()
        case h.Taken(thumbs, bare, unfit, other) if isinstance(screen, s.Capturing):
            if unfit is not None:
                return replace(session, screen=s.Unfit(screen.subject, unfit, other)), (w.Discard(),)
            return replace(session, screen=s.Reviewing(screen.subject, thumbs, bare)), ()
        case h.BareWanted() if isinstance(screen, s.Reviewing) and not screen.bare:
            return session, (w.BeginCapture(screen.subject, bare=True),)
        case h.CameraLost() if isinstance(screen, s.Capturing):
            return replace(session, screen=s.Unfit(screen.subject, "camera")), (w.Discard(),)
        case h.CameraLost() if isinstance(screen, s.Testing):
            return replace(session, screen=s.Unable("camera")), ()
    return session, ()


def _send(session: Session, happening: h.SendWanted | h.Sealed | h.NotSealed | h.StandingChanged) -> _Step:
    screen, operator = session.screen, session.operator
    match happening:
        case h.SendWanted() if isinstance(screen, s.Reviewing) and screen.subject == session.consent and operator:
            return session, (w.Seal(screen.subject, operator),)
        case h.Sealed(standing) if isinstance(screen, s.Reviewing):
            return replace(session, screen=s.Handed(standing), consent=None), (w.Discard(),)
        case h.NotSealed(trouble) if isinstance(screen, s.Reviewing):
            return replace(session, screen=replace(screen, trouble=trouble)), ()
        case h.StandingChanged(standings) if isinstance(screen, s.Handed):
            own = next((each for each in standings if each.id == screen.standing.id), screen.standing)
            return replace(session, screen=s.Handed(own)), ()
        case h.StandingChanged(standings) if isinstance(screen, s.Standings):
            return replace(session, screen=s.Standings(standings)), ()
    return session, ()


def _try_out(session: Session, happening: h.Measured | h.PartStarted | h.PartJudged) -> _Step:
    screen, operator = session.screen, session.operator
    match happening:
        case h.Measured(reading) if isinstance(screen, s.Testing):
            return replace(session, screen=s.Testing(reading)), ()
        case h.PartStarted() if isinstance(screen, s.TryingPart) and screen.part is not None:
            return replace(session, screen=replace(screen, started=True)), (w.TryPart(screen.part),)
        case h.PartJudged(fine) if isinstance(screen, s.TryingPart) and screen.part is not None and screen.started:
            done = (*screen.done, s.Trial(screen.part, fine))
            session = replace(session, screen=replace(screen, done=done, started=False))
            if len(done) < len(screen.parts) or operator is None:
                return session, ()
            told = " ".join(f"{each.part}:{'ok' if each.fine else 'failed'}" for each in done)
            return session, (w.Write(operator, "tested_parts", told),)
    return session, ()
