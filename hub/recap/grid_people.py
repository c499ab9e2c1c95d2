"""Who stands on the month grid: picked by unit, name and the days they had, in pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.recap.monthly import Month
from hub.recap.people import Person, UnitName, read_unit_names
from hub.recap.summary import LEAVE_AND_DUTY
from hub.roster.models import Employee, Membership


def _has(*statuses: Status) -> ColumnElement[bool]:
    return StoredDay.status.in_([str(status) for status in statuses])


KINDS: Final[Mapping[str, ColumnElement[bool]]] = {
    "terlambat": StoredDay.late_min > 0,
    "pulang_awal": StoredDay.early_min > 0,
    "tidak_lengkap": _has(Status.TIDAK_LENGKAP),
    "tanpa_alasan": _has(Status.TK, Status.DIBATALKAN),
    "belum_selesai": _has(Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN),
    "surat": _has(*LEAVE_AND_DUTY, Status.I),
}
"""By what kind of day people can be picked: whoever has one in the month."""


class GridPeople:
    """Everybody employed in the month, with the unit entered last of those that the month touches.

    within: units that may be seen; None: all. Counted by unit first: then only the people of the units on a page are
    read, and ten thousand need not be put in order for two hundred.
    """

    def __init__(self, session: Session, month: Month, within: Collection[int] | None, *, name: str, kind: str) -> None:
        self._session = session
        self._month = month
        self._within = within
        self._picked = _picked(month, within, name, kind)
        self._names = read_unit_names(session)
        query = self._of(select(Membership.unit_id, func.count())).group_by(Membership.unit_id)
        self._counts: list[tuple[int | None, int]] = [(unit_id, people) for unit_id, people in session.execute(query)]
        self._counts.sort(key=lambda each: self._names[each[0]].name.casefold())
        self.count = sum(people for _, people in self._counts)

    def read(self, first: int, end: int) -> list[tuple[Person, UnitName]]:
        """The people from one place to another (excluded), by unit and name."""
        units: list[int | None] = []
        before = passed = 0
        for unit_id, people in self._counts:
            if passed < end and passed + people > first:
                before = before if units else passed
                units.append(unit_id)
            passed += people
        place = {unit_id: number for number, unit_id in enumerate(units)}
        in_units = or_(
            Membership.unit_id.in_([each for each in units if each is not None]),
            Membership.unit_id.is_(None) if None in place else false(),
        )
        columns = select(Employee.id, Employee.name, Employee.nip, Employee.position, Membership.unit_id)
        rows = self._session.execute(self._of(columns).where(in_units)).all()
        rows = sorted(rows, key=lambda row: (place[row.unit_id], row.name.casefold(), row.id))
        return [
            (Person(row.id, row.name, row.nip, row.position), self._names[row.unit_id])
            for row in rows[first - before : end - before]
        ]

    def _of(self, columns: Any) -> Any:
        """A selection of columns of these people and their memberships."""
        later = aliased(Membership)
        newest = and_(
            Membership.employee_id == Employee.id,
            *_touches(Membership, self._month, self._within),
            ~exists().where(
                later.employee_id == Membership.employee_id,
                later.id > Membership.id,
                *_touches(later, self._month, self._within),
            ),
        )
        # Who belongs to no unit is shown only to those who see all of them.
        members = columns.select_from(Employee).join(Membership, newest, isouter=self._within is None)
        return members.where(*self._picked)


def matches_person(text: str) -> ColumnElement[bool]:
    """Whether a name has all words of a text in it, or a NIP its digits."""
    words = [word for word in text.casefold().split() if word][:6]
    by_name = and_(*(func.lower(Employee.name).contains(word, autoescape=True) for word in words))
    digits = "".join(text.split())
    if digits.isascii() and digits.isdigit():
        return or_(by_name, Employee.nip.contains(digits, autoescape=True))
    return by_name


def _touches(row: type[Membership], month: Month, within: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [
        or_(row.valid_from.is_(None), row.valid_from <= month.last),
        or_(row.valid_until.is_(None), row.valid_until >= month.first),
        *(() if within is None else (row.unit_id.in_(within),)),
    ]


def _picked(month: Month, within: Collection[int] | None, name: str, kind: str) -> list[ColumnElement[bool]]:
    """Conditions that leave who was employed in the month, is called so, and had such a day."""
    picked = [
        or_(Employee.employed_from.is_(None), Employee.employed_from <= month.last),
        or_(Employee.employed_until.is_(None), Employee.employed_until >= month.first),
    ]
    if name.strip():
        picked.append(matches_person(name))
    if kind in KINDS:
        of_month = StoredDay.work_date.between(month.first, month.last)
        scope = () if within is None else (StoredDay.unit_id.in_(within),)
        picked.append(exists().where(StoredDay.employee_id == Employee.id, of_month, KINDS[kind], *scope))
    return picked
