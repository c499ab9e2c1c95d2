"""Times without working terminals, declared on record and reported, in which attendance is taken by hand (Ps 11(7))."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.models import Outage
from hub.attendance.months import reason_text
from hub.db import Database
from hub.errors import PaperError
from hub.roster.models import Unit
from hub.roster.officers import officer_name
from hub.roster.units import UnitTree, check_open_unit

REPORTED_TO: Final = "Diskominfo, BKPSDM"


class OutageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A declared outage. unit, unit_id None: everywhere. ended_at None: not over yet."""

    id: int
    unit: str | None
    began_at: datetime
    ended_at: datetime | None
    reason: str
    reported_to: str
    declared_by: str
    declared_at: datetime
    unit_id: int | None = None


def declare_outage(
    database: Database,
    unit_id: int | None,
    *,
    began_at: datetime,
    reason: str,
    by: str,
    now: datetime,
    ended_at: datetime | None = None,
    reported_to: str = REPORTED_TO,
) -> int:
    """Id of a new outage of a unit and those below it (None: everywhere).

    PaperError when it lies ahead, ends before it begins, or the unit has one already that is not over.
    """
    officer, why, told = officer_name(by), reason_text(reason), " ".join(reported_to.split())
    if not told or len(told) > 200:
        raise PaperError(f"Say to whom the outage was reported, like '{REPORTED_TO}'.")
    if began_at > now or (ended_at is not None and ended_at > now):
        raise PaperError("An outage is declared when it has begun, and ended when it is over: check the times.")
    if ended_at is not None and ended_at <= began_at:
        raise PaperError("The outage would end before it begins; check the times.")
    with database.write() as session:
        check_open_unit(session, unit_id, began_at.date())
        same_unit = Outage.unit_id.is_(None) if unit_id is None else Outage.unit_id == unit_id
        running = session.scalar(select(Outage.id).where(same_unit, Outage.ended_at.is_(None)))
        if running is not None and ended_at is None:
            raise PaperError(f"The outage {running} of this unit is not over yet; end it before declaring another.")
        outage = Outage(
            unit_id=unit_id,
            began_at=began_at,
            ended_at=ended_at,
            reason=why,
            reported_to=told,
            declared_by=officer,
            declared_at=now,
        )
        session.add(outage)
        session.flush()
        return outage.id


def end_outage(database: Database, outage_id: int, *, ended_at: datetime, now: datetime) -> None:
    """Say when an outage was over; PaperError when it is over already, or the time cannot be."""
    with database.write() as session:
        outage = find_outage(session, outage_id)
        if outage.ended_at is not None:
            raise PaperError(f"The outage {outage_id} ended already, at {outage.ended_at.astimezone():%Y-%m-%d %H:%M}.")
        if not outage.began_at < ended_at <= now:
            raise PaperError("An outage ends after it began, and not in the future; check the time.")
        outage.ended_at = ended_at


def list_outages(database: Database, *, running: bool = False) -> list[OutageLine]:
    """Outages, the latest first; running: only those that are not over."""
    query = select(Outage, Unit.name).outerjoin(Unit, Unit.id == Outage.unit_id)
    if running:
        query = query.where(Outage.ended_at.is_(None))
    with database.read() as session:
        return [
            OutageLine(
                id=outage.id,
                unit=unit,
                began_at=outage.began_at,
                ended_at=outage.ended_at,
                reason=outage.reason,
                reported_to=outage.reported_to,
                declared_by=outage.declared_by,
                declared_at=outage.declared_at,
                unit_id=outage.unit_id,
            )
            for outage, unit in session.execute(query.order_by(Outage.began_at.desc(), Outage.id.desc()))
        ]


def find_outage(session: Session, outage_id: int) -> Outage:
    """The outage, locked; PaperError when there is none of this number."""
    outage = session.scalar(select(Outage).where(Outage.id == outage_id).with_for_update())
    if outage is None:
        raise PaperError(f"There is no outage {outage_id}; `presensi hub outage list` shows them.")
    return outage


def check_covers(outage: Outage, tree: UnitTree, unit_id: int | None, day: date) -> None:
    """PaperError unless the outage was at this unit on this date."""
    if outage.unit_id is not None and unit_id not in tree.within(outage.unit_id):
        raise PaperError(f"The outage {outage.id} is not one of this person's unit.")
    zone = tree.zone_of(unit_id)
    first = outage.began_at.astimezone(zone).date()
    last = outage.ended_at.astimezone(zone).date() if outage.ended_at is not None else None
    if day < first or (last is not None and day > last):
        until = f" to {last}" if last is not None else " on"
        raise PaperError(f"The outage {outage.id} was from {first}{until}, and not on {day}.")
