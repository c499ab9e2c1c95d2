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


class SessionWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"in_": "in"}):
    """Arrival and departure."""

    in_: str
    out: str


class WindowWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the window says by itself, outside any state; placeholders: {taken}, {wanted} and {name}."""

    enrol_label: str
    enrol_button: str
    enrol_ask: str
    enrol_capturing: str
    enrol_done: str
    enrol_failed: str
    no_picture: str


class StateWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of every state; the field's name is the view's state id."""

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
    approach_one_at_a_time: Words
    verify: Words
    challenge_ahead: Words
    challenge_left: Words
    challenge_right: Words
    challenge_up: Words
    challenge_nearer: Words
    recording: Words
    accepted: Words
    accepted_clock_free: Words
    already: Words
    refused: Words
    no_liveness: Words
    liveness: Words
    liveness_officer: Words
    second_factor: Words
    pin_barred: Words
    unknown_card: Words
    face_differs: Words
    journal_full: Words
    choose: Words
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
    """All words of one language; days start on Monday."""

    privacy: str
    days: Annotated[tuple[str, ...], msgspec.Meta(min_length=7, max_length=7)]
    months: Annotated[tuple[str, ...], msgspec.Meta(min_length=12, max_length=12)]
    greetings: Greetings
    badges: BadgeWords
    sessions: SessionWords
    window: WindowWords
    states: StateWords


@cache
def phrases_in(language: Language) -> Phrases:
    """The words of a language; a missing or misspelt key fails here (msgspec.ValidationError), never on the screen."""
    text = files("kiosk.ui").joinpath("i18n", f"{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Phrases)


def greeting_at(hour: int, greetings: Greetings) -> str:
    """The greeting for an hour of local time, as used in Indonesia: pagi to 11, siang to 15, sore to 18, then malam."""
    if 4 <= hour < 11:
        return greetings.morning
    if 11 <= hour < 15:
        return greetings.noon
    if 15 <= hour < 18:
        return greetings.afternoon
    return greetings.night
