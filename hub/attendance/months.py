"""Closing a month, and opening it again on the record (Decisions 6 and 7 of the attendance rules)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.dirty import mark_span
from hub.attendance.models import DirtyDay, DocumentRow, MonthClose, StoredDay
from hub.db import Database
from hub.errors import PaperError
from hub.roster.models import DEFAULT_TIMEZONE, Unit
from hub.roster.officers import officer_name
from hub.roster.units import UnitTree
from hub.webhooks.telling import tell_month

LONGEST_REASON: Final = 500

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class CloseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A month that was closed. unit None: for everybody. reopened_at None: it is closed."""

    id: int
    month: str
    unit: str | None
    closed_at: datetime
    closed_by: str
    reopened_at: datetime | None
    reopened_by: str | None
    reopen_reason: str | None


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What closing a month came to.

    days: stored days in it. unexplained: of these, nobody came and no letter counts: they become TK. waiting: wait for
    a terminal, and may still change. incomplete: a punch is missing. unassessed: marked, and not assessed again yet.
    """

    month: str
    unit: str | None
    days: int
    unexplained: int
    waiting: int
    incomplete: int
    unassessed: int


class Reopening(msgspec.Struct, frozen=True, kw_only=True):
    """What reopening a month came to: how many days are assessed again, and for which letters it was done."""

    month: str
    unit: str | None
    days: int
    letters: tuple[int, ...]


def close_month(database: Database, month: date, unit_id: int | None, *, by: str, now: datetime) -> Closing:
    """Close a month (its first day) for a unit and those below it (None: everybody); its days are assessed again.

    PaperError while the month is not over where the units are, while a day in it is still running, and when it is
    closed already.
    """
    officer, first, last = officer_name(by), month.replace(day=1), last_of(month)
    with database.write() as session:
        _one_at_a_time(session)
        tree = UnitTree.load(session.connection())
        units = None if unit_id is None else tree.within(unit_id)
        name = _unit_name(session, unit_id)
        before = closed_row(session, tree, first, unit_id)
        if before is not None:
            raise PaperError(
                f"{month_name(month)} is closed already, since {before.closed_at:%Y-%m-%d} by "
                f"{before.closed_by}; nothing was changed."
            )
        zones = {tree.zone_of(each).key for each in units or _all_units(session)} or {DEFAULT_TIMEZONE}
        if min(now.astimezone(ZoneInfo(zone)).date() for zone in zones) <= last:
            raise PaperError(f"{month_name(month)} is not over yet; close it from {last + timedelta(days=1)} on.")
        counts = _count(session, first, last, units)
        running = counts.get(Status.BERJALAN, 0)
        if running:
            raise PaperError(
                f"{running} days of {month_name(month)} are still running: their last window has not closed, or the "
                "hub has not assessed them yet; close the month when they are done."
            )
        session.add(MonthClose(unit_id=unit_id, month=first, closed_at=now, closed_by=officer))
        session.flush()
        unassessed = _count_unassessed(session, first, last, units)
        mark_span(session.connection(), first=first, last=last, now=now, units=units)
        tell_month(session, "month.closed", first, unit_id, now=now)
    return Closing(
        month=f"{month:%Y-%m}",
        unit=name,
        days=sum(counts.values()),
        unexplained=counts.get(Status.BELUM_ADA_KETERANGAN, 0),
        waiting=counts.get(Status.MENUNGGU_DATA, 0),
        incomplete=counts.get(Status.TIDAK_LENGKAP, 0),
        unassessed=unassessed,
    )


def reopen_month(
    database: Database,
    month: date,
    unit_id: int | None,
    *,
    by: str,
    reason: str,
    now: datetime,
    letters: Sequence[int] = (),
) -> Reopening:
    """Open a closed month again, with the reason; its days are assessed again.

    Letters that are entered while it stands open carry the reason, and count although they are late (rule 7);
    letters: ids of some that were entered before, and shall count as well. PaperError when the month is not closed for
    exactly this unit, or a letter does not reach into it.
    """
    officer, why = officer_name(by), reason_text(reason)
    first, last = month.replace(day=1), last_of(month)
    with database.write() as session:
        tree = UnitTree.load(session.connection())
        row = closed_row(session, tree, first, unit_id)
        if row is None:
            raise PaperError(f"{month_name(month)} is not closed{_for(session, unit_id)}; nothing was changed.")
        if row.unit_id != unit_id:
            above = _unit_name(session, row.unit_id)
            whom = "everybody: reopen it without a unit" if above is None else f"{above}: reopen it for that unit"
            raise PaperError(f"{month_name(month)} was closed for {whom}.")
        row.reopened_at, row.reopened_by, row.reopen_reason = now, officer, why
        for letter in letters:
            _admit(session, letter, why, first, last)
        session.flush()
        units = None if unit_id is None else tree.within(unit_id)
        days = mark_span(session.connection(), first=first, last=last, now=now, units=units)
        tell_month(session, "month.reopened", first, unit_id, now=now)
        name = _unit_name(session, unit_id)
    return Reopening(month=f"{month:%Y-%m}", unit=name, days=days, letters=tuple(letters))


def _one_at_a_time(session: Session) -> None:
    """Let whoever closes at the same moment wait, and then find the month closed; on SQLite writers do so anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE month_close IN SHARE ROW EXCLUSIVE MODE"))


