"""Questions are heard once each, when they begin."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.display import NullDisplay
from kiosk.hardware.speaker import NullSpeaker
from kiosk.hardware.tones import SoundName
from kiosk.sounding_display import SoundingDisplay, sound_of
from kiosk.states import Accepted, Challenge, CheckFace, EnterPin, Idle, Refused, State, Verify
from tests.factories.journals import NOON

LEFT = Challenge("left", 1, 4, 0.9)
PIN = EnterPin("p-1", 5, 60.0)


@pytest.mark.parametrize(
    ("before", "after", "sound"),
    [
        (Verify(0.5), LEFT, "challenge"),
        (LEFT, Challenge("left", 1, 4, 0.4), None),
        (LEFT, Challenge(None, 1, 4, 1.0), None),
        (Challenge(None, 1, 4, 1.0), Challenge("up", 2, 4, 1.0), "challenge"),
        (LEFT, Challenge("left", 2, 4, 1.0), "challenge"),
        (Idle(), PIN, "second_factor"),
        (PIN, EnterPin("p-1", 5, 61.0), None),
        (PIN, EnterPin("p-1", 4, 60.0, wrong=True), "refused"),
        (EnterPin("p-1", 4, 60.0, wrong=True), EnterPin("p-1", 4, 61.0, wrong=True), None),
        (EnterPin("p-1", 4, 60.0, wrong=True), EnterPin("p-1", 3, 60.0, wrong=True), "refused"),
        (PIN, CheckFace("p-1", "pin", 60.0), None),
        (Idle(), CheckFace("p-1", "card", 60.0), "second_factor"),
        (None, Idle(), None),
        # Those have a signal, which the panel is heard with.
        (Verify(0.9), Accepted("p-1", NOON, 9.0), None),
        (Verify(0.9), Refused("unrecognised", 9.0), None),
    ],
)
def test_state_begins_with_its_sound(before: State | None, after: State, sound: SoundName | None) -> None:
    assert sound_of(before, after) == sound


def test_display_is_shown_what_is_heard() -> None:
    display, speaker = NullDisplay(), NullSpeaker()
    sounding = SoundingDisplay(display, speaker)
    for state in (Idle(), LEFT, LEFT, Idle(), LEFT):
        sounding.show_state(state, name=None)
    sounding.show_frame(np.zeros((4, 4, 3), np.uint8), None)
    assert list(speaker.played) == ["challenge", "challenge"]
    assert display.states == [Idle(), LEFT, Idle(), LEFT]
