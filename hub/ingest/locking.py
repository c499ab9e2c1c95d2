"""Kiosks' rows, locked while something is decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from hub.db import table_of
from hub.fleet.models import Kiosk
from hub.ingest.terminals import Terminal

_kiosks = table_of(Kiosk)


@dataclass(slots=True)
class LockedKiosk:
    """A kiosk whose row no other writer changes until the transaction ends; see hub.fleet.models.Kiosk."""

    device: str
    public_key: str
    active: bool
    demo: bool
    roster_sent: int
    receipt_version: int
    answered_at: datetime | None
    delivered_up_to: datetime | None
    certificate_until: datetime | None


def lock_kiosks(connection: Connection, devices: Iterable[str]) -> dict[str, LockedKiosk]:
    """Lock the rows of these kiosks, in the order of their names; on SQLite the transaction is the lock."""
    query = (
        select(_kiosks)
        .where(_kiosks.c.device.in_(sorted(set(devices))))
        .order_by(_kiosks.c.device)
        .with_for_update(key_share=True)
    )
    return {
        row.device: LockedKiosk(
            device=row.device,
            public_key=row.public_key,
            active=row.state == "active",
            demo=row.demo,
            roster_sent=row.roster_sent,
            receipt_version=row.receipt_version,
            answered_at=row.answered_at,
            delivered_up_to=row.delivered_up_to,
            certificate_until=row.certificate_until,
        )
        for row in connection.execute(query)
    }


def still_holds(kiosk: LockedKiosk | None, terminal: Terminal) -> bool:
    """Whether a kiosk is still what it was when its message was verified; if not, it will send again."""
    if kiosk is None or not kiosk.active:
        return False
    return kiosk.public_key == terminal.key_text and kiosk.demo == terminal.demo


def save_kiosks(connection: Connection, kiosks: Sequence[LockedKiosk]) -> None:
    """Write back what may have changed."""
    if not kiosks:
        return
    names = ("receipt_version", "answered_at", "delivered_up_to", "certificate_until")
    statement = update(_kiosks).where(_kiosks.c.device == bindparam("of"))
    connection.execute(
        statement.values({name: bindparam(name) for name in names}),
        [{"of": kiosk.device} | {name: getattr(kiosk, name) for name in names} for kiosk in kiosks],
    )
