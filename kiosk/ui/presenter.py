"""What the screen shows, as a pure function of the walk-up's state and of what surrounds it.

The window draws a View and knows nothing else: every word, badge and time on it is decided here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from kiosk.closing import Closing
from kiosk.notices import Told
from kiosk.states import (
    Accepted,
    Attended,
    CameraTrouble,
    Choose,
    EnterPin,
    FindName,
    Idle,
    Locked,
    Refused,
    ShowMonth,
    State,
    Updating,
    WalkUp,
)
from kiosk.ui.controls import (
    aside_of,
    buttons_of,
    countdown_text,
    found_text,
    lateness_of,
    session_word,
    shown_matches,
)
from kiosk.ui.month_sheet import present_month
from kiosk.ui.notice_words import Line, closing_line, personal_line
from kiosk.ui.operator_view import banner, show, texts
from kiosk.ui.person_name import name_text
from kiosk.ui.phrases import Language, Phrases, Words, greeting_at, number_text, other_language, phrases_in
from kiosk.ui.staging import Scene, stage
from kiosk.ui.view import Badge, StateId, Tone, View

_GUIDED: Final = frozenset({"check_face"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the screen says beside the state.

    online: whether the hub is reached; queue: journal rows that it has not acknowledged yet.
    unit: name of the office; message: the message of the day, empty for none.
    clock_trusted: whether the wall time was set by network or battery clock since the start.
    unplaced: whether this is a portable kiosk that does not know where it is.
    timezone: key of the office's zone (Asia/Jakarta, Asia/Makassar, Asia/Jayapura).
    closing: a session that closes soon for most people here; None: none.
    night_from, night_until: local hours (0 to 23) between which an idle screen is dim; the same twice: never.
    """

    online: bool
    queue: int
    unit: str
    message: str = ""
    demo: bool = False
    liveness_off: bool = False
    clock_trusted: bool = True
    unplaced: bool = False
    timezone: str = "Asia/Jakarta"
    night_from: int = 0
    night_until: int = 0
    closing: Closing | None = None


def present(
    state: State,
    surroundings: Surroundings,
    *,
    name: str | None,
    now: datetime,
    language: Language = "id",
    monotonic: float = 0.0,
    resting: bool = True,
    told: Told | None = None,
) -> View:
    """The screen for a state.

    name: of the person in the state, None where the state has none or the roster lost it meanwhile.
    now: aware UTC; ValueError when it is naive. monotonic: now, on the clock of the states' `until`.
    resting: whether nobody has been here for so long that the screen may be dim.
    told: what is open for the person in the state.
    """
    if now.tzinfo is None:
        raise ValueError("the screen needs an aware time: pass datetime.now(UTC)")
    if isinstance(state, Attended):
        return _present_operator(state, surroundings, name=name, now=now, language=language)
    scene = _key(stage(state), state, trusted=surroundings.clock_trusted)
    zone = _zone(surroundings.timezone)
    local = now.astimezone(zone)
    first, second = phrases_in(language), phrases_in(other_language(language))
    words, other = _words(scene, first), _words(scene, second)
    quiet = scene.state == "idle" and resting
    dim = quiet and is_night(local.hour, surroundings.night_from, surroundings.night_until)
    tone: Tone = "night" if dim else scene.tone
    proposal = state.proposal if isinstance(state, Accepted) else None
    number, of = scene.count
    detail = words.detail.format(tries=scene.tries)
    notice, other_notice = (
        _notice(state, surroundings, told, each, now=now, zone=zone, dim=dim) for each in (first, second)
    )
    return View(
        state=scene.state,
        panel=scene.panel,
        icon=scene.icon,
        tone=tone,
        headline=words.headline.format(greeting=greeting_at(local.hour, first.greetings)),
        detail=countdown_text(state, first, monotonic) if isinstance(state, Choose) else detail,
        second_line=_second_line(
            other.short.format(greeting=greeting_at(local.hour, second.greetings), tries=scene.tries),
            other_notice,
            instead=isinstance(state, Idle),
        ),
        name=name_text(name or "") if scene.named else "",
        time_text=_clock(scene.taken_at.astimezone(zone)) if scene.taken_at else "",
        session=session_word(proposal, first),
        lateness=lateness_of(proposal, first),
        aside=aside_of(state, first),
        buttons=buttons_of(state, first),
        language_label=first.language,
        entry=state.query if isinstance(state, FindName) else "",
        matches=shown_matches(state),
        found=found_text(state, first),
        tries=first.hands.tries.format(tries=scene.tries) if isinstance(state, EnterPin) else "",
        month=present_month(state, first, zone=zone, today=local.date()) if isinstance(state, ShowMonth) else None,
        clock=_clock(local),
        zone=local.tzname() or "",
        date=f"{first.days[local.weekday()]}, {local.day} {first.months[local.month - 1]} {local.year}",
        unit=surroundings.unit,
        message=surroundings.message.strip(),
        privacy=first.privacy,
        badges=_badges(surroundings, first, language, taking=not _turns_away(state)),
        waiting=first.hands.waiting,
        invitation=first.window.operators,
        progress=scene.progress,
        picture=scene.picture,
        guided=_is_guided(scene.state),
        dim=dim,
        away=first.hands.away.format(distance=distance_text(scene.metres, language)) if scene.metres else "",
        step=number,
        steps=of,
        step_text=_step_text(number, of, first),
        notice=notice.text,
        notice_as_of=notice.as_of,
    )


