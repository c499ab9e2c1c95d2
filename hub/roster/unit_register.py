"""Units as they are looked up: the tree with its people, kiosks, heads and hours, one unit's record, and a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.db import Database
from hub.fleet.models import Kiosk
from hub.roster.models import Employee, Membership, OfficeHolder
from hub.roster.newcomers import NOT_YET
from hub.roster.offices import OFFICES, HolderLine, unit_holders
from hub.roster.unit_models import UnitChange
from hub.roster.units import UnitTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody in an office of a unit. acting: Plt or Plh; None: definitive. until None: until further notice."""

    office: str
    employee_id: str
    name: str
    acting: str | None
    first: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit as it is on a day, and those below it by name.

    people: employed in it that day; people_below: together with those below. policy: in force for everybody without a
    policy of their group; own_policy: whether it is the unit's own. head: definitive; acting: who stands in.
    """

    id: int
    name: str
    timezone: str
    valid_until: date | None
    policy: str
    own_policy: bool
    people: int
    people_below: int
    kiosks: int
    head: Holder | None
    acting: Holder | None
    units: tuple[UnitLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A change on record; see UnitChange."""

    what: str
    before: str | None
    after: str | None
    valid_from: date | None
    basis: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """One unit. above: those above it, the top first: id (None: not for who asks) and name. devices: kiosks in use.

    held: everybody in an office of it, ever, who began last first. changes: the newest first.
    """

    line: UnitLine
    above: tuple[tuple[int | None, str], ...]
    holders: tuple[Holder, ...]
    devices: tuple[str, ...]
    changes: tuple[ChangeLine, ...]
    held: tuple[HolderLine, ...]


def read_tree(database: Database, on: date, unit_id: int | None = None) -> tuple[UnitLine, ...]:
    """The units at the top with everything below (None), or one unit with what is below it."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        return _lines(session, tree, on, unit_id)


def find_unit_record(database: Database, unit_id: int, on: date, *, top: int | None = None) -> UnitRecord:
    """One unit that there is. top: the uppermost unit that whoever asks may see; None: all."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        [line] = _lines(session, tree, on, unit_id)
        devices = select(Kiosk.device).where(Kiosk.unit_id == unit_id, Kiosk.state == "active").order_by(Kiosk.device)
        shown = None if top is None else tree.within(top)
        above = [(each, tree.node(each).name) for each in tree.above(unit_id)[:0:-1]]
        return UnitRecord(
            line=line,
            above=tuple((each if shown is None or each in shown else None, name) for each, name in above),
            holders=tuple(
                sorted(_holders(session, [unit_id], on)[unit_id], key=lambda each: OFFICES.index(each.office))
            ),
            devices=tuple(session.scalars(devices)),
            changes=tuple(_changes(session, unit_id)),
            held=tuple(unit_holders(session, unit_id)),
        )


HEADINGS = ("Unit Kerja", "Induk", "Zona", "Jadwal", "Pegawai", "Kiosk", "Kepala", "Pelaksana", "Ditutup setelah")
"""Of the export; an import knows the first four by these names, and leaves the others."""


def unit_rows(database: Database, on: date, unit_id: int | None = None) -> list[tuple[str, ...]]:
    """Every unit after the one above it, as texts under HEADINGS; of a unit and those below it, or all (None).

    Jadwal: the unit's own policy; empty: that of the unit above.
    """
    return [row for line in read_tree(database, on, unit_id) for row in _rows(line, "")]


def _rows(line: UnitLine, above: str) -> Iterator[tuple[str, ...]]:
    yield (
        line.name,
        above,
        line.timezone,
        line.policy if line.own_policy else "",
        str(line.people),
        str(line.kiosks),
        line.head.name if line.head is not None else "",
        f"{line.acting.name} ({line.acting.acting})" if line.acting is not None else "",
        str(line.valid_until or ""),
    )
    for below in line.units:
        yield from _rows(below, line.name)


