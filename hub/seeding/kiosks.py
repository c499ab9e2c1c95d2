"""The kiosks of an invented regency, and what they last said about themselves."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.fleet.models import EpochProgress, Kiosk, LatestHeartbeat
from hub.seeding.order import SeedOrder, invent_id
from hub.seeding.regency import PlannedUnit

SOFTWARE: Final = "0.1.0"
_LARGE: Final = 30
"""A unit of more people has two kiosks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedKiosk:
    """A kiosk before it is written. delivered_up_to: what was punched later is still on it."""

    device: str
    unit: str
    epoch: str
    boot: str
    delivered_up_to: datetime


def plan_kiosks(
    order: SeedOrder, units: Sequence[PlannedUnit], *, silent: str, silent_since: datetime
) -> dict[str, list[PlannedKiosk]]:
    """Unit -> its kiosks. silent: the unit whose kiosks have delivered nothing since then."""
    dice = order.dice("kiosks")
    return {
        unit.short: [
            PlannedKiosk(
                device=f"{unit.short}-{number}",
                unit=unit.short,
                epoch=invent_id(dice),
                boot=invent_id(dice),
                delivered_up_to=silent_since if unit.short == silent else order.as_of,
            )
            for number in range(1, 3 if unit.people > _LARGE else 2)
        ]
        for unit in units
    }


def write_kiosks(
    session: Session, order: SeedOrder, kiosks: Sequence[PlannedKiosk], ids: Mapping[str, int], rows: Mapping[str, int]
) -> None:
    """The kiosks, their heartbeats, and how far their journals are settled. rows: device -> rows that are here."""
    dice = order.dice("heartbeats")
    session.execute(
        insert(Kiosk),
        [
            {
                "device": kiosk.device, "public_key": _public_key(order, kiosk.device), "unit_id": ids[kiosk.unit],
                "delivered_up_to": kiosk.delivered_up_to, "added_at": order.entered_at, "answered_at": None,
                "online": kiosk.delivered_up_to == order.as_of, "online_at": kiosk.delivered_up_to,
            }
            for kiosk in kiosks
        ],
    )  # fmt: skip
    session.execute(
        insert(EpochProgress),
        [
            {
                "device": kiosk.device, "epoch": kiosk.epoch, "upto": rows.get(kiosk.device, 0), "first_kept": 1,
                "last_seq_claimed": rows.get(kiosk.device, 0), "begun_at": order.entered_at,
            }
            for kiosk in kiosks
        ],
    )  # fmt: skip
    session.execute(
        insert(LatestHeartbeat),
        [
            {
                "device": kiosk.device, "epoch": kiosk.epoch, "first_kept": 1, "last_seq": rows.get(kiosk.device, 0),
                "queue": 0, "sent_at": kiosk.delivered_up_to, "as_of": kiosk.delivered_up_to, "boot": kiosk.boot,
                "monotonic_ms": since_boot_ms(order, kiosk.delivered_up_to), "clock_source": "ntp", "camera": "ok",
                "journal": "ok", "camera_restarts": dice.choice((0, 0, 0, 1)),
                "disk_free_mb": dice.randint(9_000, 24_000), "temperature_c": round(dice.uniform(43, 63), 1),
                "alarms": [], "packs": ["builtin"], "roster": 0, "command": 0, "receipt": 0, "pack": "builtin",
                "software": SOFTWARE, "received_at": kiosk.delivered_up_to + timedelta(milliseconds=180),
            }
            for kiosk in kiosks
        ],
    )  # fmt: skip


def since_boot_ms(order: SeedOrder, moment: datetime) -> int:
    """Milliseconds on a kiosk's monotonic clock; every one was switched on when it was added."""
    return int((moment - order.entered_at) / timedelta(milliseconds=1))


def _public_key(order: SeedOrder, device: str) -> str:
    """A key that nobody holds the other half of, so that nobody can sign as an invented kiosk."""
    return base64.b64encode(sha256(f"{order.seed}/{device}".encode()).digest()).decode()
