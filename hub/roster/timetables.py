"""Whose hours are which in the coming days, computed once for all who share them.

Most people of a regency have the hours of their office, and thousands of them share a few timetables; only who is on a
shift roster or under a part-time contract is looked at alone. An id says where hours come from, not what they are, so
that nobody's changes from night to night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from contract.codec import encode
from contract.roster import MAX_SESSIONS, SessionWindow
from hub.errors import PolicyError
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree
from hub.schedule.in_force import Schedules
from hub.schedule.windows import windows_on

DAYS_BACK: Final = 1
DAYS_AHEAD: Final = 13
"""From yesterday, for shifts across midnight, to a fortnight without a network."""

_ID_CHARACTERS: Final = 16
_ONE_DAY: Final = timedelta(days=1)
_PEOPLE_PER_QUERY: Final = 5_000

_Basis = tuple[int | None, str]
"""Of one day: unit and policy."""


@dataclass(frozen=True, slots=True)
class Timetables:
    """of: person to timetable; sessions: timetable to the JSON of its windows. Who has no sessions is left out."""

    of: Mapping[str, str]
    sessions: Mapping[str, bytes]


def compute_timetables(connection: Connection, now: datetime) -> Timetables:
    """The timetables of everybody employed now or in the coming days. now: aware."""
    tree = UnitTree.load(connection)
    people = _read_people(connection, now)
    days = _days(now)
    memberships = Memberships.load(connection)
    of: dict[str, str] = {}
    sessions: dict[str, bytes] = {}
    for start in range(0, len(people), _PEOPLE_PER_QUERY):
        some = people[start : start + _PEOPLE_PER_QUERY]
        schedules = Schedules.load(connection, tree, people=some, first=days[0] - _ONE_DAY, last=days[-1] + _ONE_DAY)
        book = _Book(tree, schedules, memberships, now)
        found = book.fill(some)
        of |= found.of
        sessions |= found.sessions
    return Timetables(of, sessions)


def _read_people(connection: Connection, now: datetime) -> list[str]:
    today = now.date()
    query = select(Employee.id).where(
        or_(Employee.employed_from.is_(None), Employee.employed_from <= today + (DAYS_AHEAD + 1) * _ONE_DAY),
        or_(Employee.employed_until.is_(None), Employee.employed_until >= today - 2 * _ONE_DAY),
    )
    return sorted(connection.scalars(query))


def _days(today: datetime | date) -> list[date]:
    first = (today.date() if isinstance(today, datetime) else today) - DAYS_BACK * _ONE_DAY
    return [first + number * _ONE_DAY for number in range(DAYS_BACK + DAYS_AHEAD + 1)]


class _Book:
    """Timetables while they are computed; equal signatures are computed once."""

    def __init__(self, tree: UnitTree, schedules: Schedules, memberships: Memberships, now: datetime) -> None:
        self._tree = tree
        self._schedules = schedules
        self._memberships = memberships
        self._now = now
        self._zones: dict[int | None, ZoneInfo] = {}
        self._days: dict[str, list[date]] = {}
        self._policies: dict[tuple[int | None, str | None, date], str] = {}
        self._shared: dict[tuple[_Basis, ...], tuple[str, bytes] | None] = {}

    def fill(self, people: Sequence[str]) -> Timetables:
        of: dict[str, str] = {}
        sessions: dict[str, bytes] = {}
        alone: dict[bytes, list[str]] = defaultdict(list)
        for person in people:
            days = self._days_of(person)
            if self._schedules.has_own_hours(person):
                content = self._content(person, days)
                if content is not None:
                    alone[content].append(person)
                continue
            basis = tuple(self._basis(person, day) for day in days)
            if basis not in self._shared:
                content = self._content(person, days)
                self._shared[basis] = None if content is None else (self._identity(basis, days), content)
            found = self._shared[basis]
            if found is not None:
                of[person], sessions[found[0]] = found
        for content, members in alone.items():
            # Colleagues of one shift share: the timetable is the first one's.
            name = _digest(f"own|{min(members)}")
            sessions[name] = content
            of |= dict.fromkeys(members, name)
        return Timetables(of, sessions)

    def _days_of(self, person: str) -> list[date]:
        zone = self._zone(self._memberships.unit_on(person, self._now.date()))
        if zone.key not in self._days:
            self._days[zone.key] = _days(self._now.astimezone(zone))
        return self._days[zone.key]

    def _zone(self, unit_id: int | None) -> ZoneInfo:
        if unit_id not in self._zones:
            self._zones[unit_id] = self._tree.zone_of(unit_id)
        return self._zones[unit_id]

    def _basis(self, person: str, day: date) -> _Basis:
        unit_id = self._memberships.unit_on(person, day)
        key = unit_id, self._schedules.group_on(person, day), day
        if key not in self._policies:
            self._policies[key] = self._schedules.policy_name(person, unit_id, day)
        return unit_id, self._policies[key]

    def _identity(self, basis: Sequence[_Basis], days: Sequence[date]) -> str:
        """Where the hours come from; a date only where that changes within the days ahead."""
        words: list[str] = []
        for (unit_id, policy), day in zip(basis, days, strict=True):
            of_units = ",".join(map(str, self._schedules.special_units_above(unit_id)))
            source = f"{self._zone(unit_id).key}|{policy}|{of_units}"
            if not words:
                words.append(source)
            elif not words[-1].endswith(source):
                words.append(f"{day}:{source}")
        return _digest("office|" + ";".join(words))

    def _content(self, person: str, days: Sequence[date]) -> bytes | None:
        """JSON of the sessions; None: there are none."""
        windows: list[SessionWindow] = []
        for day in days:
            unit_id = self._memberships.unit_on(person, day)
            try:
                schedule = self._schedules.of(person, unit_id, day)
                found = windows_on(schedule, day, self._zone(unit_id)) if schedule is not None else []
            except PolicyError:
                # The worker names it when it assesses the day; a kiosk proposes nothing for it.
                continue
            if len(windows) + len(found) > MAX_SESSIONS:
                break
            windows += found
        return encode(sorted(windows, key=lambda each: each.opens)) if windows else None


def choose_timetables(of: Mapping[str, str], sizes: Mapping[str, int], *, most: int, max_bytes: int) -> Collection[str]:
    """Ids of the timetables that a roster carries: those of most people first, as many as it can hold."""
    members: dict[str, int] = defaultdict(int)
    for name in of.values():
        members[name] += 1
    chosen: set[str] = set()
    size = 0
    for name in sorted(members, key=lambda each: (-members[each], each)):
        if len(chosen) == most or size + sizes[name] > max_bytes:
            break
        chosen.add(name)
        size += sizes[name]
    return chosen


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_ID_CHARACTERS]
