"""People's months on their way to the kiosks at which they stand: whole, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update

from contract.codec import encode, seal
from contract.month import PersonMonth
from contract.signing import SigningKey
from contract.topics import down
from hub.db import Database, table_of
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.fleet.wiped import wiped_kiosks
from hub.outgoing import Outgoing
from hub.recap.kiosk_months import parts_of, read_months
from hub.reminders.at_kiosks import read_notices
from hub.roster.deployment import deployed_pack
from hub.roster.gallery import people_in_scope, people_with_templates
from hub.roster.units import UnitTree

EVERY: Final = timedelta(minutes=30)
"""A kiosk is sent months at most this often."""

SPOKE_WITHIN: Final = timedelta(minutes=10)
"""What is said to a kiosk that is away is lost; it is waited for."""

KIOSKS_AT_ONCE: Final = 2

_kiosks = table_of(Kiosk)
_latest = table_of(LatestHeartbeat)


@dataclass(frozen=True, slots=True)
class _Months:
    """What one kiosk is sent, or would be. version None: it holds all of it already."""

    device: str
    digest: str
    version: int | None
    parts: tuple[Any, ...]


class MonthDelivery:
    """Finds kiosks whose months are behind, and makes the parts that they show.

    Call `due` every few seconds; one at a time is enough for a hub. now: aware.
    """

    def __init__(
        self, *, database: Database, hub_key: SigningKey, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._now = now

    def due(self) -> list[Outgoing]:
        """The messages to publish now; they are noted as sent."""
        now = self._now()
        with self._database.read() as session:
            connection = session.connection()
            waiting = _kiosks_due(connection, now)
            if not waiting:
                return []
            tree = UnitTree.load(connection)
            found = [_months_for(connection, kiosk, tree, now) for kiosk in waiting]
        with self._database.writing_connection() as connection:
            for each in found:
                noted: dict[str, Any] = {"months_looked_at": now}
                if each.version is not None:
                    noted |= {"months_sent": each.version, "months_digest": each.digest}
                connection.execute(update(_kiosks).where(_kiosks.c.device == each.device).values(**noted))
        return [
            Outgoing(down(each.device, "month"), seal(part, key=self._hub_key, purpose="month", device=each.device))
            for each in found
            for part in each.parts
        ]


def _kiosks_due(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Active kiosks that spoke lately, and were not looked at for a while (or in a time to come: the clock was set).

    None that was wiped.
    """
    query = (
        select(_kiosks, _latest.c.months.label("holds"), _latest.c.pack.label("runs"), _latest.c.packs)
        .join(_latest, _latest.c.device == _kiosks.c.device)
        .where(_kiosks.c.state == "active", _latest.c.received_at >= now - SPOKE_WITHIN)
        .order_by(_kiosks.c.device)
    )
    wiped = wiped_kiosks(connection)
    due = [
        row
        for row in connection.execute(query)
        if row.device not in wiped
        and (row.months_looked_at is None or not timedelta(0) <= now - row.months_looked_at < EVERY)
    ]
    return due[:KIOSKS_AT_ONCE]


def _months_for(connection: Connection, kiosk: Row[Any], tree: UnitTree, now: datetime) -> _Months:
    today = now.astimezone(tree.zone_of(kiosk.unit_id)).date()
    first = today.replace(day=1)
    deployed = deployed_pack(connection)
    pack = deployed if deployed is not None and deployed in kiosk.packs else kiosk.runs
    people = people_in_scope(connection, kiosk.unit_id, today) & people_with_templates(connection, pack)
    notices = read_notices(connection, people, today, tree)
    months: list[PersonMonth] = [
        msgspec.structs.replace(month, notice=notices.get(month.person))
        for month in read_months(connection, people, first, today)
    ]
    digest = sha256(encode((f"{first:%Y-%m}", months))).hexdigest()
    is_same = digest == kiosk.months_digest and kiosk.holds <= kiosk.months_sent
    if is_same and kiosk.holds == kiosk.months_sent:
        return _Months(kiosk.device, digest, None, ())
    # The same again under its own version where it was lost; else a newer one than the kiosk has ever seen.
    version = kiosk.months_sent if is_same else max(kiosk.months_sent, kiosk.holds) + 1
    parts = tuple(parts_of(months, version=version, month=first, as_of=now))
    return _Months(kiosk.device, digest, version, parts)
