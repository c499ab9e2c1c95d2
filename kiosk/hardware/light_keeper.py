"""Keeps backlight and fill light as the hour, the motion sensor and the faces want them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from kiosk.hardware.backlight import Backlight
from kiosk.hardware.fill_light import FillLight
from kiosk.hardware.lighting import Lighting, LightingRules
from kiosk.hardware.panel import Part
from kiosk.hardware.presence import PresenceSensor
from kiosk.hardware.wiring import PanelWiring

TICK_SECONDS: Final = 1.0


class LightKeeper:
    """Owns the motion sensor, the fill light and the backlight of a wiring, as far as they are fitted; thread-safe.

    `notice` and `see_face` act at once; idleness is noticed by `tick`, which a thread calls while the with block lasts.
    hour: the local hour. Raises HardwareError when a pin cannot be claimed; the others are then let go again.
    """

    def __init__(
        self,
        wiring: PanelWiring,
        *,
        rules: LightingRules,
        hour: Callable[[], int],
        now: Callable[[], float] = time.monotonic,
        backlight: Backlight | None = None,
    ) -> None:
        self._rules, self._hour, self._now = rules, hour, now
        self._lock = threading.Lock()
        # A kiosk that has just started is looked at by somebody.
        self._lighting = Lighting().notice(now())
        self._trial: tuple[Part, float] | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._backlight = backlight
        if backlight is None and wiring.backlight is not None:
            self._backlight = Backlight(wiring.backlight)
        self._fill: FillLight | None = None
        self._sensor: PresenceSensor | None = None
        with ExitStack() as claimed:
            if self._backlight is not None:
                claimed.callback(self._backlight.close)
            if wiring.fill_light is not None:
                self._fill = FillLight(wiring.fill_light)
                claimed.callback(self._fill.close)
            if wiring.presence is not None:
                self._sensor = PresenceSensor(wiring.presence, on_presence=self.notice)
                claimed.callback(self._sensor.close)
            self._parts = claimed.pop_all()

    def __enter__(self) -> LightKeeper:
        self.tick()
        self._thread = threading.Thread(target=self._keep, name="lights", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        with self._lock:
            self._fill = self._backlight = self._sensor = None
        # Outside the lock: gpiozero waits for its callbacks, which ask for it.
        self._parts.close()

    @property
    def awake(self) -> bool:
        """Whether somebody was noticed a short while ago."""
        with self._lock:
            return self._lighting.awake(self._now(), self._rules)

    @property
    def fitted(self) -> tuple[Part, ...]:
        """Those of its parts that can be tried."""
        fill: tuple[Part, ...] = ("fill_light",) if self._fill is not None else ()
        screen: tuple[Part, ...] = ("backlight",) if self._backlight is not None and self._backlight.fitted else ()
        return (*fill, *screen)

    def try_part(self, part: Part, seconds: float) -> None:
        """Switch the fill light on, or dim the screen, for so long."""
        with self._lock:
            self._trial = (part, self._now() + seconds)
            self._apply()

    def notice(self) -> None:
        """Somebody moves or touches the screen."""
        with self._lock:
            self._lighting = self._lighting.notice(self._now())
            self._apply()

    def see_face(self, luminance: float) -> None:
        """A face of this luminance (0..255) is there."""
        with self._lock:
            self._lighting = self._lighting.see_face(luminance, self._now())
            self._apply()

    def tick(self) -> None:
        """Look at the clock, and at whoever still moves."""
        with self._lock:
            now = self._now()
            if self._sensor is not None and self._sensor.present:
                self._lighting = self._lighting.notice(now)
            self._lighting = self._lighting.settle(now, self._rules)
            self._apply()

    def _apply(self) -> None:
        light = self._lighting.light(self._now(), self._hour(), self._rules)
        trial = self._trial[0] if self._trial is not None and self._now() < self._trial[1] else None
        if self._backlight is not None:
            self._backlight.shine(self._rules.night_percent if trial == "backlight" else light.backlight_percent)
        if self._fill is not None:
            self._fill.shine(light.fill or trial == "fill_light")

    def _keep(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self.tick()
