"""Builds what a kiosk would send: a key, a journal that chains its rows, batches and heartbeats."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.codec import encode, seal
from contract.heartbeat import Health, Heartbeat
from contract.punch import (
    ClockAnchor,
    ClockStamp,
    Disavowal,
    Liveness,
    LivenessLayer,
    OperatorAct,
    Punch,
    Recognition,
    RefusedPresentation,
    make_batch,
    pack_batch,
)
from contract.signing import FIRST_PREVIOUS, SigningKey, chain_hash

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
"""Monday, 12:00 in Jakarta."""

BOOT = "boot-1"


def stamp(monotonic_ms: int = 1_000, *, source: str = "ntp", boot: str = BOOT) -> ClockStamp:
    return ClockStamp(boot=boot, monotonic_ms=monotonic_ms, source=source)  # type: ignore[arg-type]


def punch(**changes: Any) -> Punch:
    """A punch; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "device": "kiosk-1",
        "epoch": "00000000-0000-0000-0000-000000000001",
        "seq": 1,
        "person": "person-1",
        "taken_at": NOON,
        "clock": stamp(),
        "source": "webcam",
        "recognition": Recognition(pack="builtin", similarity=0.96, threshold=0.9, runner_up=0.7, frames=3, gallery=50),
        "liveness": Liveness(policy="off"),
        "roster": 1,
    }
    return Punch(**(fields | changes))


def anchor(**changes: Any) -> ClockAnchor:
    """A clock anchor; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "device": "kiosk-1",
        "epoch": "00000000-0000-0000-0000-000000000001",
        "seq": 1,
        "taken_at": NOON,
        "clock": stamp(),
        "stepped_ms": 0,
    }
    return ClockAnchor(**(fields | changes))


def refusal(**changes: Any) -> RefusedPresentation:
    """A refused presentation without a snapshot; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "device": "kiosk-1",
        "epoch": "00000000-0000-0000-0000-000000000001",
        "seq": 1,
        "taken_at": NOON,
        "clock": stamp(),
        "source": "webcam",
        "person": "person-1",
        "reason": "liveness",
        "attempts": 3,
        "liveness": Liveness(
            policy="active",
            layers=(
                LivenessLayer(name="passive", verdict="undecided", score=0.41),
                LivenessLayer(name="challenge", verdict="attack"),
            ),
        ),
        "evidence": None,
        "roster": 1,
    }
    return RefusedPresentation(**(fields | changes))


def disavowal(**changes: Any) -> Disavowal:
    """Somebody said of the punch before that it was not theirs; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "device": "kiosk-1",
        "epoch": "00000000-0000-0000-0000-000000000001",
        "seq": 2,
        "taken_at": NOON,
        "clock": stamp(),
        "punch_epoch": "00000000-0000-0000-0000-000000000001",
        "punch_seq": 1,
        "person": "person-1",
    }
    return Disavowal(**(fields | changes))


def operator_act(**changes: Any) -> OperatorAct:
    """An operator was let in; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "device": "kiosk-1",
        "epoch": "00000000-0000-0000-0000-000000000001",
        "seq": 1,
        "taken_at": NOON,
        "clock": stamp(),
        "operator": "person-9",
        "act": "entered",
        "similarity": 0.8,
        "threshold": 0.6,
        "liveness": Liveness(policy="off"),
        "source": "webcam",
        "roster": 1,
    }
    return OperatorAct(**(fields | changes))


@dataclass
class KioskJournal:
    """A kiosk's journal in memory, with its key; seq counts from 1."""

    device: str = "kiosk-1"
    key: SigningKey = field(default_factory=SigningKey.generate)
    epoch: str = field(default_factory=lambda: str(uuid.uuid4()))
    rows: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    def append(self, row: bytes) -> int:
        """Chain a row's bytes, whatever they are; its seq."""
        self.hashes.append(chain_hash(self.hashes[-1] if self.hashes else FIRST_PREVIOUS, row))
        self.rows.append(row)
        return len(self.rows)

    def punch(self, **changes: Any) -> int:
        seq = len(self.rows) + 1
        own = {"device": self.device, "epoch": self.epoch, "seq": seq, "taken_at": NOON + timedelta(minutes=seq)}
        own |= {"clock": stamp(seq * 60_000)}
        return self.append(encode(punch(**(own | changes))))

    def anchor(self, **changes: Any) -> int:
        own = {"device": self.device, "epoch": self.epoch, "seq": len(self.rows) + 1}
        return self.append(encode(anchor(**(own | changes))))

    def refusal(self, **changes: Any) -> int:
        seq = len(self.rows) + 1
        own = {"device": self.device, "epoch": self.epoch, "seq": seq, "taken_at": NOON + timedelta(minutes=seq)}
        own |= {"clock": stamp(seq * 60_000)}
        return self.append(encode(refusal(**(own | changes))))

    def disavow(self, seq: int, **changes: Any) -> int:
        """Say "not me" of the punch of that number."""
        own = {"device": self.device, "epoch": self.epoch, "seq": len(self.rows) + 1, "punch_epoch": self.epoch}
        return self.append(encode(disavowal(**(own | {"punch_seq": seq} | changes))))

    def act(self, **changes: Any) -> int:
        """An operator does something."""
        seq = len(self.rows) + 1
        own = {"device": self.device, "epoch": self.epoch, "seq": seq, "taken_at": NOON + timedelta(minutes=seq)}
        return self.append(encode(operator_act(**(own | {"clock": stamp(seq * 60_000)} | changes))))

    def punches(self, count: int, **changes: Any) -> KioskJournal:
        for _ in range(count):
            self.punch(**changes)
        return self

    def copy(self, rows: int) -> KioskJournal:
        """The same card as it was after so many rows."""
        return KioskJournal(self.device, self.key, self.epoch, self.rows[:rows], self.hashes[:rows])

    def batch(self, first: int = 1, last: int | None = None, *, key: SigningKey | None = None) -> bytes:
        """The packed batch of rows first to last."""
        last = last or len(self.rows)
        batch = make_batch(
            device=self.device,
            epoch=self.epoch,
            first_seq=first,
            previous=self.hashes[first - 2] if first > 1 else FIRST_PREVIOUS,
            rows=self.rows[first - 1 : last],
            last=self.hashes[last - 1],
            key=key or self.key,
        )
        return pack_batch(batch)

    def delivery(self, first: int = 1, last: int | None = None, **keywords: Any) -> tuple[str, bytes]:
        return self.device, self.batch(first, last, **keywords)

    def heartbeat(self, *, key: SigningKey | None = None, **changes: Any) -> bytes:
        """A sealed heartbeat that speaks of the journal as it is; `changes` replace its fields."""
        fields: dict[str, Any] = {
            "epoch": self.epoch,
            "first_kept": 1 if self.rows else 0,
            "last_seq": len(self.rows),
            "queue": 0,
            "sent_at": NOON + timedelta(hours=1),
            "as_of": NOON + timedelta(hours=1),
            "clock": stamp(3_600_000),
            "health": Health(camera="ok"),
            "roster": 0,
            "command": 0,
            "receipt": 0,
            "pack": "builtin",
            "software": "0.1.0",
        }
        return seal(Heartbeat(**(fields | changes)), key=key or self.key, purpose="state", device=self.device)


@dataclass
class SettableClock:
    """A clock that stands where it was put."""

    now: datetime = NOON + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


Deliveries = Sequence[tuple[str, bytes]]
Record = Callable[[Deliveries], list[Any]]
