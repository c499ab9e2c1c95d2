"""Telling the service manager how it goes: sd_notify(3) is one datagram to the socket that it names."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from typing import Final

log = logging.getLogger(__name__)

DEFAULT_SECONDS: Final = 10.0


class ServiceNotice:
    """The service manager's ear; where there is none, words go nowhere. Never waits and never raises.

    environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are read (sd_watchdog_enabled(3)).
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the zero byte of the abstract namespace.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._refused = False
        self.watchdog_seconds = _watchdog_seconds(environment)

    @property
    def heard(self) -> bool:
        """Whether there is somebody to tell."""
        return self._address[:1] in {"/", "\0"}

    @property
    def every_seconds(self) -> float:
        """How often to say that all is well: thrice as often as the manager expects it."""
        return (self.watchdog_seconds or 3 * DEFAULT_SECONDS) / 3

    def say(self, **words: str | int) -> bool:
        """Send assignments like READY=1; True when they were handed over."""
        if not self.heard:
            return False
        message = "\n".join(f"{name}={_one_line(value)}" for name, value in words.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as ear:
                ear.setblocking(False)
                ear.sendto(message.encode(), self._address)
        except OSError as error:
            if not self._refused:
                log.warning("the service manager cannot be told anything: %s", error)
            self._refused = True
            return False
        self._refused = False
        return True


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How soon the manager gives up on a silent service; None: it does not, or it means another process."""
    try:
        seconds = int(environment.get("WATCHDOG_USEC", "")) / 1e6
        meant = int(environment.get("WATCHDOG_PID", os.getpid()))
    except ValueError:
        return None
    return seconds if seconds > 0 and meant == os.getpid() else None


def _one_line(value: str | int) -> str:
    """A value cannot smuggle in another assignment."""
    return " ".join(str(value).split())
