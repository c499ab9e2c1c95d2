"""Looks what is new in the database, for all open pages at once: a few small questions, twice a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, func, select

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database, table_of
from hub.errors import PolicyError
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.ingest.models import StoredRow
from hub.live.events import Content, Event, Kind, KioskChange, KioskState, PunchSeen, RefusalSeen, UnitCounts
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree
from hub.schedule.in_force import Schedules
from hub.schedule.windows import windows_on

OVERLAP: Final = timedelta(seconds=10)
"""A row may be committed so long after the moment that it bears, behind others."""

WAIT_FOR_DAY: Final = timedelta(seconds=1)
"""A punch waits so long for the worker to say whether it is late; then it is told without."""

WAIT_FOR_PICTURE: Final = timedelta(seconds=6)
"""A snapshot travels beside its row, and is worth a moment; less than the overlap."""

DELAYED: Final = timedelta(minutes=3)
SILENT_AFTER: Final = timedelta(minutes=3)
COUNTS_EVERY: Final = timedelta(seconds=3)
KIOSKS_EVERY: Final = timedelta(seconds=2)
_ONE_DAY: Final = timedelta(days=1)

_ZONES: Final = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_NOT_EXPECTED: Final = tuple(str(each) for each in (Status.LIBUR, Status.C, Status.S, Status.I, Status.DL))

_rows = table_of(StoredRow)
_days = table_of(StoredDay)
_kiosks = table_of(Kiosk)
_beats = table_of(LatestHeartbeat)
_refusals = table_of(RefusalEvent)
_announced = table_of(AnnouncedSnapshot)

_Key = tuple[str, str, int]
_Row = Any
"""A row of a query: its columns are known where it is asked for."""


class Watcher:
    """`step` gives what is new since the last step; the first one gives how things stand, and no punches.

    It keeps no connection between steps, and only reads.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now
        self._numbers = count(1)
        self._since = now()
        self._told: dict[_Key, datetime] = {}
        self._counts: dict[int, UnitCounts] = {}
        self._states: dict[str, tuple[KioskState, int | None, str]] = {}
        self._counted_at: datetime | None = None
        self._looked_at: datetime | None = None

    def step(self) -> list[Event]:
        """Events, oldest first. Database errors go to the caller; the next step makes up for them."""
        now = self._now()
        with self._database.read() as session:
            connection = session.connection()
            fresh = self._fresh_rows(connection)
            kiosks_due = self._looked_at is None or now - self._looked_at >= KIOSKS_EVERY
            counts_due = self._counted_at is None or now - self._counted_at >= COUNTS_EVERY
            if not (fresh or kiosks_due or counts_due):
                return []
            tree = UnitTree.load(connection)
            events = [*self._punches(connection, tree, [row for row in fresh if row.kind == "punch"], now)]
            events += self._refused(connection, tree, [row for row in fresh if row.kind == "refusal"], now)
            if kiosks_due:
                self._looked_at = now
                events += self._kiosk_changes(connection, tree, now)
            if counts_due:
                self._counted_at = now
                events += self._count(connection, tree, now)
        self._told = {key: at for key, at in self._told.items() if at > self._since - 2 * OVERLAP}
        return events

    def _fresh_rows(self, connection: Connection) -> list[_Row]:
        query = (
            select(
                _rows.c.device, _rows.c.epoch, _rows.c.seq, _rows.c.kind, _rows.c.person_id, _rows.c.placed_at,
                _rows.c.received_at,
            )
            .where(_rows.c.received_at >= self._since - OVERLAP, _rows.c.kind.in_(("punch", "refusal")))
            .order_by(_rows.c.received_at, _rows.c.device, _rows.c.seq)
        )  # fmt: skip
        began = self._since
        found = []
        for row in connection.execute(query):
            self._since = max(self._since, row.received_at)
            if self._looked_at is None and row.received_at <= began:
                self._told[_key(row)] = row.received_at  # it was there before anybody looked
            elif _key(row) not in self._told:
                found.append(row)
        return found

    def _punches(self, connection: Connection, tree: UnitTree, rows: list[_Row], now: datetime) -> Iterator[Event]:
        people = sorted({row.person_id for row in rows if row.person_id})
        if not people:
            return
        names = {
            each.id: each.name
            for each in connection.execute(select(Employee.id, Employee.name).where(Employee.id.in_(people)))
        }
        memberships = Memberships.load(connection, people)
        days = self._days_of(connection, people, rows)
        span = min(row.placed_at for row in rows).date(), max(row.placed_at for row in rows).date()
        schedules = Schedules.load(connection, tree, people=people, first=span[0] - _ONE_DAY, last=span[1] + _ONE_DAY)
        for row in rows:
            name = names.get(row.person_id)
            if name is None:
                self._told[_key(row)] = row.received_at  # nobody whom the hub knows; it stands in the quarantine page
                continue
            unit_id = memberships.unit_on(row.person_id, row.placed_at.date())
            zone = tree.zone_of(unit_id)
            local = row.placed_at.astimezone(zone)
            day = next((each for each in days.get(row.person_id, ()) if _fills(each, local)), None)
            if day is None and now - row.received_at < WAIT_FOR_DAY:
                continue
            self._told[_key(row)] = row.received_at
            way, late, early = _told_of(day, local)
            if way == "in" and day is not None and day.get("late_min") is None:
                late = _late_so_far(schedules, row.person_id, unit_id, local)
            seen = PunchSeen(
                person=row.person_id,
                name=name,
                unit=tree.node(unit_id).name if unit_id is not None else "",
                kiosk=row.device,
                at=f"{local:%H:%M}",
                zone=_ZONES.get(zone.key, ""),
                way=way,
                late_min=late,
                early_min=early,
                delayed=row.received_at - row.placed_at > DELAYED,
            )
            yield self._event("punch", unit_id, seen, now=now)

    @staticmethod
    def _days_of(connection: Connection, people: list[str], rows: list[_Row]) -> dict[str, list[dict[str, Any]]]:
        first = min(row.placed_at for row in rows).date() - timedelta(days=1)
        last = max(row.placed_at for row in rows).date() + timedelta(days=1)
        query = select(_days.c.employee_id, _days.c.day).where(
            _days.c.employee_id.in_(people), _days.c.work_date.between(first, last)
        )
        found: dict[str, list[dict[str, Any]]] = {}
        for person, day in connection.execute(query):
            found.setdefault(person, []).append(day)
        return found

    def _refused(self, connection: Connection, tree: UnitTree, rows: list[_Row], now: datetime) -> Iterator[Event]:
        for row in rows:
            found = connection.execute(
                select(_refusals.c.reason, _announced.c.stored_at, _kiosks.c.unit_id)
                .join(_kiosks, _kiosks.c.device == _refusals.c.device)
                .outerjoin(
                    _announced,
                    (_announced.c.device == _refusals.c.device) & (_announced.c.sha256 == _refusals.c.evidence),
                )
                .where(_refusals.c.device == row.device, _refusals.c.epoch == row.epoch, _refusals.c.seq == row.seq)
            ).one_or_none()
            pictured = found is not None and found.stored_at is not None
            if not pictured and now - row.received_at < WAIT_FOR_PICTURE:
                continue
            self._told[_key(row)] = row.received_at
            if found is None:
                continue
            place = f"/penolakan/{row.device}/{row.epoch}/{row.seq}"
            seen = RefusalSeen(
                kiosk=row.device,
                unit=_unit_name(tree, found.unit_id),
                at=f"{row.placed_at.astimezone(tree.zone_of(found.unit_id)):%H:%M}",
                reason=found.reason,
                place=place,
                picture=f"{place}/foto" if pictured else None,
            )
            yield self._event("refusal", found.unit_id, seen, now=now)

    def _kiosk_changes(self, connection: Connection, tree: UnitTree, now: datetime) -> Iterator[Event]:
        query = (
            select(
                _kiosks.c.device, _kiosks.c.unit_id, _kiosks.c.online, _kiosks.c.online_at, _beats.c.received_at,
                _beats.c.camera, _beats.c.journal, _beats.c.alarms,
            )
            .outerjoin(_beats, _beats.c.device == _kiosks.c.device)
            .where(_kiosks.c.state == "active")
            .order_by(_kiosks.c.device)
        )  # fmt: skip
        states: dict[str, tuple[KioskState, int | None, str]] = {}
        for row in connection.execute(query):
            states[row.device] = _state_of(row, now), row.unit_id, _unit_name(tree, row.unit_id)
        for device, (state, unit_id, unit) in states.items():
            if self._states.get(device) != (state, unit_id, unit):
                change = KioskChange(kiosk=device, unit=unit, state=state)
                yield self._event("kiosk", unit_id, change, key=f"kiosk:{device}", now=now)
        self._states = states

    def _count(self, connection: Connection, tree: UnitTree, now: datetime) -> Iterator[Event]:
        by_day: dict[date, list[int]] = {}
        for node in tree.nodes:
            by_day.setdefault(now.astimezone(ZoneInfo(node.timezone)).date(), []).append(node.id)
        counts: dict[int, UnitCounts] = {}
        expected = _days.c.status.not_in(_NOT_EXPECTED)
        for day, units in by_day.items():
            query = (
                select(
                    _days.c.unit_id,
                    func.sum(case((expected, 1), else_=0)).label("expected"),
                    func.sum(case((expected & _days.c.seen.is_(True), 1), else_=0)).label("present"),
                    func.sum(case((expected & (_days.c.late_min > 0), 1), else_=0)).label("late"),
                )
                .where(_days.c.work_date == day, _days.c.unit_id.in_(units))
                .group_by(_days.c.unit_id)
            )
            for row in connection.execute(query):
                counts[row.unit_id] = UnitCounts(
                    id=row.unit_id,
                    name=tree.node(row.unit_id).name,
                    expected=int(row.expected),
                    present=int(row.present),
                    late=int(row.late),
                )
        for unit_id, found in counts.items():
            if self._counts.get(unit_id) != found:
                yield self._event("unit", unit_id, found, key=f"unit:{unit_id}", now=now)
        self._counts = counts

    def _event(self, kind: Kind, unit_id: int | None, content: Content, *, key: str = "", now: datetime) -> Event:
        return Event(next(self._numbers), kind, unit_id, content, key, now)


