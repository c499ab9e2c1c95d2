"""When the screen is bright and the fill light on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockPin

from kiosk.errors import HardwareError
from kiosk.hardware.backlight import Backlight
from kiosk.hardware.light_keeper import LightKeeper
from kiosk.hardware.lighting import DARK_FACE, Light, Lighting, LightingRules, is_night
from kiosk.hardware.wiring import BacklightWiring, FillLightWiring, PanelWiring, PresenceWiring

RULES = LightingRules(idle_seconds=30.0, night_percent=10, night_from_hour=18, night_until_hour=6)
States = Callable[[Any], list[float]]
Until = Callable[[Callable[[], bool]], None]
DAY, NIGHT = 9, 22


@pytest.mark.parametrize(
    ("hour", "span", "night"),
    [
        (18, (18, 6), True), (17, (18, 6), False), (0, (18, 6), True), (5, (18, 6), True), (6, (18, 6), False),
        (3, (1, 5), True), (5, (1, 5), False), (12, (7, 7), False),
    ],
)  # fmt: skip
def test_night_may_reach_over_midnight(hour: int, span: tuple[int, int], night: bool) -> None:
    assert is_night(hour, from_hour=span[0], until_hour=span[1]) is night


@pytest.mark.parametrize(
    ("seconds_ago", "dark", "hour", "light"),
    [
        (1.0, False, DAY, Light(100, False)),
        (1.0, True, DAY, Light(100, True)),
        (1.0, False, NIGHT, Light(100, True)),
        (31.0, False, DAY, Light(100, False)),
        (31.0, True, DAY, Light(100, False)),
        (31.0, False, NIGHT, Light(10, False)),
        (31.0, True, NIGHT, Light(10, False)),
    ],
)
def test_light_follows_presence_hour_and_face(seconds_ago: float, dark: bool, hour: int, light: Light) -> None:
    assert Lighting(100.0 - seconds_ago, dark).light(100.0, hour, RULES) == light


def test_kiosk_at_which_nobody_has_been_rests() -> None:
    assert Lighting().light(1e6, NIGHT, RULES) == Light(10, False)


def test_face_that_we_light_ourselves_stays_a_dark_one_until_the_person_has_gone() -> None:
    lighting = Lighting().see_face(DARK_FACE - 1, 0.0).see_face(200.0, 1.0)
    assert lighting.light(1.0, DAY, RULES).fill
    assert lighting.settle(2.0, RULES).dark_face
    assert not lighting.settle(40.0, RULES).dark_face


# The kernel's backlight ----------------------------------------------------------------------------------------------


@pytest.fixture
def sys_backlight(tmp_path: Path) -> Path:
    folder = tmp_path / "backlight" / "10-0045"
    folder.mkdir(parents=True)
    (folder / "max_brightness").write_text("31\n")
    (folder / "brightness").write_text("31\n")
    return folder


@pytest.mark.parametrize(("percent", "level"), [(100, 31), (10, 3), (1, 1), (0, 0)])
def test_backlight_is_set_in_the_kernels_own_steps(sys_backlight: Path, percent: int, level: int) -> None:
    Backlight(BacklightWiring(), root=sys_backlight.parent).shine(percent)
    assert (sys_backlight / "brightness").read_text() == str(level)


def test_backlight_is_written_only_when_it_changes_and_bright_at_the_end(sys_backlight: Path) -> None:
    backlight = Backlight(BacklightWiring(device="10-0045"), root=sys_backlight.parent)
    backlight.shine(10)
    (sys_backlight / "brightness").write_text("untouched")
    backlight.shine(10)
    assert (sys_backlight / "brightness").read_text() == "untouched"
    backlight.close()
    assert (sys_backlight / "brightness").read_text() == "31"


@pytest.mark.parametrize("device", [None, "10-0099", "../../etc"])
def test_backlight_that_is_not_there_does_nothing(tmp_path: Path, device: str | None) -> None:
    backlight = Backlight(BacklightWiring(device=device), root=tmp_path / "none")
    assert not backlight.fitted
    backlight.shine(10)
    backlight.close()


def test_backlight_that_does_not_obey_is_left_alone(sys_backlight: Path, caplog: pytest.LogCaptureFixture) -> None:
    backlight = Backlight(BacklightWiring(), root=sys_backlight.parent)
    (sys_backlight / "max_brightness").write_text("bright")
    backlight.shine(10)
    backlight.shine(100)
    assert not backlight.fitted
    assert len([each for each in caplog.records if "does not obey" in each.message]) == 1


# The keeper ----------------------------------------------------------------------------------------------------------


class Site:
    """A kiosk's corner of the world: its time, its pins, its screen."""

    def __init__(self, mock_pins: Any, backlight: Backlight) -> None:
        mock_pins.pin_class = MockPin
        self.seconds, self.local_hour = 1000.0, NIGHT
        self.sensor, self.lamp = mock_pins.pin(24), mock_pins.pin(12)
        self.keeper = LightKeeper(
            PanelWiring(presence=PresenceWiring(pin=24), fill_light=FillLightWiring(pin=12)),
            rules=RULES,
            hour=lambda: self.local_hour,
            now=lambda: self.seconds,
            backlight=backlight,
        )

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.keeper.tick()


