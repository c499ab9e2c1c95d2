"""What an operator reads at the kiosk, in each language; the words themselves are in i18n/operator-*.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from kiosk.ui.phrases import Language


class OperatorStateWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As kiosk.ui.phrases.Words; detail is empty where the page says all."""

    headline: str
    detail: str
    short: str


class OperatorButtons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the buttons."""

    cancel: str
    back: str
    leave: str
    stay: str
    close: str
    enrol: str
    standings: str
    test: str
    parts: str
    device: str
    logs: str
    lock: str
    unlock: str
    locked_by_hub: str
    agree: str
    decline: str
    send: str
    bare: str
    again: str
    next: str
    start: str
    fine: str
    failed: str


class ReadingWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of what recognition measures."""

    similarity: str
    margin: str
    agreed: str
    not_agreed: str
    usability: str
    eyes: str
    pose: str
    sharpness: str
    passive: str
    challenge: str
    infrared: str
    policy: str
    layers: str


class OperatorWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. Placeholders: {name}, {more}, {tries}, {sent}, {parts}, {size}, {other}, {reason}, {count}, {part},
    {ask}, {seconds}.

    states: by kiosk.ui.view.OperatorStateId; facts, codes: by kiosk.operator.screens.Fact; parts, asks: by Part;
    poses: by kiosk.operator.poses.Wish; faults: by those of Fault that are no hint. consent: paragraphs.
    alarms: by kiosk.ui.alarm_words.ALARMS.
    """

    banner: str
    banner_named: str
    again: str
    new_name: str
    unnamed: str
    find_ask: str
    find_none: str
    find_touch: str
    find_new: str
    find_more: str
    tries: str
    none: str
    nobody_there: str
    no_logs: str
    restarts: str
    rows: str
    room: str
    consent: tuple[str, ...]
    buttons: OperatorButtons
    poses: dict[str, str]
    faults: dict[str, str]
    facts: dict[str, str]
    codes: dict[str, str]
    reading: ReadingWords
    asks: dict[str, str]
    parts: dict[str, str]
    alarms: dict[str, str]
    states: dict[str, OperatorStateWords]


@cache
def operator_words_in(language: Language) -> OperatorWords:
    """The words of a language; a missing or misspelt key fails here (msgspec.ValidationError), never on the screen."""
    text = files("kiosk.ui").joinpath("i18n", f"operator-{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), OperatorWords)
