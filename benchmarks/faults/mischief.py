"""Messages that nobody honest sends now: played back, forged, or of no sense."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from benchmarks.faults.network import Network
from contract import topics
from contract.codec import encode, seal
from contract.command import Command
from contract.heartbeat import Health, Heartbeat
from contract.punch import ClockStamp, Liveness, Punch, Recognition, make_batch, pack_batch
from contract.receipt import Receipt
from contract.signing import FIRST_PREVIOUS, SigningKey, chain_hash
from contract.transport import Delivery

_BOMB: Final = zlib.compress(bytes(8_000_000), 9)
_NOISE: Final = (b"", b"\0", b"{}", b"[]", b"null", b"\xff\xfe", zlib.compress(b"{}"), zlib.compress(b"\xff"), _BOMB)
_ODD_TOPICS: Final = (
    "presensi/v1/up//punch",
    "presensi/v1/up/KIOSK/punch",
    "presensi/v1/up/kiosk-1/punch/more",
    "presensi/v1/up/kiosk-1\n/punch",
    "presensi/v1/up/nobody/punch",
    "presensi/v1/up/nobody/state",
)


class Mischief:
    """Somebody at the broker, with a key of their own and everything that ever passed."""

    def __init__(
        self, network: Network, chance: random.Random, stranger: SigningKey, now: Callable[[], datetime]
    ) -> None:
        self._network, self._chance, self._stranger, self._now = network, chance, stranger, now

    def play_back(self, times: int) -> None:
        """Old messages once more, in any order."""
        past = list(self._network.past)
        for message in self._chance.sample(past, min(times, len(past))):
            self._send(message.topic, message.payload)

    def forge(self, device: str, epoch: str, devices: list[str], times: int) -> None:
        """Messages under a wrong signature, for another device, or with some bytes changed."""
        for _ in range(times):
            self._chance.choice((self._receipt, self._batch, self._heartbeat, self._command))(device, epoch)
            past = list(self._network.past)
            if past:
                message = self._chance.choice(past)
                self._send(
                    message.topic.replace(message.topic.split("/")[3], self._chance.choice(devices)), message.payload
                )
                spoilt = bytearray(message.payload)
                spoilt[self._chance.randrange(len(spoilt))] ^= 1 << self._chance.randrange(8)
                self._send(message.topic, bytes(spoilt))
                self._send(message.topic, message.payload[: self._chance.randrange(len(message.payload))])

    def poison(self, device: str, times: int) -> None:
        """Bytes that are no message, on topics of ours and others."""
        places = (
            topics.up(device, "punch"),
            topics.up(device, "state"),
            topics.up(device, "online"),
            topics.down(device, "receipt"),
            topics.down(device, "command"),
            *_ODD_TOPICS,
        )
        for _ in range(times):
            self._send(self._chance.choice(places), self._chance.choice((*_NOISE, self._chance.randbytes(200))))

    def _send(self, topic: str, payload: bytes) -> None:
        self._network.inject(Delivery(topic, payload), self._chance.uniform(0, 5))

    def _receipt(self, device: str, epoch: str) -> None:
        receipt = Receipt(version=2**40, epoch=epoch, upto=2**40)
        payload = seal(receipt, key=self._stranger, purpose="receipt", device=device)
        self._send(topics.down(device, "receipt"), payload)

    def _command(self, device: str, epoch: str) -> None:  # noqa: ARG002 (all forgeries are called alike)
        payload = seal(Command(version=9, action="lock"), key=self._stranger, purpose="command", device=device)
        self._send(topics.down(device, "command"), payload)

    def _batch(self, device: str, epoch: str) -> None:
        row = encode(
            Punch(
                device=device,
                epoch=epoch,
                seq=1,
                person="person-0",
                taken_at=self._now(),
                clock=ClockStamp(boot="forged", monotonic_ms=1, source="ntp"),
                source="picamera",
                recognition=Recognition(
                    pack="builtin", similarity=0.99, threshold=0.9, runner_up=0.1, frames=3, gallery=8
                ),
                liveness=Liveness(policy="off"),
                roster=1,
            )
        )
        batch = make_batch(
            device=device,
            epoch=epoch,
            first_seq=1,
            previous=FIRST_PREVIOUS,
            rows=[row],
            last=chain_hash(FIRST_PREVIOUS, row),
            key=self._stranger,
        )
        self._send(topics.up(device, "punch"), pack_batch(batch))

    def _heartbeat(self, device: str, epoch: str) -> None:
        heartbeat = Heartbeat(
            epoch=epoch,
            first_kept=1,
            last_seq=2**30,
            queue=0,
            sent_at=self._now(),
            as_of=self._now(),
            clock=ClockStamp(boot="forged", monotonic_ms=2**40, source="ntp"),
            health=Health(),
            roster=2**40,
            command=2**40,
            receipt=2**40,
            pack="builtin",
            software="0",
        )
        payload = seal(heartbeat, key=self._stranger, purpose="state", device=device)
        self._send(topics.up(device, "state"), payload)
