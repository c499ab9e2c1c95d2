"""What a letter will come to: on how many working days rule 7 counts it, and on which not and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import msgspec
from sqlalchemy.orm import Session

from hub.attendance.covers import as_document, days_of, touches
from hub.attendance.day import Cover, Document, Sentence
from hub.attendance.evidence import Evidence, gather_evidence
from hub.attendance.letters import Desk, is_cancellation, judge_leave
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.errors import PolicyError


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """Why a letter does not count from one of its days to another, and on how many working days that is so."""

    first: date
    last: date
    days: int
    reason: Sentence


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter comes to, if whatever is still to be done with it is done today.

    working_days: of its span, on which the person is employed in a unit and expected; counts: on how many of them it
    counts; codes: as what. part_of_a_day: whether it covers hours only, and then excuses coming late or leaving early
    where the policy knows that.
    """

    working_days: int
    counts: int
    codes: tuple[str, ...]
    objections: tuple[Objection, ...]
    part_of_a_day: bool

    @property
    def sentence(self) -> Sentence:
        """The whole in one sentence."""
        if not self.working_days:
            return Sentence(
                "Surat ini tidak mencakup satu hari kerja pun dalam masa kerja pegawai: periksa tanggalnya.",
                "The letter covers no working day of this person's employment in a unit: check its dates.",
            )
        if self.part_of_a_day and self.counts:
            return Sentence(
                f"Surat ini mencakup sebagian dari {self.working_days} hari kerja dan dihitung untuk jam itu, bila "
                "kebijakan unit mengenalnya.",
                f"Working days of which the letter covers a part: {self.working_days}. It counts for those hours where "
                "the unit's policy excuses hours.",
            )
        if not self.objections:
            return Sentence(
                f"Surat ini dihitung untuk {self.counts} hari kerja: {', '.join(self.codes)}.",
                f"Working days that the letter counts for: {self.counts} ({', '.join(self.codes)}).",
            )
        why_id = "; ".join(f"{_span(each)}: {each.reason.id}" for each in self.objections)
        why_en = "; ".join(f"{_span(each, '%Y-%m-%d')}: {each.reason.en}" for each in self.objections)
        return Sentence(
            f"Surat ini dihitung untuk {self.counts} dari {self.working_days} hari kerja. {why_id}",
            f"The letter counts for {self.counts} of {self.working_days} working days. {why_en}",
        )


def outlook_of(session: Session, employee_id: str, letter: Document, *, today: date) -> Outlook:
    """What a letter comes to, with what is not done yet done today; a letter on record may be given again as it is."""
    done = replace(
        letter,
        handed_in=letter.handed_in or today,
        verified=letter.verified or today,
        entered=letter.entered or today,
    )
    days = days_of(letter.covers)
    evidence = gather_evidence(session, [(employee_id, day) for day in days])
    working, counts = 0, 0
    codes: set[str] = set()
    objections: list[Objection] = []
    for known in evidence:
        desk = _desk(known, today)
        if known is None or desk is None:
            continue
        working += 1
        code, reason = _judge(done, known, desk)
        if code is not None:
            counts += 1
            codes.add(code)
        elif objections and objections[-1].reason == reason:
            objections[-1] = msgspec.structs.replace(objections[-1], last=known.work_date, days=objections[-1].days + 1)
        else:
            objections.append(Objection(first=known.work_date, last=known.work_date, days=1, reason=reason))
    return Outlook(
        working_days=working,
        counts=counts,
        codes=tuple(sorted(codes)),
        objections=tuple(objections),
        part_of_a_day=all(isinstance(cover.start, datetime) for cover in letter.covers),
    )


def outlook_on_record(database: Database, document_id: int, *, today: date) -> Outlook | None:
    """What a letter on record comes to; None of a cancellation, and of one that was refused or withdrawn."""
    with database.read() as session:
        row = session.get(DocumentRow, document_id)
        if row is None or is_cancellation(row.type) or row.refused_at is not None or row.withdrawn_at is not None:
            return None
        return outlook_of(session, row.employee_id, as_document(row), today=today)


def _desk(known: Evidence | None, today: date) -> Desk | None:
    """Where a letter is judged for a day; None on days without work."""
    if known is None or isinstance(known.schedule, str):
        return None
    try:
        plan = known.schedule.plan_on(known.work_date)
    except PolicyError:
        return None
    if plan is None:
        return None
    return Desk(work_date=known.work_date, plan=plan, schedule=known.schedule, known_on=today, tz=known.tz)


def _judge(letter: Document, known: Evidence, desk: Desk) -> tuple[str | None, Sentence]:
    """The code and the reason, as if the letter covered the whole day; letters beside it only set its deadline."""
    day = desk.work_date
    whole = replace(letter, covers=(*letter.covers, Cover(start=day, end=day)))
    beside = [other for other in known.documents if not touches(other.covers, day)]
    verdict = judge_leave([whole, *beside], desk)[0]
    return verdict.code, verdict.reason


def _span(objection: Objection, written: str = "%d-%m-%Y") -> str:
    """The days as the reason beside them writes its own."""
    days = dict.fromkeys((objection.first, objection.last))
    return " – ".join(day.strftime(written) for day in days)
