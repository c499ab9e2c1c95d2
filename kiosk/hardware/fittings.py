"""What is fitted to a kiosk beside its panel: the tamper loop, the motion sensor, the fill light and the backlight."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from kiosk.hardware.light_keeper import LightKeeper
from kiosk.hardware.lighting import LightingRules
from kiosk.hardware.tamper import TamperLoop, TamperMemory
from kiosk.hardware.wiring import PanelWiring


class Fittings:
    """The fitted parts of a wiring while the with block lasts; of an empty wiring, nothing.

    local_now: the site's time (aware). on_alarm: called, in any thread, when the housing is opened.
    Raises HardwareError, naming part and pin, when one cannot be claimed; the others are then let go again.
    """

    def __init__(
        self,
        wiring: PanelWiring,
        *,
        memory: TamperMemory,
        rules: LightingRules,
        local_now: Callable[[], datetime],
        on_alarm: Callable[[], None] = lambda: None,
    ) -> None:
        with ExitStack() as claimed:
            self.tamper: TamperLoop | None = None
            if wiring.tamper is not None:
                self.tamper = TamperLoop(wiring.tamper, memory=memory, now=local_now, on_open=on_alarm)
                claimed.callback(self.tamper.close)
            self.lights: LightKeeper | None = None
            if (wiring.presence, wiring.fill_light, wiring.backlight) != (None, None, None):
                self.lights = claimed.enter_context(LightKeeper(wiring, rules=rules, hour=lambda: local_now().hour))
            self._parts = claimed.pop_all()

    def __enter__(self) -> Fittings:
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    @property
    def alarms(self) -> tuple[str, ...]:
        """What somebody should know of, a sentence each."""
        return self.tamper.alarms if self.tamper is not None else ()

    def notice(self) -> None:
        """Somebody touches the screen, or is served."""
        if self.lights is not None:
            self.lights.notice()

    def see_face(self, luminance: float) -> None:
        """A face of this luminance (0..255) is there."""
        if self.lights is not None:
            self.lights.see_face(luminance)
