"""What the screen shows while an operator is at the kiosk, as a pure function of kiosk.operator.screens."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kiosk.hardware.panel import Part
from kiosk.operator import screens as s
from kiosk.operator.names import new_name
from kiosk.operator.poses import Wish
from kiosk.states import Approach, Hint
from kiosk.ui.operator_facts import device_facts, part_results, reading_facts, standing_facts
from kiosk.ui.operator_words import OperatorWords, operator_words_in
from kiosk.ui.person_name import name_text
from kiosk.ui.phrases import Language, Phrases, other_language, phrases_in
from kiosk.ui.staging import question_of, stage
from kiosk.ui.view import (
    Button,
    Icon,
    Match,
    OperatorStateId,
    OperatorView,
    Panel,
    PoseView,
    Tone,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen decides of the view; fields as in kiosk.ui.view.View. fills: what goes into the words' braces.

    whose: name of who is enrolled, where it is shown. spoken: the words of this state of the walk-up are said instead
    of the screen's own (kiosk.ui.phrases.StateWords).
    """

    state: OperatorStateId
    icon: Icon
    tone: Tone = "calm"
    panel: Panel = "op_page"
    picture: bool = False
    guided: bool = False
    progress: float | None = None
    buttons: tuple[Button, ...] = ()
    detail: str | None = None
    entry: str = ""
    matches: tuple[Match, ...] = ()
    found: str = ""
    tries: str = ""
    named: bool = False
    whose: str = ""
    spoken: str = ""
    step: int = 0
    steps: int = 0
    view: OperatorView = field(default_factory=OperatorView)
    fills: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


_ARROWS: Final = MappingProxyType[Wish, Icon](
    {"ahead": "face", "left": "turn_left", "right": "turn_right", "up": "turn_up", "bare": "sunglasses"}
)


def show(screen: s.Screen, language: Language) -> Shown:
    """What this screen looks like in a language."""
    words, phrases = operator_words_in(language), phrases_in(language)
    match screen:
        case s.AskFace() | s.AskPin() | s.Denied():
            return _admission(screen, words)
        case s.FindPerson() | s.AskConsent() | s.Capturing() | s.Reviewing() | s.Unfit() | s.Handed() | s.Unable():
            return _enrolling(screen, words, phrases, language)
        case _:
            return _rooms(screen, words, phrases, language)


def texts(shown: Shown, language: Language) -> tuple[str, str, str]:
    """Headline and detail in this language, and both in one sentence in the other."""
    second = other_language(language)
    if shown.spoken:
        said = getattr(phrases_in(language).states, shown.spoken)
        return said.headline, said.detail, getattr(phrases_in(second).states, shown.spoken).short
    words = operator_words_in(language).states[shown.state]
    other = operator_words_in(second).states[shown.state]
    detail = words.detail.format(**shown.fills) if shown.detail is None else shown.detail
    return words.headline.format(**shown.fills), detail, other.short.format(**shown.fills)


def banner(name: str | None, language: Language) -> str:
    """Whose mode it is, above everything."""
    words = operator_words_in(language)
    return words.banner_named.format(name=name) if name else words.banner


def _admission(screen: s.AskFace | s.AskPin | s.Denied, words: OperatorWords) -> Shown:
    cancel = Button("dismiss", "", words.buttons.cancel, "cross")
    match screen:
        case s.AskFace(hint, progress, asked, number, of, returning):
            spoken, icon = _asked_of(hint) if hint is not None else ("", "face")
            if number:
                spoken, icon = question_of(asked, returning=returning)
            return Shown(
                "op_face", icon, "busy", "outcome", picture=True, guided=not number, progress=progress,
                buttons=(cancel,), spoken=spoken, step=number, steps=of,
            )  # fmt: skip
        case s.AskPin(tries_left=tries, wrong=wrong):
            return Shown(
                "op_pin_wrong" if wrong else "op_pin", "pin", "notice" if wrong else "busy", "pin", buttons=(cancel,),
                tries=words.tries.format(tries=tries), named=True,
            )  # fmt: skip
        case s.Denied(reason):
            state, icon = _DENIED[reason]
            look = Button("act", "device", words.buttons.device, "device")
            close = Button("dismiss", "", words.buttons.close, "cross")
            return Shown(state, icon, "bad", "outcome", buttons=(look, close))


