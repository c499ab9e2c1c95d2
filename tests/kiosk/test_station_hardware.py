"""A whole kiosk with hardware: what reaches the hub, what the pins do, and what the camera is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from kiosk import equipment
from kiosk.camera.frame import Frame
from kiosk.errors import HardwareError, SettingsError
from kiosk.hardware.door_relay import DoorRelay
from kiosk.hardware.null_panel import NullPanel
from kiosk.hardware.wiring import PanelWiring, RelayWiring
from kiosk.recognizer.face import Box
from kiosk.settings import KioskSettings
from kiosk.station import Station
from tests.factories.transports import ScriptedTransport
from tests.kiosk.hardware.conftest import mock_pins
from tests.kiosk.test_attendant import AYU, Terminal, during
from tests.kiosk.test_station import EmptyRoom, heartbeat_of, hub_key, settings

__all__ = ["hub_key", "mock_pins", "settings"]
HARDWARE = """
[lamps]
blue = 22
orange = 27
[tamper]
pin = 23
[fill_light]
pin = 12
"""


class ListeningRoom(EmptyRoom):
    """Remembers what it was told to expose."""

    def __init__(self) -> None:
        super().__init__()
        self.exposures: list[float] = []

    def compensate(self, ev: float) -> None:
        self.exposures.append(ev)


@pytest.fixture
def loop_pin(mock_pins: Any) -> Any:
    """A loop that is closed: its pull-up does not lift the pin from ground."""
    pin = mock_pins.pin(23)
    pin._set_pull = lambda value: setattr(pin, "_pull", value)
    pin.drive_low()
    return pin


@pytest.fixture
def equipped(settings: KioskSettings, tmp_path: Path) -> KioskSettings:
    path = tmp_path / "hardware.toml"
    path.write_text(HARDWARE, encoding="utf-8")
    return msgspec.structs.replace(settings, hardware=str(path))


def open_(settings: KioskSettings, source: Any = None) -> Station:
    return Station(settings, source=source or EmptyRoom(), transport=ScriptedTransport())


def test_opened_housing_reaches_the_hub_and_is_remembered_over_a_restart(
    equipped: KioskSettings, loop_pin: Any
) -> None:
    with open_(equipped) as station:
        assert heartbeat_of(station).health.alarms == ()
        loop_pin.drive_high()
        [alarm] = heartbeat_of(station).health.alarms
        assert alarm.startswith("The housing is open")
        loop_pin.drive_low()
    with open_(equipped) as station:
        [alarm] = heartbeat_of(station).health.alarms
        assert alarm.startswith("The housing was opened")
        equipment.tamper_memory(equipped).clear()
        assert heartbeat_of(station).health.alarms == ()


def test_housing_that_is_open_at_the_start_is_an_alarm(equipped: KioskSettings, mock_pins: Any) -> None:
    with open_(equipped) as station:
        assert heartbeat_of(station).health.alarms[0].startswith("The housing is open")


def test_end_of_the_kiosk_darkens_everything_also_after_a_crash(
    equipped: KioskSettings, loop_pin: Any, mock_pins: Any
) -> None:
    lamp, blue = mock_pins.pin(12), mock_pins.pin(22)

    def crash() -> None:
        with open_(equipped) as station:
            station.fittings.see_face(20.0)
            station._panel.signal("accepted")
            assert (lamp.state, blue.state) == (1, 1)
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        crash()
    assert (lamp.state, blue.state) == (0, 0)


@pytest.fixture
def dark_face() -> tuple[Frame, Box]:
    grey = np.full((240, 320), 220, np.uint8)
    grey[50:150, 100:180] = 30
    return Frame(np.zeros((480, 640, 3), np.uint8), grey, 5.0, 0, "webcam"), Box(200, 100, 360, 300)


def test_face_in_back_light_is_lit_and_exposed_for(
    equipped: KioskSettings, loop_pin: Any, mock_pins: Any, dark_face: tuple[Frame, Box]
) -> None:
    room = ListeningRoom()
    with open_(equipped, room) as station:
        station._mind_the_light(*dark_face)
        station._mind_the_light(*dark_face)
        assert room.exposures == [0.5]
        assert mock_pins.pin(12).state == 1
        station._mind_the_light(dark_face[0], None)
        assert room.exposures == [0.5]


def test_kiosk_without_hardware_minds_only_the_camera(settings: KioskSettings, dark_face: tuple[Frame, Box]) -> None:
    room = ListeningRoom()
    with open_(settings, room) as station:
        station._mind_the_light(*dark_face)
        assert isinstance(station._panel._panel, NullPanel)
        assert station.fittings.lights is None
    assert room.exposures == [0.5]


def test_door_of_a_kiosk_is_guarded(settings: KioskSettings, mock_pins: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded: list[int] = []

    def guard(wiring: Any) -> DoorRelay:
        guarded.append(wiring.pin)
        return DoorRelay(wiring)

    monkeypatch.setattr(equipment, "GuardedDoor", guard)
    equipment.open_panel(PanelWiring(relay=RelayWiring(pin=17))).close()
    assert guarded == [17]


def test_part_on_a_busy_pin_is_named(equipped: KioskSettings, loop_pin: Any) -> None:
    import gpiozero

    other = gpiozero.LED(12)
    with pytest.raises(HardwareError, match="fill light on GPIO12"):
        open_(equipped)
    other.close()


def test_pins_are_named_in_one_place(settings: KioskSettings) -> None:
    with pytest.raises(SettingsError, match="keep one of them"):
        KioskSettings(hardware="/x", panel=PanelWiring())
    with pytest.raises(SettingsError, match="Cannot read the hardware file"):
        open_(msgspec.structs.replace(settings, hardware="/nonexistent/hardware.toml"))


def test_zone_that_does_not_exist_is_named(settings: KioskSettings) -> None:
    with pytest.raises(SettingsError, match="Asia/Makassar"):
        open_(msgspec.structs.replace(settings, timezone="Asia/Sangatta"))


# The attendant ------------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    built = Terminal(tmp_path)
    with built.journal:
        yield built


def test_attendant_shows_every_frame_and_the_face_in_it(terminal: Terminal) -> None:
    seen: list[Box | None] = []
    terminal.start(on_look=lambda _frame, box: seen.append(box))
    terminal.see(during(0.2, AYU))
    assert seen
    assert all(box is not None for box in seen)


def test_lock_reaches_the_panel_and_so_does_its_end(terminal: Terminal) -> None:
    terminal.attendant.lock(locked=True)
    terminal.see(during(1, AYU), lambda: terminal.attendant.lock(locked=False), during(2, AYU))
    assert [each for each in terminal.panel.told if each in {"locked", "accepted"}] == ["locked", "accepted"]
