"""Units are made, renamed, moved below another one, and closed; every change is on record.

The tree is one for all days: where a unit stands decides at once who sees it. Hours have dates, and stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.dirty import mark_span
from hub.attendance.models import MonthClose, StoredDay
from hub.db import Database
from hub.fleet.models import Kiosk
from hub.roster.changes import lock_roster, note_kiosk, note_people, note_policy
from hub.roster.employees import EVER
from hub.roster.models import Employee, Membership, Unit, UnitPolicy
from hub.roster.officers import officer_name
from hub.roster.terms import basis_text
from hub.roster.timetable_book import expire_timetables
from hub.roster.unit_hours import kept_hours
from hub.roster.unit_models import UnitChange
from hub.roster.units import UnitTree, check_open_unit
from hub.schedule.decisions import check_policy_name

LONGEST_NAME: Final = 200
DEEPEST: Final = 12
"""Levels of a tree beyond which somebody moved the wrong way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A unit to be made. parent_id None: at the top; policy None: that of the unit above."""

    name: str
    parent_id: int | None
    timezone: str
    policy: str | None = None


class UnitChanges:
    """Changes units in an open, writing transaction."""

    def __init__(self, session: Session, *, by: str, now: datetime) -> None:
        self._session, self._by, self._now = session, officer_name(by), now
        lock_roster(session.connection())

    def add(self, new: NewUnit, *, today: date) -> int:
        """Id of a new unit. BadInputError for a name that there is, an unknown zone or policy, a closed parent."""
        name = self._free_name(new.name, None)
        timezone = zone_key(new.timezone)
        if new.parent_id is not None:
            self._check_parent(new.parent_id, today)
        if new.policy is not None:
            check_policy_name(self._session, new.policy, on=today)
        unit = Unit(name=name, parent_id=new.parent_id, timezone=timezone, created_at=self._now)
        self._session.add(unit)
        self._session.flush()
        if new.policy is not None:
            self._session.add(
                UnitPolicy(unit_id=unit.id, policy=new.policy, valid_from=EVER, set_by=self._by, set_at=self._now)
            )
        above = self._name(new.parent_id)
        self._note(unit.id, "made", None, above, valid_from=today)
        return unit.id

    def rename(self, unit_id: int, name: str) -> None:
        """Call a unit otherwise from now on. BadInputError for a name that another unit has."""
        unit = self._row(unit_id)
        after = self._free_name(name, unit_id)
        if after == unit.name:
            raise BadInputError(f"The unit is called {after} already; nothing was changed.")
        before, unit.name = unit.name, after
        self._note(unit_id, "renamed", before, after)
        self._note_kiosks([unit_id])

    def move(self, unit_id: int, parent_id: int | None, *, from_day: date, basis: str) -> None:
        """Put a unit with all below it under another one (None: at the top), by a letter.

        At once in the tree; hours, holidays and circulars from above count from `from_day` on, and what the
        unit followed until then becomes its own. BadInputError for a circle, a closed parent, where the unit is
        already, or where a month is closed here and open there.
        """
        letter, unit, tree = basis_text(basis), self._row(unit_id), UnitTree.load(self._session.connection())
        if unit.parent_id == parent_id:
            raise BadInputError(f"{unit.name} stands there already; nothing was changed.")
        if parent_id is not None:
            if parent_id in tree.within(unit_id):
                raise BadInputError(f"{self._name(parent_id)} stands below {unit.name}: that would be a circle.")
            self._check_parent(parent_id, from_day)
            if len(tree.above(parent_id)) + _height(tree, unit_id) > DEEPEST:
                raise BadInputError(f"The tree would have more than {DEEPEST} levels; choose another unit above.")
        self._check_closed_months(tree, unit, parent_id)
        for kept in kept_hours(tree, unit_id, parent_id, from_day - timedelta(days=1)):
            self._session.add(
                UnitPolicy(
                    unit_id=kept.unit_id,
                    policy=kept.policy,
                    group=kept.group,
                    valid_from=kept.first,
                    valid_until=kept.last,
                    set_by=self._by,
                    set_at=self._now,
                )
            )
        before, unit.parent_id = self._name(unit.parent_id), parent_id
        self._note(unit_id, "moved", before, self._name(parent_id), valid_from=from_day, basis=letter)
        self._tell_roster(tree.within(unit_id))
        first = from_day - timedelta(days=1)
        mark_span(self._session.connection(), first=first, last=None, now=self._now, units=tree.within(unit_id))

    def close(self, unit_id: int, *, last: date, basis: str) -> None:
        """Let a unit end with a day, by a letter. BadInputError while people, kiosks or units below it stay longer."""
        letter, unit = basis_text(basis), self._row(unit_id)
        if unit.valid_until is not None:
            raise BadInputError(f"{unit.name} is closed already, after {unit.valid_until}; nothing was changed.")
        self._check_empty(unit, last)
        unit.valid_until = last
        self._note(unit_id, "closed", None, None, valid_from=last + timedelta(days=1), basis=letter)

    def reopen(self, unit_id: int) -> None:
        """Let a closed unit go on. BadInputError when it is not closed, or the one above it is."""
        unit = self._row(unit_id)
        if unit.valid_until is None:
            raise BadInputError(f"{unit.name} is not closed; nothing was changed.")
        if unit.parent_id is not None:
            self._check_parent(unit.parent_id, None)
        unit.valid_until = None
        self._note(unit_id, "reopened", None, None)

    def rezone(self, unit_id: int, timezone: str) -> None:
        """Put right the time zone of a unit that has no days yet; those below it have zones of their own.

        BadInputError for no zone, the same one, and where days are stored: their dates and minutes would change.
        """
        key, unit = zone_key(timezone), self._row(unit_id)
        if key == unit.timezone:
            raise BadInputError(f"{unit.name} has the time zone {key} already; nothing was changed.")
        days = select(func.count(), func.min(StoredDay.work_date)).where(StoredDay.unit_id == unit_id)
        stored, first = self._session.execute(days).one()
        if stored:
            raise BadInputError(
                f"{unit.name} has {stored} days on record, from {first} on, which another time zone would change: "
                "make a unit with the right zone, and move its people and kiosks there from a day on."
            )
        before, unit.timezone = unit.timezone, key
        self._note(unit_id, "zoned", before, key)
        self._tell_roster({unit_id})
        self._note_kiosks([unit_id])

    def _row(self, unit_id: int) -> Unit:
        unit = self._session.scalar(select(Unit).where(Unit.id == unit_id).with_for_update())
        if unit is None:
            raise BadInputError(f"There is no unit {unit_id}; `presensi hub unit list` shows them.")
        return unit

    def _name(self, unit_id: int | None) -> str | None:
        return None if unit_id is None else self._session.scalar(select(Unit.name).where(Unit.id == unit_id))

    def _free_name(self, text: str, own: int | None) -> str:
        name = unit_name(text)
        taken = select(Unit.id).where(
            func.lower(Unit.name) == name.lower(), Unit.id != (own if own is not None else -1)
        )
        if self._session.scalar(taken.limit(1)) is not None:
            raise BadInputError(f"There is a unit {name} already; give it another name.")
        return name

    def _check_parent(self, parent_id: int, day: date | None) -> None:
        """day None: it must not be closed at all."""
        check_open_unit(self._session, self._row(parent_id).id, day)

    def _check_closed_months(self, tree: UnitTree, unit: Unit, parent_id: int | None) -> None:
        here, there = (
            set(
                self._session.scalars(
                    select(MonthClose.month).where(
                        MonthClose.reopened_at.is_(None),
                        or_(MonthClose.unit_id.is_(None), MonthClose.unit_id.in_([unit.id, *tree.above(above)])),
                    )
                )
            )
            for above in (unit.parent_id, parent_id)
        )
        if here != there:
            month = max(here ^ there)
            raise BadInputError(
                f"{month:%Y-%m} is closed for one of the two units above and open for the other; close or reopen it "
                "for both first."
            )

    def _check_empty(self, unit: Unit, last: date) -> None:
        below = select(Unit.name).where(
            Unit.parent_id == unit.id, or_(Unit.valid_until.is_(None), Unit.valid_until > last)
        )
        name = self._session.scalar(below.order_by(Unit.name).limit(1))
        if name is not None:
            raise BadInputError(f"{name} stands below {unit.name}; close it or move it first.")
        stay = (
            select(func.count(func.distinct(Membership.employee_id)))
            .join(Employee, Employee.id == Membership.employee_id)
            .where(
                Membership.unit_id == unit.id,
                or_(Membership.valid_until.is_(None), Membership.valid_until > last),
                or_(Employee.employed_until.is_(None), Employee.employed_until > last),
            )
        )
        people = self._session.scalar(stay) or 0
        if people:
            raise BadInputError(f"{people} employees are in {unit.name} after {last}; move them first.")
        device = self._session.scalar(
            select(Kiosk.device).where(Kiosk.unit_id == unit.id, Kiosk.state == "active").order_by(Kiosk.device)
        )
        if device is not None:
            raise BadInputError(f"The kiosk {device} serves {unit.name}; give it to another unit or revoke it first.")

    def _tell_roster(self, units: set[int]) -> None:
        """Kiosks of units above get and lose people, and every kiosk's hours may be others."""
        connection = self._session.connection()
        people = self._session.scalars(select(Membership.employee_id).where(Membership.unit_id.in_(units)).distinct())
        note_people(connection, sorted(people), now=self._now)
        note_policy(connection, now=self._now)
        expire_timetables(connection)

    def _note_kiosks(self, units: list[int]) -> None:
        for device in self._session.scalars(select(Kiosk.device).where(Kiosk.unit_id.in_(units))).all():
            note_kiosk(self._session.connection(), device, now=self._now)

    def _note(
        self,
        unit_id: int,
        what: str,
        before: str | None,
        after: str | None,
        *,
        valid_from: date | None = None,
        basis: str | None = None,
    ) -> None:
        self._session.add(
            UnitChange(
                unit_id=unit_id,
                what=what,
                before=before,
                after=after,
                valid_from=valid_from,
                basis=basis,
                set_by=self._by,
                set_at=self._now,
            )
        )
        self._session.flush()


def change_units(database: Database, deed: Callable[[UnitChanges], None], *, by: str, now: datetime) -> None:
    """Do one thing to units in a transaction of its own."""
    with database.write() as session:
        deed(UnitChanges(session, by=by, now=now))


def unit_name(text: str) -> str:
    """A unit's name as it is kept; BadInputError when it is none."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInputError(f"A unit's name has 1 to {LONGEST_NAME} characters.")
    return name


def zone_key(text: str) -> str:
    """A time zone's IANA name, from that or from WIB, WITA or WIT; BadInputError when there is none."""
    text = text.strip()
    key = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}.get(text.upper(), text)
    try:
        return ZoneInfo(key).key
    except (KeyError, ValueError, OSError) as error:
        raise BadInputError(f"'{text[:64]}' is no time zone: write Asia/Jakarta, WIB, WITA or WIT.") from error


def _height(tree: UnitTree, unit_id: int) -> int:
    return 1 + max((_height(tree, below) for below in tree.below(unit_id)), default=0)
