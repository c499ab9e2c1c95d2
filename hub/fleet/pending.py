"""What kiosks have not done yet: taken in a roster, obeyed a command, been swapped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.fleet.command_models import KioskCommand, KioskSwap
from hub.fleet.models import LatestHeartbeat
from hub.roster.models import RosterChange


def rosters_behind_since(session: Session) -> dict[int, datetime]:
    """Revision that a kiosk says it holds -> when the first change after it was made; none for the newest."""
    found = {}
    for revision in set(session.scalars(select(LatestHeartbeat.roster).distinct())):
        after = select(RosterChange.changed_at).where(RosterChange.revision > revision)
        since = session.scalar(after.order_by(RosterChange.revision).limit(1))
        if since is not None:
            found[revision] = since
    return found


def orders_waiting_since(session: Session) -> dict[str, datetime]:
    """Kiosk -> when its oldest open command was given."""
    query = (
        select(KioskCommand.device, func.min(KioskCommand.made_at).label("made_at"))
        .where(KioskCommand.outcome.is_(None))
        .group_by(KioskCommand.device)
    )
    return {row.device: row.made_at for row in session.execute(query)}


def swaps_declared(session: Session) -> dict[str, str]:
    """Kiosk that another shall replace -> who said so, while a second person must confirm it."""
    query = select(KioskSwap.old_device, KioskSwap.declared_by).where(
        KioskSwap.confirmed_by.is_(None), KioskSwap.dropped_by.is_(None)
    )
    return {row.old_device: row.declared_by for row in session.execute(query)}
