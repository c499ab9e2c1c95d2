"""Writes a whole invented regency into an empty database, and assesses its days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from hub.access.accounts import add_account, check_password, generate_password, link_account
from hub.access.models import Account
from hub.access.roles import PAGE_ROLES, Role
from hub.attendance.models import DirtyDay, DocumentRow, MonthClose
from hub.attendance.recompute import recompute
from hub.attendance.worker import AttendanceWorker
from hub.bulk import Row, insert_new
from hub.db import Database, shown_address, table_of
from hub.errors import SeedError
from hub.fleet.models import Kiosk
from hub.recap.models import Letterhead
from hub.roster.changes import lock_roster, note_reset
from hub.roster.models import Employee, Membership, Unit
from hub.roster.work_dates import EmployeeDay
from hub.seeding.hours import write_hours, write_policies
from hub.seeding.journals import Journals
from hub.seeding.kiosks import plan_kiosks, write_kiosks
from hub.seeding.life import Life
from hub.seeding.operators import SeededOperator, write_operators
from hub.seeding.order import FEWEST_EMPLOYEES, SeedOrder
from hub.seeding.papers import numbered
from hub.seeding.people import ADMINISTRATOR, AUTHOR, invent_people, write_people
from hub.seeding.regency import PLACE, REGENCY, PlannedUnit, letterhead_of, plan_units
from hub.seeding.service import PEOPLE_WITH_A_PIN, SeededPin, write_fallbacks, write_service

_ROWS_AT_ONCE: Final = 5_000
_ASSESSED_AT_ONCE: Final = 4_000
_MANY_DAYS: Final = 100_000
"""From so many days on they are assessed in bulk, with every processor, and marked nowhere."""
_OWN_UNIT: Final = "dinkes"
"""The unit of the accounts that see one unit and those below it."""
_OF_ALL_UNITS: Final = frozenset({Role.ADMINISTRATOR, Role.TECHNICIAN, Role.AUDITOR})

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
    pins: list[SeededPin]
    operators: list[SeededOperator]


def seed_regency(
    database: Database,
    order: SeedOrder,
    *,
    password: str | None = None,
    assess: bool = True,
    on_assessed: OnAssessed | None = None,
    many_days: int = _MANY_DAYS,
) -> Seeded:
    """Write the regency in one transaction, then an account for each role, and assess every day.

    password: of every account; None: a random one for each. many_days: from how many on days are assessed in bulk.
    SeedError when there is somebody on record already.
    """
    if order.employees < FEWEST_EMPLOYEES:
        raise SeedError(
            f"An invented regency has {FEWEST_EMPLOYEES} people at least; it was asked for {order.employees}."
        )
    if password is not None:
        for role in PAGE_ROLES:
            check_password(password, username=str(role))
    with database.write() as session:
        lock_roster(session.connection())
        _refuse_unless_empty(session, shown_address(database))
        written = _Regency(session, order).write(mark_below=many_days if assess else None)
    accounts = [_add_account(database, order, role, password, written.own_unit) for role in PAGE_ROLES]
    if assess and written.days >= many_days:
        progress = on_assessed or (lambda _done, _all: None)
        recompute(database, first=order.first, last=order.until, now=order.as_of, progress=progress)
    elif assess:
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
        pins=written.pins,
        operators=written.operators,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """own_unit: name of the unit of those accounts that see one unit."""

    own_unit: str
    units: int
    kiosks: int
    punches: int
    documents: int
    days: int
    pins: list[SeededPin]
    operators: list[SeededOperator]


@dataclass(slots=True)
class _Regency:
    """The regency while it is written; `_ids` of units by their short, "" for the regency itself."""

    session: Session
    order: SeedOrder
    _ids: dict[str, int] = field(default_factory=dict)

    def write(self, *, mark_below: int | None) -> _Written:
        """mark_below: days are marked to be assessed when there are fewer; None: always."""
        session, order = self.session, self.order
        units = plan_units(order.dice("units"), order.employees)
        people = invent_people(order, units)
        self._write_units(units)
        write_policies(session, order, units, self._ids)
        write_people(session, order, people, units, self._ids)
        write_hours(session, order, people, units, self._ids)
        life = Life(session, order, units, people, self._ids)
        silent = next(unit.short for unit in units if unit.kind == "school")
        kiosks = plan_kiosks(order, units, silent=silent, silent_since=life.day_before_last(silent))
        journals = Journals(order, kiosks)
        marks = life.live(journals)
        every = [kiosk for of_unit in kiosks.values() for kiosk in of_unit]
        write_kiosks(session, order, every, self._ids, journals.counts())
        write_service(session, order, every)
        pins = write_fallbacks(session, order, people, every)
        has_pin = {person.id for person in people[:PEOPLE_WITH_A_PIN]}
        operators = write_operators(session, order, people, units, self._ids, with_pin=has_pin)
        for rows in journals.rows(_ROWS_AT_ONCE):
            insert_new(session.connection(), journals.table, rows)
        letters = numbered(life.absences.letters)
        if letters:
            session.execute(insert(DocumentRow), letters)
        self._close_months()
        note_reset(session.connection(), None, now=order.entered_at)
        if mark_below is None or len(marks) < mark_below:
            _mark(session.connection(), marks, now=order.as_of)
        return _Written(
            own_unit=next(unit.name for unit in units if unit.short == _OWN_UNIT),
            units=len(units) + 1,
            kiosks=len(every),
            punches=sum(journals.counts().values()),
            documents=len(letters),
            days=len(marks),
            pins=pins,
            operators=operators,
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


def _refuse_unless_empty(session: Session, address: str) -> None:
    for model, words in ((Employee, "people"), (Unit, "units"), (Kiosk, "kiosks")):
        count = session.scalar(select(func.count()).select_from(model)) or 0
        if count:
            raise SeedError(
                f"{address} has {words} on record already ({count}); an invented regency needs an empty database: "
                "name another folder with --data, or another database with --db."
            )
    taken = session.scalars(
        select(Account.username)
        .where(Account.username.in_([str(role) for role in PAGE_ROLES]))
        .order_by(Account.username)
    ).first()
    if taken is not None:
        raise SeedError(f"{address} has an account '{taken}' already; an invented regency needs an empty database.")


def _mark(connection: Connection, days: Sequence[EmployeeDay], *, now: datetime) -> None:
    """Mark the days of people of whom nothing was marked or stored before."""
    stamp: Row = {"marks": 1, "marked_at": now.astimezone(UTC), "claimed_by": None, "claimed_at": None}
    for start in range(0, len(days), _ROWS_AT_ONCE):
        rows = [
            {"employee_id": person, "work_date": day} | stamp for person, day in days[start : start + _ROWS_AT_ONCE]
        ]
        insert_new(connection, table_of(DirtyDay), rows)


def _add_account(database: Database, order: SeedOrder, role: Role, password: str | None, unit: str) -> SeededAccount:
    chosen = password or generate_password()
    add_account(
        database,
        username=str(role),
        password=chosen,
        role=role,
        unit=None if role in _OF_ALL_UNITS else unit,
        now=lambda: order.entered_at,
    )
    if role is Role.EMPLOYEE:
        link_account(database, str(role), _first_of(database, unit))
    return SeededAccount(str(role), str(role), chosen)


def _first_of(database: Database, unit: str) -> str | None:
    """Id of the first person of a unit, by name."""
    query = (
        select(Employee.id)
        .join(Membership, Membership.employee_id == Employee.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Unit.name == unit)
        .order_by(Employee.name)
    )
    with database.read() as session:
        return session.scalars(query).first()


def _assess(database: Database, order: SeedOrder, total: int, on_assessed: OnAssessed | None) -> None:
    worker = AttendanceWorker(database, now=lambda: order.as_of, batch_days=_ASSESSED_AT_ONCE)
    done = 0
    while claimed := worker.step().claimed:
        done += claimed
        if on_assessed is not None:
            on_assessed(done, total)
