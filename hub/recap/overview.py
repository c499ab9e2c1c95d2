"""A day of a regency in numbers, by unit, and the days that are not settled yet. Added up by the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, Text, and_, case, cast, func, null, select, text
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import PENDING_CONDITION, StoredDay
from hub.db import Database
from hub.recap.branches import Branches
from hub.recap.daily import DailyCounts, Presence, presence_of_status
from hub.recap.people import UnitName, in_units, read_unit_names
from hub.roster.models import Unit
from hub.roster.units import UnitTree

_SEEN_MATTERS = (str(Status.BERJALAN), str(Status.BELUM_ADA_KETERANGAN))
_decode_devices = msgspec.json.Decoder(tuple[str, ...]).decode


class UnitNow(msgspec.Struct, frozen=True):
    """A unit with all below it added up. below: how many units there are below it."""

    unit: UnitName
    counts: DailyCounts
    below: int


class DayOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A day by the units right below the one asked for; the same sums as in `daily`, without the people.

    unit: what was asked for; None: all units. units: by name, that itself among them where people belong to it.
    assessed_at: when the newest of the days was assessed; None: no days. waiting_for: kiosks that have not delivered,
    with the number of people whose day waits for them, the most first.
    """

    work_date: date
    unit: UnitName | None
    assessed_at: datetime | None
    counts: DailyCounts
    units: tuple[UnitNow, ...]
    waiting_for: tuple[tuple[str, int], ...]


class PendingDays(msgspec.Struct, frozen=True, kw_only=True):
    """Past days that can still change, of a span. awaiting_kiosk: a kiosk has not delivered; unexplained: nobody came,
    and no letter is there; waiting_for: the kiosks, with the number of days, the most first."""

    awaiting_kiosk: int = 0
    unexplained: int = 0
    waiting_for: tuple[tuple[str, int], ...] = ()

    @property
    def days(self) -> int:
        return self.awaiting_kiosk + self.unexplained


def day_overview(database: Database, work_date: date, unit_id: int | None = None) -> DayOverview:
    """A date's numbers for a unit and those below it, or for all of them (None)."""
    sums: dict[int | None, Counter[str]] = {}
    newest: datetime | None = None
    waiting: Counter[str] = Counter()
    seen = case((StoredDay.status.in_(_SEEN_MATTERS), StoredDay.seen), else_=null())
    late = func.coalesce(StoredDay.late_min, 0) > 0
    columns = (StoredDay.unit_id, StoredDay.status, late, seen)
    with database.read() as session:
        for share in _shares(session, unit_id):
            of_day = and_(StoredDay.work_date == work_date, share)
            query = select(*columns, func.count(), func.max(StoredDay.assessed_at)).where(of_day).group_by(*columns)
            for of_unit, status, is_late, was_seen, people, assessed_at in session.execute(query):
                presence: Presence = presence_of_status(Status(status), seen=bool(was_seen))
                counts = sums.setdefault(of_unit, Counter())
                counts["pegawai"] += people
                counts[presence] += people
                counts["terlambat"] += people if presence == "hadir" and is_late else 0
                newest = assessed_at if newest is None or assessed_at > newest else newest
            waiting += _count_kiosks(session, of_day)
        names = read_unit_names(session)
        tree = UnitTree.load(session.connection())
    return DayOverview(
        work_date=work_date,
        unit=None if unit_id is None else names[unit_id],
        assessed_at=newest,
        counts=DailyCounts(**sum(sums.values(), Counter())),
        units=_by_branch(sums, tree, names, unit_id),
        waiting_for=_most_first(waiting),
    )


def _by_branch(
    sums: Mapping[int | None, Counter[str]], tree: UnitTree, names: Mapping[int | None, UnitName], top: int | None
) -> tuple[UnitNow, ...]:
    shown = Branches(tree, top)
    branches: dict[int | None, Counter[str]] = {}
    for of_unit, counts in sums.items():
        branches.setdefault(shown.of(of_unit), Counter()).update(counts)
    lines = [
        UnitNow(names[branch], DailyCounts(**counts), shown.count_below(branch)) for branch, counts in branches.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.unit.name.casefold()))


def pending_days(database: Database, first: date, last: date, unit_id: int | None = None) -> PendingDays:
    """Days from one date to another, both included, that wait for a kiosk or for an explanation."""
    found: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    with database.read() as session:
        for share in _shares(session, unit_id):
            # Word for word the index's own condition, so that it is used.
            open_ones = and_(text(PENDING_CONDITION), StoredDay.work_date.between(first, last), share)
            query = select(StoredDay.status, func.count()).where(open_ones).group_by(StoredDay.status)
            for status, days in session.execute(query):
                found[status] += days
            waiting += _count_kiosks(session, open_ones)
    return PendingDays(
        awaiting_kiosk=found[Status.MENUNGGU_DATA],
        unexplained=found[Status.BELUM_ADA_KETERANGAN],
        waiting_for=_most_first(waiting),
    )


def _shares(session: Session, unit_id: int | None) -> list[ColumnElement[bool]]:
    """As hub.recap.people.shares_of, with the units of a regency left in the database: hundreds of them are asked for
    on every first page, and to write them all into the statement takes longer than to answer it."""
    if unit_id is not None:
        return in_units(session, unit_id)
    return [StoredDay.unit_id.in_(select(Unit.id)), StoredDay.unit_id.is_(None)]


def _count_kiosks(session: Session, which: ColumnElement[bool]) -> Counter[str]:
    """How many of these days wait for each kiosk."""
    devices = cast(StoredDay.day["waiting_for"], Text)
    query = select(devices, func.count()).where(which, StoredDay.status == str(Status.MENUNGGU_DATA)).group_by(devices)
    found: Counter[str] = Counter()
    for encoded, days in session.execute(query):
        for device in _decode_devices(encoded or "[]"):
            found[device] += days
    return found


def _most_first(found: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))
