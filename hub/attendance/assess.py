"""From punches, letters and the schedule in force to the day that pay is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.attendance import explanation as because
from hub.attendance.day import COMPLETE, AttendanceDay, Coverage, Document, Flag, PunchSeen, Sentence, Status
from hub.attendance.letters import Desk, Verdict, judge_cancellations, judge_leave
from hub.attendance.sessions import (
    Filling,
    Mark,
    early_minutes,
    fill_sessions,
    late_minutes,
    left_aside,
    minute_of,
    place_marks,
)
from hub.attendance.waiting import could_improve
from hub.schedule.calendar import Override, Schedule
from hub.schedule.plan import DayPlan
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
) -> AttendanceDay:
    """What the work date came to for one person, as known at `as_of` (aware).

    Pure and deterministic: the order of punches and letters does not matter, and no punch makes it raise. Punches that
    belong to another work date are left out, so that neighbouring days' punches may be given too. PolicyError when the
    policy brings no hours or an override contradicts them; ValueError when `as_of` has no zone.
    """
    if as_of.tzinfo is None:
        raise ValueError("give as_of a time zone")
    schedule = Schedule(policy=policy, overrides=tuple(overrides), holidays=frozenset(holidays))
    marks = place_marks(punches, work_date=work_date, interval=schedule.interval_of(work_date, tz), tz=tz)
    plan = schedule.plan_on(work_date)
    if plan is None:
        why = because.explain_rest(marks, is_holiday=work_date in schedule.holidays)
        rest = AttendanceDay(work_date=work_date, policy=policy.name, status=Status.LIBUR, explanation=tuple(why))
        return _with_seen(rest, marks, tz)
    desk = Desk(work_date=work_date, plan=plan, schedule=schedule, known_on=as_of.astimezone(tz).date(), tz=tz)
    letters = tuple(documents)
    cancellations = judge_cancellations(letters, desk)
    leave = judge_leave(letters, desk)
    for verdict in (*cancellations, *reversed(leave)):
        if verdict.code is not None:
            return _with_seen(_excused(work_date, policy, verdict, marks), marks, tz)
    case = _Case(
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
    )
    return _with_seen(case.fold(month_closed=month_closed), marks, tz)


def _with_seen(day: AttendanceDay, marks: Sequence[Mark], tz: ZoneInfo) -> AttendanceDay:
    """The day with its earliest and latest punch, whatever was counted; marks are in the order of time."""
    if not marks:
        return day
    return msgspec.structs.replace(day, first_seen=_local(marks[0], tz), last_seen=_local(marks[-1], tz))


def _local(mark: Mark | None, tz: ZoneInfo) -> datetime | None:
    return mark.punch.taken_at.astimezone(tz) if mark is not None and mark.punch is not None else None


def _excused(work_date: date, policy: Policy, verdict: Verdict, marks: Sequence[Mark]) -> AttendanceDay:
    """A day that a letter decides: leave, duty elsewhere, or a cancelled attendance."""
    cancelled = verdict.code == "TK"
    return AttendanceDay(
        work_date=work_date,
        policy=policy.name,
        status=Status.DIBATALKAN if cancelled else Status(str(verdict.code)),
        absent_days=1 if cancelled else 0,
        flags=(Flag.PEMBATALAN_PS13,) if cancelled else (),
        lampiran_i_code=verdict.code,
        remark=verdict.remark.id if verdict.remark else "",
        remark_en=verdict.remark.en if verdict.remark else "",
        explanation=(verdict.reason, *because.explain_kept(marks)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A working day that only its punches can decide.

    now: minute of the question on the work date's clock. limits: first and last minute at which a punch can count.
    refused: why letters that were given change nothing.
    """

    work_date: date
    policy: Policy
    plan: DayPlan
    tz: ZoneInfo
    now: int
    limits: tuple[int, int]
    marks: Sequence[Mark]
    filling: Filling
    coverage: Coverage
    refused: tuple[Sentence, ...]

    def fold(self, *, month_closed: bool) -> AttendanceDay:
        if self.now <= self.plan.closes:
            return self._running()
        waiting_for = self._waiting_for()
        if waiting_for:
            return self._pending(waiting_for)
        if self.filling.arrival is None and self.filling.departure is None:
            return self._absent(month_closed=month_closed)
        return self._present()

    @property
    def late(self) -> int | None:
        arrival = self.filling.arrival
        return None if arrival is None else late_minutes(self.plan, self.policy, arrival.minute)

    @property
    def early(self) -> int | None:
        departure = self.filling.departure
        return None if departure is None else early_minutes(self.plan, self.policy, departure.minute)

    def _running(self) -> AttendanceDay:
        """Before the last window closes: a late arrival is told as soon as it is certain, an early departure never."""
        late = self.late
        if late and self._has_gap_before_arrival():
            late = None
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.BERJALAN,
            late_min=late,
            early_min=0 if self.early == 0 else None,
            flags=((Flag.TERLAMBAT,) if late else ()) + self._window_flags(),
            arrival=_local(self.filling.arrival, self.tz),
            departure=_local(self.filling.departure, self.tz) if self.early == 0 else None,
            explanation=(
                *(self._explain_open_arrival() if late is None else self._explain_arrival()),
                *(self._explain_departure() if self.early == 0 else self._explain_last_so_far()),
                *self._explain_rest(),
                because.explain_running(self.plan),
            ),
        )

    def _pending(self, waiting_for: tuple[str, ...]) -> AttendanceDay:
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.MENUNGGU_DATA,
            late_min=None,
            early_min=None,
            flags=(Flag.KIOSK_BELUM_SINKRON, *self._window_flags()),
            waiting_for=waiting_for,
            arrival=_local(self.filling.arrival, self.tz),
            departure=_local(self.filling.departure, self.tz),
            remark=f"Menunggu data: {', '.join(waiting_for)}",
            remark_en=f"Awaiting data: {', '.join(waiting_for)}",
            explanation=(
                because.explain_waiting(waiting_for),
                *self._explain_open_arrival(),
                *self._explain_open_departure(),
                *self._explain_rest(),
            ),
        )

    def _absent(self, *, month_closed: bool) -> AttendanceDay:
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.TK if month_closed else Status.BELUM_ADA_KETERANGAN,
            absent_days=1 if month_closed else 0,
            missing=self.filling.missing,
            flags=self._window_flags(),
            lampiran_i_code="TK" if month_closed else None,
            remark=self._window_remark().id,
            remark_en=self._window_remark().en,
            explanation=(*self._explain_rest(), because.explain_absence(month_closed=month_closed)),
        )

    def _present(self) -> AttendanceDay:
        missing = self.filling.missing
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.TIDAK_LENGKAP if missing else Status.HADIR,
            late_min=self.late,
            early_min=self.early,
            missing=missing,
            flags=self._present_flags(),
            arrival=_local(self.filling.arrival, self.tz),
            departure=_local(self.filling.departure, self.tz),
            remark=self._present_remark().id,
            remark_en=self._present_remark().en,
            explanation=(
                *self._explain_arrival(),
                *self._explain_departure(),
                *because.explain_missing(missing),
                *because.explain_break(self.policy, self.plan),
                *self._explain_rest(),
            ),
        )

    def _waiting_for(self) -> tuple[str, ...]:
        """Kiosks whose undelivered punches, (delivered up to, now], could still improve the day."""
        last = min(self.limits[1], self.now)
        spans = {device: self._first_undelivered(upto) for device, upto in self.coverage.delivered_up_to.items()}
        helpful = {
            first
            for first in set(spans.values())
            if could_improve(self.plan, self.policy, self.marks, first=first, last=last)
        }
        return tuple(sorted(device for device, first in spans.items() if first in helpful))

    def _first_undelivered(self, delivered_up_to: datetime | None) -> int:
        """First minute in which a punch may still be on its way: a minute delivered half-way may hold one more."""
        if delivered_up_to is None:
            return self.limits[0]
        return max(self.limits[0], minute_of(delivered_up_to, self.work_date, self.tz))

    def _has_gap_before_arrival(self) -> bool:
        arrival = self.filling.arrival
        return arrival is not None and any(
            self._first_undelivered(upto) < arrival.minute for upto in self.coverage.delivered_up_to.values()
        )

    def _window_flags(self) -> tuple[Flag, ...]:
        before = (Flag.SEBELUM_JENDELA,) if self.filling.before else ()
        after = (Flag.SETELAH_JENDELA,) if self.filling.after else ()
        return before + after

    def _present_flags(self) -> tuple[Flag, ...]:
        """A missing side has its own flag only where no punch outside the windows explains it."""
        flags = []
        if self.late:
            flags.append(Flag.TERLAMBAT)
        if self.early:
            flags.append(Flag(self.policy.early_flag))
        if "in" in self.filling.missing and not self.filling.before:
            flags.append(Flag.TANPA_DATANG)
        if "out" in self.filling.missing and not self.filling.after:
            flags.append(Flag.TANPA_PULANG)
        return (*flags, *self._window_flags())

    def _present_remark(self) -> Sentence:
        words = {
            "in": Sentence("Tanpa scan datang", "No arrival punch"),
            "out": Sentence("Tanpa scan pulang", "No departure punch"),
        }
        remarks = [*(words[name] for name in self.filling.missing), self._window_remark()]
        said = [remark for remark in remarks if remark.id]
        return Sentence("; ".join(remark.id for remark in said), "; ".join(remark.en for remark in said))

    def _window_remark(self) -> Sentence:
        outside = (*self.filling.before, *self.filling.after)
        if not outside:
            return Sentence("", "")
        times = because.clocks(outside)
        return Sentence(f"Scan di luar jendela: {times.id}", f"Punches outside the windows: {times.en}")

    def _explain_arrival(self) -> tuple[Sentence, ...]:
        if self.filling.arrival is None:
            return ()
        return (because.explain_arrival(self.plan, self.filling.arrival, self.late or 0),)

    def _explain_departure(self) -> tuple[Sentence, ...]:
        if self.filling.departure is None:
            return ()
        return (because.explain_departure(self.plan, self.filling.departure, self.early or 0),)

    def _explain_open_arrival(self) -> tuple[Sentence, ...]:
        if self.filling.arrival is None:
            return ()
        return (because.explain_open_arrival(self.plan, self.filling.arrival),)

    def _explain_open_departure(self) -> tuple[Sentence, ...]:
        if self.filling.departure is None:
            return ()
        return (because.explain_open_departure(self.plan, self.filling.departure),)

    def _explain_last_so_far(self) -> tuple[Sentence, ...]:
        if self.filling.departure is None:
            return ()
        return (because.explain_last_so_far(self.plan, self.filling, self.early or 0),)

    def _explain_rest(self) -> tuple[Sentence, ...]:
        """What became of the other punches, of choices and of refused letters; said whatever became of the day."""
        aside = left_aside(self.marks, self.filling)
        return (
            *because.explain_left_aside(self.policy, self.filling, aside),
            *because.explain_windows(self.plan, self.filling),
            *because.explain_choices(self.filling),
            *self.refused,
        )
