"""Figures about kiosks and the hub's own work, for whoever watches them from outside; about nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from hub.attendance.models import DirtyDay
from hub.db import Database
from hub.fleet.command_models import KioskCommand
from hub.fleet.models import Alarm
from hub.fleet.overview import KioskStatus
from hub.fleet.standing import read_standings
from hub.ingest.models import QuarantinedRow


class KioskFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk in use. Seconds since it was heard, since everything is known to be here, and until its certificate
    ends; None: not known."""

    device: str
    heard_s: float | None
    delivered_s: float | None
    queue: int | None
    clock_trusted: bool | None
    disk_free_bytes: int | None
    temperature_c: float | None
    locked: bool
    certificate_s: float | None
    first_try: float | None


class FleetFigures(msgspec.Struct, frozen=True, kw_only=True):
    """kiosks: well, trouble (urgent or soon), silent or revoked -> how many; each is counted once, silent before
    trouble. alarms: kind -> open ones. dirty_oldest_s: how long the oldest day waits to be assessed; 0: none does."""

    kiosks: Mapping[str, int]
    each: Sequence[KioskFigures]
    alarms: Mapping[str, int]
    quarantined: int
    dirty_days: int
    dirty_oldest_s: float
    open_commands: int


def read_figures(database: Database, now: datetime) -> FleetFigures:
    """Of every kiosk; a handful of queries, none of which goes through the stored rows."""
    with database.one_read():
        standings = read_standings(database, None, now)
        with database.read() as session:
            by_kind = select(Alarm.kind, func.count().label("open")).group_by(Alarm.kind)
            alarms = {row.kind: row.open for row in session.execute(by_kind.where(Alarm.settled_at.is_(None)))}
            quarantined = session.scalar(select(func.count()).select_from(QuarantinedRow)) or 0
            dirty, oldest = session.execute(select(func.count(), func.min(DirtyDay.marked_at))).one()
            commands = select(func.count()).select_from(KioskCommand).where(KioskCommand.outcome.is_(None))
            waiting = session.scalar(commands) or 0
    states = Counter(
        "revoked"
        if each.status.state == "revoked"
        else "silent"
        if each.silent
        else "trouble"
        if each.rank <= 1
        else "well"
        for each in standings
    )
    return FleetFigures(
        kiosks={state: states[state] for state in ("well", "trouble", "silent", "revoked")},
        each=[_of_kiosk(each.status, now) for each in standings if each.status.state == "active"],
        alarms=alarms,
        quarantined=quarantined,
        dirty_days=dirty,
        dirty_oldest_s=0.0 if oldest is None else _since(oldest, now) or 0.0,
        open_commands=waiting,
    )


def _of_kiosk(status: KioskStatus, now: datetime) -> KioskFigures:
    first_try = status.service.first_try_pct if status.service is not None else None
    certificate = status.certificate_until
    return KioskFigures(
        device=status.device,
        heard_s=_since(status.heard_at, now),
        delivered_s=_since(status.delivered_up_to, now),
        queue=status.queue,
        clock_trusted=None if status.clock_source is None else status.demo or status.clock_source != "free",
        disk_free_bytes=None if status.disk_free_mb is None else status.disk_free_mb * 1_000_000,
        temperature_c=status.temperature_c,
        locked=bool(status.locked),
        certificate_s=None if certificate is None else (certificate - now).total_seconds(),
        first_try=None if first_try is None else first_try / 100,
    )


def _since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())
