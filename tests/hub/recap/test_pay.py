"""A month's pay from stored days: the worked cases, missing inputs, moved people, and bounds that always hold."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import AttendanceDay, Flag, Status
from hub.db import Database
from hub.recap.contracts import Contract, contract_months
from hub.recap.month_pay import Earned, PayInputs, month_pay
from hub.recap.pay import PayLine, pay_month
from hub.schedule.policy import load_policy, read_policy
from tests.factories.pay import (
    NOVEMBER,
    dates_of,
    month_of_days,
    points_day,
    slot_day,
    workdays_of,
    write_contract,
    write_days,
    write_points,
    write_policy,
    write_score,
    write_term,
)

BRACKETS = """
name = "tl-psw"
title = "TL dan PSW"
basis = "contoh"
[allowance]
kind = "brackets"
absent_percent = 5
attendance_share = "0.4"
[[allowance.late]]
up_to = 30
percent = "0.5"
[[allowance.late]]
percent = "1.5"
[[allowance.early]]
up_to = 30
percent = "0.5"
[[allowance.early]]
percent = "1.5"
"""


@pytest.fixture
def cases(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "rules" / "cases.json").read_text())
    return {case["id"]: case for case in (found if isinstance(found, list) else found["cases"])}


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Kesehatan")


@pytest.fixture
def rina(office: InventedOffice, unit: int) -> str:
    return office.employee("Rina Wulandari", unit=unit, nip="198501012010011001")


def only_line(database: Database, unit_id: int | None = None) -> PayLine:
    (line,) = pay_month(database, NOVEMBER, unit_id).lines
    return line


def words(line: PayLine) -> str:
    return " ".join(sentence.en for sentence in (*line.derivation, *line.lacking, *line.reasons))


def test_points_of_a_month_equal_the_worked_case(
    database: Database, unit: int, rina: str, cases: dict[str, Any]
) -> None:
    case = cases["C18"]
    given_, expect = case["given"], case["expect"]
    days = workdays_of()
    unexcused, excused = given_["events_unexcused"], given_["events_excused"]
    changes = {day: points_day(late=10) for day in days[: unexcused["late"]]}
    changes |= {day: points_day(early=10) for day in days[5 : 5 + unexcused["early"]]}
    changes |= {day: points_day(late=10, excused=["late"]) for day in days[10 : 10 + excused["late"]]}
    write_days(database, rina, unit, month_of_days("kulon-progo", changes, **points_day()))
    write_term(database, rina, tpp_base=given_["config"]["tpp_base"])
    write_points(database, rina, str(given_["earned_points"]))
    line = only_line(database)
    assert (line.amount, line.deduction) == (expect["tpp_paid"], expect["deduction"])
    assert line.figures["effective_points"] == str(expect["effective_points"])
    assert line.figures["individual_factor"] == str(expect["individual_factor"])
    assert line.figures["full_tpp"] is expect["full_tpp"]
    assert not line.provisional
    assert line.is_ready


def test_a_part_timers_month_equals_the_worked_case(
    database: Database, office: InventedOffice, cases: dict[str, Any]
) -> None:
    expect = cases["C20"]["expect"]
    unit = office.unit("Dinas Pendidikan")
    dewi = office.employee("Dewi", unit=unit)
    days = workdays_of()
    absent = {"status": Status.TK, "absent_days": 1, "lampiran_i_code": "TK"}
    changes = {days[0]: {"status": Status.LIBUR, **_none()}, days[1]: slot_day(210), days[2]: slot_day(0) | absent}
    write_days(database, dewi, unit, month_of_days("jombang-part-time", changes, **slot_day(240)))
    write_contract(database, dewi)
    line = only_line(database)
    assert len(days) == cases["C20"]["given"]["contract"]["days"] + 1
    assert line.figures["quota_min"] == expect["quota_min"]
    assert line.figures["paid_min"] == expect["paid_min"]
    assert line.figures["absent_days"] == expect["absent_days"]
    assert (line.amount, line.deduction) == (expect["pay"], expect["deduction"])


def _none() -> dict[str, Any]:
    return {"recorded_min": None, "paid_min": None, "short_min": None, "deduction": None}


def test_missed_sessions_are_priced_by_the_working_days_of_the_month(database: Database, unit: int, rina: str) -> None:
    days = workdays_of()
    changes = {days[0]: {"session_misses": 2}, days[3]: {"session_misses": 1}}
    write_days(database, rina, unit, month_of_days("kutim-4", changes, session_misses=0))
    write_term(database, rina, tpp_base=2_000_000)
    line = only_line(database)
    assert line.figures == {"session_misses": 3, "sessions_a_day": 4, "workdays": len(days)}
    assert line.deduction == int(Decimal(2_000_000) * Decimal("0.4") * 3 / len(days) / 4)
    assert line.amount == 2_000_000 - line.deduction


def test_brackets_are_read_from_the_regencys_own_policy(database: Database, unit: int, rina: str) -> None:
    write_policy(database, "tl-psw", BRACKETS)
    days = workdays_of()
    changes = {
        days[0]: {"late_min": 12},
        days[1]: {"status": Status.TIDAK_LENGKAP, "early_min": None, "missing": ("out",)},
        days[2]: {"status": Status.TK, "absent_days": 1},
        days[3]: {"late_min": 50, "flags": (Flag.TERLAMBAT_DINAS,)},
    }
    write_days(database, rina, unit, month_of_days("tl-psw", changes))
    write_term(database, rina, tpp_base=3_000_000)
    line = only_line(database)
    assert line.figures["percent"] == "7.0"
    assert line.deduction == 84_000
    assert line.amount == 2_916_000
    assert line.lampiran_ii.terlambat_menit == 62


def test_what_is_not_on_record_is_named_and_never_zero(database: Database, unit: int, rina: str) -> None:
    write_days(database, rina, unit, month_of_days("kulon-progo", {}, **points_day()))
    line = only_line(database)
    assert line.amount is None
    assert "presensi hub people import" in words(line)
    assert "presensi hub points import" in words(line)
    assert pay_month(database, NOVEMBER).lacking == 1
    assert not line.is_ready


def test_a_policy_without_a_rule_for_pay_gives_the_sums_and_no_amount(database: Database, unit: int, rina: str) -> None:
    write_days(database, rina, unit, month_of_days("jember-5", {workdays_of()[0]: {"late_min": 7}}))
    write_term(database, rina, tpp_base=3_000_000)
    line = only_line(database)
    assert line.amount is None
    assert "no rule for pay" in words(line)
    assert line.lampiran_ii.terlambat_menit == 7
    assert line.is_ready


def test_open_days_make_an_amount_provisional(database: Database, unit: int, rina: str) -> None:
    waiting = {"status": Status.MENUNGGU_DATA, "late_min": None, "early_min": None, "deduction": None}
    write_days(database, rina, unit, month_of_days("kulon-progo", {workdays_of()[4]: waiting}, **points_day()))
    write_term(database, rina, tpp_base=3_000_000)
    write_points(database, rina, "6000")
    line = only_line(database)
    assert line.provisional
    assert line.amount == 3_000_000
    assert line.pending == (workdays_of()[4],)
    assert "MENUNGGU_DATA" in words(line)


def test_a_month_that_is_not_over_is_provisional_and_a_finished_employment_is_not(
    database: Database, office: InventedOffice, unit: int, rina: str
) -> None:
    left = office.employee("Budi", unit=unit, employed=(None, date(2026, 11, 20)))
    for person in (rina, left):
        days = [day for day in month_of_days("kulon-progo", {}, **points_day()) if day.work_date.day <= 20]
        write_days(database, person, unit, days)
        write_term(database, person, tpp_base=3_000_000)
        write_points(database, person, "6000")
    of_left, of_rina = pay_month(database, NOVEMBER).lines
    assert (of_left.provisional, of_rina.provisional) == (False, True)
    assert "last 10 days" in words(of_rina)


def test_somebody_who_moved_has_sums_in_both_units_and_the_amount_once(
    database: Database, office: InventedOffice, unit: int, rina: str
) -> None:
    other = office.unit("Dinas Pendidikan")
    days = month_of_days("kulon-progo", {day: points_day(late=5) for day in workdays_of()[::10]}, **points_day())
    write_days(database, rina, unit, [day for day in days if day.work_date.day <= 15])
    write_days(database, rina, other, [day for day in days if day.work_date.day > 15])
    write_term(database, rina, tpp_base=3_000_000)
    write_points(database, rina, "6000")
    before, after = pay_month(database, NOVEMBER).lines
    assert (before.unit.name, after.unit.name) == ("Dinas Kesehatan", "Dinas Pendidikan")
    assert (before.amount, before.paid_in.name) == (None, "Dinas Pendidikan")
    assert "Dinas Pendidikan" in words(before)
    assert after.figures["events"] == 3
    assert "Dinas Kesehatan (15)" in words(after)
    assert before.lampiran_ii.terlambat_menit + after.lampiran_ii.terlambat_menit == 15
    assert before.working_days + after.working_days == len(workdays_of())
    assert only_line(database, unit) == before
    assert only_line(database, other) == after


def test_the_newest_points_the_nearest_score_and_the_last_term_count(
    database: Database, office: InventedOffice, unit: int
) -> None:
    part = office.unit("Puskesmas", parent=unit)
    siti = office.employee("Siti", unit=part)
    write_days(database, siti, part, month_of_days("kulon-progo", {}, **points_day()))
    write_term(database, siti, tpp_base=2_000_000, valid_until=date(2026, 11, 14))
    write_term(database, siti, tpp_base=1_000_000, valid_from=date(2026, 11, 15))
    write_term(database, siti, tpp_base=9_000_000, valid_from=date(2026, 12, 1))
    write_points(database, siti, "100")
    write_points(database, siti, "6000")
    write_score(database, unit, "0.3")
    write_score(database, unit, "0.5")
    line = only_line(database)
    assert line.base == 1_000_000
    assert line.figures["other_share_factor"] == "0.5"
    assert line.amount == 600_000 + 200_000
    write_score(database, part, "0.25")
    assert only_line(database).amount == 700_000


def test_a_contract_that_begins_within_the_month_pays_for_its_part(database: Database, unit: int, rina: str) -> None:
    start = date(2026, 11, 16)
    days = [day for day in month_of_days("jombang-part-time", {}, **slot_day(240)) if day.work_date >= start]
    write_days(database, rina, unit, days)
    write_contract(database, rina, valid_from=start)
    line = only_line(database)
    assert line.figures["paid_min"] == 11 * 240
    assert line.amount == 1_200_000 * 11 // 21


def test_two_contracts_in_a_month_never_pay_more_than_one(database: Database, unit: int, rina: str) -> None:
    write_days(database, rina, unit, month_of_days("jombang-part-time", {}, **slot_day(240)))
    write_contract(database, rina, valid_until=date(2026, 11, 15))
    write_contract(database, rina, number="814/2/2026", valid_from=date(2026, 11, 16))
    line = only_line(database)
    assert line.figures["contracts"] == "814/1/2026, 814/2/2026"
    assert line.amount == line.base
    assert 1_199_998 <= (line.amount or 0) <= 1_200_000


def test_a_part_timer_without_a_contract_is_told_so(database: Database, unit: int, rina: str) -> None:
    write_days(database, rina, unit, month_of_days("jombang-part-time", {}, **slot_day(0)))
    line = only_line(database)
    assert line.amount is None
    assert "No part-time contract" in words(line)


def test_days_assessed_without_the_slot_give_no_amount(database: Database, unit: int, rina: str) -> None:
    write_days(database, rina, unit, month_of_days("jember-5", {}))
    write_contract(database, rina)
    line = only_line(database)
    assert line.amount is None
    assert "without the contract's slot" in words(line)


def test_decimals_stay_exact(database: Database, unit: int, rina: str) -> None:
    write_days(
        database, rina, unit, month_of_days("kulon-progo", {workdays_of()[0]: points_day(late=1)}, **points_day())
    )
    write_term(database, rina, tpp_base=3_333_333)
    write_points(database, rina, "5999.9999")
    line = only_line(database)
    assert line.figures["effective_points"] == "5939.999901"
    exact = Decimal(3_333_333) * Decimal("0.6") * Decimal("5939.999901") / 6000 + Decimal(3_333_333) * Decimal("0.4")
    assert line.amount == int(exact)


statuses = st.sampled_from(list(Status))
minutes = st.none() | st.integers(0, 600)


@st.composite
def any_day(draw: st.DrawFn, work_date: date) -> AttendanceDay:
    late, early = draw(minutes), draw(minutes)
    quota_paid = draw(st.none() | st.integers(0, 240))
    events = draw(st.lists(st.sampled_from(["late", "early"]), unique=True))
    status = draw(statuses)
    return AttendanceDay(
        work_date=work_date,
        policy="x",
        status=status,
        late_min=late,
        early_min=early,
        absent_days=draw(st.integers(0, 1)),
        session_misses=draw(st.none() | st.integers(0, 4)),
        deduction=draw(st.sampled_from([None, 0, {"points_pct": 1, "events": events, "excused": []}])),
        paid_min=quota_paid,
    )


@st.composite
def any_month(draw: st.DrawFn) -> list[AttendanceDay]:
    chosen = draw(st.sets(st.sampled_from(dates_of()), min_size=1, max_size=12))
    return [draw(any_day(day)) for day in sorted(chosen)]


@st.composite
def any_contracts(draw: st.DrawFn) -> tuple[Contract, ...]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        first = draw(st.sampled_from(dates_of()))
        last = draw(st.sampled_from([day for day in dates_of() if day >= first]))
        found.append(
            Contract(
                id=number,
                number=str(number),
                first=first,
                last=last,
                weekdays=tuple(draw(st.sets(st.integers(0, 6), min_size=1))),
                quota_min=draw(st.integers(1, 480)),
                monthly_pay=draw(st.integers(0, 5_000_000)),
            )
        )
    return tuple(reversed(found))


POLICIES = [
    load_policy("kutim-4"),
    load_policy("kulon-progo"),
    load_policy("jombang-part-time"),
    read_policy(tomllib.loads(BRACKETS), source="brackets"),
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    days=any_month(),
    policy=st.sampled_from(POLICIES),
    base=st.none() | st.integers(0, 50_000_000),
    points=st.none() | st.decimals(0, 20_000, places=4),
    factor=st.none() | st.decimals(0, 1, places=6),
    contracts=any_contracts(),
)
def test_an_amount_lies_between_nothing_and_its_base(
    days: list[AttendanceDay],
    policy: Any,
    base: int | None,
    points: Decimal | None,
    factor: Decimal | None,
    contracts: tuple[Contract, ...],
) -> None:
    paid = month_pay(
        days,
        PayInputs(
            first=NOVEMBER.first,
            last=NOVEMBER.last,
            policy=policy,
            tpp_base=base,
            earned=None if points is None else Earned(points=points, source="x"),
            other_share_factor=factor,
            contracts=contracts,
        ),
    )
    if paid.amount is None:
        assert paid.lacking
        return
    assert isinstance(paid.amount, int)
    assert paid.base is not None
    assert 0 <= paid.amount <= paid.base
    assert paid.deduction == paid.base - paid.amount
    assert paid.derivation


@given(days=any_month(), contracts=any_contracts())
def test_no_date_is_paid_by_two_contracts(days: list[AttendanceDay], contracts: tuple[Contract, ...]) -> None:
    months = contract_months(days, contracts, first=NOVEMBER.first, last=NOVEMBER.last)
    assert sum(each.own_days for each in months) <= len(dates_of())
    assert all(each.paid_min <= each.own_days * each.contract.quota_min for each in months)
