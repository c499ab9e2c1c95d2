"""One person's month of pay: days and what is on record in, an amount with its derivation out. Reads no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from hub.attendance.day import AttendanceDay, Flag, Sentence, Status
from hub.attendance.deduction import SessionPay
from hub.recap.allowance import pay_by_brackets, pay_by_duration, pay_by_points, pay_by_sessions, rupiah
from hub.recap.contracts import Contract, ContractMonth, contract_months
from hub.schedule.allowance import BracketAllowance, DurationAllowance, PointsAllowance, SessionAllowance
from hub.schedule.policy import Policy

Regime = Literal["sessions", "points", "duration", "brackets"]
Figure = int | str | bool


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """Activity points of a month; source: where they were imported from."""

    points: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayInputs:
    """What pay is made of beside the days; None: not on record.

    first, last: of the month. policy None: it cannot be read, and policy_error says why. tpp_base: rupiah.
    other_share_factor: of the nearest unit with a score. contracts: the newest first. holidays: of the unit.
    """

    first: date
    last: date
    policy: Policy | None
    policy_error: str = ""
    tpp_base: int | None = None
    earned: Earned | None = None
    other_share_factor: Decimal | None = None
    contracts: tuple[Contract, ...] = ()
    holidays: frozenset[date] = frozenset()


class MonthPay(msgspec.Struct, frozen=True, kw_only=True):
    """What a month came to; rupiah. amount None: it cannot be said, and `lacking` says what to do.

    base: the allowance or monthly pay before anything is taken. figures: the numbers of the regime by name, decimals
    as text. regime None: the policy has no rule for pay.
    """

    regime: Regime | None = None
    base: int | None = None
    amount: int | None = None
    deduction: int | None = None
    figures: dict[str, Figure] = {}
    derivation: tuple[Sentence, ...] = ()
    lacking: tuple[Sentence, ...] = ()


def month_pay(days: Sequence[AttendanceDay], inputs: PayInputs) -> MonthPay:
    """The amount of all of a person's days of a month; open days count nothing yet.

    A contract in force decides for pay by duration, whatever the unit's policy is.
    """
    settled = [day for day in days if day.is_settled]
    rule = inputs.policy.allowance if inputs.policy is not None else None
    if inputs.contracts or isinstance(rule, DurationAllowance):
        return _by_duration(days, settled, inputs)
    if inputs.policy is None:
        return MonthPay(lacking=(Sentence(inputs.policy_error, inputs.policy_error),))
    match rule:
        case SessionAllowance():
            return _by_sessions(rule, inputs.policy, days, settled, inputs.tpp_base)
        case PointsAllowance():
            return _by_points(rule, settled, inputs)
        case BracketAllowance():
            return _by_brackets(rule, settled, inputs.tpp_base)
        case _:
            return MonthPay(
                lacking=(
                    Sentence(
                        f"Kebijakan '{inputs.policy.name}' tidak memuat aturan tunjangan; salin dan tambahkan "
                        "[allowance].",
                        f"The policy '{inputs.policy.name}' has no rule for pay; copy it and add [allowance].",
                    ),
                )
            )


def _by_sessions(
    rule: SessionAllowance,
    policy: Policy,
    days: Sequence[AttendanceDay],
    settled: Sequence[AttendanceDay],
    tpp_base: int | None,
) -> MonthPay:
    misses = sum(day.session_misses or 0 for day in settled)
    workdays = sum(1 for day in days if day.status is not Status.LIBUR)
    sessions = _sessions_a_day(days, policy)
    figures: dict[str, Figure] = {"session_misses": misses, "sessions_a_day": sessions, "workdays": workdays}
    lacking = list(_lacking_base(tpp_base))
    if workdays == 0:
        lacking.append(
            Sentence(
                "Tidak ada hari kerja yang tercatat pada bulan ini.", "No working day is on record for this month."
            )
        )
    if tpp_base is None or lacking:
        return MonthPay(regime="sessions", base=tpp_base, figures=figures, lacking=tuple(lacking))
    paid = pay_by_sessions(rule, SessionPay(tpp_base=tpp_base, workdays=workdays), misses=misses, sessions=sessions)
    unknown = [day for day in settled if day.session_misses is None and day.status not in _COST_NOTHING]
    return MonthPay(
        regime="sessions",
        base=tpp_base,
        amount=paid.tpp_paid,
        deduction=paid.deduction,
        figures=figures,
        derivation=(*paid.derivation, *_other_rules(unknown)),
    )


def _by_points(rule: PointsAllowance, settled: Sequence[AttendanceDay], inputs: PayInputs) -> MonthPay:
    if inputs.other_share_factor is not None:
        rule = replace(rule, other_share_factor=inputs.other_share_factor)
    events, excused, unknown = _events(settled)
    figures: dict[str, Figure] = {
        "events": events,
        "excused_events": excused,
        "other_share_factor": f"{rule.other_share_factor:f}",
    }
    lacking = list(_lacking_base(inputs.tpp_base))
    if inputs.earned is None:
        lacking.append(
            Sentence(
                "Poin e-TPP bulan ini belum ada: impor dengan `presensi hub points import FILE`.",
                "The month's e-TPP points are not here yet: `presensi hub points import FILE`.",
            )
        )
    else:
        figures["earned_points"] = f"{inputs.earned.points:f}"
    if inputs.earned is None or inputs.tpp_base is None:
        return MonthPay(regime="points", base=inputs.tpp_base, figures=figures, lacking=tuple(lacking))
    paid = pay_by_points(rule, earned=inputs.earned.points, events=events, tpp_base=inputs.tpp_base)
    figures |= {
        "effective_points": f"{paid.effective_points:f}",
        "individual_factor": f"{paid.individual_factor:f}",
        "full_tpp": paid.full_tpp,
    }
    return MonthPay(
        regime="points",
        base=inputs.tpp_base,
        amount=paid.tpp_paid,
        deduction=paid.deduction,
        figures=figures,
        derivation=(
            Sentence(
                f"{events} kejadian tanpa surat, {excused} dengan surat; poin dari {inputs.earned.source}.",
                f"{events} events without a letter, {excused} with one; points from {inputs.earned.source}.",
            ),
            *paid.derivation,
            *_other_rules(unknown),
        ),
    )


def _by_brackets(rule: BracketAllowance, settled: Sequence[AttendanceDay], tpp_base: int | None) -> MonthPay:
    absent = sum(day.absent_days for day in settled)
    figures: dict[str, Figure] = {"absent_days": absent}
    if tpp_base is None:
        return MonthPay(regime="brackets", figures=figures, lacking=_lacking_base(tpp_base))
    paid = pay_by_brackets(
        rule,
        tpp_base=tpp_base,
        late=[0 if Flag.TERLAMBAT_DINAS in day.flags else day.late_min for day in settled],
        early=[0 if Flag.PULANG_AWAL_DINAS in day.flags else day.early_min for day in settled],
        absent_days=absent,
    )
    return MonthPay(
        regime="brackets",
        base=tpp_base,
        amount=paid.tpp_paid,
        deduction=paid.deduction,
        figures=figures | {"percent": f"{paid.percent:f}"},
        derivation=paid.derivation,
    )


def _by_duration(days: Sequence[AttendanceDay], settled: Sequence[AttendanceDay], inputs: PayInputs) -> MonthPay:
    months = contract_months(days, inputs.contracts, first=inputs.first, last=inputs.last, holidays=inputs.holidays)
    lacking = []
    if not months:
        lacking.append(
            Sentence(
                "Tidak ada kontrak paruh waktu yang berlaku pada bulan ini; catat kontraknya.",
                "No part-time contract with a slot is in force in this month; put the contract on record.",
            )
        )
    unpaid = [
        day
        for day in settled
        if day.paid_min is None
        and day.status is not Status.LIBUR
        and any(contract.holds_on(day.work_date) for contract in inputs.contracts)
    ]
    if unpaid:
        lacking.append(
            Sentence(
                f"{len(unpaid)} hari dinilai tanpa slot kontrak (mulai {unpaid[0].work_date:%d-%m-%Y}); pasang "
                "kebijakan paruh waktu pada unit atau kelompoknya.",
                f"{_days(len(unpaid))} assessed without the contract's slot (from {unpaid[0].work_date}); give the "
                "unit or group a part-time policy.",
            )
        )
    figures: dict[str, Figure] = {
        "quota_min": sum(each.own_days * each.contract.quota_min for each in months),
        "recorded_min": sum(day.recorded_min or 0 for day in settled),
        "paid_min": sum(each.paid_min for each in months),
        "short_min": sum(day.short_min or 0 for day in settled),
        "absent_days": sum(day.absent_days for day in settled),
        "contracts": ", ".join(each.contract.number for each in months),
    }
    if lacking:
        return MonthPay(regime="duration", figures=figures, lacking=tuple(lacking))
    paid = [
        pay_by_duration(monthly_pay=each.contract.monthly_pay, quota_min=each.quota_min, paid_min=each.paid_min)
        for each in months
    ]
    base = months[0].contract.monthly_pay if len(months) == 1 else sum(map(_whole_part, months))
    amount = sum(each.pay for each in paid)
    derivation = [
        sentence for month, each in zip(months, paid, strict=True) for sentence in (_quota(month), *each.derivation)
    ]
    if len(months) > 1:
        parts = " + ".join(rupiah(each.pay) for each in paid)
        derivation.append(
            Sentence(f"Jumlah kontrak: {parts} = {rupiah(amount)}.", f"Contracts together: {parts} = {rupiah(amount)}.")
        )
    return MonthPay(
        regime="duration",
        base=base,
        amount=amount,
        deduction=base - amount,
        figures=figures,
        derivation=tuple(derivation),
    )


def _whole_part(month: ContractMonth) -> int:
    """What a contract would pay for the dates that it has in the month, if every minute were worked."""
    return month.contract.monthly_pay * month.own_days // month.quota_days


def _quota(month: ContractMonth) -> Sentence:
    contract = month.contract
    id_part = en_part = ""
    if month.own_days < month.quota_days:
        id_part = f", {month.own_days} di antaranya dalam kontrak"
        en_part = f", {month.own_days} of them within the contract"
    return Sentence(
        f"Kontrak {contract.number}: kuota {month.quota_days} hari x {contract.quota_min} menit = {month.quota_min} "
        f"menit{id_part}.",
        f"Contract {contract.number}: a quota of {_days(month.quota_days)} x {contract.quota_min} minutes = "
        f"{month.quota_min} minutes{en_part}.",
    )


_COST_NOTHING = frozenset({Status.LIBUR, Status.DL, Status.C, Status.S, Status.I})


def _sessions_a_day(days: Iterable[AttendanceDay], policy: Policy) -> int:
    """How many sessions most of the days have; else those of the policy's first working day."""
    counts = Counter(len(day.sessions) for day in days if len(day.sessions) > 2)
    if counts:
        return max(counts, key=lambda sessions: (counts[sessions], sessions))
    return next((len(plan.sessions) for plan in policy.week or () if plan is not None), 4)


