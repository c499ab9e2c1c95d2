"""A day of a unit: who is there, who is late, who is awaited. Read from stored days, nothing is computed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec
from sqlalchemy import select

from hub.attendance.day import AttendanceDay, Flag, Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.people import Person, UnitName, in_units, read_people, read_unit_names

Presence = Literal["hadir", "belum", "menunggu", "surat", "tanpa_alasan", "libur", "di_luar_jendela"]
"""hadir: came (on time or late); belum: nothing is known yet; menunggu: a kiosk has not delivered; surat: a letter
covers the day; tanpa_alasan: absent without lawful reason; libur: rest day or holiday; di_luar_jendela: punched, but
only outside the windows, which is for the operator to look at."""

_PRESENCE: dict[Status, Presence] = {
    Status.HADIR: "hadir",
    Status.TIDAK_LENGKAP: "hadir",
    Status.MENUNGGU_DATA: "menunggu",
    Status.BELUM_ADA_KETERANGAN: "belum",
    Status.TK: "tanpa_alasan",
    Status.DIBATALKAN: "tanpa_alasan",
    Status.DL: "surat",
    Status.C: "surat",
    Status.S: "surat",
    Status.I: "surat",
    Status.LIBUR: "libur",
}


class DailyCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many people stand how. terlambat is a part of hadir; the others add up to pegawai."""

    pegawai: int = 0
    hadir: int = 0
    terlambat: int = 0
    belum: int = 0
    menunggu: int = 0
    surat: int = 0
    tanpa_alasan: int = 0
    libur: int = 0
    di_luar_jendela: int = 0

    @property
    def expected(self) -> int:
        """People on whom work was expected."""
        return self.pegawai - self.libur


class DailyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person's day, as a list shows it; minutes None: not known or not asked."""

    person: Person
    unit: UnitName
    status: Status
    presence: Presence
    arrival: datetime | None
    departure: datetime | None
    first_seen: datetime | None
    last_seen: datetime | None
    late_min: int | None
    early_min: int | None
    flags: tuple[Flag, ...]
    missing: tuple[str, ...]
    waiting_for: tuple[str, ...]
    lampiran_i_code: str | None
    remark: str
    remark_en: str


class UnitDay(msgspec.Struct, frozen=True):
    """The counts of one unit."""

    unit: UnitName
    counts: DailyCounts


class DailyRecap(msgspec.Struct, frozen=True, kw_only=True):
    """A day: sums, sums by unit, and a line for everybody, by unit and name.

    unit: what was asked for; None: all units. assessed_at: when the newest of the days was assessed; None: no days.
    """

    work_date: date
    unit: UnitName | None
    assessed_at: datetime | None
    counts: DailyCounts
    units: tuple[UnitDay, ...]
    lines: tuple[DailyLine, ...]


def daily(database: Database, work_date: date, unit_id: int | None = None) -> DailyRecap:
    """The recap of a date, for a unit and those below it, or for all of them (None)."""
    with database.read() as session:
        query = select(StoredDay.employee_id, StoredDay.unit_id, StoredDay.day, StoredDay.assessed_at)
        rows = session.execute(query.where(StoredDay.work_date == work_date, *in_units(session, unit_id))).all()
        units = read_unit_names(session)
        people = read_people(session, None if unit_id is None else [row.employee_id for row in rows])
    lines = [
        _to_line(msgspec.convert(row.day, AttendanceDay), people[row.employee_id], units[row.unit_id]) for row in rows
    ]
    lines.sort(key=lambda line: (line.unit.name.casefold(), line.person.name.casefold(), line.person.id))
    by_unit: dict[UnitName, list[DailyLine]] = {}
    for line in lines:
        by_unit.setdefault(line.unit, []).append(line)
    return DailyRecap(
        work_date=work_date,
        unit=None if unit_id is None else units.get(unit_id, UnitName("", unit_id)),
        assessed_at=max((row.assessed_at for row in rows), default=None),
        counts=count(lines),
        units=tuple(UnitDay(unit, count(of_unit)) for unit, of_unit in by_unit.items()),
        lines=tuple(lines),
    )


def count(lines: Iterable[DailyLine]) -> DailyCounts:
    """Add up lines."""
    lines = list(lines)
    seen = Counter(line.presence for line in lines)
    return DailyCounts(
        pegawai=len(lines),
        terlambat=sum(1 for line in lines if line.presence == "hadir" and line.late_min),
        hadir=seen["hadir"],
        belum=seen["belum"],
        menunggu=seen["menunggu"],
        surat=seen["surat"],
        tanpa_alasan=seen["tanpa_alasan"],
        libur=seen["libur"],
        di_luar_jendela=seen["di_luar_jendela"],
    )


def presence_of(day: AttendanceDay) -> Presence:
    """In which column of a day's overview somebody counts; who has punched, counted or not, is never unheard of."""
    return presence_of_status(day.status, seen=day.first_seen is not None)


def presence_of_status(status: Status, *, seen: bool) -> Presence:
    """The same, told by what a day is called and whether somebody has punched on it."""
    if status is Status.BERJALAN:
        return "hadir" if seen else "belum"
    if status is Status.BELUM_ADA_KETERANGAN and seen:
        return "di_luar_jendela"
    return _PRESENCE[status]


def _to_line(day: AttendanceDay, person: Person, unit: UnitName) -> DailyLine:
    return DailyLine(
        person=person,
        unit=unit,
        status=day.status,
        presence=presence_of(day),
        arrival=day.arrival,
        departure=day.departure,
        first_seen=day.first_seen,
        last_seen=day.last_seen,
        late_min=day.late_min,
        early_min=day.early_min,
        flags=day.flags,
        missing=day.missing,
        waiting_for=day.waiting_for,
        lampiran_i_code=day.lampiran_i_code,
        remark=day.remark,
        remark_en=day.remark_en,
    )