def _key(row: _Row) -> _Key:
    return row.device, row.epoch, row.seq


def _unit_name(tree: UnitTree, unit_id: int | None) -> str:
    return "" if unit_id is None else tree.node(unit_id).name


def _state_of(row: _Row, now: datetime) -> KioskState:
    if row.received_at is None:
        return "new"
    gone = row.online is False and row.online_at is not None and row.online_at >= row.received_at
    if gone or now - row.received_at > SILENT_AFTER:
        return "silent"
    return "trouble" if row.camera == "trouble" or row.journal != "ok" or row.alarms else "online"


def _minute(text: str | None) -> str:
    return "" if text is None else text[:16]


def _moments(day: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """(way, minute) of every punch that fills a session of a stored day."""
    yield "in", _minute(day.get("arrival"))
    yield "out", _minute(day.get("departure"))
    for each in day.get("sessions", ()):
        yield "check", _minute(each.get("at"))


def _fills(day: dict[str, Any], local: datetime) -> bool:
    """Whether the stored day has seen this punch, whether it counts there or not."""
    minute = f"{local:%Y-%m-%dT%H:%M}"
    seen = {_minute(day.get("first_seen")), _minute(day.get("last_seen"))}
    return minute in seen or any(minute == at for _, at in _moments(day))


def _late_so_far(schedules: Schedules, person: str, unit_id: int | None, local: datetime) -> int:
    """Minutes after the due time, while the day keeps its own back because another kiosk may hold an earlier punch."""
    zone = local.tzinfo
    try:
        schedule = schedules.of(person, unit_id, local.date())
        windows = (
            windows_on(schedule, local.date(), zone) if schedule is not None and isinstance(zone, ZoneInfo) else []
        )
    except PolicyError:
        return 0
    due = windows[0].due if windows else None
    return 0 if due is None else max(0, int((local.replace(second=59) - due).total_seconds() // 60))


def _told_of(day: dict[str, Any] | None, local: datetime) -> tuple[str, int, int]:
    """Way, and minutes late and early, as far as the stored day says."""
    if day is None:
        return "", 0, 0
    minute = f"{local:%Y-%m-%dT%H:%M}"
    way = next((way for way, at in _moments(day) if at == minute), "")
    late = day.get("late_min") or 0 if way == "in" else 0
    early = day.get("early_min") or 0 if way == "out" else 0
    return way, int(late), int(early)
