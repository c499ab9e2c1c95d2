"""The door's guard on a mock pin that writes every state that it takes into the file of PRESENSI_TEST_PIN."""

import os
import sys
from pathlib import Path
from typing import Any

import gpiozero
from gpiozero.pins.mock import MockFactory, MockPin

from kiosk.hardware import door_guard


class RecordingPin(MockPin):
    def _change_state(self, value: Any) -> bool:
        changed = bool(super()._change_state(value))
        if changed:
            with Path(os.environ["PRESENSI_TEST_PIN"]).open("a", encoding="ascii") as log:
                log.write(f"{int(bool(value))}\n")
        return changed


gpiozero.Device.pin_factory = MockFactory(pin_class=RecordingPin)
sys.exit(door_guard.main(sys.argv[1:]))
