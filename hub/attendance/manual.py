"""Attendance taken by hand: entered by one person, with a photo or in an outage, and decided by another (Ps 11(7)).

Only approved entries count. Nothing is overwritten: an entry that is wrong is withdrawn, and entered anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.attendance.dirty import mark_dirty
from hub.attendance.manual_desk import EntryDesk, ManualDay
from hub.attendance.models import ManualEntry
from hub.attendance.months import check_open, reason_text
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.db import Database
from hub.errors import PaperError
from hub.roster.models import Employee, Unit
from hub.roster.officers import is_same_officer, officer_name
from hub.roster.units import Memberships, UnitTree

EntryState = Literal["submitted", "approved", "refused", "withdrawn"]


class ManualLine(msgspec.Struct, frozen=True, kw_only=True):
    """A manual entry for lists; times are local to the person's unit. sha256 None: it has no photo or scan."""

    id: int
    employee_id: str
    name: str
    unit: str | None
    work_date: date
    arrival: datetime | None
    departure: datetime | None
    reason: str
    outage_id: int | None
    sha256: str | None
    state: EntryState
    entered_by: str
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_because: str | None


def enter_day(
    database: Database,
    day: ManualDay,
    *,
    reason: str,
    by: str,
    now: datetime,
    store: PaperStore | None = None,
    photo: PaperFile | None = None,
    outage_id: int | None = None,
) -> int:
    """Id of a new entry, which waits for another person.

    PaperError when its times cannot be, its month is closed, another entry for the day stands already, or a part-timer
    has no photo.
    """
    officer, why = officer_name(by), reason_text(reason)
    sha256 = _keep_photo(store, photo)
    with database.write() as session:
        desk = EntryDesk.load(session, [day.employee_id], now)
        desk.check(day, outage_id=outage_id)
        if sha256 is None:
            desk.check_photo_needed(day, "--photo FILE")
        entry = desk.entry(day, reason=why, officer=officer, sha256=sha256, outage_id=outage_id)
        session.add(entry)
        session.flush()
        mark_dirty(session.connection(), [(day.employee_id, day.work_date)], now=now)
        return entry.id


def decide_entries(
    database: Database,
    entries: Sequence[int],
    *,
    approved: bool,
    by: str,
    now: datetime,
    reason: str | None = None,
) -> int:
    """Approve or refuse entries that wait, all or none; how many. Whoever entered one never decides about it.

    PaperError names the entry that cannot be decided; refusing needs a reason.
    """
    officer = officer_name(by)
    why = None if reason is None and approved else reason_text(reason or "")
    with database.write() as session:
        rows = [_waiting(session, entry) for entry in sorted(set(entries))]
        if not rows:
            raise PaperError("Nothing waits for a decision.")
        tree = UnitTree.load(session.connection())
        memberships = Memberships.load(session.connection(), {row.employee_id for row in rows})
        for row in rows:
            if is_same_officer(row.entered_by, officer):
                raise PaperError(f"{row.entered_by} made the entry {row.id}; somebody else must decide about it.")
            check_open(session, tree, row.work_date, memberships.unit_on(row.employee_id, row.work_date))
            row.state = "approved" if approved else "refused"
            row.decided_by, row.decided_at, row.decided_because = officer, now, why
        session.flush()
        mark_dirty(session.connection(), [(row.employee_id, row.work_date) for row in rows], now=now)
    return len(rows)


def withdraw_entry(database: Database, entry_id: int, *, by: str, reason: str, now: datetime) -> None:
    """Take an entry back, with the reason; it counts no more. PaperError when it counts no more already."""
    officer, why = officer_name(by), reason_text(reason)
    with database.write() as session:
        row = _entry(session, entry_id)
        if row.state not in ("submitted", "approved"):
            raise PaperError(f"The entry {row.id} is {row.state} already.")
        tree = UnitTree.load(session.connection())
        memberships = Memberships.load(session.connection(), [row.employee_id])
        check_open(session, tree, row.work_date, memberships.unit_on(row.employee_id, row.work_date))
        before = f"{row.decided_because}; " if row.decided_because else ""
        row.decided_because = f"{before}withdrawn on {now:%Y-%m-%d} by {officer}: {why}"
        row.state = "withdrawn"
        session.flush()
        mark_dirty(session.connection(), [(row.employee_id, row.work_date)], now=now)


def list_entries(
    database: Database,
    *,
    state: EntryState | None = None,
    unit_id: int | None = None,
    employee_id: str | None = None,
    outage_id: int | None = None,
    entry_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[ManualLine]:
    """Entries by date and name. unit_id: of people who were in this unit, or below it, on the entry's date."""
    wanted: list[ColumnElement[bool]] = []
    for column, value in (
        (ManualEntry.state, state),
        (ManualEntry.employee_id, employee_id),
        (ManualEntry.outage_id, outage_id),
        (ManualEntry.id, entry_id),
    ):
        if value is not None:
            wanted.append(column == value)
    if first is not None:
        wanted.append(ManualEntry.work_date >= first)
    if last is not None:
        wanted.append(ManualEntry.work_date <= last)
    with database.read() as session:
        rows = session.execute(
            select(ManualEntry, Employee.name).join(Employee, Employee.id == ManualEntry.employee_id).where(*wanted)
        ).all()
        tree = UnitTree.load(session.connection())
        memberships = Memberships.load(session.connection(), {row.employee_id for row, _ in rows})
        units = {each.id: each.name for each in session.execute(select(Unit.id, Unit.name))}
        within = None if unit_id is None else tree.within(unit_id)
        lines = []
        for row, name in rows:
            of_unit = memberships.unit_on(row.employee_id, row.work_date)
            if within is None or of_unit in within:
                lines.append(_to_line(row, name, units.get(of_unit or 0), tree.zone_of(of_unit)))
    return sorted(lines, key=lambda line: (line.work_date, line.name.casefold(), line.id))


def _keep_photo(store: PaperStore | None, photo: PaperFile | None) -> str | None:
    if photo is None:
        return None
    if store is None:
        raise PaperError("The photo has no place to be kept; say where the hub's data are.")
    return store.keep(photo.check_photo())


def _entry(session: Session, entry_id: int) -> ManualEntry:
    row = session.scalar(select(ManualEntry).where(ManualEntry.id == entry_id).with_for_update())
    if row is None:
        raise PaperError(f"There is no manual entry {entry_id}; `presensi hub manual list` shows them.")
    return row


def _waiting(session: Session, entry_id: int) -> ManualEntry:
    row = _entry(session, entry_id)
    if row.state != "submitted":
        raise PaperError(f"The entry {row.id} is {row.state} already; nothing was changed.")
    return row


def _to_line(row: ManualEntry, name: str, unit: str | None, zone: ZoneInfo) -> ManualLine:
    return ManualLine(
        id=row.id,
        employee_id=row.employee_id,
        name=name,
        unit=unit,
        work_date=row.work_date,
        arrival=row.arrival.astimezone(zone) if row.arrival is not None else None,
        departure=row.departure.astimezone(zone) if row.departure is not None else None,
        reason=row.reason,
        outage_id=row.outage_id,
        sha256=row.sha256,
        state=msgspec.convert(row.state, EntryState),
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decided_because=row.decided_because,
    )
