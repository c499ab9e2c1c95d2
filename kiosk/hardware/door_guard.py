"""The process that holds the door's pin, so that a kiosk that hangs or dies cannot leave the door released.

Started by GuardedDoor as `python -m kiosk.hardware.door_guard WIRING` with the relay's wiring in JSON. One byte on
standard input is an order; its end, which the kernel makes however the kiosk ends, shuts the door and ends the guard.
The pulse is timed here: whoever hangs on the other side hangs alone.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final, NoReturn

import msgspec

from kiosk.errors import HardwareError
from kiosk.hardware.door_relay import DoorRelay
from kiosk.hardware.wiring import RelayWiring

RELEASE: Final = b"r"
SHUT: Final = b"s"
READY: Final = b"ready\n"


def main(arguments: list[str]) -> int:
    """Guard until standard input ends; 1 when the pin cannot be claimed, with the sentence on standard output."""
    # Ctrl-C in a terminal is the kiosk's business; a service manager that ends everybody must find the door shut.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    try:
        door = DoorRelay(msgspec.json.decode(arguments[0], type=RelayWiring))
    except HardwareError as error:
        os.write(1, f"{error}\n".encode())
        return 1
    try:
        os.write(1, READY)
        while order := os.read(0, 1):
            if order == RELEASE:
                door.release()
            elif order == SHUT:
                door.shut()
    finally:
        door.close()
    return 0


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
