"""Kiosks with what is wrong with them, those first who need somebody."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hub.db import Database
from hub.fleet.overview import KioskStatus, kiosk_statuses
from hub.fleet.trouble import FleetView, Trouble, find_troubles, is_silent, newest_software, worst
from hub.roster.changes import current_revision
from hub.roster.deployment import deployed_pack


class KioskStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk, and what is wrong with it, the worst first. silent: it is in use and has not been heard for a while."""

    status: KioskStatus
    troubles: tuple[Trouble, ...]
    silent: bool

    @property
    def rank(self) -> int:
        """0 urgent, 1 soon, 2 to know, 3 well, 4 revoked."""
        return 4 if self.status.state == "revoked" and not self.troubles else worst(self.troubles)


def read_standings(
    database: Database, unit_id: int | None, now: datetime, *, device: str | None = None
) -> list[KioskStanding]:
    """Kiosks of a unit (None: of all) as `kiosk_statuses` has them, in trouble first, then by name.

    device: that one alone, and with its rows counted.
    """
    with database.one_read():
        statuses = kiosk_statuses(database, unit_id, device=device, counts=device is not None)
        everyone = statuses if device is None and unit_id is None else kiosk_statuses(database, counts=False)
        with database.read() as session:
            connection = session.connection()
            view = FleetView(
                roster=current_revision(connection),
                pack=deployed_pack(connection),
                software=newest_software(each.software or "" for each in everyone if each.state == "active"),
            )
    found = [
        KioskStanding(status=status, troubles=tuple(find_troubles(status, view, now)), silent=is_silent(status, now))
        for status in statuses
    ]
    return sorted(found, key=lambda each: (each.rank, each.status.device))
