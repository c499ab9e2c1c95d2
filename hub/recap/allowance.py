"""What a month of attendance pays: four regimes, pure, each amount with its derivation.

Money is integer rupiah. Between the first number and the last everything is an exact fraction; an amount is rounded
down once, at its end (a deduction as well as a payment).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec

from hub.attendance.day import Sentence
from hub.attendance.deduction import SessionPay, price_of_misses
from hub.schedule.allowance import Bracket, BracketAllowance, PointsAllowance, SessionAllowance


class SessionsPaid(msgspec.Struct, frozen=True, kw_only=True):
    """A month under a price per missed session; rupiah."""

    session_misses: int
    tpp_paid: int
    deduction: int
    derivation: tuple[Sentence, ...]


class PointsPaid(msgspec.Struct, frozen=True, kw_only=True):
    """A month under points. individual_factor: of the individual share, at most 1, to six places; rupiah."""

    effective_points: Decimal
    full_tpp: bool
    individual_factor: Decimal
    tpp_paid: int
    deduction: int
    derivation: tuple[Sentence, ...]


class DurationPaid(msgspec.Struct, frozen=True, kw_only=True):
    """A month paid by the minute; rupiah."""

    quota_min: int
    paid_min: int
    pay: int
    deduction: int
    derivation: tuple[Sentence, ...]


class BracketsPaid(msgspec.Struct, frozen=True, kw_only=True):
    """A month under TL and PSW brackets. percent: of tpp_base x attendance share, at most 100; rupiah."""

    percent: Decimal
    tpp_paid: int
    deduction: int
    derivation: tuple[Sentence, ...]


def pay_by_sessions(rule: SessionAllowance, pay: SessionPay, *, misses: int, sessions: int) -> SessionsPaid:
    """What the misses of a month leave of the allowance; sessions: of a day."""
    deduction = min(pay.tpp_base, price_of_misses(rule, pay, misses=misses, sessions=sessions))
    per_day = rule.per_miss if rule.per_miss is not None else Decimal(sessions)
    base, share = rupiah(pay.tpp_base), rule.attendance_share
    return SessionsPaid(
        session_misses=misses,
        tpp_paid=pay.tpp_base - deduction,
        deduction=deduction,
        derivation=(
            Sentence(
                f"{misses} sesi terlewat x {base} x {_number(share)} / {pay.workdays} hari kerja / {_number(per_day)} "
                f"= {rupiah(deduction)} (dibulatkan ke bawah satu kali).",
                f"{misses} missed sessions x {base} x {share:f} / {pay.workdays} working days / {per_day:f} = "
                f"{rupiah(deduction)} (rounded down once).",
            ),
        ),
    )


def pay_by_points(rule: PointsAllowance, *, earned: Decimal, events: int, tpp_base: int) -> PointsPaid:
    """What earned points and unexcused events make of the allowance. ValueError for a negative number."""
    if earned < 0 or events < 0 or tpp_base < 0:
        raise ValueError("points, events and the allowance are never negative")
    kept = max(Decimal(0), 1 - rule.percent_per_event / 100 * events)
    effective = earned * kept
    factor = min(Fraction(1), Fraction(effective) / Fraction(rule.target_points))
    share, base = Fraction(rule.individual_share), Fraction(tpp_base)
    paid = int(base * share * factor + base * (1 - share) * Fraction(rule.other_share_factor))
    shown = Decimal(factor.numerator) / Decimal(factor.denominator)
    shown = shown.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return PointsPaid(
        effective_points=effective.normalize() + 0,
        full_tpp=effective >= rule.target_points,
        individual_factor=shown,
        tpp_paid=paid,
        deduction=tpp_base - paid,
        derivation=(
            Sentence(
                f"Poin efektif {_number(earned)} x (100 % - {events} x {_number(rule.percent_per_event)} %) = "
                f"{_number(effective)}; faktor {_number(effective)} / {_number(rule.target_points)} "
                f"= {_number(shown)}.",
                f"Effective points {earned:f} x (100 % - {events} x {rule.percent_per_event:f} %) = "
                f"{effective:f}; factor {effective:f} / {rule.target_points:f} = {shown:f}.",
            ),
            Sentence(
                f"TPP {rupiah(tpp_base)} x {_number(rule.individual_share)} x faktor + {rupiah(tpp_base)} x "
                f"{_number(1 - rule.individual_share)} x {_number(rule.other_share_factor)} = {rupiah(paid)}.",
                f"Allowance {rupiah(tpp_base)} x {rule.individual_share:f} x factor + {rupiah(tpp_base)} x "
                f"{1 - rule.individual_share:f} x {rule.other_share_factor:f} = {rupiah(paid)}.",
            ),
        ),
    )


def pay_by_duration(*, monthly_pay: int, quota_min: int, paid_min: int) -> DurationPaid:
    """What the paid minutes are of the month's quota. ValueError when they exceed it, or without a quota."""
    if quota_min <= 0 or not 0 <= paid_min <= quota_min:
        raise ValueError(f"{paid_min} paid minutes do not lie within a quota of {quota_min}")
    pay = monthly_pay * paid_min // quota_min
    return DurationPaid(
        quota_min=quota_min,
        paid_min=paid_min,
        pay=pay,
        deduction=monthly_pay - pay,
        derivation=(
            Sentence(
                f"{rupiah(monthly_pay)} x {paid_min} menit dibayar / {quota_min} menit kuota = {rupiah(pay)} "
                "(dibulatkan ke bawah satu kali).",
                f"{rupiah(monthly_pay)} x {paid_min} minutes paid / quota of {quota_min} = {rupiah(pay)} "
                "(rounded down once).",
            ),
        ),
    )