@pytest.fixture
def site(mock_pins: Any, sys_backlight: Path) -> Any:
    built = Site(mock_pins, Backlight(BacklightWiring(), root=sys_backlight.parent))
    with built.keeper:
        yield built


def test_presence_wakes_the_screen_and_the_light_at_night(site: Site, sys_backlight: Path, states: States) -> None:
    site.wait(31)
    assert (sys_backlight / "brightness").read_text() == "3"
    assert not site.keeper.awake
    site.sensor.drive_high()
    assert (sys_backlight / "brightness").read_text() == "31"
    assert site.keeper.awake
    site.wait(40)
    assert site.keeper.awake, "still moving"
    site.sensor.drive_low()
    site.wait(31)
    assert (sys_backlight / "brightness").read_text() == "3"
    # Lit by the start, dark after 31 s, lit by the person, dark when gone.
    assert states(site.lamp) == [0, 1, 0, 1, 0]


def test_fill_light_shines_on_a_dark_face_by_day_and_goes_with_it(site: Site, states: States) -> None:
    site.local_hour = DAY
    site.wait(31)
    site.keeper.see_face(140.0)
    assert states(site.lamp) == [0, 1, 0]
    site.keeper.see_face(DARK_FACE - 5)
    site.keeper.see_face(140.0)
    site.wait(10)
    assert states(site.lamp) == [0, 1, 0, 1]
    site.wait(31)
    site.keeper.see_face(140.0)
    assert states(site.lamp) == [0, 1, 0, 1, 0]


def test_end_leaves_the_lamp_dark_and_the_screen_bright(mock_pins: Any, sys_backlight: Path, states: States) -> None:
    site = Site(mock_pins, Backlight(BacklightWiring(), root=sys_backlight.parent))
    with site.keeper:
        assert states(site.lamp) == [0, 1]
    assert states(site.lamp) == [0, 1, 0]
    assert (sys_backlight / "brightness").read_text() == "31"
    site.keeper.notice()
    site.keeper.see_face(1.0)
    assert states(site.lamp) == [0, 1, 0]


def test_idleness_is_noticed_without_being_asked(
    mock_pins: Any, sys_backlight: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.hardware.light_keeper.TICK_SECONDS", 0.01)
    site = Site(mock_pins, Backlight(BacklightWiring(), root=sys_backlight.parent))
    with site.keeper:
        site.seconds += 31
        until(lambda: (sys_backlight / "brightness").read_text() == "3")


def test_sensor_on_a_busy_pin_is_named_and_the_lamp_let_go(mock_pins: Any) -> None:
    import gpiozero

    other = gpiozero.LED(24)
    wiring = PanelWiring(presence=PresenceWiring(pin=24), fill_light=FillLightWiring(pin=12))
    with pytest.raises(HardwareError, match="motion sensor on GPIO24"):
        LightKeeper(wiring, rules=RULES, hour=lambda: DAY)
    gpiozero.LED(12).close()
    other.close()


@pytest.mark.parametrize(("active_high", "pull"), [(True, "down"), (False, "up")])
def test_sensor_whose_cable_came_off_sees_nobody(mock_pins: Any, active_high: bool, pull: str) -> None:
    from kiosk.hardware.presence import PresenceSensor

    sensor = PresenceSensor(PresenceWiring(pin=24, active_high=active_high))
    assert mock_pins.pin(24).pull == pull
    assert not sensor.present
    sensor.close()
