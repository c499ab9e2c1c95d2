"""Refused presentations are erased by age with their pictures: kept no longer than it takes to ask about them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, delete, exists, select, tuple_, update

from hub.db import Database, table_of
from hub.fleet.models import Alarm
from hub.ingest.models import StoredRow
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.refusals.snapshots import SnapshotStore

log = logging.getLogger(__name__)

_AT_ONCE: Final = 500

_events = table_of(RefusalEvent)
_announced = table_of(AnnouncedSnapshot)
_rows = table_of(StoredRow)
_alarms = table_of(Alarm)


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went in one round. events: on the database; pictures: in this hub's own folder."""

    events: int
    pictures: int


class RefusalRetention:
    """Erases on the database of all hubs, and in the folder of this one; every hub does so, twice does no harm.

    keep: counted from when the hub received a row, since a kiosk's clock may say anything. Whether somebody has settled
    an event makes no difference. What stays is the journal row, with nothing but an opaque person id: a chain of hashes
    cannot forget (docs/decisions.md).
    """

    def __init__(
        self,
        database: Database,
        store: SnapshotStore,
        *,
        keep: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._store = store
        self._keep = keep
        self._now = now

    def step(self) -> Erased:
        """Erase what is older; database errors pass."""
        now = self._now()
        before = now - self._keep
        with self._database.write() as session:
            events = _erase_events(session.connection(), before, now)
            _erase_announcements(session.connection(), before)
        return Erased(events, self._erase_pictures(before))

    def _erase_pictures(self, before: datetime) -> int:
        """Delete old files that nothing announces any more; how many.

        By the file's own age too: a database that was restored from a backup has not heard yet of newer ones.
        """
        erased = 0
        names = self._store.kept_before(before)
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            with self._database.read() as session:
                query = select(_announced.c.sha256).where(_announced.c.sha256.in_(some))
                still = set(session.connection().scalars(query))
            for name in sorted(set(some) - still):
                try:
                    self._store.remove(name)
                    erased += 1
                except OSError as error:
                    log.error("the picture %s cannot be erased: %s", name, error)  # noqa: TRY400 (says all)
        return erased


def _erase_events(connection: Connection, before: datetime, now: datetime) -> int:
    """Delete old events, and settle the alarm of kiosks of which none is open any more; how many events went."""
    key = (_events.c.device, _events.c.epoch, _events.c.seq)
    same_row = and_(_rows.c.device == _events.c.device, _rows.c.epoch == _events.c.epoch, _rows.c.seq == _events.c.seq)
    old = [
        tuple(row) for row in connection.execute(select(*key).join(_rows, same_row).where(_rows.c.received_at < before))
    ]
    for start in range(0, len(old), _AT_ONCE):
        connection.execute(delete(_events).where(tuple_(*key).in_(old[start : start + _AT_ONCE])))
    still_open = exists().where(_events.c.device == _alarms.c.device, _events.c.settled_at.is_(None))
    devices = sorted({device for device, _, _ in old})
    connection.execute(
        update(_alarms)
        .where(
            _alarms.c.device.in_(devices),
            _alarms.c.kind == "refusals",
            _alarms.c.settled_at.is_(None),
            ~still_open,
        )
        .values(settled_at=now, settled_by=None)
    )
    return len(old)


def _erase_announcements(connection: Connection, before: datetime) -> None:
    """Forget old pictures that no event has. One that still comes is let go, and its kiosk erases it by age too."""
    of_event = exists().where(_events.c.device == _announced.c.device, _events.c.evidence == _announced.c.sha256)
    connection.execute(delete(_announced).where(_announced.c.announced_at < before, ~of_event))
