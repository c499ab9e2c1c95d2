"""Up to when a kiosk has delivered everything, so that nobody is absent because a cable was cut (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from contract import ranges
from contract.heartbeat import EpochStanding, Heartbeat
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


def believed_up_to(standing: EpochStanding) -> int:
    """Up to which row the kiosk believes an epoch at the hub, at the least."""
    return max(0, standing.last_seq - standing.queue)


def missing_rows(standing: EpochStanding, settled: Ranges) -> Ranges:
    """Rows that the kiosk believes at the hub, still keeps, and that are not settled here."""
    if standing.first_kept == 0:
        return ()
    believed = (standing.first_kept, believed_up_to(standing))
    return ranges.subtract([believed], ranges.union(settled, standing.gaps))


def lost_rows(standing: EpochStanding, settled: Ranges) -> Ranges:
    """Rows that the kiosk keeps no longer and that are not settled here: they went with a database or with a card."""
    return ranges.subtract([(1, standing.first_kept - 1), *standing.gaps], settled)


def covered_up_to(
    heartbeat: Heartbeat, *, complete: bool, demo: bool, received_at: datetime, so_far: datetime | None
) -> datetime | None:
    """Up to when everything is here, given a heartbeat; complete: the hub misses nothing of what it speaks of.

    Nothing new is learnt from a clock that runs free (but at a demo kiosk), nor while rows are missing. What was known
    is never taken back, and the future is never covered.
    """
    trusted = demo or heartbeat.clock.source != "free"
    if not trusted or not complete:
        return so_far
    as_of = min(heartbeat.as_of, received_at)
    return as_of if so_far is None else max(so_far, as_of)
