"""Alarms in the operator's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kiosk
from kiosk.operator.screens import Device
from kiosk.ui.alarm_words import ALARMS, alarm_text
from kiosk.ui.operator_facts import device_facts
from kiosk.ui.operator_scenes import operator_state
from kiosk.ui.operator_words import operator_words_in
from kiosk.ui.phrases import LANGUAGES, Language

FOLDER = Path(str(kiosk.__file__)).parent


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The housing is open, since just now: close it, then look.", "Rumah kiosk terbuka sejak baru saja: tutup"),
        ("The housing was opened at 2026-11-22 03:12 (2x) and is closed again: x", "dibuka (2026-11-22 03:12)"),
        ("The journal was damaged (x). It was set aside as a; 12 whole rows were salvaged", "12 catatan diselamatkan"),
        ("Punches are unplaced: no fix.", "Presensi tanpa lokasi"),
        ("Pack standard cannot be opened: no file", "Paket pengenalan standard"),
        ("The moon is full.", "The moon is full."),
    ],
)
def test_alarm_is_told_in_indonesian_and_an_unknown_one_is_not_lost(sentence: str, said: str) -> None:
    assert said in alarm_text(sentence, operator_words_in("id").alarms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_has_words_and_is_raised_somewhere(language: Language) -> None:
    assert set(operator_words_in(language).alarms) == {*ALARMS, "just_now"}
    source = " ".join(
        file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.py") if file.name != "alarm_words.py"
    )
    for pattern in ALARMS.values():
        beginning = re.split(r"[(\\.]", pattern.pattern)[0].strip()
        assert beginning in source, beginning


def test_page_of_the_device_says_no_alarm_in_english_to_indonesians() -> None:
    screen = operator_state("op_device_bad", "Siti").screen
    assert isinstance(screen, Device)
    labels = [each.label for each in device_facts(screen.facts, operator_words_in("id"), "id")]
    assert not [label for label in labels if label.startswith(("The ", "Punches "))]
