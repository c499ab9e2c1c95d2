"""Punches that wait for a supervisor: made with a PIN or a card, on duty elsewhere, or without a position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from hub.attendance.day import Concern, Status
from hub.attendance.models import PunchDecision, StoredDay
from hub.db import Database
from hub.errors import PaperError
from hub.ingest.models import StoredRow
from hub.refusals.models import AnnouncedSnapshot
from hub.refusals.overview import Picture
from hub.refusals.snapshots import SnapshotStore
from hub.review.decisions import find_punch
from hub.review.models import PunchCircumstance
from hub.review.standing import Key, concerns_of
from hub.roster.models import Employee, Unit
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import place_moments

Letter = Literal["awaited", "here"]


_LETTERS: Final = frozenset({Status.DL, Status.C, Status.S, Status.I})
_SAME_PUNCH: Final = and_(
    StoredRow.device == PunchCircumstance.device,
    StoredRow.epoch == PunchCircumstance.epoch,
    StoredRow.seq == PunchCircumstance.seq,
)


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A punch to be looked at. key: device/epoch/seq; at: local time of the person's unit.

    concerns: why. similarity, threshold: the face, held against this one person. letter: for duty elsewhere: whether
    the day has its letter already; None: none is asked for. evidence: SHA-256 of the snapshot; picture: where that is.
    latitude, longitude: degrees on WGS 84, accuracy_m: metres; None: not known, or the kiosk is not portable.
    beyond_m: metres outside where the kiosk may stand; None: inside, or anywhere.
    confirmed None: it waits for a decision, and counts meanwhile.
    """

    key: str
    employee_id: str
    name: str
    unit: str | None
    work_date: date
    at: datetime
    device: str
    concerns: tuple[Concern, ...]
    similarity: float | None
    threshold: float | None
    letter: Letter | None
    evidence: str | None
    picture: Picture
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    beyond_m: float | None
    confirmed: bool | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


def list_reviews(
    database: Database,
    snapshots: SnapshotStore | None = None,
    *,
    unit_id: int | None = None,
    decided: bool = False,
    of: Key | None = None,
) -> list[ReviewLine]:
    """Punches that wait for the supervisor, the oldest first.

    unit_id: only of people of this unit and those below it. decided: also those about which somebody has decided.
    of: only this punch.
    """
    with database.read() as session:
        decisions = _decisions(session) if decided else {}
        query = _query() if decided else _query().where(is_waiting())
        if of is not None:
            device, epoch, seq = of
            query = query.where(StoredRow.device == device, StoredRow.epoch == epoch, StoredRow.seq == seq)
        rows = [
            row
            for row in session.execute(query)
            if concerns_of(factor=row.factor, duty=row.duty, fix=row.fix, beyond_m=row.beyond_m)
        ]
        connection = session.connection()
        tree = UnitTree.load(connection)
        within = None if unit_id is None else tree.within(unit_id)
        memberships = Memberships.load(connection, {row.employee_id for row in rows})
        days = place_moments(connection, {(row.employee_id, row.placed_at) for row in rows})
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        lines = []
        for row in rows:
            work_date = days[row.employee_id, row.placed_at][1]
            unit = memberships.unit_on(row.employee_id, work_date)
            if within is None or unit in within:
                place = _Place(work_date, row.placed_at.astimezone(tree.zone_of(unit)), units.get(unit or 0))
                letter = _letter(session, row, work_date)
                lines.append(_to_line(row, place, letter, _picture(row, snapshots), decisions))
        return lines


def find_review(
    database: Database, snapshots: SnapshotStore | None, key: str, *, unit_id: int | None = None
) -> ReviewLine:
    """The punch of a key, decided or not; PaperError when it is none that a supervisor (of this unit) looks at."""
    with database.read() as session:
        row = find_punch(session, key)
        punch = (row.device, row.epoch, row.seq)
    line = next(iter(list_reviews(database, snapshots, unit_id=unit_id, decided=True, of=punch)), None)
    if line is None:
        raise PaperError(f"The punch {key[:120]} needs nobody's look; `presensi hub review list` shows those that do.")
    return line