def _events(settled: Iterable[AttendanceDay]) -> tuple[int, int, list[AttendanceDay]]:
    """Events without and with a letter, and the days that were assessed by another rule and tell none."""
    events = excused = 0
    unknown = []
    for day in settled:
        if isinstance(day.deduction, dict) and "events" in day.deduction:
            events += len(day.deduction["events"])
            excused += len(day.deduction.get("excused", ()))
        elif day.status not in _COST_NOTHING and (day.late_min or day.early_min):
            unknown.append(day)
            events += bool(day.late_min) + bool(day.early_min)
    return events, excused, unknown


def _other_rules(days: Sequence[AttendanceDay]) -> tuple[Sentence, ...]:
    """A remark about days that were assessed by a policy with another rule for pay."""
    if not days:
        return ()
    policies = ", ".join(sorted({day.policy or "?" for day in days}))
    return (
        Sentence(
            f"{len(days)} hari dinilai menurut kebijakan lain ({policies}): terlambat dan pulang awal dihitung dari "
            "menitnya, sesi tidak dihitung.",
            f"{_days(len(days))} assessed by another policy ({policies}): late arrivals and early departures are "
            "counted from the minutes, sessions are not counted.",
        ),
    )


def _lacking_base(tpp_base: int | None) -> tuple[Sentence, ...]:
    if tpp_base is not None:
        return ()
    return (
        Sentence(
            "TPP dasar belum ada: impor kolom tpp dengan `presensi hub people import FILE`.",
            "The base allowance is not on record: import the column tpp with `presensi hub people import FILE`.",
        ),
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
