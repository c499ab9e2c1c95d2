"""What people read on the kiosk, in each language; the words themselves are in i18n/*.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

import msgspec

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("id", "en")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One state's words: headline (read from afar), detail (what to do), short (both, as the second language)."""

    headline: str
    detail: str
    short: str


class Greetings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By the hour: see `greeting_at`."""

    morning: str
    noon: str
    afternoon: str
    night: str


class BadgeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the small plates at the top say; `offline_queue` has the placeholder {queue}."""

    offline: str
    offline_queue: str
    demo: str
    demo_liveness_off: str
    liveness_off: str
    clock: str
    clock_only: str
    unplaced: str


class SessionWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"in_": "in"}):
    """Arrival, departure, and a session in the middle of a day that has no name of its own."""

    in_: str
    out: str
    check: str


class ButtonWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"in_": "in"}):
    """What stands on the buttons."""

    not_me: str
    not_mine: str
    mine: str
    month: str
    pin: str
    again: str
    cancel: str
    close: str
    in_: str
    out: str
    duty: str
    auto: str


class HandWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said beside the buttons; placeholders: {time}, {distance}, {what}, {seconds}, {session}, {more}, {tries},
    {minutes}, {hours}, {number}, {of}."""

    card: str
    card_too: str
    late: str
    early: str
    away: str
    minutes: str
    hours: str
    planned: str
    planned_session: str
    countdown: str
    countdown_planned: str
    names_ask: str
    names_none: str
    names_touch: str
    names_more: str
    tries: str
    step: str
    waiting: str


class MonthWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calendar of one's own month; time: of strftime; statuses: by the hub's words (hub.attendance.day.Status)."""

    time: str
    minutes: str
    present: str
    late: str
    early: str
    open: str
    nothing_open: str
    as_of: str
    as_of_day: str
    empty: str
    stored: str
    stored_only: str
    not_yet: str
    statuses: dict[str, str]


class NoticeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line of what is open for a person, and of what closes for all: at most 60 characters. time: of strftime."""

    time: str
    yesterday: str
    weekday: str
    missed_in: str
    missed_out: str
    missed_some: str
    missed_session: str
    missed_all: str
    letter: str
    month: str
    closes: str
    on_time: str
    on_time_in: str
    as_of: str
    as_of_yesterday: str


class WindowWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the window says by itself, outside any state; placeholders: {taken}, {wanted} and {name}."""

    enrol_label: str
    enrol_button: str
    enrol_ask: str
    enrol_capturing: str
    enrol_done: str
    enrol_failed: str
    no_picture: str
    operators: str


class StateWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of every state; the field's name is the view's state id, with _offer where PIN or card may be used."""

    idle: Words
    approach_nearer: Words
    approach_centre: Words
    approach_look: Words
    approach_back: Words
    approach_still: Words
    approach_dark: Words
    approach_back_light: Words
    approach_bright: Words
    approach_mask: Words
    approach_sunglasses: Words
    verify: Words
    challenge_ahead: Words
    challenge_back: Words
    challenge_left: Words
    challenge_right: Words
    challenge_up: Words
    challenge_nearer: Words
    recording: Words
    accepted: Words
    accepted_clock_free: Words
    accepted_by_hand: Words
    wrong_location: Words
    already: Words
    refused: Words
    refused_offer: Words
    no_liveness: Words
    no_liveness_offer: Words
    liveness: Words
    liveness_officer: Words
    liveness_officer_offer: Words
    second_factor: Words
    second_factor_offer: Words
    mistaken: Words
    mistaken_offer: Words
    pin_barred: Words
    unknown_card: Words
    face_differs: Words
    journal_full: Words
    choose: Words
    ask_not_me: Words
    withdrawn: Words
    find_name: Words
    enter_pin: Words
    enter_pin_wrong: Words
    check_face: Words
    month: Words
    camera_trouble: Words
    locked: Words
    updating: Words


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All words of one language; days start on Monday. language: the name of the other one, in that language."""

    language: str
    privacy: str
    days: Annotated[tuple[str, ...], msgspec.Meta(min_length=7, max_length=7)]
    months: Annotated[tuple[str, ...], msgspec.Meta(min_length=12, max_length=12)]
    greetings: Greetings
    badges: BadgeWords
    sessions: SessionWords
    buttons: ButtonWords
    hands: HandWords
    month: MonthWords
    notices: NoticeWords
    window: WindowWords
    states: StateWords


@cache
def phrases_in(language: Language) -> Phrases:
    """The words of a language; a missing or misspelt key fails here (msgspec.ValidationError), never on the screen."""
    text = files("kiosk.ui").joinpath("i18n", f"{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Phrases)


def other_language(language: Language) -> Language:
    """The language that stands below, in small letters."""
    return "en" if language == "id" else "id"


def greeting_at(hour: int, greetings: Greetings) -> str:
    """The greeting for an hour of local time, as used in Indonesia: pagi to 11, siang to 15, sore to 18, then malam."""
    if 4 <= hour < 11:
        return greetings.morning
    if 11 <= hour < 15:
        return greetings.noon
    if 15 <= hour < 18:
        return greetings.afternoon
    return greetings.night


def number_text(number: float, language: Language, *, decimals: int = 0) -> str:
    """A number as the language writes it: "12.345" and "0,73" in Indonesian, "12,345" and "0.73" in English."""
    text = f"{number:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text
