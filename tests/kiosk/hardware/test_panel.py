"""Every Panel against its contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from kiosk.errors import HardwareError
from kiosk.hardware.gpio_panel import GpioPanel
from kiosk.hardware.null_panel import NullPanel
from kiosk.hardware.panel import Panel
from kiosk.hardware.wiring import BuzzerWiring, LampWiring, PanelWiring, RelayWiring, RgbWiring
from kiosk.states import SignalKind

FULL = PanelWiring(
    relay=RelayWiring(pin=5, active_high=False, pulse_seconds=0.05),
    rgb=RgbWiring(red=17, green=27, blue=22),
    buzzer=BuzzerWiring(pin=18, passive=True),
)
PLAIN = PanelWiring(relay=RelayWiring(pin=5), lamps=LampWiring(blue=22, orange=17), buzzer=BuzzerWiring(pin=18))

PANELS: dict[str, Callable[[], Panel]] = {
    "null": NullPanel,
    "gpio-full": lambda: GpioPanel(FULL),
    "gpio-plain": lambda: GpioPanel(PLAIN),
    "gpio-bare": lambda: GpioPanel(PanelWiring()),
}


@pytest.fixture(params=PANELS, ids=str)
def panel(request: pytest.FixtureRequest, mock_pins: Any) -> Any:
    built = PANELS[request.param]()
    yield built
    built.close()


class TestPanelContract:
    @pytest.mark.parametrize("kind", get_args(SignalKind))
    def test_panel_takes_every_signal_and_rests(self, panel: Panel, kind: SignalKind) -> None:
        panel.signal(kind)
        panel.idle()

    def test_panel_takes_signals_faster_than_it_can_play_them(self, panel: Panel) -> None:
        for _ in range(5):
            for kind in get_args(SignalKind):
                panel.signal(kind)

    def test_panel_refuses_signals_after_close(self, panel: Panel) -> None:
        panel.close()
        with pytest.raises(HardwareError, match="closed"):
            panel.signal("accepted")
        with pytest.raises(HardwareError, match="closed"):
            panel.idle()

    def test_panel_may_be_closed_twice(self, panel: Panel) -> None:
        panel.signal("trouble")
        panel.close()
        panel.close()


def test_null_panel_remembers_what_it_was_told() -> None:
    panel = NullPanel()
    panel.signal("accepted")
    panel.idle()
    assert list(panel.told) == ["accepted", "idle"]


def test_null_panel_does_not_grow() -> None:
    panel = NullPanel()
    for _ in range(1000):
        panel.signal("refused")
    assert len(panel.told) == 100
