"""Letters as rows: where one stands, which days it touches, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.covers import days_of, from_stored
from hub.attendance.dirty import mark_dirty, mark_span
from hub.attendance.models import DocumentFile, DocumentRow
from hub.attendance.outlook import Outlook
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.errors import PaperError
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree

State = Literal["submitted", "verified", "entered", "refused", "withdrawn"]

SPELL_GAP: Final = timedelta(days=14)
"""Letters no further apart may be one spell of absence: holidays are no longer than that."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a letter. outlook: what it comes to under rule 7; None of a cancellation, and of one that is gone.

    refusal: why a cancellation was refused; None where nothing was.
    """

    id: int
    state: State
    outlook: Outlook | None = None
    refusal: str | None = None


def state_of(row: DocumentRow) -> State:
    """Where a letter stands."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.refused_at is not None:
        return "refused"
    if row.entered_on is not None:
        return "entered"
    return "submitted" if row.verified_on is None else "verified"


def letter_in_force(session: Session, document_id: int) -> DocumentRow:
    """The letter, locked; PaperError when there is none, or it counts no more."""
    row = session.scalar(select(DocumentRow).where(DocumentRow.id == document_id).with_for_update())
    if row is None:
        raise PaperError(f"There is no letter {document_id}; `presensi hub document list` shows them.")
    if row.withdrawn_at is not None:
        raise PaperError(f"The letter {row.id} was withdrawn by {row.withdrawn_by}; submit a new one.")
    if row.refused_at is not None:
        raise PaperError(f"The letter {row.id} was refused ({row.refused_because}); submit a new one.")
    return row


def mark_letter(session: Session, row: DocumentRow, now: datetime) -> None:
    """Let the days that a letter touches be assessed again, and those of letters before it that its deadline moves."""
    assert row.first_day is not None  # noqa: S101 - every row of ours has covers
    assert row.last_day is not None  # noqa: S101
    reach = row.first_day
    earlier = session.execute(
        select(DocumentRow.first_day, DocumentRow.last_day)
        .where(DocumentRow.employee_id == row.employee_id, DocumentRow.first_day < row.first_day)
        .order_by(DocumentRow.last_day.desc())
    )
    for first, last in earlier:
        if last is not None and first is not None and last >= reach - SPELL_GAP:
            reach = min(reach, first)
    connection = session.connection()
    mark_span(connection, first=reach, last=row.last_day, now=now, people=[row.employee_id])
    today = local_today(session, row.employee_id, now)
    # Days that are over may not be stored yet, where somebody was entered here only later.
    over = [day for day in days_of(from_stored(row.covers)) if day <= today]
    mark_dirty(connection, [(row.employee_id, day) for day in over], now=now)


def keep_files(store: PaperStore | None, files: Sequence[PaperFile]) -> list[tuple[str, PaperFile]]:
    """Write the files before any row speaks of them; what no row speaks of afterwards does no harm."""
    if store is None and files:
        raise PaperError("The files have no place to be kept; say where the hub's data are.")
    return [] if store is None else [(store.keep(file), file) for file in files]


def attach_files(
    session: Session, document_id: int, kept: Sequence[tuple[str, PaperFile]], officer: str, now: datetime
) -> int:
    there = set(session.scalars(select(DocumentFile.sha256).where(DocumentFile.document_id == document_id)))
    new = {sha256: file for sha256, file in kept if sha256 not in there}
    for sha256, file in new.items():
        session.add(
            DocumentFile(
                document_id=document_id,
                sha256=sha256,
                media_type=file.media_type,
                name=file.name,
                size=len(file.content),
                added_by=officer,
                added_at=now,
            )
        )
    session.flush()
    return len(new)


def employee_of(session: Session, employee_id: str) -> Employee:
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise PaperError(f"There is no employee '{employee_id}'; `presensi hub employees` shows them.")
    return employee


def local_today(session: Session, employee_id: str, now: datetime) -> date:
    """The date where the person works."""
    unit_id = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, now.date())
    return now.astimezone(UnitTree.load(session.connection()).zone_of(unit_id)).date()


def number_text(text: str | None) -> str | None:
    number = " ".join((text or "").split())
    if len(number) > 100:
        raise PaperError("The letter's number has more than 100 characters; write the number alone.")
    return number or None


def office_text(text: str) -> str:
    office = " ".join(text.split())
    if len(office) > 64:
        raise PaperError(f"'{office[:64]}…' is no office; write Atasan Langsung or Kepala Perangkat Daerah.")
    return office
