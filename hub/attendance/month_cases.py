"""Worked cases of a month's pay: sums of attendance in, amounts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from hub.attendance.day import Sentence
from hub.attendance.deduction import SessionPay, plain_number
from hub.errors import PolicyError
from hub.recap.allowance import pay_by_brackets, pay_by_duration, pay_by_points, pay_by_sessions
from hub.schedule.allowance import (
    AllowanceRule,
    BracketAllowance,
    DurationAllowance,
    PointsAllowance,
    SessionAllowance,
    allowance_keys,
    change_allowance,
    read_decimal,
)
from hub.schedule.plan import parse_clock
from hub.schedule.policy import Policy, load_policy

_SESSIONS_A_DAY = 4


class GivenEvents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many arrivals were late, and how many departures early."""

    late: int = 0
    early: int = 0


class GivenSlot(msgspec.Struct, forbid_unknown_fields=True):
    """A contract's hours of a day."""

    start: str
    end: str
    quota_min: int


class GivenContract(msgspec.Struct, forbid_unknown_fields=True):
    """What a part-timer's month asks for; monthly_pay: rupiah."""

    days: int
    quota_min_per_day: int
    monthly_pay: int
    slot: GivenSlot | None = None


class GivenManual(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "in", "end": "out"}):
    """A day that somebody entered, with a photo."""

    start: str
    end: str
    photo: str | None = None


class GivenDays(msgspec.Struct, forbid_unknown_fields=True):
    """So many equal days of a contract. document, letter: anything but false or nothing is a valid letter.

    code: DL, C, S or I for a day that a letter decides; TK for an absence.
    """

    count: int = 1
    paid_min: int | None = None
    manual: GivenManual | None = None
    absent: bool = False
    excused: Any = None
    document: Any = None
    letter: Any = None
    code: Literal["DL", "C", "S", "I", "TK"] | None = None

    @property
    def is_excused(self) -> bool:
        return bool(self.excused or self.document or self.letter) or self.code in {"DL", "C", "S", "I"}

    @property
    def is_absent(self) -> bool:
        return (self.absent or self.code == "TK") and not self.is_excused


