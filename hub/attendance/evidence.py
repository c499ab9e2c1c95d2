"""Everything that bears on a day, read for many days in a handful of queries."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.attendance.assess import assess_day
from hub.attendance.covers import as_document
from hub.attendance.day import AttendanceDay, Coverage, Document, Hint, PunchSeen
from hub.attendance.models import DocumentRow, ManualEntry, MonthClose
from hub.errors import PolicyError
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from hub.review.standing import PLAIN, read_standings
from hub.roster.models import ApprovedLocation, Employee
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import EmployeeDay
from hub.schedule.calendar import Schedule
from hub.schedule.in_force import Schedules

ONE_DAY: Final = timedelta(days=1)
MANUAL: Final = "manual"
"""Where attendance that was entered by hand was taken, in a kiosk's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about one day of one person.

    unit_id None: the person belongs to no unit on that date. schedule: a sentence where the hours on record contradict
    each other. punches: of the neighbouring dates too; `assess_day` knows which of them belong to the day.
    """

    employee_id: str
    work_date: date
    unit_id: int | None
    schedule: Schedule | str
    tz: ZoneInfo
    punches: tuple[PunchSeen, ...]
    documents: tuple[Document, ...]
    coverage: Coverage
    month_closed: bool
    entered_at: datetime | None = None

    def is_due(self, as_of: datetime) -> bool:
        """Whether the day belongs into the books: it has begun since the person was entered, or something bears on it.

        Else it was stored for a punch whose clock was wrong, and that was found to belong elsewhere.
        """
        begins = datetime.combine(self.work_date, time(), self.tz)
        entered = self.entered_at is None or self.entered_at < begins + ONE_DAY
        return bool(self.punches or self.documents) or (begins <= as_of and entered)

    def assess(self, as_of: datetime) -> AttendanceDay:
        """What the day came to; PolicyError where the hours on record contradict each other."""
        if isinstance(self.schedule, str):
            raise PolicyError(self.schedule)
        return assess_day(
            self.schedule,
            work_date=self.work_date,
            tz=self.tz,
            as_of=as_of,
            punches=self.punches,
            documents=self.documents,
            coverage=self.coverage,
            month_closed=self.month_closed,
        )


@dataclass(frozen=True, slots=True)
class _Punches:
    """One person's punches in the order of time."""

    moments: list[datetime]
    punches: list[PunchSeen]

    def add(self, punch: PunchSeen) -> None:
        if not self.moments or self.moments[-1] <= punch.taken_at:
            self.moments.append(punch.taken_at)
            self.punches.append(punch)
            return
        place = bisect_right(self.moments, punch.taken_at)
        self.moments.insert(place, punch.taken_at)
        self.punches.insert(place, punch)

    def around(self, work_date: date) -> tuple[PunchSeen, ...]:
        """Those that any zone and any shift could count for the date."""
        midnight = datetime.combine(work_date, time(), UTC)
        first = bisect_left(self.moments, midnight - 2 * ONE_DAY)
        last = bisect_left(self.moments, midnight + 3 * ONE_DAY)
        return tuple(self.punches[first:last])


