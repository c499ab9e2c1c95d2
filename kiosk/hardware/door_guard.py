"""The process that holds the door's pin, so that a kiosk that hangs or dies cannot leave the door released.

Started by GuardedDoor as `python -m kiosk.hardware.door_guard WIRING` with the relay's wiring in JSON. One byte on
standard input is an order; its end, which the kernel makes however the kiosk ends, shuts the door and ends the guard.
The pulse is timed here: whoever hangs on the other side hangs alone.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from typing import Final

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
    told_to_end = _catch_sigterm()
    try:
        door = DoorRelay(msgspec.json.decode(arguments[0], type=RelayWiring))
    except HardwareError as error:
        os.write(1, f"{error}\n".encode())
        return 1
    try:
        os.write(1, READY)
        _follow_orders(door, told_to_end)
    finally:
        door.close()
    return 0


def _follow_orders(door: DoorRelay, told_to_end: int) -> None:
    """Do what standard input says until it ends, or there is something to read at `told_to_end`."""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(told_to_end, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if told_to_end in ready or not (order := os.read(0, 1)):
            return
        if order == RELEASE:
            door.release()
        elif order == SHUT:
            door.shut()


def _catch_sigterm() -> int:
    """A file descriptor that can be read once SIGTERM has come.

    A handler that raised could do so while gpiozero starts the pulse's thread; shutting the door would fail on that.
    """
    told_to_end, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    signal.signal(signal.SIGTERM, lambda *_: None)
    return told_to_end


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
