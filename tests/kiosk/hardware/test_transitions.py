"""Every pin of a whole panel, transition by transition, from the making to the end: their levels, number and order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gpiozero.pins.mock import MockPin, MockPWMPin

from kiosk.hardware.door_relay import DoorRelay
from kiosk.hardware.gpio_panel import GpioPanel
from kiosk.hardware.wiring import (
    LONGEST_PULSE_SECONDS,
    BuzzerWiring,
    LampWiring,
    PanelWiring,
    RelayWiring,
)

Until = Callable[[Callable[[], bool]], None]
States = Callable[[Any], list[float]]
WIRING = PanelWiring(
    relay=RelayWiring(pin=5, active_high=False, pulse_seconds=0.03),
    lamps=LampWiring(blue=22, orange=27),
    buzzer=BuzzerWiring(pin=18),
)
LONG_PULSE = PanelWiring(
    relay=RelayWiring(pin=5, active_high=False, pulse_seconds=30.0),
    lamps=LampWiring(blue=22, orange=27),
    buzzer=BuzzerWiring(pin=18),
)
PINS = {"relay": 5, "blue": 22, "orange": 27, "buzzer": 18}

# The relay's board is active low: 1 is a door that is shut. The first level of each pin is the one before the start.
SIGNALLED = {
    "accepted": {"relay": [0, 1, 0, 1], "blue": [0, 1], "orange": [0], "buzzer": [0, 1, 0]},
    "already": {"relay": [0, 1, 0, 1], "blue": [0, 1, 0, 1, 0], "orange": [0], "buzzer": [0, 1, 0, 1, 0]},
    "refused": {"relay": [0, 1], "blue": [0], "orange": [0, 1, 0, 1, 0, 1, 0], "buzzer": [0, 1, 0]},
}


@pytest.fixture
def pins(mock_pins: Any) -> dict[str, Any]:
    mock_pins.pin_class = MockPin
    return {name: mock_pins.pin(number) for name, number in PINS.items()}


@pytest.fixture
def read(pins: dict[str, Any], states: States) -> Callable[[], dict[str, list[float]]]:
    return lambda: {name: states(pin) for name, pin in pins.items()}


def shut(levels: dict[str, list[float]]) -> bool:
    return (levels["relay"][-1], levels["blue"][-1], levels["orange"][-1], levels["buzzer"][-1]) == (1, 0, 0, 0)


@pytest.mark.parametrize("kind", SIGNALLED)
def test_signal_moves_these_pins_and_no_other(pins: dict[str, Any], until: Until, read: Any, kind: Any) -> None:
    panel = GpioPanel(WIRING)
    panel.signal(kind)
    until(lambda: read() == SIGNALLED[kind])
    panel.close()
    assert shut(read())
    assert {name: levels[: len(SIGNALLED[kind][name])] for name, levels in read().items()} == SIGNALLED[kind]


def test_trouble_blinks_until_it_is_over(pins: dict[str, Any], until: Until, read: Any) -> None:
    panel = GpioPanel(WIRING)
    panel.signal("trouble")
    until(lambda: len(read()["orange"]) >= 4 and len(read()["buzzer"]) == 7)
    panel.idle()
    seen = read()
    assert seen["relay"] == [0, 1]
    assert seen["blue"] == [0]
    assert seen["buzzer"] == [0, 1, 0, 1, 0, 1, 0]
    assert seen["orange"] == [index % 2 for index in range(len(seen["orange"]))]
    assert seen["orange"][-1] == 0
    panel.close()


def test_boot_and_exit_leave_every_output_safe(pins: dict[str, Any], read: Any) -> None:
    panel = GpioPanel(WIRING)
    assert read() == {"relay": [0, 1], "blue": [0], "orange": [0], "buzzer": [0]}
    panel.close()
    assert read() == {"relay": [0, 1], "blue": [0], "orange": [0], "buzzer": [0]}
    assert {pin.function for pin in pins.values()} == {"input"}


def test_exit_in_the_middle_of_a_pulse_shuts_the_door_and_darkens_the_lamps(
    pins: dict[str, Any], until: Until, read: Any
) -> None:
    panel = GpioPanel(LONG_PULSE)
    panel.signal("accepted")
    until(lambda: read()["relay"] == [0, 1, 0])
    panel.close()
    assert read()["relay"] == [0, 1, 0, 1]
    assert shut(read())


def test_crash_of_the_program_shuts_the_door_on_the_way_out(pins: dict[str, Any], until: Until, read: Any) -> None:
    def crash() -> None:
        panel = GpioPanel(LONG_PULSE)
        try:
            panel.signal("accepted")
            until(lambda: read()["relay"] == [0, 1, 0])
            raise RuntimeError("a bug")
        finally:
            panel.close()

    with pytest.raises(RuntimeError, match="a bug"):
        crash()
    assert read()["relay"] == [0, 1, 0, 1]
    assert shut(read())


def test_locked_kiosk_shuts_the_door_shines_orange_and_lets_nobody_in(
    pins: dict[str, Any], until: Until, read: Any
) -> None:
    panel = GpioPanel(LONG_PULSE)
    panel.signal("accepted")
    until(lambda: read()["relay"] == [0, 1, 0])
    panel.lock(locked=True)
    assert read()["relay"] == [0, 1, 0, 1]
    assert (read()["blue"], read()["orange"]) == ([0, 1, 0], [0, 1])
    panel.signal("accepted")
    panel.idle()
    assert read()["relay"] == [0, 1, 0, 1]
    assert read()["orange"][-1] == 1
    panel.lock(locked=False)
    assert read()["orange"][-1] == 0
    panel.signal("accepted")
    until(lambda: read()["relay"] == [0, 1, 0, 1, 0])
    panel.close()


def test_next_signal_replaces_the_one_before(pins: dict[str, Any], until: Until, read: Any) -> None:
    panel = GpioPanel(WIRING)
    panel.signal("refused")
    until(lambda: read()["orange"][-1] == 1)
    panel.signal("accepted")
    until(lambda: read()["relay"] == [0, 1, 0, 1])
    seen = read()
    assert (seen["blue"], seen["orange"]) == ([0, 1], [0, 1, 0])
    panel.close()


def test_queue_prolongs_the_pulse_only_up_to_its_limit(mock_pins: Any, until: Until, states: States) -> None:
    """Asked to stay open again and again, the door shuts when the limit has come, and opens anew after that."""
    mock_pins.pin_class = MockPin
    pin, seconds = mock_pins.pin(5), [0.0]
    door = DoorRelay(RelayWiring(pin=5, pulse_seconds=30.0), now=lambda: seconds[0])
    door.release()
    until(lambda: pin.state == 1)
    seconds[0] = LONGEST_PULSE_SECONDS - 0.02
    door.release()
    until(lambda: pin.state == 0)
    assert states(pin) == [0, 1, 0]
    door.release()
    until(lambda: pin.state == 1)
    seconds[0] += LONGEST_PULSE_SECONDS + 1
    door.release()
    door.close()
    assert states(pin) == [0, 1, 0, 1, 0]


def test_rgb_light_when_locked_is_a_dim_orange(mock_pins: Any, states: States) -> None:
    from kiosk.hardware.status_light import LOCKED, RgbLight
    from kiosk.hardware.wiring import RgbWiring

    mock_pins.pin_class = MockPWMPin
    pins = [mock_pins.pin(number) for number in (17, 27, 22)]
    light = RgbLight(RgbWiring(red=17, green=27, blue=22))
    light.lock()
    assert tuple(pin.state for pin in pins) == LOCKED
    light.close()
    assert [states(pin) for pin in pins] == [[0, LOCKED[0], 0], [0, LOCKED[1], 0], [0]]
