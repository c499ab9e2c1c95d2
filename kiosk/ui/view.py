"""What the window draws: every word, badge, button and time on it, decided by kiosk.ui.presenter. Pure nouns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kiosk.events import TouchKind

Tone = Literal["calm", "night", "busy", "good", "notice", "bad", "trouble"]
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
    "withdrawn",
    "list",
    "pin",
    "card",
    "pin_barred",
    "face_differs",
    "enter",
    "leave",
    "duty",
    "calendar",
    "cross",
    "restart",
    "place",
    "choose",
    "shield",
    "device",
    "log",
    "bulb",
    "back_light",
    "send",
    "sound",
    "unlock",
    "clock",
]
BadgeIcon = Literal["offline", "demo", "shield", "clock", "place"]
Panel = Literal["rest", "outcome", "choose", "names", "pin", "month", "op_menu", "op_page", "op_camera"]
"""How the sheet is laid out; the last three are an operator's: buttons, a page, a page beside the live picture."""
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
    "verify",
    "challenge_ahead",
    "challenge_back",
    "challenge_left",
    "challenge_right",
    "challenge_up",
    "challenge_nearer",
    "recording",
    "accepted",
    "wrong_location",
    "already",
    "refused",
    "no_liveness",
    "liveness",
    "liveness_officer",
    "second_factor",
    "mistaken",
    "pin_barred",
    "unknown_card",
    "face_differs",
    "journal_full",
    "choose",
    "ask_not_me",
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
OperatorStateId = Literal[
    "op_face",
    "op_pin",
    "op_pin_wrong",
    "op_denied_nobody",
    "op_denied_camera",
    "op_denied_journal",
    "op_denied_barred",
    "op_denied_no_pin",
    "op_denied_not_operator",
    "op_denied_unknown",
    "op_denied_liveness",
    "op_denied_twin",
    "op_menu",
    "op_unable_no_key",
    "op_unable_disk",
    "op_unable_no_parts",
    "op_unable_camera",
    "op_unable_yourself",
    "op_ending",
    "op_ending_unsent",
    "op_find",
    "op_consent",
    "op_capture_ahead",
    "op_capture_left",
    "op_capture_right",
    "op_capture_up",
    "op_capture_bare",
    "op_review",
    "op_review_disk",
    "op_review_no_key",
    "op_review_journal",
    "op_unfit_duplicate",
    "op_unfit_liveness",
    "op_unfit_slow",
    "op_unfit_camera",
    "op_handed_sending",
    "op_handed_waiting",
    "op_handed_approved",
    "op_handed_refused",
    "op_handed_lost",
    "op_standings",
    "op_testing",
    "op_parts",
    "op_parts_started",
    "op_parts_done",
    "op_device",
    "op_logs",
]
MATCH_ROWS: Final = 4
"""How many names have room above the letters."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A small plate on the picture: a fact about the device that holds longer than a walk-up."""

    icon: BadgeIcon
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A place to touch. kind, value: what the window says then (kiosk.ui.bridge.Bridge.touched).

    note: a second, smaller line, empty for none; marked: drawn as the one that most people want.
    """

    kind: TouchKind
    value: str
    label: str
    icon: Icon
    note: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A name to touch; person: the id that goes back, as what `kind` says. note: a smaller line, empty for none."""

    person: str
    name: str
    note: str = ""
    kind: TouchKind = "pick"


@dataclass(frozen=True, slots=True)
class MonthDayView:
    """A day in the calendar. column: 0 is Monday; row: week, from 0; number: "23".

    known: whether the hub has said anything of it; word: what the day is called; in_text, out_text: local times;
    note: minutes late or early; tone: plain, good (present) or look (something is missing); today: is it today.
    """

    column: int
    row: int
    number: str
    known: bool = False
    word: str = ""
    in_text: str = ""
    out_text: str = ""
    note: str = ""
    tone: Literal["plain", "good", "look"] = "plain"
    today: bool = False


@dataclass(frozen=True, slots=True)
class MonthView:
    """A person's month as a calendar: title "November 2026", weekdays' short names, sums, open days in words.

    days: empty when nothing is known, neither from the hub nor from here; then `empty` says so. sign: beside `open`.
    as_of: how fresh this is, in words.
    """

    title: str
    weekdays: tuple[str, ...]
    days: tuple[MonthDayView, ...]
    rows: int
    sums: tuple[str, ...]
    open: str
    as_of: str
    empty: str
    sign: Icon = "check"


@dataclass(frozen=True, slots=True)
class FactView:
    """A line: what, and how it is; bad: marked with a sign, because somebody should look at it."""

    label: str
    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class PoseView:
    """A pose of an enrolment; done: 0 to 1; current: it is asked for now."""

    icon: Icon
    label: str
    done: float
    current: bool = False


@dataclass(frozen=True, slots=True)
class OperatorView:
    """What only an operator's pages have. thumbs: JPEG as base64; paragraphs: to be read; small: many short lines."""

    facts: tuple[FactView, ...] = ()
    paragraphs: tuple[str, ...] = ()
    small: bool = False
    poses: tuple[PoseView, ...] = ()
    thumbs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the screen but the live picture; texts are ready to draw, empty means: not shown.

    state, icon, tone: what is drawn; the state is told by icon, word and colour together, never by colour alone.
    panel: how the sheet is laid out. headline, detail: in the first language; second_line: both, in the other language.
    name: the person, as the roster writes it; time_text: the punch's local time, "06:58"; session: "MASUK", "PULANG" or
    the session's name; lateness: "Terlambat 8 menit"; away: "350 m di luar lokasi".
    aside: a line above the buttons; buttons: from the most wanted on; language_label: what touching it changes to.
    entry: what has been typed; matches: names to touch; found: a line about them.
    tries: how many PINs may still be tried, in words. month: the calendar, None in every other state.
    clock, zone, date: local time now, "06:58", "WIB", "Senin, 23 November 2026".
    unit, message, privacy, badges: what stays on the screen. waiting: the word beside faces that wait.
    progress: 0 to 1 while frames are being compared; None when there is nothing to measure.
    picture: whether the live picture is shown (not when it is frozen, nor on a locked device).
    step, steps: which movement of how many is asked for, from 1; steps 0: none. step_text: the same in words.
    guided: whether the place for the face is drawn on it. dim: nobody is here at night, the backlight may go down.
    notice: what is open for the person, or what closes for everybody; notice_as_of: of when that is.
    invitation: what the time in the bar is for, where a finger may rest on it.
    operator: what only an operator's pages have; None in every other state. `unit` then says whose mode it is.
    """

    state: StateId | OperatorStateId
    panel: Panel
    icon: Icon
    tone: Tone
    headline: str
    detail: str
    second_line: str
    name: str
    time_text: str
    session: str
    lateness: str
    aside: str
    buttons: tuple[Button, ...]
    language_label: str
    entry: str
    matches: tuple[Match, ...]
    found: str
    tries: str
    month: MonthView | None
    clock: str
    zone: str
    date: str
    unit: str
    message: str
    privacy: str
    badges: tuple[Badge, ...]
    waiting: str
    progress: float | None
    picture: bool
    guided: bool
    dim: bool
    operator: OperatorView | None = None
    invitation: str = ""
    away: str = ""
    step: int = 0
    steps: int = 0
    step_text: str = ""
    notice: str = ""
    notice_as_of: str = ""
