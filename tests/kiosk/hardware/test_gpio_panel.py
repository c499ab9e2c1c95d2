"""What the pins do, transition by transition."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockPin

from kiosk.errors import HardwareError, SettingsError
from kiosk.hardware.buzzer import BEEPS, Chime, TonalChime
from kiosk.hardware.door_relay import DoorRelay
from kiosk.hardware.gpio_panel import GpioPanel
from kiosk.hardware.status_light import RESTING, RGB, LampPair, RgbLight
from kiosk.hardware.wiring import BuzzerWiring, LampWiring, PanelWiring, RelayWiring, RgbWiring

Until = Callable[[Callable[[], bool]], None]
States = Callable[[Any], list[float]]


def test_door_relay_releases_for_one_pulse(mock_pins: Any, until: Until, states: States) -> None:
    pin = mock_pins.pin(5)
    door = DoorRelay(RelayWiring(pin=5, pulse_seconds=0.02))
    door.release()
    until(lambda: len(pin.states) == 3)
    door.close()
    assert states(pin) == [0, 1, 0]


def test_door_relay_on_an_active_low_board_is_shut_from_the_start_and_after_close(
    mock_pins: Any, until: Until, states: States
) -> None:
    # The plain mock: the one with PWM falls to 0 when it is let go, which a relay's pin does not.
    mock_pins.pin_class = MockPin
    pin = mock_pins.pin(5)
    door = DoorRelay(RelayWiring(pin=5, active_high=False, pulse_seconds=0.02))
    assert states(pin) == [0, 1]
    door.release()
    until(lambda: len(pin.states) == 4)
    door.close()
    assert states(pin) == [0, 1, 0, 1]
    assert pin.function == "input"


def test_door_relay_released_again_stays_released(mock_pins: Any, until: Until, states: States) -> None:
    pin = mock_pins.pin(5)
    door = DoorRelay(RelayWiring(pin=5, pulse_seconds=30))
    door.release()
    until(lambda: pin.state == 1)
    door.release()
    door.close()
    assert states(pin) == [0, 1, 0]


def test_door_relay_closed_during_a_pulse_shuts_the_door(mock_pins: Any, until: Until, states: States) -> None:
    pin = mock_pins.pin(5)
    door = DoorRelay(RelayWiring(pin=5, pulse_seconds=30))
    door.release()
    until(lambda: pin.state == 1)
    door.close()
    assert states(pin) == [0, 1, 0]


@pytest.mark.parametrize(("kind", "opens"), [("accepted", 1), ("already", 1), ("refused", 0), ("trouble", 0)])
def test_panel_opens_the_door_only_for_people_it_knows(
    mock_pins: Any, until: Until, kind: Any, opens: int, states: States
) -> None:
    pin = mock_pins.pin(5)
    panel = GpioPanel(PanelWiring(relay=RelayWiring(pin=5, pulse_seconds=0.02)))
    panel.signal(kind)
    until(lambda: len(pin.states) == 1 + 2 * opens)
    panel.close()
    assert states(pin) == [0, 1, 0][: 1 + 2 * opens]


def test_panel_at_rest_leaves_an_open_door_open(mock_pins: Any, until: Until) -> None:
    pin = mock_pins.pin(5)
    panel = GpioPanel(PanelWiring(relay=RelayWiring(pin=5, pulse_seconds=30)))
    panel.signal("accepted")
    until(lambda: pin.state == 1)
    panel.idle()
    assert pin.state == 1
    panel.close()
    assert pin.state == 0


@pytest.mark.parametrize("kind", ["accepted", "already", "refused", "trouble"])
def test_chime_beeps_as_often_as_its_signal_says(mock_pins: Any, until: Until, states: States, kind: Any) -> None:
    pin = mock_pins.pin(18)
    chime = Chime(BuzzerWiring(pin=18))
    chime.play(kind)
    until(lambda: len(pin.states) == 1 + 2 * BEEPS[kind].times)
    chime.close()
    assert states(pin) == [0, *[1, 0] * BEEPS[kind].times]


@pytest.mark.parametrize("kind", ["accepted", "already", "refused", "trouble"])
def test_tonal_chime_sings_as_often_as_its_signal_says(mock_pins: Any, until: Until, states: States, kind: Any) -> None:
    pin = mock_pins.pin(18)
    chime = TonalChime(BuzzerWiring(pin=18, passive=True))
    chime.play(kind)
    until(lambda: pin.frequency is not None)
    assert pin.frequency == BEEPS[kind].tone_hz
    until(lambda: len(pin.states) == 1 + 2 * BEEPS[kind].times)
    chime.close()
    assert states(pin) == [0, *[0.5, 0] * BEEPS[kind].times]


def test_tonal_chime_is_cut_short_by_the_next_signal(mock_pins: Any, until: Until) -> None:
    pin = mock_pins.pin(18)
    chime = TonalChime(BuzzerWiring(pin=18, passive=True))
    chime.play("refused")
    until(lambda: pin.frequency == BEEPS["refused"].tone_hz)
    chime.play("accepted")
    until(lambda: pin.frequency == BEEPS["accepted"].tone_hz)
    chime.close()
    assert pin.state == 0


def test_rgb_light_is_steady_blue_when_accepted_and_dark_after_close(mock_pins: Any) -> None:
    pins = [mock_pins.pin(number) for number in (17, 27, 22)]
    light = RgbLight(RgbWiring(red=17, green=27, blue=22))
    light.rest()
    assert tuple(pin.state for pin in pins) == RESTING
    light.show("accepted")
    assert tuple(pin.state for pin in pins) == RGB["blue"]
    light.close()
    assert [pin.state for pin in pins] == [0, 0, 0]


def test_rgb_light_blinks_orange_three_times_when_refused(mock_pins: Any, until: Until, states: States) -> None:
    red, green, blue = (mock_pins.pin(number) for number in (17, 27, 22))
    light = RgbLight(RgbWiring(red=17, green=27, blue=22))
    light.show("refused")
    until(lambda: len(red.states) == 7)
    light.close()
    assert states(red) == [0, *[RGB["orange"][0], 0] * 3]
    assert states(green) == [0, *[RGB["orange"][1], 0] * 3]
    assert states(blue) == [0]


def test_rgb_light_with_common_anode_is_dark_when_its_pins_are_high(mock_pins: Any) -> None:
    pins = [mock_pins.pin(number) for number in (17, 27, 22)]
    light = RgbLight(RgbWiring(red=17, green=27, blue=22, active_high=False))
    assert [pin.state for pin in pins] == [1, 1, 1]
    light.show("accepted")
    assert [pin.state for pin in pins] == [1 - part for part in RGB["blue"]]
    light.close()


def test_lamp_pair_never_shines_in_both_colours(mock_pins: Any, until: Until, states: States) -> None:
    blue, orange = mock_pins.pin(22), mock_pins.pin(17)
    light = LampPair(LampWiring(blue=22, orange=17))
    light.show("accepted")
    assert (blue.state, orange.state) == (1, 0)
    light.show("refused")
    until(lambda: len(orange.states) == 7)
    assert states(blue) == [0, 1, 0]
    light.close()
    assert states(orange) == [0, 1, 0, 1, 0, 1, 0]


def test_panel_on_a_busy_pin_names_it_and_lets_the_others_go(mock_pins: Any) -> None:
    other = gpiozero.LED(18)
    wiring = PanelWiring(relay=RelayWiring(pin=5), lamps=LampWiring(blue=22, orange=17), buzzer=BuzzerWiring(pin=18))
    with pytest.raises(HardwareError, match=r"buzzer on GPIO18 .* no other program") as caught:
        GpioPanel(wiring)
    assert isinstance(caught.value.__cause__, gpiozero.GPIOPinInUse)
    for number in (5, 22, 17):
        gpiozero.LED(number).close()
    other.close()


def test_lamp_pair_on_a_busy_second_pin_lets_the_first_go(mock_pins: Any) -> None:
    other = gpiozero.LED(17)
    with pytest.raises(HardwareError, match="orange lamp on GPIO17"):
        LampPair(LampWiring(blue=22, orange=17))
    gpiozero.LED(22).close()
    other.close()


def test_panel_without_a_pin_library_says_what_to_install(mock_pins: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "absent")
    with pytest.raises(HardwareError, match=r"door relay on GPIO5 .* python3-lgpio"):
        DoorRelay(RelayWiring(pin=5))


def test_panel_gives_lgpio_a_folder_it_can_write_to(mock_pins: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LG_WD", raising=False)
    GpioPanel(PanelWiring(relay=RelayWiring(pin=5))).close()
    assert os.access(os.environ["LG_WD"], os.W_OK)


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"relay": RelayWiring(pin=28)}, "GPIO28 is not on the header"),
        ({"relay": RelayWiring(pin=17), "buzzer": BuzzerWiring(pin=17)}, "GPIO17 already serves relay.pin"),
        ({"relay": RelayWiring(pin=5, pulse_seconds=0)}, "pulse_seconds"),
        ({"relay": RelayWiring(pin=5, pulse_seconds=3600)}, "pulse_seconds"),
        ({"rgb": RgbWiring(red=1, green=2, blue=3), "lamps": LampWiring(blue=4, orange=5)}, "one status light"),
    ],
)
def test_wiring_that_cannot_be_is_refused(parts: Any, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        PanelWiring(**parts)
