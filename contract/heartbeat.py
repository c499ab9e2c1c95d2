"""What a kiosk says about itself, signed and retained, so that the hub knows what it does not know yet."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contract.punch import ClockStamp, Epoch, Instant, check_instant

Count = Annotated[int, Meta(ge=0, le=2**53)]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the kiosk fares; None: not known on this machine. Temperatures in degrees Celsius, sizes in megabytes."""

    camera: Literal["ok", "trouble", "starting"] = "starting"
    journal: Literal["ok", "full", "salvaged"] = "ok"
    camera_restarts: Count = 0
    disk_free_mb: Count | None = None
    temperature_c: float | None = None
    alarms: tuple[str, ...] = ()


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a kiosk.

    epoch, first_kept, last_seq: the journal's current epoch, its oldest kept and its newest row (0: empty).
    queue: rows, of all epochs, for which no receipt has come.
    as_of: everything taken up to this moment has been receipted; now, when the queue is empty.
    roster, command, receipt: the newest version of each that this kiosk holds, so that the hub re-sends what was lost
    and a hub restored from a backup never counts below what a kiosk has seen.
    """

    v: Literal[1] = 1
    epoch: Epoch
    first_kept: Count
    last_seq: Count
    queue: Count
    sent_at: Instant
    as_of: Instant
    clock: ClockStamp
    health: Health
    roster: Count
    command: Count
    receipt: Count
    pack: str
    software: str

    def __post_init__(self) -> None:
        check_instant(self.sent_at)
        check_instant(self.as_of)


ONLINE_PAYLOAD = b"1"
OFFLINE_PAYLOAD = b"0"
"""Presence as the broker sees it (the latter is the last will). Unsigned: a hint for people, never evidence."""
