"""Alarms: one row per device and kind, however often it rings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, case

from hub.bulk import upsert
from hub.db import Database, table_of
from hub.errors import FleetError
from hub.fleet.models import Alarm, AlarmKind
from hub.roster.officers import officer_name

NO_DEVICE: Final = ""
"""Alarms about devices that the hub does not know are kept under this name: strangers cannot fill the table."""

QUIET: Final = timedelta(seconds=10)
"""The same alarm is written at most this often; what rings in between is counted and written with the next."""

MAX_DETAIL: Final = 500


@dataclass(frozen=True, slots=True)
class Ring:
    """Something that happened `count` times. first_at None: now."""

    device: str
    kind: AlarmKind
    detail: str
    count: int = 1
    first_at: datetime | None = None


@dataclass(slots=True)
class _Ringing:
    count: int = 0
    first_at: datetime | None = None
    detail: str = ""


@dataclass(slots=True)
class AlarmBook:
    """Collects alarms and writes them within somebody else's transaction; one that is settled opens again.

    What was collected for a transaction that fails is lost with it: what caused it will happen again.
    """

    now: Callable[[], datetime]
    _ringing: dict[tuple[str, AlarmKind], _Ringing] = field(default_factory=dict)
    _written_at: dict[tuple[str, AlarmKind], datetime] = field(default_factory=dict)

    def ring(self, device: str, kind: AlarmKind, detail: str) -> None:
        """Remember that something happened; nothing is written yet."""
        ringing = self._ringing.setdefault((device, kind), _Ringing())
        ringing.count += 1
        ringing.first_at = ringing.first_at or self.now()
        ringing.detail = detail.replace("\0", "�")[:MAX_DETAIL]

    @property
    def due(self) -> bool:
        """Whether there is something to write now."""
        return any(self._is_due(key) for key in self._ringing)

    def write(self, connection: Connection) -> None:
        """Store what is due."""
        now = self.now()
        rings = []
        for key in [key for key in self._ringing if self._is_due(key)]:
            ringing = self._ringing.pop(key)
            self._written_at[key] = now
            rings.append(Ring(*key, ringing.detail, ringing.count, ringing.first_at))
        write_alarms(connection, rings, now=now)

    def _is_due(self, key: tuple[str, AlarmKind]) -> bool:
        written_at = self._written_at.get(key)
        return written_at is None or abs(self.now() - written_at) >= QUIET


def write_alarms(connection: Connection, rings: Iterable[Ring], *, now: datetime) -> None:
    """Store alarms, at most one of a device and kind; one that was settled opens again and counts from there."""
    rows = [
        {
            "device": ring.device,
            "kind": ring.kind,
            "first_at": ring.first_at or now,
            "last_at": now,
            "count": ring.count,
            "detail": ring.detail,
        }
        for ring in rings
    ]
    upsert(
        connection,
        table_of(Alarm),
        rows,
        key=("device", "kind"),
        changes=lambda new: {
            "count": case((Alarm.settled_at.is_(None), Alarm.count + new["count"]), else_=new["count"]),
            "first_at": case((Alarm.settled_at.is_(None), Alarm.first_at), else_=new["first_at"]),
            "last_at": new["last_at"],
            "detail": new["detail"],
            "settled_at": None,
            "settled_by": None,
        },
    )


def settle_alarm(database: Database, device: str, kind: str, *, by: str, now: datetime) -> None:
    """Say that an alarm is looked after; the next occurrence opens it again. FleetError when it is not open."""
    officer = officer_name(by)
    with database.write() as session:
        alarm = session.get(Alarm, (device, kind), with_for_update=True)
        if alarm is None or alarm.settled_at is not None:
            raise FleetError("This alarm is not open any more.")
        alarm.settled_at, alarm.settled_by = now, officer
