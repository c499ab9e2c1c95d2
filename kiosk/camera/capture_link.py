"""What the station and its capture process tell each other beside the frames, and the socket it goes through."""

from __future__ import annotations

import select
import socket

import msgspec

from kiosk.camera.source import SourceSettings, Step

MESSAGE_BYTES = 65536


class Begin(msgspec.Struct, frozen=True, tag=True):
    """To the capture process, first of all: which function opens which source ("module:function")."""

    settings: SourceSettings
    opener: str


class Ask(msgspec.Struct, frozen=True, tag=True):
    """To the capture process: do this step of the challenge."""

    step: Step


class Compensate(msgspec.Struct, frozen=True, tag=True):
    """To the capture process: expose by so many EV more (less, when negative) than the camera would by itself."""

    ev: float


class Taken(msgspec.Struct, frozen=True, tag=True):
    """To the capture process, only where the reader sets the pace: this frame was read, go on."""

    sequence: int


class Finish(msgspec.Struct, frozen=True, tag=True):
    """To the capture process: stop the source and exit."""


class Opened(msgspec.Struct, frozen=True, tag=True):
    """From the capture process: the source has started."""


class Published(msgspec.Struct, frozen=True, tag=True):
    """From the capture process: this frame is in the ring; person is the source's current_person."""

    sequence: int
    person: str | None


class Ended(msgspec.Struct, frozen=True, tag=True):
    """From the capture process: the input has ended, the last frame is in the ring."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """From the capture process: the source failed; trying again is useless where it is unusable."""

    reason: str
    unusable: bool


Order = Begin | Ask | Compensate | Taken | Finish
Report = Opened | Published | Ended | Failed


class LinkClosedError(Exception):
    """Raised when the process at the other end is gone."""


class Link:
    """One end of a SOCK_SEQPACKET pair: whole messages, in order, and an end that is noticed."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._encoder = msgspec.msgpack.Encoder()
        self._orders = msgspec.msgpack.Decoder(Order)
        self._reports = msgspec.msgpack.Decoder(Report)

    @property
    def fd(self) -> int:
        return self._socket.fileno()

    def send(self, message: Order | Report, *, droppable: bool = False) -> None:
        """Send one message; a droppable one is dropped when the other end has not read for a long time.

        Raises LinkClosedError.
        """
        try:
            self._socket.send(self._encoder.encode(message), socket.MSG_DONTWAIT if droppable else 0)
        except BlockingIOError:
            return
        except OSError as error:
            raise LinkClosedError("The other process is gone.") from error

    def receive_order(self, timeout_seconds: float | None) -> Order | None:
        """Wait for an order; None when none came in time. A timeout of None waits for ever. Raises LinkClosedError."""
        packet = self._receive(timeout_seconds)
        return None if packet is None else self._orders.decode(packet)

    def receive_report(self, timeout_seconds: float | None) -> Report | None:
        """Wait for a report; None when none came in time. A timeout of None waits for ever. Raises LinkClosedError."""
        packet = self._receive(timeout_seconds)
        try:
            return None if packet is None else self._reports.decode(packet)
        except msgspec.DecodeError as error:
            # Only memory gone wrong makes it talk nonsense; it is treated like a process that is gone.
            raise LinkClosedError("The other process sends nonsense.") from error

    def close(self) -> None:
        self._socket.close()

    def _receive(self, timeout_seconds: float | None) -> bytes | None:
        try:
            if timeout_seconds is not None:
                poll = select.poll()
                poll.register(self._socket, select.POLLIN)
                if not poll.poll(max(0.0, timeout_seconds) * 1000):
                    return None
            packet = self._socket.recv(MESSAGE_BYTES)
        except OSError as error:
            raise LinkClosedError("The other process is gone.") from error
        if not packet:
            raise LinkClosedError("The other process is gone.")
        return packet
