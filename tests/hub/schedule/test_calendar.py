"""Which hours are in force, and to which work date a moment belongs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import PolicyError
from hub.schedule.calendar import Schedule, day_interval, read_override, work_dates_for
from hub.schedule.hours import Hours
from hub.schedule.plan import format_clock, parse_clock
from hub.schedule.policy import load_policy

WIB = ZoneInfo("Asia/Jakarta")
TUESDAY = date(2026, 11, 10)


def shift(**hours: str) -> Schedule:
    times = {key: parse_clock(text, field=key) for key, text in hours.items()}
    return Schedule(policy=load_policy("shift").with_hours(Hours(**times).on(None, field="shift")))


DAYTIME = Schedule(policy=load_policy("jember-5"))
NIGHT = shift(in_opens="19:00", in_due="21:00", out_due="07:00+1", out_closes="09:00+1")
OPEN_NIGHT = shift(in_due="22:00", out_due="06:00+1")
EARLY = shift(in_opens="23:00-1", in_due="00:00", out_due="08:00", out_closes="10:00")
BACK_TO_BACK = shift(in_opens="05:00", in_due="07:00", out_due="06:00+1", out_closes="08:00+1")


@pytest.mark.parametrize(
    ("schedule", "start", "end"),
    [
        (DAYTIME, "10T00:00", "11T00:00"),
        (NIGHT, "10T14:00", "11T14:00"),
        (OPEN_NIGHT, "10T14:00", "11T14:00"),
        (EARLY, "09T16:30", "10T16:30"),
        (BACK_TO_BACK, "10T06:30", "11T06:30"),
    ],
)
def test_interval_of_a_work_date(schedule, start, end):
    assert schedule.interval_of(TUESDAY, WIB) == tuple(
        datetime.fromisoformat(f"2026-11-{moment}").replace(tzinfo=WIB) for moment in (start, end)
    )


@pytest.mark.parametrize("schedule", [DAYTIME, NIGHT, OPEN_NIGHT, EARLY, BACK_TO_BACK])
@given(minute=st.integers(0, 14 * 1440))
def test_every_moment_belongs_to_one_work_date(schedule, minute):
    moment = datetime(2026, 11, 2, tzinfo=WIB) + timedelta(minutes=minute)
    days = [moment.date() + timedelta(days=offset) for offset in (-2, -1, 0, 1, 2)]
    holders = [day for day in days if schedule.interval_of(day, WIB)[0] <= moment < schedule.interval_of(day, WIB)[1]]
    assert holders == [schedule.work_date_of(moment, WIB)]


def test_morning_after_a_night_shift_belongs_to_the_shift():
    moment = datetime(2026, 11, 11, 7, 5, tzinfo=WIB)
    assert work_dates_for(moment, [NIGHT], WIB) == [TUESDAY]
    assert work_dates_for(moment, [NIGHT, DAYTIME], WIB) == [TUESDAY, date(2026, 11, 11)]


def test_holiday_lends_the_night_before_its_morning():
    schedule = Schedule(policy=NIGHT.policy, holidays=frozenset({date(2026, 11, 11)}))
    assert schedule.work_date_of(datetime(2026, 11, 11, 8, 0, tzinfo=WIB), WIB) == TUESDAY
    assert schedule.work_date_of(datetime(2026, 11, 11, 20, 0, tzinfo=WIB), WIB) == date(2026, 11, 11)


def test_day_interval_takes_a_policy_and_its_calendar():
    assert day_interval(DAYTIME.policy, TUESDAY, WIB, holidays=[TUESDAY]) == DAYTIME.interval_of(TUESDAY, WIB)


def test_next_working_day_skips_rest_and_holidays():
    schedule = Schedule(policy=DAYTIME.policy, holidays=frozenset({date(2026, 11, 16)}))
    assert schedule.next_working_day(date(2026, 11, 13)) == date(2026, 11, 17)
    assert schedule.next_working_day(date.max) is None


def test_override_reads_weekday_names_in_both_languages():
    table = {"name": "Jumat", "from": "2026-02-18", "to": "2026-03-19", "days": ["Jumat", "thu", 1], "out_due": "15:30"}
    override = read_override(table, field="overrides[1]")
    assert override.weekdays == {4, 3, 0}
    assert read_override({**table, "days": ["Senin-Kamis"]}, field="x").weekdays == {0, 1, 2, 3}
    assert read_override({**table, "days": ["sat-mon"]}, field="x").weekdays == {5, 6, 0}
    assert override.hours == Hours(out_due=930)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"to": "2026-02-01"}, r"overrides\[1\]: it ends \(2026-02-01\) before it begins"),
        ({"from": "awal Ramadan"}, r"overrides\[1\]\.from: 'awal Ramadan' is no date"),
        ({"days": []}, r"overrides\[1\]\.days: write a list"),
        ({"days": "fri"}, r"overrides\[1\]\.days: write a list"),
        ({"days": ["mon-"]}, r"overrides\[1\]\.days: '' is no weekday"),
        ({"days": ["hari"]}, r"overrides\[1\]\.days: 'hari' is no weekday"),
        ({"in_deu": "08:00"}, r"overrides\[1\]: unknown key 'in_deu'"),
    ],
)
def test_override_with_a_mistake_is_refused(change, message):
    table = {"name": "Ramadan", "from": "2026-02-18", "to": "2026-03-19", "in_due": "08:00", **change}
    with pytest.raises(PolicyError, match=message):
        read_override(table, field="overrides[1]")


def test_override_drops_a_break_outside_its_hours():
    friday = date(2026, 3, 6)
    table = {"name": "Ramadan", "from": "2026-03-01", "to": "2026-03-31", "in_due": "08:00", "out_due": "11:30"}
    schedule = Schedule(policy=DAYTIME.policy, overrides=(read_override(table, field="o"),))
    plan = schedule.plan_on(friday)
    assert plan is not None
    assert plan.break_ is None
    assert DAYTIME.plan_on(friday).break_ == (660, 780)


@given(minute=st.integers(-1440, 2879))
def test_clock_reads_what_it_wrote(minute):
    assert parse_clock(format_clock(minute), field="x") == minute