def _lines(session: Session, tree: UnitTree, on: date, unit_id: int | None) -> tuple[UnitLine, ...]:
    within = None if unit_id is None else tree.within(unit_id)
    people = _count_people(session, on, within)
    kiosks = _count_kiosks(session, within)
    holders = _holders(session, within, on)

    def line_of(each: int) -> UnitLine:
        node = tree.node(each)
        below = tuple(line_of(other) for other in sorted(tree.below(each), key=lambda b: tree.node(b).name.casefold()))
        heads = [holder for holder in holders[each] if holder.office == OFFICES[0]]
        return UnitLine(
            id=each,
            name=node.name,
            timezone=node.timezone,
            valid_until=node.valid_until,
            policy=tree.policy_on(each, on),
            own_policy=node.own_policy_on(on, None) is not None,
            people=people.get(each, 0),
            people_below=people.get(each, 0) + sum(other.people_below for other in below),
            kiosks=kiosks.get(each, 0),
            head=next((holder for holder in heads if holder.acting is None), None),
            acting=next((holder for holder in heads if holder.acting is not None), None),
            units=below,
        )

    roots = tree.below(None) if unit_id is None else [unit_id]
    return tuple(line_of(each) for each in sorted(roots, key=lambda root: tree.node(root).name.casefold()))


def _count_people(session: Session, on: date, within: Collection[int] | None) -> dict[int, int]:
    """Employees by unit on a day; of several memberships the newest counts."""
    newest = (
        select(func.max(Membership.id).label("id"))
        .where(
            or_(Membership.valid_from.is_(None), Membership.valid_from <= on),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= on),
        )
        .group_by(Membership.employee_id)
        .subquery()
    )
    query = (
        select(Membership.unit_id, func.count())
        .join(newest, newest.c.id == Membership.id)
        .join(Employee, Employee.id == Membership.employee_id)
        .where(
            or_(Employee.employed_from.is_(None), Employee.employed_from < NOT_YET),
            or_(Employee.employed_until.is_(None), Employee.employed_until >= on),
        )
        .group_by(Membership.unit_id)
    )
    return dict(session.execute(query.where(*_only(Membership.unit_id, within))).all())


def _count_kiosks(session: Session, within: Collection[int] | None) -> dict[int | None, int]:
    query = select(Kiosk.unit_id, func.count()).where(Kiosk.state == "active").group_by(Kiosk.unit_id)
    return dict(session.execute(query.where(*_only(Kiosk.unit_id, within))).all())


def _holders(session: Session, within: Collection[int] | None, on: date) -> dict[int, list[Holder]]:
    """Who holds offices on a day by unit, the newest first: of each office one definitive and one acting holder."""
    query = (
        select(OfficeHolder, Employee.name)
        .join(Employee, Employee.id == OfficeHolder.employee_id)
        .where(OfficeHolder.valid_from <= on, or_(OfficeHolder.valid_until.is_(None), OfficeHolder.valid_until >= on))
        .order_by(OfficeHolder.id.desc())
    )
    found: dict[int, list[Holder]] = defaultdict(list)
    for row, name in session.execute(query.where(*_only(OfficeHolder.unit_id, within))):
        before = found[row.unit_id]
        if any(each.office == row.office and (each.acting is None) == (row.acting is None) for each in before):
            continue
        before.append(
            Holder(
                office=row.office,
                employee_id=row.employee_id,
                name=name,
                acting=row.acting,
                first=row.valid_from,
                until=row.valid_until,
            )
        )
    return found


def _only(column: InstrumentedAttribute[Any], within: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if within is None else [column.in_(within)]


def _changes(session: Session, unit_id: int) -> Iterator[ChangeLine]:
    query = select(UnitChange).where(UnitChange.unit_id == unit_id).order_by(UnitChange.id.desc())
    for row in session.scalars(query):
        yield ChangeLine(
            what=row.what,
            before=row.before,
            after=row.after,
            valid_from=row.valid_from,
            basis=row.basis,
            by=row.set_by,
            at=row.set_at,
        )
