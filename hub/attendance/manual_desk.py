"""What a day that was taken by hand is checked against before it is entered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.models import ManualEntry
from hub.attendance.months import check_open
from hub.attendance.outages import check_covers, find_outage
from hub.errors import PaperError, PolicyError
from hub.roster.models import Employee
from hub.roster.terms import term_on
from hub.roster.units import Memberships, UnitTree
from hub.schedule.models import PartTimeContract
from hub.schedule.policy import load_policy

PART_TIME: Final = "PPPK Paruh Waktu"

_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(\+1)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualDay:
    """What was written down for a person and a date. arrival, departure: local HH:MM, HH:MM+1 for the next day."""

    employee_id: str
    work_date: date
    arrival: str | None = None
    departure: str | None = None


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """What entries are checked against."""

    session: Session
    tree: UnitTree
    memberships: Memberships
    now: datetime

    @classmethod
    def load(cls, session: Session, people: Sequence[str], now: datetime) -> EntryDesk:
        tree = UnitTree.load(session.connection())
        return cls(session, tree, Memberships.load(session.connection(), people), now)

    def check(self, day: ManualDay, *, outage_id: int | None) -> None:
        """PaperError says why the day cannot be entered."""
        arrival, departure = self.moments(day)
        if arrival is None and departure is None:
            raise PaperError("Write when the person came, when the person left, or both.")
        if arrival is not None and departure is not None and departure <= arrival:
            raise PaperError(
                f"Somebody who came at {day.arrival} cannot have left at {day.departure}; "
                "write HH:MM+1 for the next day."
            )
        if max(moment for moment in (arrival, departure) if moment is not None) > self.now:
            raise PaperError(f"{day.work_date} {day.departure or day.arrival} lies ahead; enter what has been.")
        self._check_employed(day)
        unit_id = self.unit_of(day)
        check_open(self.session, self.tree, day.work_date, unit_id)
        if outage_id is not None:
            check_covers(find_outage(self.session, outage_id), self.tree, unit_id, day.work_date)
        standing = self.session.scalar(
            select(ManualEntry.id).where(
                ManualEntry.employee_id == day.employee_id,
                ManualEntry.work_date == day.work_date,
                ManualEntry.state.in_(("submitted", "approved")),
            )
        )
        if standing is not None:
            raise PaperError(
                f"{self.name_of(day.employee_id)} has the entry {standing} for {day.work_date} already; "
                "withdraw it first."
            )

    def check_photo_needed(self, day: ManualDay, option: str) -> None:
        """PaperError for somebody who works part-time: without a photo such a day pays nothing."""
        if is_part_timer(self.session, self.tree, self.memberships, day.employee_id, day.work_date):
            raise PaperError(
                f"{self.name_of(day.employee_id)} works part-time: the day needs a photo as evidence; add {option}."
            )

    def moments(self, day: ManualDay) -> tuple[datetime | None, datetime | None]:
        """Arrival and departure as moments; PaperError for a time that is none."""
        zone = self.tree.zone_of(self.unit_of(day))
        return _moment(day.arrival, day.work_date, zone), _moment(day.departure, day.work_date, zone)

    def entry(
        self, day: ManualDay, *, reason: str, officer: str, sha256: str | None, outage_id: int | None
    ) -> ManualEntry:
        """The row of a day that was checked."""
        arrival, departure = self.moments(day)
        return ManualEntry(
            employee_id=day.employee_id,
            work_date=day.work_date,
            arrival=arrival,
            departure=departure,
            reason=reason,
            outage_id=outage_id,
            sha256=sha256,
            state="submitted",
            entered_by=officer,
            entered_at=self.now,
        )

    def unit_of(self, day: ManualDay) -> int | None:
        return self.memberships.unit_on(day.employee_id, day.work_date)

    def name_of(self, employee_id: str) -> str:
        return self.session.get_one(Employee, employee_id).name

    def _check_employed(self, day: ManualDay) -> None:
        # Locked, so that two people do not enter the same day at once.
        query = select(Employee).where(Employee.id == day.employee_id).with_for_update()
        employee = self.session.scalar(query)
        if employee is None:
            raise PaperError(f"There is no employee '{day.employee_id}'; `presensi hub employees` shows them.")
        before = employee.employed_from is not None and day.work_date < employee.employed_from
        after = employee.employed_until is not None and day.work_date > employee.employed_until
        if before or after:
            raise PaperError(f"{employee.name} was not employed on {day.work_date}; check the date.")


def is_part_timer(session: Session, tree: UnitTree, memberships: Memberships, employee_id: str, day: date) -> bool:
    """Whether somebody works part-time on a date: by contract, by terms of employment, or by the unit's policy."""
    contract = session.scalar(
        select(PartTimeContract.id).where(
            PartTimeContract.employee_id == employee_id,
            PartTimeContract.valid_from <= day,
            PartTimeContract.valid_until >= day,
            PartTimeContract.withdrawn_at.is_(None),
        )
    )
    if contract is not None:
        return True
    term = term_on(session, employee_id, day)
    group = term.group if term is not None else None
    if (group or "").casefold() == PART_TIME.casefold():
        return True
    try:
        return load_policy(tree.policy_on(memberships.unit_on(employee_id, day), day, group)).kind == "slot"
    except PolicyError:
        return False


def read_clock(text: str) -> str:
    """A time as forms have it, `7.05`, `07:05` or `06:30+1`, as HH:MM; PaperError for anything else."""
    match = _CLOCK.fullmatch("".join(text.split()))
    if match is None:
        raise PaperError(f"'{text[:20]}' is no time: write HH:MM, or HH:MM+1 for the next day.")
    return f"{int(match[1]):02d}:{match[2]}{match[3] or ''}"


def _moment(text: str | None, work_date: date, zone: ZoneInfo) -> datetime | None:
    if text is None or not text.strip():
        return None
    clock = read_clock(text)
    on = work_date + timedelta(days=1) if clock.endswith("+1") else work_date
    return datetime.combine(on, time.fromisoformat(clock.removesuffix("+1")), zone)
