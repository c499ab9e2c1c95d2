"""The capture process: owns one source and copies its frames into shared memory until it is told to finish.

Started by CaptureSupervisor as `python -m kiosk.camera.capture_process RING LINK LIFELINE`, three open file
descriptors. It imports the camera package and nothing else of the kiosk, so it starts fast and stays small.
"""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable

from kiosk.camera.capture_link import (
    Ask,
    Begin,
    Compensate,
    Ended,
    Failed,
    Finish,
    Link,
    LinkClosedError,
    Opened,
    Published,
    Taken,
)
from kiosk.camera.ring import FrameRing
from kiosk.camera.source import FrameSource, SourceSettings
from kiosk.errors import CameraError, CameraStalledError, SourceUnusableError

logger = logging.getLogger(__name__)

READ_SECONDS = 0.5
"""How long one read may wait before orders are looked at again; the supervisor decides what counts as stalled."""


class CaptureLoop:
    """Moves frames from a source to the ring, and orders from the link to the source."""

    def __init__(self, *, source: FrameSource, ring: FrameRing, link: Link, paced_by_reader: bool) -> None:
        self._source = source
        self._ring = ring
        self._link = link
        self._paced_by_reader = paced_by_reader
        self._finishing = False
        self._taken = 0

    def run(self) -> None:
        """Run until the input ends or the station says so. Raises what the source raises, and LinkClosedError."""
        self._link.send(Opened())
        while not self._finishing:
            self._follow_orders(0.0)
            try:
                frame = self._source.read(READ_SECONDS)
            except CameraStalledError:
                continue
            if frame is None:
                self._link.send(Ended())
                return
            sequence = self._ring.publish(frame)
            self._link.send(Published(sequence, self._source.current_person), droppable=not self._paced_by_reader)
            while self._paced_by_reader and self._taken < sequence and not self._finishing:
                self._follow_orders(None)

    def _follow_orders(self, timeout_seconds: float | None) -> None:
        while (order := self._link.receive_order(timeout_seconds)) is not None:
            if isinstance(order, Ask):
                self._source.ask(order.step)
            elif isinstance(order, Compensate):
                self._source.compensate(order.ev)
            elif isinstance(order, Taken):
                self._taken = order.sequence
            elif isinstance(order, Finish):
                self._finishing = True
            timeout_seconds = 0.0


def die_with_parent(lifeline_fd: int) -> None:
    """Have the kernel end this process when the other end of the pipe is closed, which happens however we are orphaned.

    The pipe is never written to. SIGIO, whose default action ends the process, also reaches one whose threads are all
    stuck inside a driver; and unlike PR_SET_PDEATHSIG it does not fire when only the *thread* that started us ends.
    """
    fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, fcntl.fcntl(lifeline_fd, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline_fd, 0)
    if poll.poll(0):
        os._exit(0)


def resolve_opener(opener: str) -> Callable[[SourceSettings], FrameSource]:
    """Return the function that "module:function" names."""
    module, _, function = opener.partition(":")
    resolved: Callable[[SourceSettings], FrameSource] = getattr(importlib.import_module(module), function)
    return resolved


def capture(ring: FrameRing, link: Link) -> None:
    """Take the first order, run its source, and report how it went. Raises LinkClosedError when the station is gone."""
    begin = link.receive_order(None)
    if not isinstance(begin, Begin):
        return
    source: FrameSource | None = None
    try:
        source = resolve_opener(begin.opener)(begin.settings)
        source.start()
        CaptureLoop(source=source, ring=ring, link=link, paced_by_reader=begin.settings.paced_by_reader).run()
    except SourceUnusableError as error:
        link.send(Failed(str(error), unusable=True))
    except CameraError as error:
        link.send(Failed(str(error), unusable=False))
    except LinkClosedError:
        raise
    except Exception as error:
        # Whatever a driver's binding throws must reach the screen as a reason, not only the log as a traceback.
        logger.exception("The %s source failed in a way that was not foreseen.", begin.settings.kind)
        link.send(Failed(f"The {begin.settings.kind} source failed: {error!r}; see the log.", unusable=False))
    finally:
        # After the report: a driver that hangs here must not keep it back.
        if source is not None:
            source.stop()


def main(arguments: list[str]) -> int:
    ring_fd, link_fd, lifeline_fd = (int(argument) for argument in arguments)
    die_with_parent(lifeline_fd)
    # Ctrl-C in a terminal is the station's business, which then tells us to finish.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    link = Link(socket.socket(fileno=link_fd))
    try:
        capture(FrameRing(ring_fd), link)
    except LinkClosedError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