_DENIED: Final = MappingProxyType[s.DenialReason, tuple[OperatorStateId, Icon]](
    {
        "nobody": ("op_denied_nobody", "person"),
        "camera": ("op_denied_camera", "camera"),
        "journal": ("op_denied_journal", "disk"),
        "barred": ("op_denied_barred", "pin_barred"),
        "no_pin": ("op_denied_no_pin", "pin"),
        "not_operator": ("op_denied_not_operator", "lock"),
        "unknown": ("op_denied_unknown", "question"),
        "liveness": ("op_denied_liveness", "question"),
        "twin": ("op_denied_twin", "people"),
    }
)
_CAPTURES: Final = MappingProxyType[Wish, OperatorStateId](
    {
        "ahead": "op_capture_ahead",
        "left": "op_capture_left",
        "right": "op_capture_right",
        "up": "op_capture_up",
        "bare": "op_capture_bare",
    }
)
_UNABLE: Final = MappingProxyType[s.UnableReason, tuple[OperatorStateId, Icon]](
    {
        "no_key": ("op_unable_no_key", "lock"),
        "disk": ("op_unable_disk", "disk"),
        "no_parts": ("op_unable_no_parts", "bulb"),
        "camera": ("op_unable_camera", "camera"),
        "yourself": ("op_unable_yourself", "people"),
    }
)
_UNFIT: Final = MappingProxyType[s.UnfitReason, tuple[OperatorStateId, Icon]](
    {
        "duplicate": ("op_unfit_duplicate", "people"),
        "liveness": ("op_unfit_liveness", "question"),
        "slow": ("op_unfit_slow", "clock"),
        "camera": ("op_unfit_camera", "camera"),
    }
)
_PARTS: Final = MappingProxyType[Part, Icon]({"relay": "unlock", "buzzer": "sound", "speaker": "sound"})
"""The others are lights."""
_NOT_SEALED: Final = MappingProxyType[s.SealTrouble, OperatorStateId](
    {"disk": "op_review_disk", "no_key": "op_review_no_key", "journal": "op_review_journal"}
)


def _enrolling(
    screen: s.FindPerson | s.AskConsent | s.Capturing | s.Reviewing | s.Unfit | s.Handed | s.Unable,
    words: OperatorWords,
    phrases: Phrases,
    language: Language,
) -> Shown:
    buttons = words.buttons
    back = Button("dismiss", "", buttons.back, "cross")
    match screen:
        case s.FindPerson():
            return _find(screen, words)
        case s.AskConsent(subject):
            agree = Button("act", f"agree:{language}", buttons.agree, "check", marked=True)
            decline = Button("dismiss", "", buttons.decline, "cross")
            view = OperatorView(paragraphs=words.consent)
            return Shown(
                "op_consent",
                "shield",
                "calm",
                buttons=(agree, decline),
                view=view,
                fills={"name": name_text(subject.name)},
            )
        case s.Capturing():
            return _capture(screen, words, phrases)
        case s.Reviewing(subject, thumbs, bare, trouble):
            send = Button("act", "send", buttons.send, "send", marked=True)
            more = () if bare else (Button("act", "bare", buttons.bare, "sunglasses"),)
            view = OperatorView(thumbs=tuple(base64.b64encode(each).decode() for each in thumbs))
            fills = {"name": name_text(subject.name), "count": len(thumbs)}
            drop = Button("dismiss", "", buttons.cancel, "cross")
            state: OperatorStateId = _NOT_SEALED[trouble] if trouble is not None else "op_review"
            tone: Tone = "bad" if trouble is not None else "calm"
            sign: Icon = "disk" if trouble is not None else "face"
            return Shown(state, sign, tone, buttons=(send, *more, drop), view=view, fills=fills)
        case s.Unfit(_, reason, other):
            again = Button("act", "again", buttons.again, "restart")
            state, icon = _UNFIT[reason]
            return Shown(state, icon, "bad", "outcome", buttons=(again, back), fills={"other": other})
        case s.Handed(standing):
            return _handed(standing, words)
        case s.Unable(reason):
            state, icon = _UNABLE[reason]
            return Shown(state, icon, "bad", "outcome", buttons=(back,))


def _find(screen: s.FindPerson, words: OperatorWords) -> Shown:
    matches = tuple(
        Match(each.person or "", name_text(each.name), words.again if each.again else "") for each in screen.matches
    )
    fresh = new_name(screen.query)
    if fresh:
        matches = (*matches, Match("new", words.new_name.format(name=fresh), kind="act"))
    found = words.find_touch if screen.matches else words.find_new if fresh else words.find_none
    if screen.more:
        found = words.find_more.format(more=screen.more)
    if not screen.query.strip():
        found = words.find_ask
    cancel = Button("dismiss", "", words.buttons.back, "cross")
    return Shown(
        "op_find", "list", "busy", "names", buttons=(cancel,), entry=screen.query, matches=matches, found=found
    )


def _capture(screen: s.Capturing, words: OperatorWords, phrases: Phrases) -> Shown:
    going = screen.shooting
    wish = going.wish or "ahead"
    poses = tuple(
        PoseView(
            _ARROWS[each],
            words.poses[each],
            1.0 if place < going.at else going.progress if place == going.at else 0.0,
            current=place == going.at,
        )
        for place, each in enumerate(going.wishes)
    )
    detail = words.faults["hold"] if going.fitting and going.fault is None else None
    if going.fault is not None:
        # "Look ahead" would contradict what is asked for: the face is lost because the head is turned too far.
        turned = going.fault == "look" and wish not in ("ahead", "bare")
        detail = (
            words.faults["too_far"] if turned else words.faults.get(going.fault) or _hint_words(going.fault, phrases)
        )
    cancel = Button("dismiss", "", words.buttons.cancel, "cross")
    done = (going.at + going.progress) / len(going.wishes)
    return Shown(
        _CAPTURES[wish], _ARROWS[wish], "busy", "op_camera", picture=True, guided=True, progress=min(1.0, done),
        buttons=(cancel,), detail=detail, view=OperatorView(poses=poses),
    )  # fmt: skip


