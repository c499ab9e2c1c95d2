"""From punches, letters and the schedule in force to the day that pay is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.attendance.day import COMPLETE, AttendanceDay, Coverage, Document, PunchSeen
from hub.schedule.calendar import Override
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
    """What the work date came to for one person, as known at `as_of`.

    Pure and deterministic: the order of punches and letters does not matter, and no punch makes it raise. Punches that
    belong to another work date are left out, so that neighbouring days' punches may be given too. PolicyError when the
    policy brings no hours or an override contradicts them.
    """
    raise NotImplementedError
