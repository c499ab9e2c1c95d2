"""Which kiosks there are, and when each was heard last: what a first page asks, without counting what they sent."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from hub.db import Database
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.roster.units import UnitTree


class KioskGlance(msgspec.Struct, frozen=True):
    """heard_at None: never."""

    device: str
    state: str
    heard_at: datetime | None


def glance_at_kiosks(database: Database, unit_id: int | None = None) -> list[KioskGlance]:
    """Kiosks by name: all of them (None), or those that serve a unit: its own, those below and those for everybody."""
    query = (
        select(Kiosk.device, Kiosk.state, LatestHeartbeat.received_at)
        .outerjoin(LatestHeartbeat, LatestHeartbeat.device == Kiosk.device)
        .order_by(Kiosk.device)
    )
    with database.read() as session:
        if unit_id is not None:
            within = UnitTree.load(session.connection()).within(unit_id)
            query = query.where(Kiosk.unit_id.is_(None) | Kiosk.unit_id.in_(within))
        return [KioskGlance(*row) for row in session.execute(query)]
