"""Writes a whole invented regency into an empty database, and assesses its days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from hub.access.accounts import add_account, check_password, generate_password
from hub.access.models import Account
from hub.access.roles import Role
from hub.attendance.models import DirtyDay, DocumentRow, MonthClose
from hub.attendance.worker import AttendanceWorker
from hub.bulk import Row, insert_new
from hub.db import Database, shown_address, table_of
from hub.errors import SeedError
from hub.fleet.models import Kiosk
from hub.recap.models import Letterhead
from hub.roster.changes import lock_roster, note_reset
from hub.roster.models import Employee, Unit
from hub.roster.units import UnitTree
from hub.schedule.in_force import Schedules
from hub.schedule.plan import DayPlan
from hub.seeding.hours import write_hours, write_policies
from hub.seeding.journals import Journals
from hub.seeding.kiosks import plan_kiosks, write_kiosks
from hub.seeding.order import FEWEST_EMPLOYEES, SeedOrder
from hub.seeding.outage import PlannedOutage, write_outage
from hub.seeding.papers import FEWEST_DAYS, Absences, arrange_scenes, numbered
from hub.seeding.people import ADMINISTRATOR, AUTHOR, Person, invent_people, ordinary_people, write_people
from hub.seeding.regency import PLACE, REGENCY, PlannedUnit, letterhead_of, plan_units
from hub.seeding.working_life import Habit, invent_habit, punch_minutes

_PEOPLE_AT_ONCE: Final = 5_000
"""A statement of SQLite takes some thirty thousand values."""
_ROWS_AT_ONCE: Final = 5_000
_ASSESSED_AT_ONCE: Final = 4_000
_SILENT_SINCE_MIN: Final = 9 * 60 + 30
_OUTAGE_UNIT: Final = "dispendik"
_OWN_UNIT: Final = "dinkes"
"""The unit of the accounts that see one unit and those below it."""
_ALL_UNITS: Final = frozenset({Role.ADMINISTRATOR, Role.TECHNICIAN, Role.AUDITOR})

OnAssessed = Callable[[int, int], None]
"""Called with the days assessed so far and those in all."""


@dataclass(frozen=True, slots=True)
class SeededAccount:
    """Somebody who can sign in; the password stands nowhere else."""

    username: str
    role: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What was written. days: of people; assessed, or marked for a running hub to assess."""

    database: str
    employees: int
    units: int
    kiosks: int
    punches: int
    documents: int
    days: int
    first: date
    last: date
    accounts: list[SeededAccount]