def count_reviews(database: Database, unit_id: int | None = None) -> int:
    """How many punches wait for the supervisor of a unit and those below it; None: of everybody."""
    columns = select(StoredRow.person_id, StoredRow.placed_at).join(PunchCircumstance, _SAME_PUNCH)
    query = columns.join(Employee, Employee.id == PunchCircumstance.person_id).where(is_waiting())
    with database.read() as session:
        if unit_id is None:
            return session.scalar(select(func.count()).select_from(query.subquery())) or 0
        connection = session.connection()
        rows = connection.execute(query).all()
        within = UnitTree.load(connection).within(unit_id)
        memberships = Memberships.load(connection, {row.person_id for row in rows})
        days = place_moments(connection, {(row.person_id, row.placed_at) for row in rows})
        found = ((row.person_id, days[row.person_id, row.placed_at][1]) for row in rows)
        return sum(memberships.unit_on(person, work_date) in within for person, work_date in found)


def is_waiting() -> ColumnElement[bool]:
    """Of a PunchCircumstance: whether somebody must look at it, and nobody has decided yet."""
    decided = select(PunchDecision.id).where(
        PunchDecision.device == PunchCircumstance.device,
        PunchDecision.epoch == PunchCircumstance.epoch,
        PunchDecision.seq == PunchCircumstance.seq,
        PunchDecision.about == "review",
    )
    concerning = or_(
        PunchCircumstance.factor.in_(("pin", "card")),
        PunchCircumstance.duty.is_(True),
        PunchCircumstance.fix.is_(False),
        PunchCircumstance.beyond_m.is_not(None),
    )
    return and_(concerning, ~decided.exists())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a punch stands in its person's life."""

    work_date: date
    at: datetime
    unit: str | None


def _query() -> Select[*tuple[Any, ...]]:
    picture = and_(
        AnnouncedSnapshot.device == PunchCircumstance.device, AnnouncedSnapshot.sha256 == PunchCircumstance.evidence
    )
    columns = (
        StoredRow.device,
        StoredRow.epoch,
        StoredRow.seq,
        StoredRow.placed_at,
        StoredRow.similarity,
        StoredRow.threshold,
        PunchCircumstance.factor,
        PunchCircumstance.duty,
        PunchCircumstance.evidence,
        PunchCircumstance.fix,
        PunchCircumstance.latitude,
        PunchCircumstance.longitude,
        PunchCircumstance.accuracy_m,
        PunchCircumstance.beyond_m,
        Employee.id.label("employee_id"),
        Employee.name,
        AnnouncedSnapshot.sha256.label("announced"),
        AnnouncedSnapshot.stored_at,
    )
    return (
        select(*columns)
        .join(PunchCircumstance, _SAME_PUNCH)
        .join(Employee, Employee.id == PunchCircumstance.person_id)
        .join(AnnouncedSnapshot, picture, isouter=True)
        .order_by(StoredRow.placed_at, StoredRow.device, StoredRow.seq)
    )


def _decisions(session: Session) -> dict[Key, PunchDecision]:
    """The newest decision of a supervisor about each punch."""
    query = select(PunchDecision).where(PunchDecision.about == "review").order_by(PunchDecision.id)
    return {(row.device, row.epoch, row.seq): row for row in session.scalars(query)}


def _letter(session: Session, row: Row[Any], work_date: date) -> Letter | None:
    if not row.duty:
        return None
    day = session.get(StoredDay, (row.employee_id, work_date))
    return "here" if day is not None and day.status in _LETTERS else "awaited"


def _picture(row: Row[Any], snapshots: SnapshotStore | None) -> Picture:
    if row.evidence is None:
        return "none"
    if snapshots is not None and snapshots.has(row.evidence):
        return "here"
    # What nothing announces any more was erased by age.
    return "awaited" if row.announced is not None and row.stored_at is None else "missing"


def _to_line(
    row: Row[Any], place: _Place, letter: Letter | None, picture: Picture, decisions: Mapping[Key, PunchDecision]
) -> ReviewLine:
    decision = decisions.get((row.device, row.epoch, row.seq))
    return ReviewLine(
        key=f"{row.device}/{row.epoch}/{row.seq}",
        employee_id=row.employee_id,
        name=row.name,
        unit=place.unit,
        work_date=place.work_date,
        at=place.at,
        device=row.device,
        concerns=concerns_of(factor=row.factor, duty=row.duty, fix=row.fix, beyond_m=row.beyond_m),
        similarity=row.similarity,
        threshold=row.threshold,
        letter=letter,
        evidence=row.evidence,
        picture=picture,
        latitude=row.latitude,
        longitude=row.longitude,
        accuracy_m=row.accuracy_m,
        beyond_m=row.beyond_m,
        confirmed=decision.accepted if decision is not None else None,
        reason=decision.reason if decision is not None else None,
        decided_by=decision.decided_by if decision is not None else None,
        decided_at=decision.decided_at if decision is not None else None,
    )
