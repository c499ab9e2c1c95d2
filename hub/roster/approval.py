"""The second person: what waits for one, approving it, refusing it.

A template counts nowhere before somebody other than the one who enrolled has approved its picture (DESIGN section 2),
so that nobody can enrol a ghost alone. The command line believes the names that it is given; the pages know who has
signed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.changes import note_people
from hub.roster.enrolment_standing import settle_by_pictures
from hub.roster.kiosk_origin import KioskOrigin, frames_tied_to, origins_of
from hub.roster.models import Employee, EnrolmentFrame, Unit
from hub.roster.newcomers import confirm_newcomer
from hub.roster.officers import ONE_PERSON, is_same_officer, officer_name
from hub.roster.page_origin import PageOrigin, frames_of_oneself, page_origins_of
from hub.roster.units import Memberships, UnitTree

LONGEST_REASON: Final = 500


class WaitingPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose pictures wait for a second person.

    unit None: in no unit on that date. photos: how many wait; frames: their numbers; files: where they are kept, below
    the hub's enrolment folder. counting: how many of them count already, approved by one before two were needed.
    approved: further pictures, approved already. refused_before: who refused them last, and why; None: nobody did.
    resembles: name of an employee with the same face, of whom `lookalike_allowed_by` said that it is another person.
    kiosk: those of the waiting pictures that were taken at kiosks, and by whom; page: those taken at the hub's pages.
    """

    person_id: str
    name: str
    unit: str | None
    photos: int
    frames: tuple[int, ...]
    files: tuple[str, ...]
    counting: int
    approved: int
    added_by: tuple[str, ...]
    added_at: datetime
    refused_before: str | None
    resembles: str | None
    lookalike_allowed_by: str | None
    kiosk: tuple[KioskOrigin, ...] = ()
    page: tuple[PageOrigin, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of one person. photos: approved now; own: left waiting, for whoever approves had a hand in them."""

    person_id: str
    name: str
    photos: int
    own: int


def list_waiting(database: Database, on: date, unit_id: int | None = None) -> list[WaitingPerson]:
    """Who waits, by name: everybody (None), or the people of a unit and of those below it on a date."""
    with database.read() as session:
        frames = _by_person(session.scalars(select(EnrolmentFrame).where(_waits()).order_by(EnrolmentFrame.id)))
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        memberships = Memberships.load(session.connection(), frames)
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        approved = _approved_counts(session, frames)
        numbers = [frame.id for of_person in frames.values() for frame in of_person]
        origins, of_pages = origins_of(session, numbers), page_origins_of(session, numbers)
        waiting = []
        for employee in session.scalars(select(Employee).where(Employee.id.in_(frames))):
            of_unit = memberships.unit_on(employee.id, on)
            if within is None or of_unit in within:
                unit = None if of_unit is None else units[of_unit]
                found = _waiting_person(session, employee, unit, frames[employee.id], approved.get(employee.id, 0))
                kiosk, page = origins.get(employee.id, ()), of_pages.get(employee.id, ())
                waiting.append(msgspec.structs.replace(found, kiosk=kiosk, page=page))
    return sorted(waiting, key=lambda person: (person.name.casefold(), person.person_id))


def people_tied_to(database: Database, waiting: Iterable[WaitingPerson], by: str) -> set[str]:
    """Of whose waiting pictures this officer may approve none, because they had a hand in all of them."""
    people = list(waiting)
    numbers = {frame for person in people for frame in person.frames}
    with database.read() as session:
        tied = _tied(session, by, numbers)
    return {
        person.person_id
        for person in people
        if all(is_same_officer(author, by) for author in person.added_by) or set(person.frames) <= tied
    }


def waiting_photo(database: Database, frame: int, on: date, unit_id: int | None = None) -> tuple[str, str] | None:
    """Whose the picture of this number is, and where it is kept below the enrolment folder; None when it does not
    wait, or is not of a person of that unit."""
    with database.read() as session:
        query = select(EnrolmentFrame.employee_id, EnrolmentFrame.file).where(_waits(), EnrolmentFrame.id == frame)
        row = session.execute(query).one_or_none()
        if row is None:
            return None
        if unit_id is not None:
            of_unit = Memberships.load(session.connection(), [row.employee_id]).unit_on(row.employee_id, on)
            if of_unit not in UnitTree.load(session.connection()).within(unit_id):
                return None
        return row.employee_id, row.file


def approve(
    database: Database, people: Collection[str] | None, *, by: str, now: datetime, frames: Collection[int] | None = None
) -> list[Approval]:
    """Approve what waits for these people by id (None: for everybody); kiosks get them with the next roster.

    frames: only these pictures, those that were looked at; None: all. Pictures that `by` added stay waiting, and so do
    those that they took at a kiosk or are on themselves, also under another spelling. In one transaction.
    EnrolmentError when one of the people has nothing that waits, or nothing that `by` may approve.
    """
    second = officer_name(by)
    with database.write() as session:
        waiting = _by_person(_lock_waiting(session, people, frames))
        names = _names_of(session, people if people is not None else waiting)
        looked_at = [frame.id for of_person in waiting.values() for frame in of_person]
        own = _tied(session, second, looked_at)
        done = [
            _approve_person(person, names[person], waiting.get(person, ()), second=second, tied=own, now=now)
            for person in sorted(names)
        ]
        _refuse_nothing(done, waiting, everybody=people is None)
        session.flush()
        settle_by_pictures(session, looked_at, by=second, now=now)
        approved = [each.person_id for each in done if each.photos]
        for person in approved:
            confirm_newcomer(session, person, by=second, now=now)
        note_people(session.connection(), approved, now=now)
    return sorted(done, key=lambda each: (each.name.casefold(), each.person_id))


def refuse(
    database: Database, person: str, *, by: str, reason: str, now: datetime, frames: Collection[int] | None = None
) -> int:
    """Refuse what waits for a person; how many pictures. They count nowhere from now on, and are kept with the reason.

    Whoever added them may refuse them too: that takes the proposal back. frames: as in `approve`. EnrolmentError when
    there is no reason, or nothing that waits.
    """
    officer, why = officer_name(by), " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        raise EnrolmentError(f"Say why, in 1 to {LONGEST_REASON} characters: whoever enrolled them will ask.")
    with database.write() as session:
        waiting = list(_lock_waiting(session, [person], frames))
        names = _names_of(session, [person])
        if not waiting:
            raise EnrolmentError(f"Nothing of {names.get(person, person)} waits for a second person.")
        counted = any(frame.state == "approved" for frame in waiting)
        for frame in waiting:
            frame.state, frame.refused_by, frame.refused_at, frame.refused_because = "refused", officer, now, why
            frame.approved_by = frame.approved_at = None
        session.flush()
        settle_by_pictures(session, [frame.id for frame in waiting], by=officer, reason=why, now=now)
        if counted:
            note_people(session.connection(), [person], now=now)
    return len(waiting)


def _waits() -> ColumnElement[bool]:
    """Proposed, or approved by the very person who added it, before two were needed."""
    return or_(
        EnrolmentFrame.state == "proposed",
        and_(EnrolmentFrame.state == "approved", EnrolmentFrame.approved_by == ONE_PERSON),
    )


def _lock_waiting(
    session: Session, people: Collection[str] | None, frames: Collection[int] | None
) -> Iterable[EnrolmentFrame]:
    """What waits, locked, so that it is not approved and refused at once; on SQLite the transaction is the lock."""
    query = select(EnrolmentFrame).where(_waits()).order_by(EnrolmentFrame.id).with_for_update()
    if people is not None:
        query = query.where(EnrolmentFrame.employee_id.in_(list(people)))
    if frames is not None:
        query = query.where(EnrolmentFrame.id.in_(list(frames)))
    return session.scalars(query)


def _tied(session: Session, officer: str, frames: Collection[int]) -> set[int]:
    """Which of these waiting pictures an officer had a hand in under another name, or is on."""
    return frames_tied_to(session, officer, frames) | frames_of_oneself(session, officer, frames)


def _approve_person(
    person: str, name: str, frames: Iterable[EnrolmentFrame], *, second: str, tied: Collection[int], now: datetime
) -> Approval:
    photos = own = 0
    for frame in frames:
        if is_same_officer(frame.added_by, second) or frame.id in tied:
            own += 1
            continue
        photos += 1
        frame.state, frame.approved_by, frame.approved_at = "approved", second, now
    return Approval(person, name, photos, own)


def _refuse_nothing(done: Sequence[Approval], waiting: dict[str, list[EnrolmentFrame]], *, everybody: bool) -> None:
    """EnrolmentError when somebody who was asked for has nothing to approve, or when nobody has."""
    if everybody and not done:
        raise EnrolmentError("Nothing waits for a second person.")
    for each in done:
        if each.person_id not in waiting:
            raise EnrolmentError(f"Nothing of {each.name} waits for a second person.")
    idle = [each for each in done if not each.photos]
    if idle and (not everybody or len(idle) == len(done)):
        author = waiting[idle[0].person_id][0].added_by
        raise EnrolmentError(f"{idle[0].name} was enrolled by {author}; somebody else must approve.")


def _waiting_person(
    session: Session, employee: Employee, unit: str | None, frames: Sequence[EnrolmentFrame], approved: int
) -> WaitingPerson:
    refused = [frame for frame in frames if frame.refused_by is not None]
    alike = next((frame for frame in frames if frame.resembles is not None), None)
    other = session.get(Employee, alike.resembles) if alike is not None else None
    return WaitingPerson(
        person_id=employee.id,
        name=employee.name,
        unit=unit,
        photos=len(frames),
        frames=tuple(frame.id for frame in frames),
        files=tuple(frame.file for frame in frames),
        counting=sum(frame.state == "approved" for frame in frames),
        approved=approved,
        added_by=tuple(sorted({frame.added_by for frame in frames})),
        added_at=max(frame.added_at for frame in frames),
        refused_before=f"{refused[-1].refused_by}: {refused[-1].refused_because}" if refused else None,
        resembles=other.name if other is not None else None,
        lookalike_allowed_by=alike.lookalike_allowed_by if alike is not None else None,
    )


def _by_person(frames: Iterable[EnrolmentFrame]) -> dict[str, list[EnrolmentFrame]]:
    people: dict[str, list[EnrolmentFrame]] = defaultdict(list)
    for frame in frames:
        people[frame.employee_id].append(frame)
    return dict(people)


def _names_of(session: Session, people: Iterable[str]) -> dict[str, str]:
    """Names by id; EnrolmentError for an id that nobody has."""
    wanted = list(people)
    query = select(Employee.id, Employee.name).where(Employee.id.in_(wanted))
    names = {row.id: row.name for row in session.execute(query)}
    unknown = next((person for person in wanted if person not in names), None)
    if unknown is not None:
        raise EnrolmentError(f"There is no employee '{unknown}'; `presensi hub employees` shows them.")
    return names


def _approved_counts(session: Session, people: Iterable[str]) -> dict[str, int]:
    """How many pictures two people have approved, by person."""
    query = (
        select(EnrolmentFrame.employee_id, func.count())
        .where(
            EnrolmentFrame.employee_id.in_(list(people)),
            EnrolmentFrame.state == "approved",
            EnrolmentFrame.approved_by != ONE_PERSON,
        )
        .group_by(EnrolmentFrame.employee_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
