"""From punches, letters and the schedule in force to the day that pay is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.attendance import explanation as because
from hub.attendance.day import COMPLETE, AttendanceDay, Coverage, Document, Flag, PunchSeen, Status
from hub.attendance.deduction import SessionPay, day_deduction
from hub.attendance.doubts import counts, explain_doubts, flags_of, is_doubted
from hub.attendance.letters import Desk, Verdict, judge_cancellations, judge_leave
from hub.attendance.sessions import Mark, fill_sessions, minute_of, place_marks
from hub.attendance.working_day import WorkingDay, local_time
from hub.schedule.calendar import Override, Schedule
from hub.schedule.policy import Policy


def assess(
    *,
    work_date: date,
    policy: Policy,
    tz: ZoneInfo,
    as_of: datetime,
    punches: Iterable[PunchSeen] = (),
    documents: Iterable[Document] = (),
    holidays: Iterable[date] = (),
    overrides: Iterable[Override] = (),
    coverage: Coverage = COMPLETE,
    month_closed: bool = False,
    session_pay: SessionPay | None = None,
) -> AttendanceDay:
    """The day under a policy, with its overrides and holidays; see assess_day."""
    return assess_day(
        Schedule(policy=policy, overrides=tuple(overrides), holidays=frozenset(holidays)),
        work_date=work_date,
        tz=tz,
        as_of=as_of,
        punches=punches,
        documents=documents,
        coverage=coverage,
        month_closed=month_closed,
        session_pay=session_pay,
    )


def assess_day(
    schedule: Schedule,
    *,
    work_date: date,
    tz: ZoneInfo,
    as_of: datetime,
    punches: Iterable[PunchSeen] = (),
    documents: Iterable[Document] = (),
    coverage: Coverage = COMPLETE,
    month_closed: bool = False,
    session_pay: SessionPay | None = None,
) -> AttendanceDay:
    """What the work date came to for one person, as known at `as_of` (aware).

    Pure and deterministic: the order of punches and letters does not matter, and no punch makes it raise. Punches that
    belong to another work date are left out, so that neighbouring days' punches may be given too. PolicyError when the
    policy brings no hours or an override contradicts them; ValueError when `as_of` has no zone.
    """
    if as_of.tzinfo is None:
        raise ValueError("give as_of a time zone")
    policy = schedule.policy
    every = place_marks(punches, work_date=work_date, interval=schedule.interval_of(work_date, tz), tz=tz)
    marks, doubted = [mark for mark in every if counts(mark)], [mark for mark in every if is_doubted(mark)]
    plan = schedule.plan_on(work_date)
    if plan is None:
        why = because.explain_rest(marks, is_holiday=work_date in schedule.holidays)
        rest = AttendanceDay(
            work_date=work_date,
            policy=policy.name,
            status=Status.LIBUR,
            session_misses=0 if policy.kind == "sessions" else None,
            deduction=day_deduction(policy),
            explanation=tuple(why),
        )
        return _completed(rest, marks, doubted, tz)
    desk = Desk(work_date=work_date, plan=plan, schedule=schedule, known_on=as_of.astimezone(tz).date(), tz=tz)
    letters = tuple(documents)
    cancellations = judge_cancellations(letters, desk)
    leave = judge_leave(letters, desk)
    for verdict in (*cancellations, *reversed(leave)):
        if verdict.code is not None:
            day = _excused(desk, verdict, marks, session_pay=session_pay)
            return _completed(day, marks, doubted, tz)
    case = WorkingDay(
        work_date=work_date,
        policy=policy,
        plan=plan,
        tz=tz,
        now=minute_of(as_of, work_date, tz),
        limits=schedule.minutes_of(work_date) if policy.out_of_window == "count" else (plan.opens, plan.closes),
        marks=marks,
        filling=fill_sessions(plan, policy, marks),
        coverage=coverage,
        refused=tuple(verdict.reason for verdict in (*cancellations, *leave)),
        letters=letters,
        desk=desk,
        session_pay=session_pay,
    )
    return _completed(case.fold(month_closed=month_closed), marks, doubted, tz)


def _completed(day: AttendanceDay, marks: Sequence[Mark], doubted: Sequence[Mark], tz: ZoneInfo) -> AttendanceDay:
    """The day with its earliest and latest punch, whatever was counted, and with what is said of doubted ones.

    Marks are in the order of time.
    """
    if doubted:
        day = msgspec.structs.replace(
            day,
            flags=(*day.flags, *flags_of(doubted)),
            explanation=(*day.explanation, *explain_doubts(doubted)),
        )
    if not marks:
        return day
    return msgspec.structs.replace(day, first_seen=local_time(marks[0], tz), last_seen=local_time(marks[-1], tz))


def _excused(desk: Desk, verdict: Verdict, marks: Sequence[Mark], *, session_pay: SessionPay | None) -> AttendanceDay:
    """A day that a letter decides: leave or duty elsewhere, which cost nothing, or a cancelled attendance."""
    policy, plan = desk.schedule.policy, desk.plan
    cancelled = verdict.code == "TK"
    sessions = len(plan.sessions)
    misses = sessions if cancelled else 0
    paid = None if plan.quota is None else 0 if cancelled else plan.quota
    short = None if plan.quota is None or paid is None else plan.quota - paid
    return AttendanceDay(
        work_date=desk.work_date,
        policy=policy.name,
        status=Status.DIBATALKAN if cancelled else Status(str(verdict.code)),
        absent_days=1 if cancelled else 0,
        session_misses=misses if sessions > 2 else None,
        deduction=day_deduction(policy, misses=misses, sessions=sessions, session_pay=session_pay, short=short),
        paid_min=paid,
        short_min=short,
        flags=(Flag.PEMBATALAN_PS13,) if cancelled else (),
        lampiran_i_code=verdict.code,
        remark=verdict.remark.id if verdict.remark else "",
        remark_en=verdict.remark.en if verdict.remark else "",
        explanation=(
            verdict.reason,
            *((because.explain_credit(plan),) if paid else ()),
            *because.explain_kept(marks),
        ),
    )
