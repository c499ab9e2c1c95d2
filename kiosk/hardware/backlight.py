"""The brightness of the kiosk's screen, through the kernel's /sys/class/backlight."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from kiosk.hardware.wiring import BacklightWiring

log = logging.getLogger(__name__)

BACKLIGHTS: Final = Path("/sys/class/backlight")


class Backlight:
    """Sets one backlight; where there is none, or it cannot be written to, it says so once and does nothing."""

    def __init__(self, wiring: BacklightWiring, *, root: Path = BACKLIGHTS) -> None:
        self._percent: int | None = None
        self._folder = _find(wiring.device, root)
        if self._folder is None:
            log.warning("there is no backlight in %s: the screen is never dimmed", root)

    @property
    def fitted(self) -> bool:
        """Whether there is a backlight that obeys."""
        return self._folder is not None

    def shine(self, percent: int) -> None:
        """Be this bright from now on, 0 to 100; never wholly dark above 0."""
        if self._folder is None or percent == self._percent:
            return
        try:
            most = int((self._folder / "max_brightness").read_text(encoding="ascii"))
            level = 0 if percent == 0 else max(1, round(most * percent / 100))
            (self._folder / "brightness").write_text(str(level), encoding="ascii")
        except (OSError, ValueError) as error:
            log.warning("the backlight %s does not obey (%s): the screen is never dimmed", self._folder.name, error)
            self._folder = None
            return
        self._percent = percent

    def close(self) -> None:
        """Leave the screen bright, for whoever comes to repair the kiosk."""
        self.shine(100)


def _find(device: str | None, root: Path) -> Path | None:
    """The folder of the named backlight, else of the first one; None: there is none."""
    try:
        found = sorted(root.iterdir()) if device is None else [root / Path(device).name]
    except OSError:
        return None
    return next((each for each in found if (each / "max_brightness").is_file()), None)
