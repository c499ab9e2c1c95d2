"""Cancelling attendance that was none: two signatures and two witnesses decide (Perbup Jember 55/2021 Ps 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from hub.attendance.covers import as_document, check_cover, first_day, last_day, to_stored
from hub.attendance.day import Cover, Document
from hub.attendance.document_rows import (
    Receipt,
    attach_files,
    employee_of,
    keep_files,
    local_today,
    mark_letter,
    number_text,
    office_text,
    state_of,
)
from hub.attendance.letters import KINDS, Desk, judge_cancellations
from hub.attendance.models import DocumentRow
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.db import Database
from hub.errors import PaperError
from hub.roster.officers import officer_name
from hub.schedule.calendar import Schedule
from hub.schedule.plan import plan_two_sessions
from hub.schedule.policy import Policy
from hub.webhooks.telling import tell_document

MOST_WITNESSES: Final = 20


def cancel_attendance(
    database: Database,
    employee_id: str,
    days: Sequence[Cover],
    *,
    signed_by: Sequence[str],
    witness_statements: int,
    by: str,
    now: datetime,
    number: str | None = None,
    store: PaperStore | None = None,
    files: Sequence[PaperFile] = (),
) -> Receipt:
    """Put a cancellation of attendance on record (Lampiran III).

    With both signatures and two witnesses it counts at once; otherwise it is refused, stays on record with the reason,
    and changes nothing. PaperError when it names no day, or a day that lies ahead.
    """
    officer = officer_name(by)
    if not days:
        raise PaperError("Say which day's attendance is cancelled.")
    covers = tuple(check_cover(cover) for cover in days)
    if not 0 <= witness_statements <= MOST_WITNESSES:
        raise PaperError("Say how many witness statements are attached: two or more.")
    signers = [text for text in (office_text(each) for each in signed_by) if text]
    kept = keep_files(store, files)
    with database.write() as session:
        employee = employee_of(session, employee_id)
        today = local_today(session, employee_id, now)
        if last_day(covers) > today:
            raise PaperError(f"{last_day(covers)} lies ahead; attendance that has not been cannot be cancelled.")
        row = DocumentRow(
            employee_id=employee.id,
            type=KINDS[-1],
            covers=to_stored(covers),
            handed_in=today,
            signed_by=signers,
            witness_statements=witness_statements,
            number=number_text(number),
            submitted_by=officer,
            entered_on=today,
            entered_by=officer,
            first_day=first_day(covers),
            last_day=last_day(covers),
            created_at=now,
        )
        refusal = _objection_to_cancellation(as_document(row))
        if refusal is not None:
            row.refused_at, row.refused_by, row.refused_because = now, officer, refusal
            row.entered_on = row.entered_by = None
        session.add(row)
        session.flush()
        attach_files(session, row.id, kept, officer, now)
        mark_letter(session, row, now)
        tell_document(session, row.id, row.employee_id, state_of(row), now=now)
        return Receipt(id=row.id, state=state_of(row), refusal=refusal)


def _objection_to_cancellation(document: Document) -> str | None:
    """Why a cancellation is refused, in both languages; None when it is in force."""
    day = first_day(document.covers)
    # Signatures and witnesses do not depend on the hours of the day.
    plan = plan_two_sessions(in_opens=None, in_due=420, out_due=900, out_closes=None)
    policy = Policy(name="cancellation", week=(plan,) * 7)
    desk = Desk(work_date=day, plan=plan, schedule=Schedule(policy=policy), known_on=date.max, tz=ZoneInfo("UTC"))
    whole = replace(document, covers=(Cover(start=day, end=day),))
    verdict = judge_cancellations([whole], desk)[0]
    return None if verdict.code is not None else f"{verdict.reason.id} / {verdict.reason.en}"
