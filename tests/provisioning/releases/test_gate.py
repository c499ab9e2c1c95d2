"""When a release has proved itself, and when it has failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kiosk.bulletin import Bulletin
from provisioning.releases.gate import STEADY_SECONDS, TRIAL_SECONDS, Gate, missing

SOUND = Bulletin(
    software="0.2.0",
    at=datetime(2026, 11, 2, 7, tzinfo=UTC),
    camera="ok",
    journal="ok",
    roster=3,
    connected=True,
)


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({}, ()),
        ({"software": "0.1.0"}, ("running",)),
        ({"camera": "starting"}, ("camera",)),
        ({"camera": "trouble", "connected": False}, ("camera", "hub")),
        ({"journal": "full"}, ("journal",)),
        ({"journal": "salvaged"}, ()),
        ({"roster": 0}, ("roster",)),
    ],
)
def test_everything_that_people_need_must_be_shown(change: dict[str, Any], lacking: tuple[str, ...]) -> None:
    assert missing(msgspec.structs.replace(SOUND, **change), "0.2.0") == lacking


def test_silence_is_no_sign_of_life() -> None:
    assert missing(None, "0.2.0") == ("running",)


def test_release_must_be_sound_for_a_whole_minute() -> None:
    gate = Gate(began=0.0).look((), 10.0)
    assert gate.look((), 10.0 + STEADY_SECONDS - 0.1).verdict is None
    assert gate.look((), 10.0 + STEADY_SECONDS).verdict == "proved"


def test_one_that_dies_in_between_begins_anew() -> None:
    gate = Gate(began=0.0).look((), 0.0).look(("running",), 50.0).look((), 55.0)
    assert gate.look((), 100.0).verdict is None
    assert gate.look((), 55.0 + STEADY_SECONDS).verdict == "proved"


def test_after_five_minutes_it_has_failed_and_says_what_it_lacked() -> None:
    gate = Gate(began=0.0).look(("camera",), TRIAL_SECONDS - 1)
    assert gate.verdict is None
    gate = gate.look(("camera", "hub"), TRIAL_SECONDS)
    assert (gate.verdict, gate.lacking) == ("failed", ("camera", "hub"))
    assert gate.look((), TRIAL_SECONDS + 100) == gate


def test_one_that_became_sound_late_has_its_minute() -> None:
    gate = Gate(began=0.0).look((), TRIAL_SECONDS - 1)
    assert gate.look((), TRIAL_SECONDS + 1).verdict is None
    assert gate.look((), TRIAL_SECONDS + STEADY_SECONDS).verdict == "proved"
    assert gate.look(("hub",), TRIAL_SECONDS + 2).verdict == "failed"
