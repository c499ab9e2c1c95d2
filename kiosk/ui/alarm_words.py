"""An alarm of the heartbeat, which is English, in few words of the operator's language. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ALARMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "open": re.compile(r"The housing is open, since (?P<since>.+): close it"),
        "opened": re.compile(r"The housing was opened at (?P<since>.+) \("),
        "rolled_back": re.compile(r"The hub holds rows of epoch "),
        "damaged": re.compile(r"The journal was damaged .*; (?P<rows>\d+) whole rows"),
        "unplaced": re.compile(r"Punches are unplaced: "),
        "evidence": re.compile(
            r"A (refusal was recorded without its picture|picture of a refusal is (lost|still plain))"
        ),
        "sealing": re.compile(r"The key of faces on the card: "),
        "roster": re.compile(r"The hub is asked for a new roster"),
        "door": re.compile(r"The door's guard "),
        "pack": re.compile(r"Pack (?P<pack>\S+) cannot be opened"),
    }
)
"""By the key of their words; each begins as kiosk.account says it."""


def alarm_text(sentence: str, words: Mapping[str, str]) -> str:
    """The alarm in these words (by key, groups in braces); one that is not known stays as it is."""
    for key, pattern in ALARMS.items():
        found = pattern.match(sentence)
        if found is not None:
            said = {name: words["just_now"] if text == "just now" else text for name, text in found.groupdict().items()}
            return words[key].format(**said)
    return sentence
