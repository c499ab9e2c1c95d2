"""Camera and panel: tried where they are free, asked for where the kiosk has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kiosk.bulletin import Bulletin
from kiosk.camera.source import SourceSettings
from kiosk.doctor.devices import (
    CameraReading,
    PanelReading,
    ask_kiosk,
    ask_kiosk_of_panel,
    judge_camera,
    judge_part,
    try_camera,
    try_panel,
)
from kiosk.equipment import open_panel
from kiosk.hardware.wiring import BuzzerWiring, LampWiring, PanelWiring

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (CameraReading(working=True, brightness=120.0), "ok"),
        (CameraReading(working=True, brightness=None, by_kiosk=True), "ok"),
        (CameraReading(working=True, brightness=10.0), "warning"),
        (CameraReading(working=True, brightness=240.0), "warning"),
        (CameraReading(working=False, trouble="no frame came"), "bad"),
    ],
)
def test_camera(reading: CameraReading, state: str) -> None:
    assert judge_camera(reading).state == state


def test_no_camera_is_told_with_its_reason() -> None:
    finding = judge_camera(try_camera(SourceSettings(kind="webcam", device=63), seconds=1.0))
    assert finding.state == "bad"
    assert "63" in finding.value.en


def bulletin(**changes: Any) -> Bulletin:
    fields: dict[str, Any] = {
        "software": "0.1.0",
        "at": NOW,
        "camera": "ok",
        "journal": "ok",
        "roster": 7,
        "connected": True,
        "brightness": 130.0,
        "panel": ("blue", "orange"),
    }
    return Bulletin(**(fields | changes))


def test_the_running_kiosk_is_asked() -> None:
    assert judge_camera(ask_kiosk(bulletin(), NOW)).state == "ok"
    assert judge_camera(ask_kiosk(bulletin(camera="trouble"), NOW)).state == "bad"
    assert judge_camera(ask_kiosk(bulletin(), NOW + timedelta(hours=1))).state == "bad"
    assert judge_camera(ask_kiosk(None, NOW)).state == "bad"
    reading = ask_kiosk_of_panel(bulletin(), NOW)
    assert judge_part("lights", wired=True, reading=reading, trouble=None).state == "ok"
    assert judge_part("relay", wired=True, reading=reading, trouble=None).state == "warning"
    silent = ask_kiosk_of_panel(None, NOW)
    assert judge_part("lights", wired=True, reading=silent, trouble=None).state == "warning"


def test_a_part_that_is_not_wired_is_not_fitted() -> None:
    assert judge_part("relay", wired=False, reading=None, trouble=None).state == "not_fitted"


def test_pins_that_cannot_be_had_and_a_door_in_trouble_are_bad() -> None:
    assert judge_part("buzzer", wired=True, reading=None, trouble="GPIO18 is in use").state == "bad"
    reading = PanelReading(("relay",), ("The door's guard is gone.",))
    assert judge_part("relay", wired=True, reading=reading, trouble=None).state == "bad"


@pytest.fixture
def pins() -> Iterator[Any]:
    gpiozero = pytest.importorskip("gpiozero")
    from gpiozero.pins.mock import MockFactory, MockPWMPin

    before = gpiozero.Device.pin_factory
    factory = gpiozero.Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


def test_trying_the_panel_claims_the_pins_and_leaves_them_off(pins: Any) -> None:
    wiring = PanelWiring(lamps=LampWiring(blue=22, orange=27), buzzer=BuzzerWiring(pin=18))
    reading = try_panel(wiring, open_panel)
    assert reading.fitted == ("blue", "orange", "buzzer")
    assert [pins.pin(pin).state for pin in (22, 27, 18)] == [0, 0, 0]
    assert 1 not in [each.state for each in pins.pin(18).states]
