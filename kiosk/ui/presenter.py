"""What the screen shows, as a pure function of the walk-up's state and of what surrounds it.

The window draws a View and knows nothing else: every word, badge and time on it is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    CameraTrouble,
    Challenge,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Hint,
    Idle,
    Locked,
    Recording,
    RefusalReason,
    Refused,
    ShowMonth,
    State,
    Updating,
    Verify,
    Withdrawn,
)
from kiosk.ui.phrases import Language, Phrases, Words, greeting_at, phrases_in

Tone = Literal["calm", "busy", "good", "notice", "bad", "trouble"]
Icon = Literal[
    "face",
    "nearer",
    "back",
    "centre",
    "still",
    "dark",
    "bright",
    "mask",
    "sunglasses",
    "people",
    "scan",
    "save",
    "check",
    "repeat",
    "question",
    "person",
    "disk",
    "camera",
    "lock",
    "turn_left",
    "turn_right",
    "turn_up",
    "turn_nearer",
]
BadgeIcon = Literal["offline", "demo", "shield", "clock"]
StateId = Literal[
    "idle",
    "approach_nearer",
    "approach_centre",
    "approach_look",
    "approach_back",
    "approach_still",
    "approach_dark",
    "approach_back_light",
    "approach_bright",
    "approach_mask",
    "approach_sunglasses",
    "approach_one_at_a_time",
    "verify",
    "challenge_ahead",
    "challenge_left",
    "challenge_right",
    "challenge_up",
    "challenge_nearer",
    "recording",
    "accepted",
    "already",
    "refused",
    "no_liveness",
    "liveness",
    "liveness_officer",
    "second_factor",
    "pin_barred",
    "unknown_card",
    "face_differs",
    "journal_full",
    "choose",
    "withdrawn",
    "find_name",
    "enter_pin",
    "enter_pin_wrong",
    "check_face",
    "month",
    "camera_trouble",
    "locked",
    "updating",
]
SessionHint = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the screen says beside the state.

    online: whether the hub is reached; queue: journal rows that it has not acknowledged yet.
    unit: name of the office; message: the message of the day, empty for none.
    clock_trusted: whether the wall time was set by network or battery clock since the start.
    timezone: key of the office's zone (Asia/Jakarta, Asia/Makassar, Asia/Jayapura).
    """

    online: bool
    queue: int
    unit: str
    message: str = ""
    demo: bool = False
    liveness_off: bool = False
    clock_trusted: bool = True
    timezone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Badge:
    """A small plate at the top of the screen: a fact about the device that holds longer than a walk-up."""

    icon: BadgeIcon
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the screen but the live picture; texts are ready to draw, empty means: not shown.

    state, icon, tone: what is drawn; the state is told by icon, word and colour together, never by colour alone.
    headline, detail: in the first language; second_line: both, in the other language.
    name: the person, as the roster writes it; time_text: the punch's local time, "06:58"; session: "MASUK" or "PULANG".
    clock, zone, date: local time now, "06:58", "WIB", "Senin, 23 November 2026".
    unit, message, privacy, badges: what stays on the screen.
    progress: 0 to 1 while frames are being compared; None when there is nothing to measure.
    picture: whether the live picture is shown (not when it is frozen, nor on a locked device).
    """

    state: StateId
    icon: Icon
    tone: Tone
    headline: str
    detail: str
    second_line: str
    name: str
    time_text: str
    session: str
    clock: str
    zone: str
    date: str
    unit: str
    message: str
    privacy: str
    badges: tuple[Badge, ...]
    progress: float | None
    picture: bool


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a state alone decides; taken_at None: no punch to tell the time of. count: which step of how many.

    tries: how many more PINs may be tried.
    """

    state: StateId
    icon: Icon
    tone: Tone
    taken_at: datetime | None = None
    progress: float | None = None
    named: bool = False
    picture: bool = True
    count: tuple[int, int] = (0, 0)
    tries: int = 0


