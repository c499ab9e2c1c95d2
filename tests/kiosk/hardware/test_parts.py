"""Parts of a kiosk at work, tried one at a time."""

from __future__ import annotations

from typing import Any

from kiosk.hardware.gpio_panel import GpioPanel
from kiosk.hardware.light_keeper import LightKeeper
from kiosk.hardware.lighting import LightingRules
from kiosk.hardware.null_panel import NullPanel
from kiosk.hardware.parts import TRIAL_SECONDS, PartsOnTrial
from kiosk.hardware.speaker import NullSpeaker
from kiosk.hardware.wiring import BuzzerWiring, FillLightWiring, PanelWiring, RelayWiring, RgbWiring

WIRING = PanelWiring(relay=RelayWiring(pin=16), rgb=RgbWiring(red=17, green=27, blue=22), buzzer=BuzzerWiring(pin=18))
NOTHING: Any = type("NoFittings", (), {"lights": None})()


def test_each_part_is_switched_on_alone(mock_pins: Any) -> None:
    panel = GpioPanel(WIRING)
    parts = PartsOnTrial(panel, NullSpeaker(), NOTHING)
    relay, blue, buzzer = mock_pins.pin(16), mock_pins.pin(22), mock_pins.pin(18)
    assert parts.fitted == ("relay", "blue", "orange", "buzzer")
    parts.try_part("blue")
    assert (relay.state, blue.state, buzzer.state) == (0, 1, 0)
    parts.try_part("relay")
    assert (relay.state, buzzer.state) == (1, 0)
    assert blue.state < 0.5
    panel.close()
    assert relay.state == 0


def test_locked_kiosk_opens_no_door_for_a_trial(mock_pins: Any) -> None:
    panel = GpioPanel(WIRING)
    panel.lock(locked=True)
    assert "relay" not in panel.fitted
    panel.try_part("relay")
    assert mock_pins.pin(16).state == 0
    panel.close()


def test_fill_light_goes_out_by_itself(mock_pins: Any) -> None:
    now = [100.0]
    wiring = PanelWiring(fill_light=FillLightWiring(pin=12))
    rules = LightingRules(idle_seconds=30.0, night_percent=10, night_from_hour=20, night_until_hour=5)
    with LightKeeper(wiring, rules=rules, hour=lambda: 12, now=lambda: now[0]) as keeper:
        assert keeper.fitted == ("fill_light",)
        keeper.try_part("fill_light", TRIAL_SECONDS)
        assert mock_pins.pin(12).state == 1
        now[0] += TRIAL_SECONDS
        keeper.tick()
        assert mock_pins.pin(12).state == 0


def test_kiosk_without_parts_has_nothing_to_try() -> None:
    parts = PartsOnTrial(NullPanel(), NullSpeaker(), NOTHING)
    assert parts.fitted == ()
    parts.try_part("blue")