def _handed(standing: s.Standing, words: OperatorWords) -> Shown:
    state: OperatorStateId = "op_handed_sending"
    tone: Tone = "busy"
    icon: Icon = "send"
    if standing.lost:
        state, tone, icon = "op_handed_lost", "bad", "disk"
    elif standing.outcome == "waiting":
        state, tone, icon = "op_handed_waiting", "good", "clock"
    elif standing.outcome == "approved":
        state, tone, icon = "op_handed_approved", "good", "check"
    elif standing.outcome == "refused":
        state, tone, icon = "op_handed_refused", "bad", "withdrawn"
    buttons = words.buttons
    following = Button("act", "enrol", buttons.next, "person", marked=True)
    back = Button("dismiss", "", buttons.back, "cross")
    fills = {"sent": standing.sent, "parts": standing.parts, "reason": standing.reason or words.codes["refused"]}
    whose = standing.name or ""
    return Shown(state, icon, tone, "outcome", buttons=(following, back), fills=fills, whose=whose)


def _rooms(screen: s.Screen, words: OperatorWords, phrases: Phrases, language: Language) -> Shown:
    """What is on the menu beside enrolment."""
    back = Button("dismiss", "", words.buttons.back, "cross")
    match screen:
        case s.Standings(standings):
            facts = standing_facts(standings, words)
            return Shown("op_standings", "people", buttons=(back,), view=OperatorView(facts=facts))
        case s.Testing(reading):
            facts = reading_facts(reading, words, phrases, language)
            return Shown(
                "op_testing", "scan", "busy", "op_camera", picture=True, buttons=(back,), view=OperatorView(facts=facts)
            )
        case s.TryingPart():
            return _trying(screen, words)
        case s.Device(facts, outside):
            end = Button("dismiss", "", words.buttons.close if outside else words.buttons.back, "cross")
            return Shown(
                "op_device", "device", buttons=(end,), view=OperatorView(facts=device_facts(facts, words, language))
            )
        case s.Logs(lines):
            view = OperatorView(paragraphs=lines or (words.no_logs,), small=True)
            return Shown("op_logs", "log", buttons=(back,), view=view)
        case s.Ending(_, seconds, unsent):
            stay = Button("alive", "", words.buttons.stay, "check", marked=True)
            leave = Button("act", "leave", words.buttons.leave, "leave")
            state: OperatorStateId = "op_ending_unsent" if unsent else "op_ending"
            return Shown(state, "clock", "notice", "outcome", buttons=(stay, leave), fills={"seconds": seconds})
        case s.Menu():
            return Shown("op_menu", "person", panel="op_menu", buttons=_menu(screen, words))
    raise TypeError(f"{type(screen).__name__} has no looks")


def _trying(screen: s.TryingPart, words: OperatorWords) -> Shown:
    back = Button("dismiss", "", words.buttons.back, "cross")
    view = OperatorView(facts=part_results(screen.done, words))
    part = screen.part
    if part is None:
        return Shown("op_parts_done", "check", buttons=(back,), view=view)
    fills = {"part": words.parts[part], "ask": words.asks[part]}
    icon = _PARTS.get(part, "bulb")
    if not screen.started:
        start = Button("act", "start", words.buttons.start, icon, marked=True)
        return Shown("op_parts", icon, buttons=(start, back), view=view, fills=fills)
    again = Button("act", "start", words.buttons.again, "restart")
    fine = Button("act", "fine", words.buttons.fine, "check", marked=True)
    failed = Button("act", "failed", words.buttons.failed, "cross")
    return Shown("op_parts_started", icon, buttons=(fine, failed, again), view=view, fills=fills)


def _menu(menu: s.Menu, words: OperatorWords) -> tuple[Button, ...]:
    buttons = words.buttons
    lock = Button("act", "lock", buttons.lock, "lock")
    if menu.locked_by_hub:
        lock = Button("alive", "", buttons.locked_by_hub, "lock")
    elif menu.locked:
        lock = Button("act", "unlock", buttons.unlock, "unlock")
    return (
        Button("act", "enrol", buttons.enrol, "person", marked=True),
        Button("act", "standings", buttons.standings, "people"),
        Button("act", "test", buttons.test, "scan"),
        Button("act", "parts", buttons.parts, "bulb"),
        Button("act", "device", buttons.device, "device"),
        Button("act", "logs", buttons.logs, "log"),
        lock,
        Button("act", "leave", buttons.leave, "leave"),
    )


def _asked_of(hint: Hint) -> tuple[str, Icon]:
    scene = stage(Approach(hint))
    return scene.state, scene.icon


def _hint_words(hint: str, phrases: Phrases) -> str:
    spoken = getattr(phrases.states, f"approach_{hint}")
    return str(spoken.detail)
