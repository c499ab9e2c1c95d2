"""What a day costs under its policy's regime of pay: rupiah per session, points per event, or minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hub.schedule.allowance import DurationAllowance, PointsAllowance, SessionAllowance
from hub.schedule.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPay:
    """What a missed session's price is made of. tpp_base: rupiah a month; workdays: of the month."""

    tpp_base: int
    workdays: int


def price_of_misses(rule: SessionAllowance, pay: SessionPay, *, misses: int, sessions: int) -> int:
    """Rupiah that so many missed sessions cost together, rounded down once; sessions: of a day."""
    day_share = Fraction(pay.tpp_base) * Fraction(rule.attendance_share) / pay.workdays
    per_day = Fraction(rule.per_miss) if rule.per_miss is not None else Fraction(sessions)
    return int(day_share / per_day * misses)


def day_deduction(
    policy: Policy,
    *,
    misses: int = 0,
    sessions: int = 0,
    session_pay: SessionPay | None = None,
    events: Sequence[str] = (),
    excused: Sequence[str] = (),
    short: int | None = None,
) -> int | dict[str, Any] | None:
    """What a settled day costs; None where the policy sets no price, or what it needs is not known.

    misses: missed sessions; events, excused: `late` and `early`, without and with a letter; short: unpaid minutes.
    """
    match policy.allowance:
        case SessionAllowance() as rule:
            if misses == 0:
                return 0
            return None if session_pay is None else price_of_misses(rule, session_pay, misses=misses, sessions=sessions)
        case PointsAllowance() as rule:
            percent = plain_number(rule.percent_per_event * len(events))
            return {"points_pct": percent, "events": list(events), "excused": list(excused)}
        case DurationAllowance():
            return None if short is None else {"minutes": short}
        case _:
            return None


def plain_number(number: Decimal) -> int | float:
    """A Decimal as JSON writes it: whole numbers without a point."""
    return int(number) if number == number.to_integral_value() else float(number)
