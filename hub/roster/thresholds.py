"""Which threshold a kiosk is told, and who must show more than a face there."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from hub.db import table_of
from hub.roster.models import StoredCalibration, StoredLookalike

_calibrations = table_of(StoredCalibration)
_lookalikes = table_of(StoredLookalike)


def calibrated_threshold(connection: Connection, device: str, pack: str, *, people: int) -> float | None:
    """The newest calibration's cosine for this kiosk and pack; None: there is none, the model card's curve rules.

    people: in the kiosk's gallery now; where they have become more since the calibration, the threshold is raised by as
    much as keeps a stranger's chance.
    """
    row = connection.execute(
        select(_calibrations.c.threshold, _calibrations.c.scale, _calibrations.c.gallery)
        .where(_calibrations.c.device == device, _calibrations.c.pack == pack)
        .order_by(_calibrations.c.id.desc())
        .limit(1)
    ).first()
    if row is None or row.threshold is None:
        return None
    return _grown(float(row.threshold), row.scale, gallery=row.gallery, people=people)


def staff_threshold(connection: Connection, pack: str, *, people: int) -> float | None:
    """The cosine at which somebody new is taken for one of so many people of this hub; None: nothing was calibrated.

    From the newest calibration of the kiosk that knows most people: where one knows everybody it is the staff's own.
    Where people are more than that kiosk knows, it is raised by as much as keeps a stranger's chance. What an
    administrator has set for a kiosk by hand says nothing about faces, and is not looked at.
    """
    newest = select(func.max(_calibrations.c.id)).group_by(_calibrations.c.device, _calibrations.c.pack)
    row = connection.execute(
        select(_calibrations.c.threshold, _calibrations.c.scale, _calibrations.c.gallery)
        .where(_calibrations.c.id.in_(newest), _calibrations.c.pack == pack, _calibrations.c.threshold.is_not(None))
        .order_by(_calibrations.c.gallery.desc(), _calibrations.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _grown(float(row.threshold), row.scale, gallery=row.gallery, people=people)


def _grown(threshold: float, scale: float | None, *, gallery: int, people: int) -> float:
    """A threshold for more people than it was calibrated for, along the exponential tail; never lower than it was."""
    return min(1.0, threshold + (scale or 0.0) * math.log(max(1.0, people / max(1, gallery))))


def newest_calibrations(connection: Connection) -> dict[tuple[str, str], float | None]:
    """Threshold in force by (device, pack)."""
    newest = select(func.max(_calibrations.c.id)).group_by(_calibrations.c.device, _calibrations.c.pack)
    query = select(_calibrations.c.device, _calibrations.c.pack, _calibrations.c.threshold)
    return {
        (row.device, row.pack): row.threshold for row in connection.execute(query.where(_calibrations.c.id.in_(newest)))
    }


def partners_of(connection: Connection, people: Iterable[str], pack: str) -> set[str]:
    """Everybody who is in a pair with one of these people."""
    among = set(people)
    return {other for pair in _pairs(connection, pack) if among & set(pair[:2]) for other in pair[:2]}


def second_factors(connection: Connection, in_scope: set[str], pack: str) -> set[str]:
    """Who of these people a face is not enough for, on a kiosk that knows exactly them.

    A pair counts until somebody has said that they are two people, and after that where their scores cannot tell them
    apart: some frame is as near to the other, or the other one is not on this kiosk, whose threshold alone would take
    him for his lookalike. A pair that is one face under two names counts as long as both are enrolled.
    """
    asked = set()
    for first, second, settled_as, told_apart in _pairs(connection, pack):
        for person, other in ((first, second), (second, first)):
            if person in in_scope and not (settled_as == "different" and told_apart and other in in_scope):
                asked.add(person)
    return asked


def _pairs(connection: Connection, pack: str) -> list[tuple[str, str, str | None, bool]]:
    query = select(
        _lookalikes.c.first_id, _lookalikes.c.second_id, _lookalikes.c.settled_as, _lookalikes.c.told_apart
    ).where(_lookalikes.c.pack == pack, _lookalikes.c.gone_at.is_(None))
    return [(row[0], row[1], row[2], bool(row[3])) for row in connection.execute(query)]
