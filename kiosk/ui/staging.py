"""What a state alone decides of the screen: its id, icon, colour and layout. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, assert_never

from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
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
    Updating,
    Verify,
    WalkUp,
    Withdrawn,
)
from kiosk.ui.view import Icon, Panel, StateId, Tone


@dataclass(frozen=True, slots=True)
class Scene:
    """taken_at None: no punch to tell the time of. count: which step of how many. tries: PINs that may still be tried.
    metres: outside where the kiosk may stand.

    words: key of the state's words in i18n, where it is not `state`.
    """

    state: StateId
    icon: Icon
    tone: Tone
    panel: Panel = "outcome"
    taken_at: datetime | None = None
    progress: float | None = None
    named: bool = False
    picture: bool = True
    count: tuple[int, int] = (0, 0)
    tries: int = 0
    metres: float = 0.0
    words: str = ""


_APPROACHES: Final = MappingProxyType[Hint, Scene](
    {
        "nearer": Scene("approach_nearer", "nearer", "busy"),
        "centre": Scene("approach_centre", "centre", "busy"),
        "look": Scene("approach_look", "face", "busy"),
        "back": Scene("approach_back", "back", "busy"),
        "still": Scene("approach_still", "still", "busy"),
        "dark": Scene("approach_dark", "dark", "busy"),
        "back_light": Scene("approach_back_light", "back_light", "busy"),
        "bright": Scene("approach_bright", "bright", "busy"),
        "mask": Scene("approach_mask", "mask", "busy"),
        "sunglasses": Scene("approach_sunglasses", "sunglasses", "busy"),
    }
)
_REFUSALS: Final = MappingProxyType[RefusalReason, Scene](
    {
        "unrecognised": Scene("refused", "question", "bad"),
        "journal_full": Scene("journal_full", "disk", "trouble"),
        "no_liveness": Scene("no_liveness", "person", "bad"),
        "liveness": Scene("liveness", "question", "bad"),
        "liveness_officer": Scene("liveness_officer", "person", "bad"),
        "second_factor": Scene("second_factor", "people", "bad"),
        "pin_barred": Scene("pin_barred", "pin_barred", "bad"),
        "unknown_card": Scene("unknown_card", "card", "bad"),
        "face_differs": Scene("face_differs", "face_differs", "bad"),
        "mistaken": Scene("mistaken", "repeat", "bad"),
    }
)
_OFFERED: Final = MappingProxyType[RefusalReason, Scene](
    {
        "unrecognised": Scene("refused", "question", "bad", words="refused_offer"),
        "no_liveness": Scene("no_liveness", "choose", "bad", words="no_liveness_offer"),
        "liveness_officer": Scene("liveness_officer", "choose", "bad", words="liveness_officer_offer"),
        "second_factor": Scene("second_factor", "choose", "bad", words="second_factor_offer"),
        "mistaken": Scene("mistaken", "choose", "bad", words="mistaken_offer"),
    }
)
"""Where PIN or card may be used now: whoever could do that is not sent to the officer."""
_QUESTIONS: Final = MappingProxyType[Step | None, tuple[StateId, Icon]](
    {
        None: ("challenge_ahead", "face"),
        "left": ("challenge_left", "turn_left"),
        "right": ("challenge_right", "turn_right"),
        "up": ("challenge_up", "turn_up"),
        "nearer": ("challenge_nearer", "turn_nearer"),
    }
)
"""The arrow points as the person sees it: the picture on the screen is a mirror, so their left is its left."""


def question_of(step: Step | None, *, returning: bool) -> tuple[StateId, Icon]:
    """The state and icon of what a challenge asks for; fields as in kiosk.events.Challenging."""
    return ("challenge_back", "centre") if step is None and returning else _QUESTIONS[step]


def stage(state: WalkUp) -> Scene:
    """The scene of a state."""
    match state:
        case Idle():
            return Scene("idle", "face", "calm", panel="rest")
        case Approach(hint):
            return _APPROACHES[hint]
        case Verify(progress):
            return Scene("verify", "scan", "busy", progress=min(max(progress, 0.0), 1.0))
        case Challenge(question, number, of, remaining, returning):
            state_id, icon = question_of(question, returning=returning)
            return Scene(state_id, icon, "busy", progress=remaining, count=(number, of))
        case Recording():
            return Scene("recording", "save", "busy", named=True)
        case Accepted(taken_at=taken_at, beyond_m=metres) if metres is not None:
            return Scene("wrong_location", "place", "notice", taken_at=taken_at, named=True, metres=metres)
        case Accepted(taken_at=taken_at):
            return Scene("accepted", "check", "good", taken_at=taken_at, named=True)
        case AlreadyRecorded(taken_at=taken_at):
            return Scene("already", "repeat", "notice", taken_at=taken_at, named=True)
        case Refused(reason, offers=offers):
            return (_OFFERED.get(reason) if offers else None) or _REFUSALS[reason]
        case CameraTrouble():
            return Scene("camera_trouble", "camera", "trouble", picture=False)
        case Locked():
            return Scene("locked", "lock", "trouble", picture=False)
        case _:
            return _by_hand(state)


def _by_hand(state: Choose | AskNotMe | Withdrawn | FindName | EnterPin | CheckFace | ShowMonth | Updating) -> Scene:
    match state:
        case Choose():
            return Scene("choose", "choose", "busy", panel="choose", named=True)
        case AskNotMe(taken_at=taken_at):
            return Scene("ask_not_me", "question", "notice", taken_at=taken_at, named=True)
        case Withdrawn():
            return Scene("withdrawn", "withdrawn", "notice")
        case FindName():
            return Scene("find_name", "list", "busy", panel="names", picture=False)
        case EnterPin(tries_left=tries, wrong=wrong):
            word: StateId = "enter_pin_wrong" if wrong else "enter_pin"
            return Scene(
                word, "pin", "notice" if wrong else "busy", panel="pin", named=True, picture=False, tries=tries
            )
        case CheckFace():
            return Scene("check_face", "scan", "busy", named=True)
        case ShowMonth():
            return Scene("month", "calendar", "calm", panel="month", named=True, picture=False)
        case Updating():
            return Scene("updating", "restart", "trouble", picture=False)
        case _:
            assert_never(state)
