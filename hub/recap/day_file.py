"""Everything on record about one day of one person, beside the day itself: hours, letters, entries, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.attendance.document_list import DocumentLine, list_documents
from hub.attendance.evidence import gather_evidence
from hub.attendance.models import ManualEntry, MonthClose, PunchDecision
from hub.attendance.punch_verdicts import PunchVerdict, judge_punches, plan_of
from hub.db import Database
from hub.recap.person import PersonDay, RawPunch
from hub.review.models import PunchCircumstance
from hub.roster.units import UnitTree
from hub.schedule.plan import DayPlan

Kind = Literal[
    "punch_accepted", "punch_refused", "entered", "entry_approved", "entry_refused", "letter_handed_in",
    "letter_verified", "letter_entered", "letter_refused", "letter_withdrawn", "month_closed", "month_reopened",
]  # fmt: skip


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody did which bears on the day. at: a moment, or only a date where nothing more is on record.

    about: the punch, letter or unit; because: the reason given; both may be empty.
    """

    kind: Kind
    at: datetime | date
    by: str
    about: str = ""
    because: str = ""


class Circumstance(msgspec.Struct, frozen=True):
    """How somebody said who they were. fix: whether a portable kiosk knew where it was; None: it is not portable."""

    factor: str
    duty: bool
    fix: bool | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Attendance entered by hand, for this day."""

    arrival: datetime | None
    departure: datetime | None
    reason: str
    state: str
    entered_by: str


class DayFile(msgspec.Struct, frozen=True, kw_only=True):
    """plan None: a rest day, or nobody is asked. verdicts, circumstances: by `key_of` a punch; without a verdict it
    belongs to a neighbouring date. changes: the newest first."""

    plan: DayPlan | None
    verdicts: dict[str, PunchVerdict]
    circumstances: dict[str, Circumstance]
    documents: tuple[DocumentLine, ...]
    entries: tuple[Entry, ...]
    changes: tuple[Change, ...]


def key_of(punch: RawPunch) -> str:
    """What identifies a punch: device/epoch/seq."""
    return f"{punch.device}/{punch.epoch}/{punch.seq}"


def day_file(database: Database, found: PersonDay) -> DayFile:
    """What is on record about a day that `person_day` found."""
    employee_id, work_date = found.person.id, found.work_date
    letters = list_documents(database, employee_id=employee_id, month=work_date, on=work_date)
    documents = tuple(letter for letter in letters if _covers(letter, work_date))
    with database.read() as session:
        known = gather_evidence(session, [(employee_id, work_date)])[0]
        entries = session.scalars(
            select(ManualEntry)
            .where(ManualEntry.employee_id == employee_id, ManualEntry.work_date == work_date)
            .order_by(ManualEntry.id)
        ).all()
        keys = {key_of(punch): punch for punch in found.punches}
        changes = [
            *_of_punches(session, employee_id, keys.keys()),
            *_of_entries(entries),
            *_of_letters(documents),
            *_of_months(session, found),
        ]
        circumstances = _read_circumstances(session, employee_id)
    status = found.day.status if found.day is not None else None
    return DayFile(
        plan=None if known is None else plan_of(known),
        verdicts={} if known is None else judge_punches(known, status),
        circumstances={key: said for key, said in circumstances.items() if key in keys},
        documents=documents,
        entries=tuple(_to_entry(row) for row in entries),
        changes=tuple(reversed(sorted(changes, key=_moment))),  # noqa: C413 - what was done in one day keeps its order
    )


def _covers(letter: DocumentLine, day: date) -> bool:
    return letter.first_day is not None and letter.last_day is not None and letter.first_day <= day <= letter.last_day


def _read_circumstances(session: Session, employee_id: str) -> dict[str, Circumstance]:
    rows = session.scalars(select(PunchCircumstance).where(PunchCircumstance.person_id == employee_id))
    return {f"{row.device}/{row.epoch}/{row.seq}": Circumstance(row.factor, row.duty, row.fix) for row in rows}


def _to_entry(row: ManualEntry) -> Entry:
    return Entry(
        arrival=row.arrival, departure=row.departure, reason=row.reason, state=row.state, entered_by=row.entered_by
    )


def _of_punches(session: Session, employee_id: str, keys: Iterable[str]) -> Iterator[Change]:
    wanted = set(keys)
    query = select(PunchDecision).where(PunchDecision.employee_id == employee_id).order_by(PunchDecision.id)
    for row in session.scalars(query):
        if f"{row.device}/{row.epoch}/{row.seq}" in wanted:
            yield Change(
                kind="punch_accepted" if row.accepted else "punch_refused",
                at=row.decided_at,
                by=row.decided_by,
                about=f"{row.device}/{row.seq}",
                because=row.reason,
            )


def _of_entries(rows: Iterable[ManualEntry]) -> Iterator[Change]:
    for row in rows:
        yield Change(kind="entered", at=row.entered_at, by=row.entered_by, because=row.reason)
        if row.decided_at is not None and row.state in {"approved", "refused"}:
            yield Change(
                kind="entry_approved" if row.state == "approved" else "entry_refused",
                at=row.decided_at,
                by=row.decided_by or "",
                because=row.decided_because or "",
            )


def _of_letters(documents: Iterable[DocumentLine]) -> Iterator[Change]:
    for letter in documents:
        about = f"{letter.type} {letter.number}" if letter.number else letter.type
        yield Change(kind="letter_handed_in", at=letter.submitted_at, by=letter.submitted_by or "", about=about)
        if letter.verified_on is not None:
            yield Change(kind="letter_verified", at=letter.verified_on, by=letter.verified_by or "", about=about)
        if letter.entered_on is not None:
            yield Change(kind="letter_entered", at=letter.entered_on, by=letter.entered_by or "", about=about)
        for kind, at, by, because in (
            ("letter_refused", letter.refused_at, letter.refused_by, letter.refused_because),
            ("letter_withdrawn", letter.withdrawn_at, letter.withdrawn_by, letter.withdrawn_because),
        ):
            if at is not None:
                yield Change(kind=kind, at=at, by=by or "", about=about, because=because or "")  # type: ignore[arg-type]


def _of_months(session: Session, found: PersonDay) -> Iterator[Change]:
    above: Sequence[int] = UnitTree.load(session.connection()).above(found.unit.id)
    query = select(MonthClose).where(
        MonthClose.month == found.work_date.replace(day=1),
        or_(MonthClose.unit_id.is_(None), MonthClose.unit_id.in_(above)),
    )
    for row in session.scalars(query):
        yield Change(kind="month_closed", at=row.closed_at, by=row.closed_by)
        if row.reopened_at is not None:
            yield Change(
                kind="month_reopened", at=row.reopened_at, by=row.reopened_by or "", because=row.reopen_reason or ""
            )


def _moment(change: Change) -> str:
    """A date alone stands after the moments of that day: what it says was done in their course."""
    return change.at.isoformat() if isinstance(change.at, datetime) else f"{change.at.isoformat()}T99"