def seed_regency(
    database: Database,
    order: SeedOrder,
    *,
    password: str | None = None,
    assess: bool = True,
    on_assessed: OnAssessed | None = None,
) -> Seeded:
    """Write the regency in one transaction, then an account for each role, and assess every day.

    password: of every account; None: a random one for each. SeedError when there is somebody on record already.
    """
    if order.employees < FEWEST_EMPLOYEES:
        raise SeedError(
            f"An invented regency has {FEWEST_EMPLOYEES} people at least; it was asked for {order.employees}."
        )
    if password is not None:
        for role in Role:
            check_password(password, username=str(role))
    with database.write() as session:
        lock_roster(session.connection())
        _refuse_unless_empty(session, shown_address(database))
        written = _Regency(session, order).write()
    accounts = [_add_account(database, order, role, password) for role in Role]
    if assess:
        _assess(database, order, written.days, on_assessed)
    return Seeded(
        database=shown_address(database),
        employees=order.employees,
        units=written.units,
        kiosks=written.kiosks,
        punches=written.punches,
        documents=written.documents,
        days=written.days,
        first=order.first,
        last=order.until,
        accounts=accounts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    units: int
    kiosks: int
    punches: int
    documents: int
    days: int


@dataclass(slots=True)
class _Regency:
    """The regency while it is written; `_ids` of units by their short, "" for the regency itself."""

    session: Session
    order: SeedOrder
    _ids: dict[str, int] = field(default_factory=dict)

    def write(self) -> _Written:
        session, order = self.session, self.order
        units = plan_units(order.dice("units"), order.employees)
        people = invent_people(order, units)
        self._write_units(units)
        write_policies(session, order, units, self._ids)
        write_people(session, order, people, units, self._ids)
        write_hours(session, order, people, units, self._ids)
        life = _Life(session, order, units, people)
        silent = next(unit.short for unit in units if unit.kind == "school")
        kiosks = plan_kiosks(order, units, silent=silent, silent_since=life.day_before_last(silent))
        journals = Journals(order, kiosks)
        marks = life.live(journals, self._ids)
        every = [kiosk for of_unit in kiosks.values() for kiosk in of_unit]
        write_kiosks(session, order, every, self._ids, journals.counts())
        for rows in journals.rows(_ROWS_AT_ONCE):
            insert_new(session.connection(), journals.table, rows)
        letters = numbered(life.absences.letters)
        if letters:
            session.execute(insert(DocumentRow), letters)
        self._close_months()
        note_reset(session.connection(), None, now=order.entered_at)
        _mark(session.connection(), marks, now=order.as_of)
        return _Written(
            units=len(units) + 1,
            kiosks=len(every),
            punches=sum(journals.counts().values()),
            documents=len(letters),
            days=len(marks),
        )

    def _write_units(self, units: Sequence[PlannedUnit]) -> None:
        self._ids[""] = self._write_unit(REGENCY, None, letterhead_of(None))
        for unit in units:
            head = letterhead_of(unit) if unit.above is None else None
            self._ids[unit.short] = self._write_unit(unit.name, self._ids[unit.above or ""], head)

    def _write_unit(self, name: str, parent: int | None, head: list[str] | None) -> int:
        order = self.order
        unit = Unit(name=name, parent_id=parent, timezone=order.zone.key, created_at=order.entered_at)
        self.session.add(unit)
        self.session.flush()
        if head is not None:
            # The regency's own letterhead stands for every unit that has none.
            of = None if parent is None else unit.id
            self.session.add(Letterhead(unit_id=of, lines=head, place=PLACE, set_by=AUTHOR, set_at=order.entered_at))
        return unit.id

    def _close_months(self) -> None:
        """Every month but the last, on the fifth of the next one."""
        order = self.order
        for month, following in zip(order.month_starts, order.month_starts[1:], strict=False):
            closed_at = min(order.at(following + timedelta(days=4), 15 * 60), order.as_of)
            self.session.add(MonthClose(unit_id=None, month=month, closed_at=closed_at, closed_by=ADMINISTRATOR))
        self.session.flush()


class _Life:
    """What everybody does on every date, by the hours on record."""

    def __init__(
        self, session: Session, order: SeedOrder, units: Sequence[PlannedUnit], people: Sequence[Person]
    ) -> None:
        self._session = session
        self._order = order
        self._units = {unit.short: unit for unit in units}
        self._people = people
        self._tree = UnitTree.load(session.connection())
        self._names = {self._tree.node(unit).name: unit for unit in self._tree.within(self._root())}
        self._office_days = self._working_days_of("bkpsdm", order.dates)
        self.absences = Absences(order)
        self._outage = self._plan_outage()
        self._arrange()

    def day_before_last(self, unit: str) -> datetime:
        """The morning of a unit's last working day before the last date of all."""
        order = self._order
        days = self._working_days_of(unit, [order.until - timedelta(days=back) for back in range(14, 0, -1)])
        return order.at(days[-1], _SILENT_SINCE_MIN)

    def live(self, journals: Journals, ids: Mapping[str, int]) -> list[tuple[str, date]]:
        """Fill the journals; the days of everybody, to be assessed."""
        dice = self._order.dice("life")
        marks: list[tuple[str, date]] = []
        by_hand: list[tuple[Person, DayPlan, Habit]] = []
        for start in range(0, len(self._people), _PEOPLE_AT_ONCE):
            people = self._people[start : start + _PEOPLE_AT_ONCE]
            schedules = self._load(people)
            for person in people:
                habit = invent_habit(dice)
                plans = self._plans(schedules, person)
                working_days = [day for day, plan in plans if plan is not None]
                if not self.absences.has_scene(person) and working_days:
                    self.absences.draw(dice, person, working_days)
                away = self.absences.away.get(person.id, set())
                present = self.absences.present.get(person.id, {})
                for day, plan in plans:
                    marks.append((person.id, day))
                    if plan is None or day in away:
                        continue
                    unit = person.unit_on(day)
                    if self._outage == PlannedOutage(unit, day):
                        by_hand.append((person, plan, habit))
                        continue
                    minutes = punch_minutes(dice, plan, habit, complete=day in present)
                    if present.get(day):
                        minutes[0] = plan.in_due + present[day]
                    journals.punch(dice, unit, person.id, day, minutes)
        if self._outage is not None:
            write_outage(self._session, self._order, self._outage, ids[self._outage.unit], by_hand)
        return marks

    def _plans(self, schedules: Schedules, person: Person) -> list[tuple[date, DayPlan | None]]:
        """The dates of somebody's employment, each with its hours; None: a day off."""
        found = []
        for day in self._order.dates:
            if not person.works_on(day):
                continue
            schedule = schedules.of(person.id, self._unit_id(person.unit_on(day)), day)
            found.append((day, schedule.plan_on(day) if schedule is not None else None))
        return found

    def _arrange(self) -> None:
        """Scenes for people who work on the same days: five-day offices, and after them the points' office."""
        ordinary = ordinary_people(self._people, list(self._units.values()))[4:]
        points = [person for person in self._people if self._units[person.unit].kind == "points" and person.place > 0]
        days = [day for day in self._office_days if self._outage is None or day != self._outage.day]
        arrange_scenes(self.absences, [*ordinary, *points[1:]], days)
        if points and len(days) >= FEWEST_DAYS:
            self.absences.excuse_part(points[0], days[7], "07:00", "10:00", late_min=75)

    def _plan_outage(self) -> PlannedOutage | None:
        days = self._office_days
        place = max(10, len(days) // 2)
        return PlannedOutage(_OUTAGE_UNIT, days[place]) if place < len(days) - 3 else None

    def _working_days_of(self, unit: str, dates: Sequence[date]) -> list[date]:
        schedules = self._load([])
        found = []
        for day in dates:
            schedule = schedules.of_office(self._unit_id(unit), day)
            if schedule is not None and schedule.plan_on(day) is not None:
                found.append(day)
        return found

    def _load(self, people: Sequence[Person]) -> Schedules:
        return Schedules.load(
            self._session.connection(),
            self._tree,
            people=[person.id for person in people],
            first=self._order.first,
            last=self._order.until,
        )

    def _unit_id(self, short: str) -> int:
        return self._names[self._units[short].name]

    def _root(self) -> int:
        return self._session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))).one()


