"""How people were served at each kiosk, day by day, as its heartbeats say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, select

from contract.heartbeat import Heartbeat
from hub.bulk import upsert
from hub.db import Database, table_of
from hub.fleet.models import Kiosk, KioskService
from hub.roster.models import DEFAULT_TIMEZONE, Unit

OLDEST: Final = timedelta(days=2)
"""Figures that began longer ago come from a wrong clock: a kiosk begins anew at midnight."""

_AHEAD: Final = timedelta(hours=1)
_COUNTS: Final = ("visits", "recorded", "first_try", "challenged", "fallback", "refused", "disavowed")
_table = table_of(KioskService)


class ServiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's day; see contract.heartbeat.Service for the counts.

    first_try_pct: of those recorded, 0 to 100 with one decimal; None: nobody was. seconds_median: where the program
    was started several times in a day, the mean of its medians by people served; seconds_p95: the worst of them.
    """

    device: str
    day: date
    visits: int
    recorded: int
    first_try: int
    challenged: int
    fallback: int
    refused: int
    disavowed: int
    first_try_pct: float | None
    seconds_median: float | None
    seconds_p95: float | None


def store_service(connection: Connection, heard: Sequence[tuple[str, Heartbeat]], *, now: datetime) -> None:
    """Keep what (device, heartbeat) pairs say of service; one row for each start of a kiosk's program and day."""
    told = [(device, beat.service) for device, beat in heard if beat.service is not None]
    told = [(device, service) for device, service in told if now - OLDEST <= service.since <= now + _AHEAD]
    if not told:
        return
    zones = _zones(connection, [device for device, _ in told])
    rows = {
        (device, service.since): {
            "device": device,
            "since": service.since,
            "day": service.since.astimezone(zones[device]).date(),
            "received_at": now,
            "seconds_median": service.seconds_median,
            "seconds_p95": service.seconds_p95,
        }
        | {name: getattr(service, name) for name in _COUNTS}
        for device, service in told
    }
    names = [column.name for column in _table.columns if column.name not in ("device", "since", "day")]
    upsert(
        connection,
        _table,
        list(rows.values()),
        key=("device", "since"),
        changes=lambda new: {name: new[name] for name in names},
    )


def list_service(
    database: Database, *, first: date | None = None, last: date | None = None, device: str | None = None
) -> list[ServiceLine]:
    """Days of kiosks, the latest first; first, last: both included, None: without end. device None: of all."""
    query = select(_table)
    if first is not None:
        query = query.where(_table.c.day >= first)
    if last is not None:
        query = query.where(_table.c.day <= last)
    if device is not None:
        query = query.where(_table.c.device == device)
    with database.read() as session:
        return _lines(session.execute(query).all())


def latest_service(connection: Connection) -> dict[str, ServiceLine]:
    """The latest day of each kiosk."""
    newest: dict[str, date] = {}
    for device, day in connection.execute(select(_table.c.device, _table.c.day).distinct()):
        newest[device] = max(day, newest.get(device, day))
    if not newest:
        return {}
    query = select(_table).where(_table.c.day.in_(set(newest.values())))
    lines = _lines([row for row in connection.execute(query) if row.day == newest[row.device]])
    return {line.device: line for line in lines}


def _lines(rows: Iterable[Row[Any]]) -> list[ServiceLine]:
    by_day: dict[tuple[date, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_day[row.day, row.device].append(row)
    return [_line(device, day, by_day[day, device]) for day, device in sorted(by_day, key=_latest_first)]


def _latest_first(key: tuple[date, str]) -> tuple[int, str]:
    return -key[0].toordinal(), key[1]


def _line(device: str, day: date, rows: Sequence[Row[Any]]) -> ServiceLine:
    sums = {name: sum(getattr(row, name) for row in rows) for name in _COUNTS}
    timed = [row for row in rows if row.seconds_median is not None and row.recorded]
    served = sum(row.recorded for row in timed)
    worst = [row.seconds_p95 for row in rows if row.seconds_p95 is not None]
    return ServiceLine(
        device=device,
        day=day,
        **sums,
        first_try_pct=round(100 * sums["first_try"] / sums["recorded"], 1) if sums["recorded"] else None,
        seconds_median=sum(row.seconds_median * row.recorded for row in timed) / served if served else None,
        seconds_p95=max(worst) if worst else None,
    )


def _zones(connection: Connection, devices: Iterable[str]) -> dict[str, ZoneInfo]:
    query = (
        select(Kiosk.device, Unit.timezone)
        .join(Unit, Unit.id == Kiosk.unit_id, isouter=True)
        .where(Kiosk.device.in_(list(devices)))
    )
    return {device: ZoneInfo(zone or DEFAULT_TIMEZONE) for device, zone in connection.execute(query)}