def list_closes(database: Database, month: date | None = None) -> list[CloseLine]:
    """Every close, the latest month first; month: only this one (its first day)."""
    query = select(MonthClose, Unit.name).outerjoin(Unit, Unit.id == MonthClose.unit_id)
    if month is not None:
        query = query.where(MonthClose.month == month.replace(day=1))
    with database.read() as session:
        return [
            CloseLine(
                id=row.id,
                month=f"{row.month:%Y-%m}",
                unit=unit,
                closed_at=row.closed_at,
                closed_by=row.closed_by,
                reopened_at=row.reopened_at,
                reopened_by=row.reopened_by,
                reopen_reason=row.reopen_reason,
            )
            for row, unit in session.execute(query.order_by(MonthClose.month.desc(), MonthClose.id.desc()))
        ]


def closed_row(session: Session, tree: UnitTree, month: date, unit_id: int | None) -> MonthClose | None:
    """What closes a month for a unit: its own row, or that of a unit above, or everybody's; None: it is open."""
    query = (
        select(MonthClose)
        .where(MonthClose.month == month.replace(day=1), MonthClose.reopened_at.is_(None))
        .order_by(MonthClose.id.desc())
        .with_for_update()
    )
    rows = list(session.scalars(query))
    rows.sort(key=lambda row: row.unit_id != unit_id)
    return next((row for row in rows if _concerns(tree, row.unit_id, unit_id)), None)


def check_open(session: Session, tree: UnitTree, day: date, unit_id: int | None) -> None:
    """PaperError when the month of a day is closed for a unit: what would change it must wait for a reopening."""
    row = closed_row(session, tree, day, unit_id)
    if row is not None:
        raise PaperError(
            f"{month_name(day)} is closed{_for(session, unit_id)}; an administrator must reopen it first: "
            f"presensi hub month reopen {day:%Y-%m} --because TEXT."
        )


def reopen_reason(session: Session, tree: UnitTree, month: date, unit_id: int | None) -> str | None:
    """Why a month stands open again for a unit; None when it is closed, or never was."""
    if closed_row(session, tree, month, unit_id) is not None:
        return None
    rows = session.scalars(
        select(MonthClose)
        .where(MonthClose.month == month.replace(day=1), MonthClose.reopened_at.is_not(None))
        .order_by(MonthClose.reopened_at.desc())
    )
    return next((row.reopen_reason for row in rows if _concerns(tree, row.unit_id, unit_id)), None)


def last_of(month: date) -> date:
    """The last day of a date's month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_name(day: date) -> str:
    """A date's month in words."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def reason_text(text: str) -> str:
    """A reason as it is kept; PaperError when there is none, or it is endless."""
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise PaperError(f"Say why, in 1 to {LONGEST_REASON} characters: it stays on record.")
    return reason


def _concerns(tree: UnitTree, closed_unit: int | None, unit_id: int | None) -> bool:
    return closed_unit is None or (unit_id is not None and unit_id in tree.within(closed_unit))


def _admit(session: Session, letter: int, reason: str, first: date, last: date) -> None:
    row = session.get(DocumentRow, letter)
    if row is None or row.withdrawn_at is not None or row.refused_at is not None:
        raise PaperError(f"There is no letter {letter} in force; `presensi hub document list` shows them.")
    if row.first_day is None or row.last_day is None or row.first_day > last or row.last_day < first:
        raise PaperError(f"The letter {letter} does not reach into {month_name(first)}; nothing was changed.")
    row.reopened_because = reason


def _count(session: Session, first: date, last: date, units: Collection[int] | None) -> dict[str, int]:
    query = (
        select(StoredDay.status, func.count())
        .where(StoredDay.work_date >= first, StoredDay.work_date <= last)
        .group_by(StoredDay.status)
    )
    if units is not None:
        query = query.where(StoredDay.unit_id.in_(units))
    return {row[0]: row[1] for row in session.execute(query)}


def _count_unassessed(session: Session, first: date, last: date, units: Collection[int] | None) -> int:
    query = select(func.count()).select_from(DirtyDay).where(DirtyDay.work_date >= first, DirtyDay.work_date <= last)
    if units is not None:
        query = query.join(
            StoredDay,
            (StoredDay.employee_id == DirtyDay.employee_id) & (StoredDay.work_date == DirtyDay.work_date),
        ).where(StoredDay.unit_id.in_(units))
    return session.scalar(query) or 0


def _all_units(session: Session) -> list[int]:
    return list(session.scalars(select(Unit.id)))


def _unit_name(session: Session, unit_id: int | None) -> str | None:
    return None if unit_id is None else session.get_one(Unit, unit_id).name


def _for(session: Session, unit_id: int | None) -> str:
    name = _unit_name(session, unit_id)
    return "" if name is None else f" for {name}"