def present(
    state: State,
    surroundings: Surroundings,
    *,
    name: str | None,
    now: datetime,
    language: Language = "id",
    session_hint: SessionHint | None = None,
) -> View:
    """The screen for a state.

    name: of the person in the state, None where the state has none or the roster lost it meanwhile.
    now: aware UTC; ValueError when it is naive. session_hint: what the person chose; None: nothing chosen.
    """
    if now.tzinfo is None:
        raise ValueError("the screen needs an aware time: pass datetime.now(UTC)")
    scene = _stage(state)
    local = _localise(now, surroundings.timezone)
    first, second = phrases_in(language), phrases_in("en" if language == "id" else "id")
    words = _words(scene, first, trusted=surroundings.clock_trusted)
    aside = _words(scene, second, trusted=surroundings.clock_trusted)
    return View(
        state=scene.state,
        icon=scene.icon,
        tone=scene.tone,
        headline=words.headline.format(greeting=greeting_at(local.hour, first.greetings)),
        detail=words.detail.format(number=scene.count[0], of=scene.count[1], tries=scene.tries),
        second_line=aside.short.format(greeting=greeting_at(local.hour, second.greetings), tries=scene.tries),
        name=(name or "").strip() if scene.named else "",
        time_text=_clock(_localise(scene.taken_at, surroundings.timezone)) if scene.taken_at else "",
        session=_session(session_hint, first) if scene.taken_at else "",
        clock=_clock(local),
        zone=local.tzname() or "",
        date=f"{first.days[local.weekday()]}, {local.day} {first.months[local.month - 1]} {local.year}",
        unit=surroundings.unit,
        message=surroundings.message.strip(),
        privacy=first.privacy,
        badges=_badges(surroundings, first),
        progress=scene.progress,
        picture=scene.picture,
    )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How far the enrolment of whoever stands at a demo kiosk has come.

    stage: ask (a name is wanted), capturing (frames are being taken), done, failed (no usable face in time).
    name: as typed; taken, wanted: frames, while capturing.
    """

    stage: Literal["ask", "capturing", "done", "failed"] = "ask"
    name: str = ""
    taken: int = 0
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """The panel under the state: a line of text, whether the name can be typed now, and the progress (None: no bar)."""

    text: str
    open: bool
    progress: float | None


def present_enrolment(enrolment: Enrolment, *, language: Language = "id") -> EnrolmentView:
    """The enrolment panel of a demo kiosk."""
    words = phrases_in(language).window
    match enrolment.stage:
        case "ask":
            return EnrolmentView(words.enrol_ask, open=True, progress=None)
        case "capturing":
            text = words.enrol_capturing.format(taken=enrolment.taken, wanted=enrolment.wanted)
            return EnrolmentView(text, open=False, progress=min(enrolment.taken / max(enrolment.wanted, 1), 1.0))
        case "done":
            return EnrolmentView(words.enrol_done.format(name=enrolment.name), open=True, progress=None)
        case "failed":
            return EnrolmentView(words.enrol_failed, open=True, progress=None)


def until_next_minute(now: datetime) -> timedelta:
    """How long the clock on the screen stays right: when to present again although nothing happened."""
    return timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond)


def _stage(state: State) -> _Scene:
    match state:
        case Idle():
            return _Scene("idle", "face", "calm")
        case Approach(hint):
            return _approach(hint)
        case Verify(progress):
            return _Scene("verify", "scan", "busy", progress=min(max(progress, 0.0), 1.0))
        case Challenge(question, number, of, remaining):
            return _challenge(question, number, of, remaining)
        case Recording():
            return _Scene("recording", "save", "busy", named=True)
        case Accepted(taken_at=taken_at):
            return _Scene("accepted", "check", "good", taken_at=taken_at, named=True)
        case AlreadyRecorded(taken_at=taken_at):
            return _Scene("already", "repeat", "notice", taken_at=taken_at, named=True)
        case Refused(reason):
            return _refusal(reason)
        case CameraTrouble():
            return _Scene("camera_trouble", "camera", "trouble", picture=False)
        case Locked():
            return _Scene("locked", "lock", "trouble", picture=False)
        case Choose():
            return _Scene("choose", "question", "busy", named=True)
        case Withdrawn():
            return _Scene("withdrawn", "repeat", "notice")
        case FindName():
            return _Scene("find_name", "person", "busy")
        case EnterPin(tries_left=tries, wrong=wrong):
            return _Scene("enter_pin_wrong" if wrong else "enter_pin", "lock", "busy", named=True, tries=tries)
        case CheckFace():
            return _Scene("check_face", "face", "busy", named=True)
        case ShowMonth():
            return _Scene("month", "check", "calm", named=True)
        case Updating():
            return _Scene("updating", "scan", "trouble", picture=False)
        case _:
            assert_never(state)


def _approach(hint: Hint) -> _Scene:
    match hint:
        case "nearer":
            return _Scene("approach_nearer", "nearer", "busy")
        case "centre":
            return _Scene("approach_centre", "centre", "busy")
        case "look":
            return _Scene("approach_look", "face", "busy")
        case "back":
            return _Scene("approach_back", "back", "busy")
        case "still":
            return _Scene("approach_still", "still", "busy")
        case "dark":
            return _Scene("approach_dark", "dark", "busy")
        case "back_light":
            return _Scene("approach_back_light", "dark", "busy")
        case "bright":
            return _Scene("approach_bright", "bright", "busy")
        case "mask":
            return _Scene("approach_mask", "mask", "busy")
        case "sunglasses":
            return _Scene("approach_sunglasses", "sunglasses", "busy")
        case "one_at_a_time":
            return _Scene("approach_one_at_a_time", "people", "busy")


def _challenge(question: Step | None, number: int, of: int, remaining: float) -> _Scene:
    """The arrow points as the person sees it: the picture on the screen is a mirror, so their left is its left."""
    count = (number, of)
    match question:
        case None:
            return _Scene("challenge_ahead", "face", "busy", progress=remaining, count=count)
        case "left":
            return _Scene("challenge_left", "turn_left", "busy", progress=remaining, count=count)
        case "right":
            return _Scene("challenge_right", "turn_right", "busy", progress=remaining, count=count)
        case "up":
            return _Scene("challenge_up", "turn_up", "busy", progress=remaining, count=count)
        case "nearer":
            return _Scene("challenge_nearer", "turn_nearer", "busy", progress=remaining, count=count)


def _refusal(reason: RefusalReason) -> _Scene:
    match reason:
        case "unrecognised":
            return _Scene("refused", "question", "bad")
        case "journal_full":
            return _Scene("journal_full", "disk", "trouble")
        case "no_liveness":
            return _Scene("no_liveness", "person", "bad")
        case "liveness":
            return _Scene("liveness", "question", "bad")
        case "liveness_officer":
            return _Scene("liveness_officer", "person", "bad")
        case "second_factor":
            return _Scene("second_factor", "people", "bad")
        case "pin_barred":
            return _Scene("pin_barred", "lock", "bad")
        case "unknown_card":
            return _Scene("unknown_card", "question", "bad")
        case "face_differs":
            return _Scene("face_differs", "person", "bad")


def _words(scene: _Scene, phrases: Phrases, *, trusted: bool) -> Words:
    """The state's words; a punch under a clock that nobody set says that its time is provisional."""
    key = "accepted_clock_free" if scene.state == "accepted" and not trusted else scene.state
    words: Words = getattr(phrases.states, key)
    return words


def _session(hint: SessionHint | None, phrases: Phrases) -> str:
    if hint is None:
        return ""
    return phrases.sessions.in_ if hint == "in" else phrases.sessions.out


def _badges(surroundings: Surroundings, phrases: Phrases) -> tuple[Badge, ...]:
    """The most important first. A backlog that is being sent is nobody's concern at the screen."""
    words = phrases.badges
    badges = []
    if surroundings.demo:
        badges.append(Badge("demo", words.demo_liveness_off if surroundings.liveness_off else words.demo))
    elif surroundings.liveness_off:
        badges.append(Badge("shield", words.liveness_off))
    if not surroundings.online:
        text = words.offline_queue.format(queue=surroundings.queue) if surroundings.queue else words.offline
        badges.append(Badge("offline", text))
    if not surroundings.clock_trusted:
        badges.append(Badge("clock", words.clock))
    return tuple(badges)


@cache
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def _localise(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(_zone(timezone))


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}"
