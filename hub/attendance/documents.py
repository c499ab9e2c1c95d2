"""Letters from submission to entry, and cancellations of attendance (Perbup Jember 55/2021 Ps 11 and 13).

A letter is submitted, verified by the personnel official, then entered by the operator; it can be refused or withdrawn,
with a reason, and is corrected by a newer one. Each step is written once. The command line believes the names that it
is given; the pages know who has signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.covers import as_document, check_cover, days_of, first_day, from_stored, last_day, to_stored
from hub.attendance.day import Cover
from hub.attendance.document_rows import (
    Receipt,
    attach_files,
    employee_of,
    keep_files,
    letter_in_force,
    local_today,
    mark_letter,
    number_text,
    office_text,
    state_of,
)
from hub.attendance.letters import KINDS, is_cancellation, is_known_kind, is_superior, known_reasons, needs_reason
from hub.attendance.models import DocumentFile, DocumentRow
from hub.attendance.months import reason_text, reopen_reason
from hub.attendance.outlook import outlook_of
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.db import Database
from hub.errors import PaperError
from hub.roster.officers import is_same_officer, officer_name
from hub.roster.units import Memberships, UnitTree
from hub.webhooks.telling import tell_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says. number, known_by None: it has none; handed_in None: today."""

    type: str
    covers: tuple[Cover, ...]
    reason: str | None = None
    number: str | None = None
    known_by: str | None = None
    handed_in: date | None = None

    def checked(self) -> Letter:
        """The letter with its words in order; PaperError says what it lacks."""
        kind = " ".join(self.type.split())
        kind = next((known for known in KINDS if known.casefold() == kind.casefold()), kind)
        if not is_known_kind(kind) or is_cancellation(kind):
            raise PaperError(f"'{self.type[:64]}' is no letter of absence: choose {', '.join(KINDS[:-1])}.")
        reason = " ".join((self.reason or "").split()) or None
        if needs_reason(kind) and (reason is None or reason.casefold() not in known_reasons()):
            raise PaperError(f"A {kind} needs its reason, one of {', '.join(known_reasons())}.")
        if reason is not None and not needs_reason(kind):
            raise PaperError(f"A {kind} says by itself what it is for; leave the reason out.")
        if not self.covers:
            raise PaperError("Say which days the letter covers.")
        for cover in self.covers:
            check_cover(cover)
        return replace(
            self, type=kind, reason=reason, number=number_text(self.number), known_by=_known_by(self.known_by)
        )


def submit(
    database: Database,
    employee_id: str,
    letter: Letter,
    *,
    by: str,
    now: datetime,
    store: PaperStore | None = None,
    files: Sequence[PaperFile] = (),
    together: Callable[[Session, Receipt], None] | None = None,
) -> Receipt:
    """Put a letter of absence on record; PaperError says what is wrong with it. store: where its files go.

    together: writes something that stands with the letter or not at all; when it raises, nothing stands.
    """
    letter, officer = letter.checked(), officer_name(by)
    kept = keep_files(store, files)
    with database.write() as session:
        row = _new_row(session, employee_id, letter, officer, now)
        attach_files(session, row.id, kept, officer, now)
        receipt = _receipt(session, row, now)
        if together is not None:
            together(session, receipt)
        return receipt


def attach(
    database: Database, document_id: int, store: PaperStore, files: Sequence[PaperFile], *, by: str, now: datetime
) -> int:
    """Attach files to a letter; how many are new. PaperError when the letter is gone or a file cannot be kept."""
    officer = officer_name(by)
    with database.read() as session:
        letter_in_force(session, document_id)
    kept = keep_files(store, files)
    with database.write() as session:
        letter_in_force(session, document_id)
        return attach_files(session, document_id, kept, officer, now)


