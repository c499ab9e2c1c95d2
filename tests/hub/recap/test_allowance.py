"""Amounts of a month under each regime of pay, to the rupiah."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.attendance.deduction import SessionPay
from hub.recap.allowance import pay_by_brackets, pay_by_duration, pay_by_points, pay_by_sessions, rupiah
from hub.schedule.allowance import PointsAllowance, SessionAllowance
from hub.schedule.policy import load_policy

POINTS = PointsAllowance()
BRACKETS = load_policy("perpres-21-2023").allowance


def test_points_are_reduced_by_the_sum_of_the_events_and_not_compounded():
    paid = pay_by_points(POINTS, earned=Decimal(6100), events=5, tpp_base=3_000_000)
    assert (paid.effective_points, paid.full_tpp, paid.tpp_paid, paid.deduction) == (5795, False, 2_938_500, 61_500)
    assert paid.individual_factor == Decimal("0.965833")


def test_points_beyond_the_target_pay_no_more_than_all():
    paid = pay_by_points(POINTS, earned=Decimal(9000), events=1, tpp_base=3_000_000)
    assert (paid.full_tpp, paid.individual_factor, paid.tpp_paid, paid.deduction) == (True, 1, 3_000_000, 0)


def test_a_hundred_events_leave_the_share_that_goes_by_the_office():
    paid = pay_by_points(POINTS, earned=Decimal(6000), events=130, tpp_base=3_000_000)
    assert (paid.effective_points, paid.tpp_paid) == (0, 1_200_000)


@given(
    earned=st.decimals(0, 20_000, places=2),
    events=st.integers(0, 200),
    base=st.integers(0, 50_000_000),
    more=st.integers(0, 50),
)
def test_points_pay_is_whole_never_negative_and_falls_with_every_event(earned, events, base, more):
    paid = pay_by_points(POINTS, earned=earned, events=events, tpp_base=base)
    assert 0 <= paid.tpp_paid <= base
    assert paid.tpp_paid + paid.deduction == base
    assert pay_by_points(POINTS, earned=earned, events=events + more, tpp_base=base).tpp_paid <= paid.tpp_paid


def test_month_of_a_part_timer_is_paid_by_the_minute():
    paid = pay_by_duration(monthly_pay=1_200_000, quota_min=4800, paid_min=4530)
    assert (paid.pay, paid.deduction) == (1_132_500, 67_500)
    assert "Rp1.200.000 x 4530 menit" in paid.derivation[0].id
    with pytest.raises(ValueError, match="do not lie within"):
        pay_by_duration(monthly_pay=1, quota_min=100, paid_min=101)


@given(pay=st.integers(0, 10_000_000), quota=st.integers(1, 20_000), data=st.data())
def test_duration_pay_is_rounded_down_once(pay, quota, data):
    paid = data.draw(st.integers(0, quota))
    amount = pay_by_duration(monthly_pay=pay, quota_min=quota, paid_min=paid).pay
    assert amount <= Fraction(pay * paid, quota) < amount + 1


def test_misses_of_a_month_are_rounded_down_once():
    pay = SessionPay(tpp_base=1_000_000, workdays=21)
    assert pay_by_sessions(SessionAllowance(), pay, misses=3, sessions=4).deduction == 14_285
    assert pay_by_sessions(SessionAllowance(), pay, misses=0, sessions=4).tpp_paid == 1_000_000
    assert pay_by_sessions(SessionAllowance(per_miss=Decimal(8)), pay, misses=2, sessions=4).deduction == 4_761


def test_brackets_take_the_top_one_for_a_missing_side():
    paid = pay_by_brackets(BRACKETS, tpp_base=4_000_000, late=[0, 1, 30, 31, 91, None], early=[60, 0], absent_days=1)
    # 0.5 + 0.5 + 1 + 1.5 + 1.5, then 1 for leaving early, then 5 for the absence
    assert paid.percent == Decimal("11.0")
    assert (paid.deduction, paid.tpp_paid) == (440_000, 3_560_000)
    assert "2 x TL4 (1,5 %)" in paid.derivation[0].id


def test_brackets_never_take_more_than_there_is():
    paid = pay_by_brackets(BRACKETS, tpp_base=4_000_000, late=[], early=[], absent_days=30)
    assert (paid.percent, paid.tpp_paid) == (100, 0)


def test_rupiah_as_forms_write_it():
    assert (rupiah(0), rupiah(1_200_000), rupiah(-500)) == ("Rp0", "Rp1.200.000", "-Rp500")
