"""Up to when a kiosk has delivered everything, so that nobody is absent because a cable was cut (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from contract import ranges
from contract.heartbeat import Heartbeat
from contract.ranges import Ranges
from hub.fleet.models import Kiosk


def coverage_for(connection: Connection, devices: Iterable[str] | None = None) -> dict[str, datetime | None]:
    """Kiosk -> everything taken there up to then is stored here; None: nothing is known of it yet.

    devices None: every active kiosk. A revoked kiosk is left out: nothing of it can come any more.
    """
    query = select(Kiosk.device, Kiosk.delivered_up_to).where(Kiosk.state == "active").order_by(Kiosk.device)
    if devices is not None:
        query = query.where(Kiosk.device.in_(list(devices)))
    return {row.device: row.delivered_up_to for row in connection.execute(query)}


def believed_up_to(heartbeat: Heartbeat) -> int:
    """Up to which row the kiosk believes its journal at the hub, at the least: its queue is over all its journals."""
    return max(0, heartbeat.last_seq - heartbeat.queue)


def missing_rows(heartbeat: Heartbeat, settled: Ranges) -> Ranges:
    """Rows that the kiosk believes at the hub, still keeps, and that are not settled here."""
    if heartbeat.first_kept == 0:
        return ()
    return ranges.subtract([(heartbeat.first_kept, believed_up_to(heartbeat))], settled)


def lost_rows(heartbeat: Heartbeat, settled: Ranges) -> Ranges:
    """Rows that the kiosk keeps no longer and that are not settled here: they went with a database."""
    return ranges.subtract([(1, heartbeat.first_kept - 1)], settled)


def covered_up_to(
    heartbeat: Heartbeat, *, missing: Ranges, demo: bool, received_at: datetime, so_far: datetime | None
) -> datetime | None:
    """Up to when everything is here, given a heartbeat and what the hub misses of what it speaks of.

    Nothing new is learnt from a clock that runs free (but at a demo kiosk), nor while rows are missing. What was known
    is never taken back, and the future is never covered.
    """
    trusted = demo or heartbeat.clock.source != "free"
    if not trusted or missing:
        return so_far
    as_of = min(heartbeat.as_of, received_at)
    return as_of if so_far is None else max(so_far, as_of)