def verify(database: Database, document_id: int, *, by: str, now: datetime) -> Receipt:
    """The personnel official has verified a letter; PaperError when it is not waiting for that."""
    officer = officer_name(by)
    with database.write() as session:
        row = letter_in_force(session, document_id)
        if row.verified_on is not None:
            raise PaperError(f"The letter {row.id} is verified already, on {row.verified_on} by {row.verified_by}.")
        if is_cancellation(row.type):
            raise PaperError(f"The letter {row.id} cancels attendance; its signatures and witnesses decide alone.")
        row.verified_on, row.verified_by = local_today(session, row.employee_id, now), officer
        _settle(session, row, now)
        return _receipt(session, row, now)


def enter(database: Database, document_id: int, *, by: str, now: datetime) -> Receipt:
    """The operator enters a verified letter, and it counts; PaperError when it is not verified, or `by` verified it.

    Where a month of its days stands open again, the letter carries the reason and counts although it is late.
    """
    officer = officer_name(by)
    with database.write() as session:
        row = letter_in_force(session, document_id)
        if row.entered_on is not None:
            raise PaperError(f"The letter {row.id} is entered already, on {row.entered_on} by {row.entered_by}.")
        if row.verified_on is None or row.verified_by is None:
            raise PaperError(f"The letter {row.id} is not verified yet; the personnel official verifies it first.")
        if is_same_officer(row.verified_by, officer):
            raise PaperError(f"{row.verified_by} verified the letter {row.id}; somebody else must enter it.")
        row.entered_on, row.entered_by = local_today(session, row.employee_id, now), officer
        row.reopened_because = row.reopened_because or _reopened(session, row)
        _settle(session, row, now)
        return _receipt(session, row, now)


def refuse(database: Database, document_id: int, *, by: str, reason: str, now: datetime) -> Receipt:
    """Refuse a letter that is not entered yet, with the reason; it stays on record and counts nowhere."""
    officer, why = officer_name(by), reason_text(reason)
    with database.write() as session:
        row = letter_in_force(session, document_id)
        if row.entered_on is not None:
            raise PaperError(f"The letter {row.id} is entered already; withdraw it instead, with the reason.")
        row.refused_at, row.refused_by, row.refused_because = now, officer, why
        _settle(session, row, now)
        return Receipt(id=row.id, state=state_of(row))


def withdraw(database: Database, document_id: int, *, by: str, reason: str, now: datetime) -> Receipt:
    """Take a letter back, with the reason; it stays on record and counts no more."""
    officer, why = officer_name(by), reason_text(reason)
    with database.write() as session:
        row = letter_in_force(session, document_id)
        _withdraw(session, row, officer, why, now)
        return Receipt(id=row.id, state=state_of(row))


def withdraw_own(
    database: Database,
    document_id: int,
    *,
    by: str,
    reason: str,
    now: datetime,
    together: Callable[[Session, Receipt], None] | None = None,
) -> Receipt:
    """Whoever handed in a letter takes it back, with the reason; it stays on record.

    PaperError when somebody else handed it in, and once it is verified: the office decides from then on.
    together: as of `submit`.
    """
    officer, why = officer_name(by), reason_text(reason)
    with database.write() as session:
        row = letter_in_force(session, document_id)
        if row.submitted_by is None or not is_same_officer(row.submitted_by, officer):
            raise PaperError(f"Somebody else handed in the letter {row.id}; only they take it back.")
        if row.verified_on is not None or row.entered_on is not None:
            raise PaperError(f"The letter {row.id} is being worked on already; ask the office to withdraw it.")
        _withdraw(session, row, officer, why, now)
        receipt = Receipt(id=row.id, state=state_of(row))
        if together is not None:
            together(session, receipt)
        return receipt