def pay_by_brackets(
    rule: BracketAllowance,
    *,
    tpp_base: int,
    late: Sequence[int | None],
    early: Sequence[int | None],
    absent_days: int = 0,
) -> BracketsPaid:
    """What late arrivals, early departures and absences leave of the allowance.

    late, early: minutes of each day; 0: on time; None: that side is missing, which takes the top bracket.
    """
    sides = (("TL", rule.late, late), ("PSW", rule.early, early))
    found: Counter[tuple[str, int]] = Counter()
    for name, brackets, minutes in sides:
        found.update((name, place) for each in minutes if (place := _bracket(brackets, each)) is not None)
    tables = {"TL": rule.late, "PSW": rule.early}
    percent = sum(
        (tables[name][place].percent * count for (name, place), count in found.items()),
        start=rule.absent_percent * absent_days,
    )
    percent = min(percent, Decimal(100))
    deduction = int(Fraction(tpp_base) * Fraction(rule.attendance_share) * Fraction(percent) / 100)
    parts = [
        (f"{count} x {name}{place + 1}", tables[name][place].percent) for (name, place), count in sorted(found.items())
    ]
    if absent_days:
        parts.append((f"{absent_days} x TK", rule.absent_percent))
    listed_id = "; ".join(f"{part} ({_number(each)} %)" for part, each in parts) or "tanpa pelanggaran"
    listed_en = "; ".join(f"{part} ({each:f} %)" for part, each in parts) or "no offence"
    return BracketsPaid(
        percent=percent,
        tpp_paid=tpp_base - deduction,
        deduction=deduction,
        derivation=(
            Sentence(
                f"{listed_id}: {_number(percent)} % x {_number(rule.attendance_share)} x {rupiah(tpp_base)} = "
                f"{rupiah(deduction)} (dibulatkan ke bawah satu kali).",
                f"{listed_en}: {percent:f} % x {rule.attendance_share:f} x {rupiah(tpp_base)} = {rupiah(deduction)} "
                "(rounded down once).",
            ),
        ),
    )


def rupiah(amount: int) -> str:
    """Rp1.200.000, as Indonesian forms write it."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")


def _bracket(brackets: Sequence[Bracket], minutes: int | None) -> int | None:
    """Place of the bracket that holds these minutes; None when there are none."""
    if minutes is None:
        return len(brackets) - 1
    if minutes <= 0:
        return None
    return next(place for place, each in enumerate(brackets) if each.up_to is None or minutes <= each.up_to)


def _number(number: Decimal) -> str:
    """With a comma, and without zeros at the end."""
    return f"{number.normalize():f}".replace(".", ",")
