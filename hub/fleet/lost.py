"""A stolen or burnt terminal: declared lost by one person, confirmed by another, and waited for no more (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.dirty import mark_dirty
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.models import Kiosk
from hub.roster.models import Employee, Unit
from hub.roster.officers import is_same_officer, officer_name
from hub.roster.units import UnitTree

LONGEST_REASON: Final = 500

_FAULTY: Final = (
    Status.MENUNGGU_DATA,
    Status.BERJALAN,
    Status.TIDAK_LENGKAP,
    Status.BELUM_ADA_KETERANGAN,
    Status.TK,
)
"""Statuses of days on which a punch that nobody will ever see could have been missing."""


class LostDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day that a punch at the lost terminal could have bettered; the operator looks for other evidence."""

    employee_id: str
    name: str
    unit: str | None
    work_date: date
    status: str


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Where the loss of a terminal stands. confirmed_by None: it waits for a second person, and still counts as active.

    days: while it waits those that wait for it; afterwards those whose punches may have been lost with it.
    """

    device: str
    because: str
    declared_by: str
    declared_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    days: tuple[LostDay, ...]


def declare_lost(database: Database, device: str, *, because: str, by: str, now: datetime) -> Loss:
    """Say that a terminal is lost, and why; somebody else must confirm it before anything changes.

    FleetError when it is unknown, revoked, or declared lost already.
    """
    officer, why = officer_name(by), " ".join(because.split())
    if not why or len(why) > LONGEST_REASON:
        raise FleetError(f"Say how the terminal was lost, in 1 to {LONGEST_REASON} characters.")
    with database.write() as session:
        kiosk = _kiosk(session, device)
        if kiosk.state != "active":
            raise FleetError(f"'{device}' is revoked already; nobody waits for it.")
        if kiosk.lost_declared_by is not None:
            raise FleetError(
                f"{kiosk.lost_declared_by} declared '{device}' lost already; somebody else confirms it with --confirm."
            )
        kiosk.lost_declared_by, kiosk.lost_declared_at, kiosk.lost_because = officer, now, why
        session.flush()
        return _to_loss(session, kiosk)


def confirm_lost(database: Database, device: str, *, by: str, now: datetime) -> Loss:
    """Confirm, as a second person, that a terminal is lost: it is revoked, and the days that waited are assessed again.

    FleetError when nobody declared it lost, when `by` did, or when it is confirmed already.
    """
    officer = officer_name(by)
    with database.write() as session:
        kiosk = _kiosk(session, device)
        if kiosk.lost_declared_by is None:
            raise FleetError(f"Nobody declared '{device}' lost; declare it first, with --because TEXT.")
        if kiosk.lost_confirmed_by is not None:
            raise FleetError(f"{kiosk.lost_confirmed_by} confirmed the loss of '{device}' already.")
        if is_same_officer(kiosk.lost_declared_by, officer):
            raise FleetError(f"{kiosk.lost_declared_by} declared '{device}' lost; somebody else must confirm it.")
        waiting = waiting_days(session, device)
        kiosk.lost_confirmed_by, kiosk.lost_confirmed_at = officer, now
        if kiosk.state == "active":
            kiosk.state, kiosk.revoked_at = "revoked", now
        session.flush()
        mark_dirty(session.connection(), [(day.employee_id, day.work_date) for day in waiting], now=now)
        return _to_loss(session, kiosk)


def loss_of(database: Database, device: str) -> Loss | None:
    """Where the loss of a terminal stands; None when nobody declared it. FleetError when there is no such terminal."""
    with database.read() as session:
        kiosk = _kiosk(session, device)
        return _to_loss(session, kiosk) if kiosk.lost_declared_by is not None else None


def _kiosk(session: Session, device: str) -> Kiosk:
    kiosk = session.scalar(select(Kiosk).where(Kiosk.device == device).with_for_update())
    if kiosk is None:
        raise FleetError(f"There is no kiosk '{device}'; `presensi hub kiosk list` shows them.")
    return kiosk


def _to_loss(session: Session, kiosk: Kiosk) -> Loss:
    assert kiosk.lost_declared_by is not None  # noqa: S101 - the callers looked
    assert kiosk.lost_declared_at is not None  # noqa: S101
    waits = kiosk.lost_confirmed_by is None
    days = waiting_days(session, kiosk.device) if waits else _doubtful_days(session, kiosk)
    return Loss(
        device=kiosk.device,
        because=kiosk.lost_because or "",
        declared_by=kiosk.lost_declared_by,
        declared_at=kiosk.lost_declared_at,
        confirmed_by=kiosk.lost_confirmed_by,
        confirmed_at=kiosk.lost_confirmed_at,
        days=tuple(days),
    )


def waiting_days(session: Session, device: str) -> list[LostDay]:
    """Days that wait for the terminal; running days keep their minutes back for it as well."""
    query = select(StoredDay).where(
        (StoredDay.status == Status.MENUNGGU_DATA)
        | ((StoredDay.status == Status.BERJALAN) & StoredDay.late_min.is_(None))
    )
    rows = [
        row
        for row in session.scalars(query)
        if row.status == Status.BERJALAN or device in row.day.get("waiting_for", ())
    ]
    return _to_days(session, rows)


def _doubtful_days(session: Session, kiosk: Kiosk) -> list[LostDay]:
    """Days with a fault since the terminal last delivered everything, of people who may punch there."""
    tree = UnitTree.load(session.connection())
    units: Collection[int] | None = None if kiosk.unit_id is None else tree.within(kiosk.unit_id)
    zone = tree.zone_of(kiosk.unit_id)
    since = (kiosk.delivered_up_to or kiosk.added_at).astimezone(zone).date()
    ended = kiosk.lost_declared_at or kiosk.lost_confirmed_at
    query = select(StoredDay).where(StoredDay.work_date >= since, StoredDay.status.in_([str(each) for each in _FAULTY]))
    if ended is not None:
        query = query.where(StoredDay.work_date <= ended.astimezone(zone).date())
    if units is not None:
        query = query.where(StoredDay.unit_id.in_(units))
    return _to_days(session, session.scalars(query).all())


def _to_days(session: Session, rows: Collection[StoredDay]) -> list[LostDay]:
    people = {row.employee_id for row in rows}
    names = {each.id: each.name for each in session.execute(select(Employee.id, Employee.name)) if each.id in people}
    units = {each.id: each.name for each in session.execute(select(Unit.id, Unit.name))}
    days = [
        LostDay(
            employee_id=row.employee_id,
            name=names[row.employee_id],
            unit=units.get(row.unit_id or 0),
            work_date=row.work_date,
            status=row.status,
        )
        for row in rows
    ]
    return sorted(days, key=lambda day: (day.work_date, day.name.casefold(), day.employee_id))