def _refuse_unless_empty(session: Session, address: str) -> None:
    for model, words in ((Employee, "people"), (Unit, "units"), (Kiosk, "kiosks")):
        count = session.scalar(select(func.count()).select_from(model)) or 0
        if count:
            raise SeedError(
                f"{address} has {words} on record already ({count}); an invented regency needs an empty database: "
                "name another folder with --data, or another database with --db."
            )
    taken = session.scalars(
        select(Account.username).where(Account.username.in_([str(role) for role in Role])).order_by(Account.username)
    ).first()
    if taken is not None:
        raise SeedError(f"{address} has an account '{taken}' already; an invented regency needs an empty database.")


def _mark(connection: Connection, days: Sequence[tuple[str, date]], *, now: datetime) -> None:
    """Mark the days of people of whom nothing was marked or stored before."""
    stamp: Row = {"marks": 1, "marked_at": now.astimezone(UTC), "claimed_by": None, "claimed_at": None}
    for start in range(0, len(days), _ROWS_AT_ONCE):
        rows = [
            {"employee_id": person, "work_date": day} | stamp for person, day in days[start : start + _ROWS_AT_ONCE]
        ]
        insert_new(connection, table_of(DirtyDay), rows)


def _add_account(database: Database, order: SeedOrder, role: Role, password: str | None) -> SeededAccount:
    chosen = password or generate_password()
    unit = None
    if role not in _ALL_UNITS:
        unit = next(each.name for each in _units_of(order) if each.short == _OWN_UNIT)
    add_account(database, username=str(role), password=chosen, role=role, unit=unit, now=lambda: order.entered_at)
    return SeededAccount(str(role), str(role), chosen)


def _units_of(order: SeedOrder) -> Iterator[PlannedUnit]:
    yield from plan_units(order.dice("units"), order.employees)


def _assess(database: Database, order: SeedOrder, total: int, on_assessed: OnAssessed | None) -> None:
    worker = AttendanceWorker(database, now=lambda: order.as_of, batch_days=_ASSESSED_AT_ONCE)
    done = 0
    while claimed := worker.step().claimed:
        done += claimed
        if on_assessed is not None:
            on_assessed(done, total)
