"""What the people of an invented regency do from day to day, by the hours on record."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from hub.roster.units import UnitTree
from hub.roster.work_dates import EmployeeDay
from hub.schedule.in_force import Schedules
from hub.schedule.plan import DayPlan
from hub.seeding.journals import Journals
from hub.seeding.order import SeedOrder
from hub.seeding.outage import PlannedOutage, write_outage
from hub.seeding.papers import FEWEST_DAYS, Absences, arrange_scenes
from hub.seeding.people import Person, ordinary_people
from hub.seeding.regency import Kind, PlannedUnit
from hub.seeding.working_life import Habit, invent_habit, punch_minutes

_PEOPLE_AT_ONCE: Final = 5_000
"""A statement of SQLite takes some thirty thousand values."""
_SILENT_SINCE_MIN: Final = 9 * 60 + 30
_OUTAGE_UNIT: Final = "dispendik"
_SAME_DAYS: Final = frozenset({"points", "sessions", "hospital"})
"""Units beside the agencies whose people work from Monday to Friday."""


class Life:
    """What everybody does on every date, by the hours on record; those must be written before.

    ids: of units, by their short. absences: who is away and the letters, complete once `live` has run.
    """

    def __init__(
        self,
        session: Session,
        order: SeedOrder,
        units: Sequence[PlannedUnit],
        people: Sequence[Person],
        ids: Mapping[str, int],
    ) -> None:
        self._session = session
        self._order = order
        self._units = {unit.short: unit for unit in units}
        self._people = people
        self._ids = ids
        self._tree = UnitTree.load(session.connection())
        self._office_days = self._working_days_of("bkpsdm", order.dates)
        self.absences = Absences(order)
        self._outage = self._plan_outage()
        self._by_hand: list[tuple[Person, DayPlan, Habit]] = []
        self._arrange()

    def day_before_last(self, unit: str) -> datetime:
        """The morning of a unit's last working day before the last date of all."""
        order = self._order
        days = self._working_days_of(unit, [order.until - timedelta(days=back) for back in range(14, 0, -1)])
        return order.at(days[-1], _SILENT_SINCE_MIN)

    def live(self, journals: Journals) -> list[EmployeeDay]:
        """Fill the journals; the days of everybody, to be assessed."""
        dice = self._order.dice("life")
        marks: list[EmployeeDay] = []
        for start in range(0, len(self._people), _PEOPLE_AT_ONCE):
            people = self._people[start : start + _PEOPLE_AT_ONCE]
            schedules = self._load(people)
            for person in people:
                plans = self._plans(schedules, person)
                marks += [(person.id, day) for day, _ in plans]
                self._live_through(dice, journals, person, [(day, plan) for day, plan in plans if plan is not None])
        if self._outage is not None:
            write_outage(self._session, self._order, self._outage, self._ids[self._outage.unit], self._by_hand)
        return marks

    def _live_through(
        self, dice: random.Random, journals: Journals, person: Person, working_days: Sequence[tuple[date, DayPlan]]
    ) -> None:
        """Punches of one person, on the days on which they are not away."""
        habit = invent_habit(dice)
        if not self.absences.has_scene(person):
            self.absences.draw(dice, person, [day for day, _ in working_days])
        away = self.absences.away.get(person.id, set())
        present = self.absences.present.get(person.id, {})
        for day, plan in working_days:
            unit = person.unit_on(day)
            if day in away:
                continue
            if self._outage == PlannedOutage(unit, day):
                self._by_hand.append((person, plan, habit))
                continue
            minutes = punch_minutes(dice, plan, habit, complete=day in present)
            if present.get(day):
                minutes[0] = plan.in_due + present[day]
            journals.punch(dice, unit, person.id, day, minutes)

    def _plans(self, schedules: Schedules, person: Person) -> list[tuple[date, DayPlan | None]]:
        """The dates of somebody's employment, each with its hours; None: a day off."""
        found = []
        for day in self._order.dates:
            if not person.works_on(day):
                continue
            schedule = schedules.of(person.id, self._ids[person.unit_on(day)], day)
            found.append((day, schedule.plan_on(day) if schedule is not None else None))
        return found

    def _arrange(self) -> None:
        """Scenes for people who work on the same days: of five-day offices, and after them of the other regimes'."""
        ordinary = ordinary_people(self._people, list(self._units.values()))[4:]
        others = [person for person in self._people if person.place > 0 and self._kind_of(person) in _SAME_DAYS]
        points = [person for person in others if self._kind_of(person) == "points"]
        days = [day for day in self._office_days if self._outage is None or day != self._outage.day]
        arrange_scenes(self.absences, [*ordinary, *(person for person in others if person not in points[:1])], days)
        if points and len(days) >= FEWEST_DAYS:
            self.absences.excuse_part(points[0], days[7], "07:00", "10:00", late_min=75)

    def _kind_of(self, person: Person) -> Kind:
        return self._units[person.unit].kind

    def _plan_outage(self) -> PlannedOutage | None:
        days = self._office_days
        place = max(10, len(days) // 2)
        return PlannedOutage(_OUTAGE_UNIT, days[place]) if place < len(days) - 3 else None

    def _working_days_of(self, unit: str, dates: Sequence[date]) -> list[date]:
        schedules = self._load([])
        found = []
        for day in dates:
            schedule = schedules.of_office(self._ids[unit], day)
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