class GivenMonth(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The facts of a month; which of them matter is the policy's to say."""

    policy: str
    month: str
    tz: str = "Asia/Jakarta"
    as_of: datetime | None = None
    coverage: Any = "complete"
    month_closed: bool = True
    config: dict[str, Any] = {}
    earned_points: Any = None
    events_unexcused: GivenEvents = GivenEvents()
    events_excused: GivenEvents = GivenEvents()
    contract: GivenContract | None = None
    days: list[GivenDays] = []
    session_misses: int | list[int] | dict[str, int] = 0
    late_min: list[int | None] = []
    early_min: list[int | None] = []
    absent_days: int = 0


Kind = Literal["late", "early"]


def run_month(given: GivenMonth) -> dict[str, Any]:
    """The amounts of a month as plain JSON types; PolicyError names the key."""
    policy = load_policy(given.policy)
    rule, facts = split_config(policy, given.config, field="given.config")
    match rule:
        case PointsAllowance():
            return _by_points(rule, given, facts)
        case DurationAllowance():
            return _by_duration(given)
        case SessionAllowance():
            return _by_sessions(rule, policy, given, facts)
        case BracketAllowance():
            return _by_brackets(rule, given, facts)
        case None:
            raise PolicyError(f"given.policy: '{policy.name}' has no rule for pay; copy it and add [allowance].")


def split_config(
    policy: Policy, config: Mapping[str, Any], *, field: str
) -> tuple[AllowanceRule | None, dict[str, Any]]:
    """The policy's rule for pay with the config's numbers, and what the config says of the person or the month."""
    keys = allowance_keys(policy.allowance)
    rule = policy.allowance
    if rule is not None:
        rule = change_allowance(rule, {key: config[key] for key in keys & config.keys()}, field=field)
    return rule, {key: value for key, value in config.items() if key not in keys}


def read_rupiah(facts: Mapping[str, Any], key: str, *, field: str) -> int:
    """Whole rupiah of at least 0; PolicyError names the key."""
    amount = read_decimal(facts.get(key), f"{field}.{key}")
    if amount != amount.to_integral_value():
        raise PolicyError(f"{field}.{key}: {facts.get(key)!r} is no whole rupiah.")
    return int(amount)


def read_session_pay(facts: Mapping[str, Any], *, field: str) -> SessionPay:
    """tpp_base and workdays_in_month; PolicyError names the key."""
    workdays = facts.get("workdays_in_month")
    if not isinstance(workdays, int) or isinstance(workdays, bool) or workdays <= 0:
        raise PolicyError(f"{field}.workdays_in_month: {workdays!r} is no number of days.")
    return SessionPay(tpp_base=read_rupiah(facts, "tpp_base", field=field), workdays=workdays)


def _by_points(rule: PointsAllowance, given: GivenMonth, facts: Mapping[str, Any]) -> dict[str, Any]:
    events = given.events_unexcused
    if events.late < 0 or events.early < 0:
        raise PolicyError("given.events_unexcused: write numbers of at least 0.")
    paid = pay_by_points(
        rule,
        earned=read_decimal(given.earned_points, "given.earned_points"),
        events=events.late + events.early,
        tpp_base=read_rupiah(facts, "tpp_base", field="given.config"),
    )
    return {
        "effective_points": plain_number(paid.effective_points),
        "full_tpp": paid.full_tpp,
        "individual_factor": float(paid.individual_factor),
        "tpp_paid": paid.tpp_paid,
        "deduction": paid.deduction,
        **_explained(paid.derivation),
    }


def _by_duration(given: GivenMonth) -> dict[str, Any]:
    contract = given.contract
    if contract is None or contract.days <= 0 or contract.quota_min_per_day <= 0 or contract.monthly_pay < 0:
        raise PolicyError("given.contract: give days, quota_min_per_day and monthly_pay.")
    counted = sum(each.count for each in given.days)
    if counted > contract.days:
        raise PolicyError(f"given.days: {counted} days are more than the contract's {contract.days}.")
    quota = contract.days * contract.quota_min_per_day
    minutes = sum(each.count * _paid_of(each, contract) for each in given.days)
    paid = pay_by_duration(monthly_pay=contract.monthly_pay, quota_min=quota, paid_min=minutes)
    return {
        "quota_min": paid.quota_min,
        "paid_min": paid.paid_min,
        "absent_days": sum(each.count for each in given.days if each.is_absent),
        "pay": paid.pay,
        "deduction": paid.deduction,
        **_explained(paid.derivation),
    }


def _paid_of(days: GivenDays, contract: GivenContract) -> int:
    quota = contract.quota_min_per_day
    if days.absent or days.code is not None:
        return quota if days.is_excused else 0
    if days.manual is not None:
        if days.manual.photo != "approved":
            return 0
        arrival = parse_clock(days.manual.start, field="given.days.manual.in")
        departure = parse_clock(days.manual.end, field="given.days.manual.out")
        start = parse_clock(contract.slot.start, field="given.contract.slot.start") if contract.slot else arrival
        return min(quota, max(0, departure - max(arrival, start)))
    if days.paid_min is None:
        return quota if days.is_excused else 0
    if not 0 <= days.paid_min <= quota:
        raise PolicyError(f"given.days.paid_min: {days.paid_min} does not lie within the quota of {quota} minutes.")
    return days.paid_min


def _by_sessions(rule: SessionAllowance, policy: Policy, given: GivenMonth, facts: Mapping[str, Any]) -> dict[str, Any]:
    plans = [plan for plan in policy.week or () if plan is not None]
    paid = pay_by_sessions(
        rule,
        read_session_pay(facts, field="given.config"),
        misses=_total(given.session_misses),
        sessions=len(plans[0].sessions) if plans else _SESSIONS_A_DAY,
    )
    return {
        "session_misses": paid.session_misses,
        "tpp_paid": paid.tpp_paid,
        "deduction": paid.deduction,
        **_explained(paid.derivation),
    }


def _total(misses: int | list[int] | dict[str, int]) -> int:
    """Of the month, from the number itself, from each day's or from numbers by date."""
    days = [misses] if isinstance(misses, int) else list(misses.values() if isinstance(misses, dict) else misses)
    if any(each < 0 for each in days):
        raise PolicyError("given.session_misses: write numbers of at least 0.")
    return sum(days)


def _by_brackets(rule: BracketAllowance, given: GivenMonth, facts: Mapping[str, Any]) -> dict[str, Any]:
    paid = pay_by_brackets(
        rule,
        tpp_base=read_rupiah(facts, "tpp_base", field="given.config"),
        late=given.late_min,
        early=given.early_min,
        absent_days=given.absent_days,
    )
    return {
        "percent": plain_number(Decimal(paid.percent)),
        "absent_days": given.absent_days,
        "tpp_paid": paid.tpp_paid,
        "deduction": paid.deduction,
        **_explained(paid.derivation),
    }


def _explained(derivation: Sequence[Sentence]) -> dict[str, Any]:
    return {"explanation": msgspec.to_builtins(list(derivation))}