def gather_evidence(session: Session, days: Sequence[EmployeeDay]) -> list[Evidence | None]:
    """Evidence for each day, in order; None for a day that is not to be assessed.

    Not assessed are days outside the employment, days without both a unit and a punch, and days of people who are not
    asked for attendance (yet). The number of queries does
    not grow with the number of days. Coverage is read before the punches: a punch that comes in between is then at
    worst awaited although it is here, and its own mark makes the day be assessed again.
    """
    if not days:
        return []
    tree = UnitTree.load(session.connection())
    kiosks = _read_kiosks(session, tree)
    closes = _read_closed_months(session, tree)
    people = sorted({employee_id for employee_id, _ in days})
    first, last = min(day for _, day in days), max(day for _, day in days)
    memberships = Memberships.load(session.connection(), people)
    employments = _read_employments(session, people)
    entered = {person: at for person, (_, _, at) in employments.items()}
    schedules = Schedules.load(session.connection(), tree, people=people, first=first, last=last)
    elsewhere = _read_locations(session, people)
    punches = _read_punches(session, people, first, last)
    documents = _read_documents(session, people, first)
    nobody = _Punches([], [])
    covers: dict[tuple[frozenset[int | None], date, str], Coverage] = {}

    def cover(places: frozenset[int | None], work_date: date, tz: ZoneInfo) -> Coverage:
        """The same for all colleagues: a regency has thousands of kiosks, and most stand elsewhere."""
        key = places, work_date, tz.key
        if key not in covers:
            covers[key] = _cover(kiosks, places, work_date, tz)
        return covers[key]

    def describe(employee_id: str, work_date: date) -> Evidence | None:
        seen = punches.get(employee_id, nobody).around(work_date)
        unit_id = memberships.unit_on(employee_id, work_date)
        if not _is_employed(employments.get(employee_id), work_date) or (unit_id is None and not seen):
            return None
        schedule = _schedule_on(schedules, employee_id, unit_id, work_date)
        if schedule is None:
            return None
        tz = tree.zone_of(unit_id)
        places = frozenset((unit_id, *(place for place, at in elsewhere.get(employee_id, ()) if at.holds(work_date))))
        return Evidence(
            employee_id=employee_id,
            work_date=work_date,
            unit_id=unit_id,
            schedule=schedule,
            tz=tz,
            punches=seen,
            documents=tuple(documents.get(employee_id, ())),
            coverage=cover(places, work_date, tz),
            month_closed=any(close.concerns(unit_id, work_date) for close in closes),
            entered_at=entered.get(employee_id),
        )

    return [describe(employee_id, work_date) for employee_id, work_date in days]


@dataclass(frozen=True, slots=True)
class _KioskReach:
    """A kiosk that may still deliver. units None: it stands for everybody."""

    device: str
    units: frozenset[int | None] | None
    added_at: datetime
    delivered_up_to: datetime | None


