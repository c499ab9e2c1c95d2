"""A working day that only its punches can decide: running, waiting for kiosks, nobody came, or present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from hub.attendance import explanation as because
from hub.attendance.day import AttendanceDay, Coverage, Document, Flag, Sentence, SessionSeen, Status
from hub.attendance.deduction import SessionPay, day_deduction
from hub.attendance.letters import Desk, Excuse, judge_part
from hub.attendance.sessions import (
    Filling,
    Mark,
    early_minutes,
    late_minutes,
    left_aside,
    minute_of,
    paid_minutes,
    recorded_minutes,
)
from hub.attendance.waiting import could_improve
from hub.schedule.plan import DayPlan, format_clock
from hub.schedule.policy import Policy


def local_time(mark: Mark | None, tz: ZoneInfo) -> datetime | None:
    """When a mark's punch was taken, at the site."""
    return mark.punch.taken_at.astimezone(tz) if mark is not None and mark.punch is not None else None


@dataclass(frozen=True, kw_only=True)
class WorkingDay:
    """A working day that only its punches can decide.

    now: minute of the question on the work date's clock. limits: first and last minute at which a punch can count.
    refused: why letters that were given change nothing. letters, desk: for those that excuse a part of the day.
    session_pay: what a missed session's price is made of; None: not known.
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
    letters: tuple[Document, ...]
    desk: Desk
    session_pay: SessionPay | None = None

    def fold(self, *, month_closed: bool) -> AttendanceDay:
        if self.now <= self.plan.closes:
            return self._running()
        waiting_for = self._waiting_for()
        if waiting_for:
            return self._pending(waiting_for)
        if not self.filling.counted:
            return self._absent(month_closed=month_closed)
        return self._present()

    @cached_property
    def late(self) -> int | None:
        arrival = self.filling.arrival
        return None if arrival is None else late_minutes(self.plan, self.policy, arrival.minute)

    @cached_property
    def early(self) -> int | None:
        departure = self.filling.departure
        return None if departure is None else early_minutes(self.plan, self.policy, departure.minute)

    @property
    def _by_sessions(self) -> bool:
        return len(self.plan.sessions) > 2

    @cached_property
    def _excused_late(self) -> Excuse:
        """Whether a letter covers the time between due and arrival."""
        arrival = self.filling.arrival
        if not self.policy.letters_excuse_parts or arrival is None or not self.late:
            return Excuse(granted=False)
        return judge_part(self.letters, self.desk, first=self.plan.in_due, last=arrival.minute)

    @cached_property
    def _excused_early(self) -> Excuse:
        """Whether a letter covers the time between departure and due."""
        departure = self.filling.departure
        if not self.policy.letters_excuse_parts or departure is None or not self.early:
            return Excuse(granted=False)
        return judge_part(self.letters, self.desk, first=departure.minute, last=self.plan.out_due)

    def _sessions(self) -> tuple[SessionSeen, ...]:
        if not self._by_sessions:
            return ()
        return tuple(
            SessionSeen(
                name=session.name,
                opens="" if session.opens is None else format_clock(session.opens),
                closes="" if session.closes is None else format_clock(session.closes),
                at=local_time(mark, self.tz),
            )
            for session, (_, mark) in zip(self.plan.sessions, self.filling.sessions, strict=True)
        )

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
            arrival=local_time(self.filling.arrival, self.tz),
            departure=local_time(self.filling.departure, self.tz) if self.early == 0 else None,
            sessions=self._sessions(),
            explanation=(
                *(self._explain_open_arrival() if late is None else self._explain_arrival()),
                *because.explain_middle(self.plan, self.filling),
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
            arrival=local_time(self.filling.arrival, self.tz),
            departure=local_time(self.filling.departure, self.tz),
            sessions=self._sessions(),
            remark=f"Menunggu data: {', '.join(waiting_for)}",
            remark_en=f"Awaiting data: {', '.join(waiting_for)}",
            explanation=(
                because.explain_waiting(waiting_for),
                *self._explain_open_arrival(),
                *because.explain_middle(self.plan, self.filling),
                *self._explain_open_departure(),
                *self._explain_rest(),
            ),
        )

    def _absent(self, *, month_closed: bool) -> AttendanceDay:
        quota = self.plan.quota
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.TK if month_closed else Status.BELUM_ADA_KETERANGAN,
            absent_days=1 if month_closed else 0,
            missing=self.filling.missing,
            session_misses=len(self.filling.missing) if self._by_sessions else None,
            deduction=self._deduction() if month_closed else None,
            recorded_min=None if quota is None else 0,
            paid_min=None if quota is None else 0,
            short_min=quota,
            flags=self._window_flags(),
            lampiran_i_code="TK" if month_closed else None,
            sessions=self._sessions(),
            remark=self._window_remark().id,
            remark_en=self._window_remark().en,
            explanation=(*self._explain_rest(), because.explain_absence(month_closed=month_closed)),
        )

    def _present(self) -> AttendanceDay:
        missing = self.filling.missing
        paid, remark = self._paid, self._present_remark()
        return AttendanceDay(
            work_date=self.work_date,
            policy=self.policy.name,
            status=Status.TIDAK_LENGKAP if missing and not self._by_sessions else Status.HADIR,
            late_min=self.late,
            early_min=self.early,
            missing=missing,
            session_misses=len(missing) if self._by_sessions else None,
            deduction=self._deduction(),
            recorded_min=None if self.plan.quota is None else recorded_minutes(self.filling),
            paid_min=paid,
            short_min=None if paid is None or self.plan.quota is None else self.plan.quota - paid,
            flags=self._present_flags(),
            arrival=local_time(self.filling.arrival, self.tz),
            departure=local_time(self.filling.departure, self.tz),
            sessions=self._sessions(),
            remark=remark.id,
            remark_en=remark.en,
            explanation=(
                *self._explain_arrival(),
                *self._excused_late.reasons,
                *because.explain_middle(self.plan, self.filling),
                *self._explain_departure(),
                *self._excused_early.reasons,
                *because.explain_missing(self.plan, missing),
                *(because.explain_misses(len(missing), len(self.plan.sessions)) if self._by_sessions else ()),
                *self._explain_pay(),
                *because.explain_break(self.policy, self.plan),
                *self._explain_rest(),
            ),
        )

    @property
    def _paid(self) -> int | None:
        """Minutes of the quota that are paid; 0 where a punch is missing, None where pay does not go by duration."""
        if self.plan.quota is None:
            return None
        return paid_minutes(self.plan, self.filling) or 0

    def _deduction(self) -> int | dict[str, object] | None:
        offences = (("late", self.late, self._excused_late), ("early", self.early, self._excused_early))
        return day_deduction(
            self.policy,
            misses=len(self.filling.missing),
            sessions=len(self.plan.sessions),
            session_pay=self.session_pay,
            events=[name for name, minutes, excuse in offences if minutes and not excuse.granted],
            excused=[name for name, minutes, excuse in offences if minutes and excuse.granted],
            short=None if self.plan.quota is None else self.plan.quota - (self._paid or 0),
        )

    def _explain_pay(self) -> tuple[Sentence, ...]:
        paid, recorded = self._paid, recorded_minutes(self.filling)
        if paid is None:
            return ()
        if recorded is None:
            return (because.explain_unpaid(self.plan),)
        return (because.explain_paid(self.plan, recorded=recorded, paid=paid),)

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
            flags.append(Flag.TERLAMBAT_DINAS if self._excused_late.granted else Flag.TERLAMBAT)
        if self.early:
            flags.append(Flag.PULANG_AWAL_DINAS if self._excused_early.granted else Flag(self.policy.early_flag))
        if self._by_sessions:
            return (*flags, *((Flag.SESI_TERLEWAT,) if self.filling.missing else ()), *self._window_flags())
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
        missing = self.filling.missing
        if self._by_sessions and missing:
            titles = ", ".join(because.session_title(name) for name in missing)
            lacking = [Sentence(f"Sesi terlewat: {titles}", f"Sessions missed: {titles}")]
        else:
            lacking = [words[name] for name in missing if name in words]
        remarks = [*lacking, self._window_remark()]
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