def _notice(
    state: WalkUp,
    surroundings: Surroundings,
    told: Told | None,
    phrases: Phrases,
    *,
    now: datetime,
    zone: ZoneInfo,
    dim: bool,
) -> Line:
    """Nothing while nobody knows what time it is: neither what closes, nor how old the hub's word is."""
    if not surroundings.clock_trusted or dim:
        return Line()
    if isinstance(state, Idle):
        return closing_line(surroundings.closing, phrases, zone=zone)
    return personal_line(told, phrases, now=now, zone=zone)


def _second_line(short: str, notice: Line, *, instead: bool) -> str:
    """instead: at rest there is one line for the other language, and what closes is the news."""
    if not notice.text:
        return short
    return f"{notice.text}." if instead else f"{short} {notice.text}."


def _present_operator(
    state: Attended, surroundings: Surroundings, *, name: str | None, now: datetime, language: Language
) -> View:
    shown = show(state.screen, language)
    headline, detail, second = texts(shown, language)
    phrases = phrases_in(language)
    local = now.astimezone(_zone(surroundings.timezone))
    return View(
        state=shown.state,
        panel=shown.panel,
        icon=shown.icon,
        tone=shown.tone,
        headline=headline,
        detail=detail,
        second_line=second,
        name=name_text(shown.whose or name or "") if shown.named or shown.whose else "",
        time_text="",
        session="",
        lateness="",
        aside="",
        buttons=shown.buttons,
        language_label=phrases.language,
        entry=shown.entry,
        matches=shown.matches,
        found=shown.found,
        tries=shown.tries,
        month=None,
        clock=_clock(local),
        zone=local.tzname() or "",
        date="",
        unit=banner(name_text(name or "") if state.operator is not None else None, language),
        message="",
        privacy=phrases.privacy,
        badges=_badges(surroundings, phrases, language, taking=False),
        waiting=phrases.hands.waiting,
        progress=shown.progress,
        picture=shown.picture,
        guided=shown.guided,
        dim=False,
        operator=shown.view,
        step=shown.step,
        steps=shown.steps,
        step_text=_step_text(shown.step, shown.steps, phrases),
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


def is_night(hour: int, begins: int, ends: int) -> bool:
    """Whether a local hour lies between two others, also over midnight; never where both are the same."""
    if begins <= ends:
        return begins <= hour < ends
    return hour >= begins or hour < ends


def _key(scene: Scene, state: WalkUp, *, trusted: bool) -> Scene:
    """A punch under a clock that nobody set says that its time is provisional; one by hand, that it is looked at."""
    if not isinstance(state, Accepted) or state.beyond_m is not None:
        return scene
    words = "accepted"
    if not trusted:
        words = "accepted_clock_free"
    elif state.factor != "face":
        words = "accepted_by_hand"
    return Scene(scene.state, scene.icon, scene.tone, taken_at=scene.taken_at, named=True, words=words)


def distance_text(metres: float, language: Language) -> str:
    """A distance as people say it: "350 m", and from a kilometre on "1,2 km"."""
    tens = math.ceil(metres / 10) * 10
    if tens < 1000:
        return f"{tens} m"
    return f"{number_text(metres / 1000, language, decimals=1 if metres < 100_000 else 0)} km"


def _is_guided(state: StateId) -> bool:
    """Whether the face has a place to come to."""
    return state in _GUIDED or state.startswith("approach_")


def _step_text(number: int, of: int, phrases: Phrases) -> str:
    return phrases.hands.step.format(number=number, of=of) if of else ""


def _words(scene: Scene, phrases: Phrases) -> Words:
    words: Words = getattr(phrases.states, scene.words or scene.state)
    return words


def _turns_away(state: WalkUp) -> bool:
    """Whether nobody's attendance is taken in this state."""
    return isinstance(state, Refused | CameraTrouble | Locked | Updating)


def _badges(surroundings: Surroundings, phrases: Phrases, language: Language, *, taking: bool) -> tuple[Badge, ...]:
    """The most important first. A backlog that is being sent is nobody's concern at the screen.

    taking: whether punches are; else nothing may promise that they are.
    """
    words = phrases.badges
    badges = []
    if surroundings.demo:
        badges.append(Badge("demo", words.demo_liveness_off if surroundings.liveness_off else words.demo))
    elif surroundings.liveness_off:
        badges.append(Badge("shield", words.liveness_off))
    if not surroundings.online:
        text = (
            words.offline_queue.format(queue=number_text(surroundings.queue, language))
            if surroundings.queue
            else words.offline
        )
        badges.append(Badge("offline", text))
    if not surroundings.clock_trusted:
        badges.append(Badge("clock", words.clock if taking else words.clock_only))
    if surroundings.unplaced:
        badges.append(Badge("place", words.unplaced))
    return tuple(badges)


@cache
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}"