@dataclass(frozen=True, slots=True)
class _Dates:
    """From when to when, both included; None: without end."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class _ClosedMonth:
    """A month that is closed. units None: for everybody."""

    month: date
    units: frozenset[int] | None

    def concerns(self, unit_id: int | None, work_date: date) -> bool:
        return self.month == work_date.replace(day=1) and (self.units is None or unit_id in self.units)


def _schedule_on(schedules: Schedules, employee_id: str, unit_id: int | None, work_date: date) -> Schedule | str | None:
    try:
        return schedules.of(employee_id, unit_id, work_date)
    except PolicyError as error:
        return str(error)


def _read_locations(session: Session, people: Sequence[str]) -> dict[str, list[tuple[int, _Dates]]]:
    """Units beside their own at whose kiosks people may punch (Ps 10(2))."""
    columns = (
        ApprovedLocation.employee_id,
        ApprovedLocation.unit_id,
        ApprovedLocation.valid_from,
        ApprovedLocation.valid_until,
    )
    query = select(*columns).where(ApprovedLocation.employee_id.in_(people), ApprovedLocation.withdrawn_at.is_(None))
    found: dict[str, list[tuple[int, _Dates]]] = {}
    for employee_id, unit_id, first, last in session.execute(query):
        found.setdefault(employee_id, []).append((unit_id, _Dates(first, last)))
    return found


def _read_kiosks(session: Session, tree: UnitTree) -> list[_KioskReach]:
    """Kiosks that may still deliver; what a revoked one holds is refused, so nobody waits for it."""
    return [
        _KioskReach(kiosk.device, _within(tree, kiosk.unit_id), kiosk.added_at, kiosk.delivered_up_to)
        for kiosk in session.scalars(select(Kiosk).where(Kiosk.state == "active"))
    ]


def _read_closed_months(session: Session, tree: UnitTree) -> list[_ClosedMonth]:
    rows = session.execute(select(MonthClose.unit_id, MonthClose.month).where(MonthClose.reopened_at.is_(None)))
    return [_ClosedMonth(month, _within(tree, unit_id)) for unit_id, month in rows]


def _within(tree: UnitTree, unit_id: int | None) -> frozenset[int] | None:
    return None if unit_id is None else frozenset(tree.within(unit_id))


def _cover(kiosks: Iterable[_KioskReach], places: frozenset[int | None], work_date: date, tz: ZoneInfo) -> Coverage:
    """How far the kiosks have delivered at which somebody of these units may punch.

    One that was set up after the work date (and after any shift that began on it) holds nothing of that date.
    """
    over = datetime.combine(work_date + 2 * ONE_DAY, time(), tz)
    return Coverage(
        {
            kiosk.device: kiosk.delivered_up_to
            for kiosk in kiosks
            if (kiosk.units is None or not kiosk.units.isdisjoint(places)) and kiosk.added_at < over
        }
    )


_Employment = tuple[date | None, date | None, datetime]
"""First and last day (None: without end), and when the person was entered here."""


def _read_employments(session: Session, people: Sequence[str]) -> dict[str, _Employment]:
    columns = (Employee.id, Employee.employed_from, Employee.employed_until, Employee.created_at)
    query = select(*columns).where(Employee.id.in_(people))
    return {employee_id: (first, last, entered_at) for employee_id, first, last, entered_at in session.execute(query)}


def _is_employed(employment: _Employment | None, work_date: date) -> bool:
    if employment is None:
        return False
    first, last, _ = employment
    return (first is None or first <= work_date) and (last is None or work_date <= last)


def _read_punches(session: Session, people: Sequence[str], first: date, last: date) -> dict[str, _Punches]:
    start = datetime.combine(first, time(), UTC) - 2 * ONE_DAY
    end = datetime.combine(last, time(), UTC) + 3 * ONE_DAY
    columns = (
        StoredRow.person_id,
        StoredRow.placed_at,
        StoredRow.session_hint,
        StoredRow.device,
        StoredRow.epoch,
        StoredRow.seq,
    )
    query = (
        select(*columns)
        .where(
            StoredRow.kind == "punch",
            StoredRow.person_id.in_(people),
            StoredRow.placed_at >= start,
            StoredRow.placed_at < end,
        )
        .order_by(StoredRow.placed_at)
    )
    standings = read_standings(session, people, start, end)
    found: dict[str, _Punches] = {}
    for person_id, placed_at, chosen, device, epoch, seq in session.execute(query):
        if person_id is None:
            continue
        hint: Hint | None = "in" if chosen == "in" else "out" if chosen == "out" else None
        standing = standings.get((device, epoch, seq), PLAIN)
        seen = PunchSeen(
            taken_at=placed_at,
            hint=hint,
            device=device,
            key=f"{device}/{epoch}/{seq}",
            accepted=standing.accepted,
            doubt=standing.doubt,
            concerns=standing.concerns,
        )
        found.setdefault(person_id, _Punches([], [])).add(seen)
    for person_id, entry in _read_manual_entries(session, people, first, last):
        found.setdefault(person_id, _Punches([], [])).add(entry)
    return found


def _read_manual_entries(
    session: Session, people: Sequence[str], first: date, last: date
) -> Iterable[tuple[str, PunchSeen]]:
    """What was entered by hand and approved by another person; it counts whatever the windows."""
    columns = (ManualEntry.id, ManualEntry.employee_id, ManualEntry.arrival, ManualEntry.departure)
    query = select(*columns).where(
        ManualEntry.employee_id.in_(people),
        ManualEntry.state == "approved",
        ManualEntry.work_date >= first - ONE_DAY,
        ManualEntry.work_date <= last + ONE_DAY,
    )
    for number, employee_id, arrival, departure in session.execute(query.order_by(ManualEntry.id)):
        if arrival is not None:
            yield employee_id, _by_hand(arrival, "in", number)
        if departure is not None:
            yield employee_id, _by_hand(departure, "out", number)


def _by_hand(moment: datetime, hint: Hint, number: int) -> PunchSeen:
    return PunchSeen(taken_at=moment, hint=hint, device=MANUAL, key=f"{MANUAL}/{number}/{hint}", accepted=True)


def _read_documents(session: Session, people: Sequence[str], first: date) -> dict[str, list[Document]]:
    """Letters in force that reach the first day or go beyond it: adjoining ones decide when a letter was due."""
    query = select(DocumentRow).where(
        DocumentRow.employee_id.in_(people),
        DocumentRow.withdrawn_at.is_(None),
        DocumentRow.refused_at.is_(None),
        or_(DocumentRow.last_day.is_(None), DocumentRow.last_day >= first),
    )
    found: dict[str, list[Document]] = {}
    for row in session.scalars(query):
        if row.covers:
            found.setdefault(row.employee_id, []).append(as_document(row))
    return found