def correct(
    database: Database,
    document_id: int,
    letter: Letter,
    *,
    by: str,
    reason: str,
    now: datetime,
    store: PaperStore | None = None,
    files: Sequence[PaperFile] = (),
) -> Receipt:
    """Put a corrected letter in the place of another, which is withdrawn; the new one is verified and entered anew.

    letter.handed_in None: when the old one was handed in. The old one's files go with it.
    """
    officer, why = officer_name(by), reason_text(reason)
    letter = letter.checked()
    kept = keep_files(store, files)
    with database.write() as session:
        old = letter_in_force(session, document_id)
        if is_cancellation(old.type):
            raise PaperError(f"The letter {old.id} cancels attendance; withdraw it and write a new one.")
        handed_in = letter.handed_in or old.handed_in
        row = _new_row(session, old.employee_id, replace(letter, handed_in=handed_in), officer, now)
        row.replaces = old.id
        for file in session.scalars(select(DocumentFile).where(DocumentFile.document_id == old.id)):
            session.add(
                DocumentFile(
                    document_id=row.id,
                    sha256=file.sha256,
                    media_type=file.media_type,
                    name=file.name,
                    size=file.size,
                    added_by=file.added_by,
                    added_at=file.added_at,
                )
            )
        session.flush()
        attach_files(session, row.id, kept, officer, now)
        _withdraw(session, old, officer, f"{why} (corrected by {row.id})", now)
        return _receipt(session, row, now)


def _new_row(session: Session, employee_id: str, letter: Letter, officer: str, now: datetime) -> DocumentRow:
    employee = employee_of(session, employee_id)
    today = local_today(session, employee_id, now)
    if letter.handed_in is not None and letter.handed_in > today:
        raise PaperError(f"The letter cannot have been handed in on {letter.handed_in}: today is {today}.")
    row = DocumentRow(
        employee_id=employee.id,
        type=letter.type,
        reason=letter.reason,
        covers=to_stored(letter.covers),
        known_by=letter.known_by,
        handed_in=letter.handed_in or today,
        number=letter.number,
        submitted_by=officer,
        first_day=first_day(letter.covers),
        last_day=last_day(letter.covers),
        created_at=now,
    )
    twin = _same_letter(session, row)
    if twin is not None:
        raise PaperError(
            f"The letter {twin} says the same already; attach further files to it, or correct it, instead."
        )
    session.add(row)
    session.flush()
    mark_letter(session, row, now)
    return row


def _same_letter(session: Session, row: DocumentRow) -> int | None:
    """Id of a letter in force of the same person, kind, number and days: somebody has pressed twice."""
    number = DocumentRow.number.is_(None) if row.number is None else DocumentRow.number == row.number
    query = select(DocumentRow).where(
        DocumentRow.employee_id == row.employee_id,
        DocumentRow.type == row.type,
        DocumentRow.first_day == row.first_day,
        DocumentRow.last_day == row.last_day,
        DocumentRow.withdrawn_at.is_(None),
        DocumentRow.refused_at.is_(None),
        number,
    )
    alike = (other for other in session.scalars(query) if (other.covers, other.reason) == (row.covers, row.reason))
    return next((other.id for other in alike), None)


def _receipt(session: Session, row: DocumentRow, now: datetime) -> Receipt:
    today = local_today(session, row.employee_id, now)
    outlook = None if is_cancellation(row.type) else outlook_of(session, row.employee_id, as_document(row), today=today)
    return Receipt(id=row.id, state=state_of(row), outlook=outlook)


def _withdraw(session: Session, row: DocumentRow, officer: str, why: str, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now, officer, why
    _settle(session, row, now)


def _settle(session: Session, row: DocumentRow, now: datetime) -> None:
    """What was decided about a letter: its days are assessed again, and other systems are told."""
    session.flush()
    mark_letter(session, row, now)
    tell_document(session, row.id, row.employee_id, state_of(row), now=now)


def _reopened(session: Session, row: DocumentRow) -> str | None:
    """Why a month that the letter reaches stands open again for the person; None when none does."""
    tree = UnitTree.load(session.connection())
    memberships = Memberships.load(session.connection(), [row.employee_id])
    months = {day.replace(day=1): day for day in days_of(from_stored(row.covers))}
    for month, day in sorted(months.items()):
        reason = reopen_reason(session, tree, month, memberships.unit_on(row.employee_id, day))
        if reason is not None:
            return reason
    return None


def _known_by(text: str | None) -> str | None:
    office = office_text(text or "")
    if office and not is_superior(office):
        raise PaperError(
            f"'{office}' is no office that may know of an absence: write 'Atasan Langsung' or 'Kepala Organisasi "
            "Perangkat Daerah', with Plt. or Plh. before it where somebody is acting."
        )
    return office or None
