"""Punches that wait for the operator, who says for each whether it counts.

They lie outside the windows (rule 2), or somebody said at the kiosk that they were not theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

import msgspec
from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from hub.attendance.day import Flag, PunchSeen
from hub.attendance.evidence import MANUAL, Evidence, gather_evidence
from hub.attendance.models import PunchDecision, StoredDay
from hub.attendance.sessions import minute_of
from hub.db import Database
from hub.errors import PaperError, PolicyError
from hub.ingest.models import StoredRow
from hub.review.decisions import is_disavowed, record_decisions
from hub.review.standing import Matter
from hub.roster.models import Employee, Unit
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import work_dates_for

Side = Literal["before", "after", "disavowed"]

_FLAGS: Final = (Flag.SEBELUM_JENDELA, Flag.SETELAH_JENDELA, Flag.DISANGKAL)
_BATCH: Final = 500


class PunchLine(msgspec.Struct, frozen=True, kw_only=True):
    """A punch of which the operator says whether it counts. key: device/epoch/seq; at: local time of the person's unit.

    side: before the first window opens, after the last closes, or disavowed at the kiosk. accepted None: it waits for a
    decision.
    """

    key: str
    employee_id: str
    name: str
    unit: str | None
    work_date: date
    at: datetime
    side: Side
    device: str
    accepted: bool | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


def list_outside(
    database: Database, first: date, last: date, *, unit_id: int | None = None, decided: bool = False
) -> list[PunchLine]:
    """Punches outside the windows or disavowed, on stored days from one date to another, by date and name.

    unit_id: only of days of this unit and those below it. decided: also those about which somebody has decided.
    """
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        within = None if unit_id is None else tree.within(unit_id)
        decisions = _decisions(session)
        days = _flagged_days(session, first, last, within) | _decided_days(session, first, last, within, decided)
        names = _names(session, {employee_id for employee_id, _ in days})
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        lines = []
        keys = sorted(days)
        for start in range(0, len(keys), _BATCH):
            for known in gather_evidence(session, keys[start : start + _BATCH]):
                if known is not None:
                    lines += _lines_of(known, names, units, decisions)
    lines = [line for line in lines if decided or line.accepted is None]
    return sorted(lines, key=lambda line: (line.work_date, line.name.casefold(), line.at))


def decide_punches(
    database: Database, keys: Sequence[str], *, accepted: bool, by: str, reason: str, now: datetime
) -> int:
    """Say for punches, all or none, whether they count; how many. A later decision takes the place of an earlier one.

    keys: as PunchLine.key, or device/seq where that names one punch. PaperError for a punch that is not here, and when
    its month is closed.
    """
    if not keys:
        raise PaperError("Say which punches; `presensi hub punch list` shows those that wait.")
    return record_decisions(database, keys, _matters_of, accepted=accepted, by=by, reason=reason, now=now)


def _matters_of(session: Session, row: StoredRow) -> tuple[Matter, ...]:
    """A decision counts whatever made the punch wait; one made before it was disavowed says nothing of that."""
    return ("window", "disavowal") if is_disavowed(session, row) else ("window",)


@dataclass(frozen=True, slots=True)
class _Decision:
    accepted: bool
    reason: str
    decided_by: str
    decided_at: datetime


def _decisions(session: Session) -> dict[tuple[str, str], _Decision]:
    """The newest decision about each punch and matter."""
    rows = session.scalars(select(PunchDecision).order_by(PunchDecision.id))
    return {
        (f"{row.device}/{row.epoch}/{row.seq}", row.about): _Decision(
            row.accepted, row.reason, row.decided_by, row.decided_at
        )
        for row in rows
    }


def _flagged_days(session: Session, first: date, last: date, units: Collection[int] | None) -> set[tuple[str, date]]:
    words = cast(StoredDay.day, Text)
    query = select(StoredDay.employee_id, StoredDay.work_date).where(
        StoredDay.work_date >= first,
        StoredDay.work_date <= last,
        or_(*(words.contains(f'"{flag}"') for flag in _FLAGS)),
    )
    if units is not None:
        query = query.where(StoredDay.unit_id.in_(units))
    return {(employee_id, work_date) for employee_id, work_date in session.execute(query)}


def _decided_days(
    session: Session, first: date, last: date, units: Collection[int] | None, wanted: bool
) -> set[tuple[str, date]]:
    """Days with a decided punch: once it counts, its day has no flag any more."""
    if not wanted:
        return set()
    same = (
        (StoredRow.device == PunchDecision.device)
        & (StoredRow.epoch == PunchDecision.epoch)
        & (StoredRow.seq == PunchDecision.seq)
    )
    columns = select(PunchDecision.employee_id, StoredRow.placed_at)
    query = columns.join(StoredRow, same).where(PunchDecision.about != "review")
    days = work_dates_for(session.connection(), [(row[0], row[1]) for row in session.execute(query)])
    days = {day for day in days if first <= day[1] <= last}
    if units is None:
        return days
    memberships = Memberships.load(session.connection(), {person for person, _ in days})
    return {day for day in days if memberships.unit_on(*day) in units}


def _lines_of(
    known: Evidence, names: dict[str, str], units: dict[int, str], decisions: dict[tuple[str, str], _Decision]
) -> list[PunchLine]:
    lines = []
    for punch, side in (*_outside(known), *_disavowed(known)):
        decision = decisions.get((punch.key, "disavowal" if side == "disavowed" else "window"))
        lines.append(
            PunchLine(
                key=punch.key,
                employee_id=known.employee_id,
                name=names[known.employee_id],
                unit=units.get(known.unit_id or 0),
                work_date=known.work_date,
                at=punch.taken_at.astimezone(known.tz),
                side=side,
                device=punch.device,
                accepted=decision.accepted if decision is not None else None,
                reason=decision.reason if decision is not None else None,
                decided_by=decision.decided_by if decision is not None else None,
                decided_at=decision.decided_at if decision is not None else None,
            )
        )
    return lines


def _outside(known: Evidence) -> list[tuple[PunchSeen, Side]]:
    """Punches that belong to the day and lie outside its windows."""
    if isinstance(known.schedule, str):
        return []
    try:
        plan = known.schedule.plan_on(known.work_date)
        first, last = known.schedule.minutes_of(known.work_date)
    except PolicyError:
        return []
    if plan is None:
        return []
    found: list[tuple[PunchSeen, Side]] = []
    for punch in known.punches:
        if punch.device == MANUAL:
            continue
        minute = minute_of(punch.taken_at, known.work_date, known.tz)
        if first <= minute < plan.opens:
            found.append((punch, "before"))
        elif plan.closes < minute <= last:
            found.append((punch, "after"))
    return found


def _disavowed(known: Evidence) -> list[tuple[PunchSeen, Side]]:
    """Punches of the day of which somebody said that they were not theirs, decided or not."""
    if isinstance(known.schedule, str):
        return []
    try:
        start, end = known.schedule.interval_of(known.work_date, known.tz)
    except PolicyError:
        return []
    return [
        (punch, "disavowed")
        for punch in known.punches
        if "disavowed" in punch.concerns and start <= punch.taken_at < end
    ]


def _names(session: Session, people: Collection[str]) -> dict[str, str]:
    query = select(Employee.id, Employee.name).where(Employee.id.in_(people))
    return {row.id: row.name for row in session.execute(query)}
