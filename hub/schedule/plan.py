"""The hours of one working day: a chain of sessions, each with a window in which its punch is expected.

Times of day are *minutes from the midnight that begins the work date*: 07:00 is 420, `07:00+1` (the next day) is 1860
and `23:00-1` (the evening before) is -60. A shift that crosses midnight needs nothing special in these terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.errors import PolicyError

DAY_MINUTES = 1440
_WINDOW = re.compile(r"(?P<open>[\[(])\s*(?P<first>[^,\s]+)\s*,\s*(?P<last>[^,\s]+)\s*(?P<close>[\])])")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?([+-]1)?")


def parse_clock(text: object, *, field: str) -> int:
    """Minutes from midnight of the work date for `HH:MM`, `HH:MM+1` (next day) or `HH:MM-1` (day before).

    `field` names the place for the PolicyError raised when the text is no such time.
    """
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise PolicyError(f"{field}: {text!r} is no time; write HH:MM, or HH:MM+1 for the next day.")
    return int(match[1]) * 60 + int(match[2]) + int(match[3] or 0) * DAY_MINUTES


def format_clock(minute: int) -> str:
    """The inverse of parse_clock: 1860 is `07:00+1`."""
    days, rest = divmod(minute, DAY_MINUTES)
    return f"{rest // 60:02d}:{rest % 60:02d}" + (f"{days:+d}" if days else "")


@dataclass(frozen=True, slots=True)
class Session:
    """One punch that a day expects.

    opens, closes: the window, minutes from midnight, closed at both ends; None where the window has no such end.
    The first session is due when its window closes (the arrival), the last when it opens (the departure).
    """

    name: str
    opens: int | None
    closes: int | None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What one working day expects: at least two sessions in the order of the clock.

    break_: (from, to) in minutes from midnight, unpaid; None when the day has no break.
    quota: minutes of work that are paid for, where pay goes by duration; None elsewhere.
    """

    sessions: tuple[Session, ...]
    break_: tuple[int, int] | None = None
    quota: int | None = None

    @property
    def in_due(self) -> int:
        """The last minute at which an arrival is on time."""
        due = self.sessions[0].closes
        assert due is not None  # noqa: S101 - check_plan refuses a first session without a due time
        return due

    @property
    def out_due(self) -> int:
        """The first minute at which a departure is not early."""
        due = self.sessions[-1].opens
        assert due is not None  # noqa: S101 - check_plan refuses a last session without a due time
        return due

    @property
    def opens(self) -> int:
        """First minute of the first window.

        Without a stated one a day shift opens at midnight, a shift across midnight twelve hours before its middle.
        """
        stated = self.sessions[0].opens
        if stated is not None:
            return stated
        return min(0, self.in_due) if self.out_due < DAY_MINUTES else (self.in_due + self.out_due - DAY_MINUTES) // 2

    @property
    def closes(self) -> int:
        """Last minute of the last window; without a stated one the mirror image of `opens`."""
        stated = self.sessions[-1].closes
        if stated is not None:
            return stated
        if self.out_due < DAY_MINUTES:
            return DAY_MINUTES - 1
        return (self.in_due + self.out_due + DAY_MINUTES) // 2 - 1

    @property
    def work_minutes(self) -> int:
        """Minutes of work that the day asks for, without its break."""
        start, end = self.break_ or (0, 0)
        return self.out_due - self.in_due - (end - start)

    def break_within(self, start: int, end: int) -> int:
        """Minutes of the break that lie between two minutes."""
        first, last = self.break_ or (0, 0)
        return max(0, min(end, last) - max(start, first))


def plan_two_sessions(
    *,
    in_opens: int | None,
    in_due: int,
    out_due: int,
    out_closes: int | None,
    break_: tuple[int, int] | None = None,
    quota: int | None = None,
    field: str = "schedule",
) -> DayPlan:
    """A day of arrival (`in`) and departure (`out`); PolicyError, naming `field`, when the times contradict."""
    plan = DayPlan(
        sessions=(
            Session(name="in", opens=in_opens, closes=in_due),
            Session(name="out", opens=out_due, closes=out_closes),
        ),
        break_=break_,
        quota=quota,
    )
    check_plan(plan, field=field)
    return plan


def read_window(text: object, *, field: str) -> tuple[int, int]:
    """First and last minute of a window written as an interval: `[12:00,12:30)` ends at 12:29, `…]` at 12:30.

    PolicyError names `field`.
    """
    match = _WINDOW.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise PolicyError(f"{field}: {text!r} is no window; write [HH:MM,HH:MM], or [HH:MM,HH:MM) without its end.")
    first = parse_clock(match["first"], field=field) + (match["open"] == "(")
    last = parse_clock(match["last"], field=field) - (match["close"] == ")")
    return first, last


def check_plan(plan: DayPlan, *, field: str) -> None:
    """Refuse windows that close before they open or overlap, and a break outside the working time."""
    if len(plan.sessions) < 2:
        raise PolicyError(f"{field}: a day needs at least an arrival and a departure.")
    if plan.sessions[0].closes is None or plan.sessions[-1].opens is None:
        raise PolicyError(f"{field}: say when the arrival (in_due) and the departure (out_due) are due.")
    for session in plan.sessions:
        if session.opens is not None and session.closes is not None and session.opens > session.closes:
            raise PolicyError(
                f"{field}: the window of '{session.name}' closes ({format_clock(session.closes)}) before it opens "
                f"({format_clock(session.opens)}); for a shift across midnight write the time as HH:MM+1."
            )
    for earlier, later in zip(plan.sessions, plan.sessions[1:], strict=False):
        if earlier.closes is None or later.opens is None:
            raise PolicyError(f"{field}: '{earlier.name}' or '{later.name}' has an open end in the middle of the day.")
        if later.opens < earlier.closes or (earlier.closes == later.opens and len(plan.sessions) == 2):
            raise PolicyError(
                f"{field}: the windows of '{earlier.name}' (to {format_clock(earlier.closes)}) and '{later.name}' "
                f"(from {format_clock(later.opens)}) overlap; for a shift across midnight write the later as HH:MM+1."
            )
    if plan.closes - plan.opens >= 2 * DAY_MINUTES:
        raise PolicyError(f"{field}: the windows of one work date span two days or more.")
    if len(plan.sessions) > len({session.name for session in plan.sessions}):
        raise PolicyError(f"{field}: two sessions of the day have one name; name each of them differently.")
    if plan.quota is not None and not 0 < plan.quota < DAY_MINUTES:
        raise PolicyError(f"{field}: a quota of {plan.quota} minutes is not between 1 and {DAY_MINUTES - 1}.")
    _check_break(plan, field=field)


def _check_break(plan: DayPlan, *, field: str) -> None:
    if plan.break_ is None:
        return
    start, end = plan.break_
    if not plan.in_due <= start < end <= plan.out_due:
        raise PolicyError(
            f"{field}: the break {format_clock(start)}-{format_clock(end)} must lie inside the working time "
            f"{format_clock(plan.in_due)}-{format_clock(plan.out_due)}."
        )
