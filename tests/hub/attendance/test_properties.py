"""What holds for all punches: totality, order, signs, and that one more scan harms nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.attendance.assess import assess
from hub.attendance.day import COMPLETE, AttendanceDay, Coverage, PunchSeen, Status
from hub.attendance.sessions import Mark
from hub.attendance.waiting import HINTS, cost_of, could_improve
from hub.schedule.calendar import Schedule
from hub.schedule.hours import Hours, read_hours
from hub.schedule.policy import load_policy

WIB = ZoneInfo("Asia/Jakarta")
MIDNIGHT = datetime(2026, 11, 10, tzinfo=WIB)
POLICIES = {
    "jember-5": load_policy("jember-5"),
    "jember-6": load_policy("jember-6"),
    "pati": load_policy("pati").with_hours(Hours(in_due=420, out_due=840).on(None, field="pati")),
    "night": load_policy("shift").with_hours(
        Hours(in_opens=1140, in_due=1260, out_due=1860, out_closes=1980).on(None, field="night")
    ),
    "kutim-4": load_policy("kutim-4"),
    "three": load_policy("kutim-4").with_hours(
        read_hours(
            {"sessions": {"pagi": "[06:00,07:00]", "siang": "[11:30,13:00]", "sore": "[14:30,17:30]"}}, field="three"
        ).on(None, field="three")
    ),
    "kulon-progo": load_policy("kulon-progo").with_hours(Hours(in_due=450, out_due=960).on(None, field="kulon-progo")),
    "jombang": load_policy("jombang-part-time").with_hours(
        Hours(in_due=480, out_due=720, quota=240).on(None, field="jombang")
    ),
}
policies = st.sampled_from(sorted(POLICIES)).map(POLICIES.__getitem__)
hints = st.sampled_from(HINTS)
# The minutes at which something changes, and any other minute of the neighbourhood.
minutes = st.one_of(st.integers(-300, 2200), st.sampled_from([299, 300, 420, 421, 659, 660, 870, 899, 900, 1080, 1081]))
seconds = st.builds(lambda minute, second: timedelta(minutes=minute, seconds=second), minutes, st.integers(0, 59))
bare_punches = st.builds(lambda after: PunchSeen(taken_at=MIDNIGHT + after), seconds)
punches = st.builds(lambda after, hint: PunchSeen(taken_at=MIDNIGHT + after, hint=hint), seconds, hints)
marks = st.lists(st.builds(Mark, minutes, hints), max_size=5).map(
    lambda some: sorted(some, key=lambda mark: mark.minute)
)


def assess_tuesday(
    policy, punches, *, coverage=COMPLETE, days_later=5.0, month_closed=False, holidays=()
) -> AttendanceDay:
    return assess(
        work_date=MIDNIGHT.date(),
        policy=policy,
        tz=WIB,
        punches=punches,
        as_of=MIDNIGHT + timedelta(days=days_later),
        coverage=coverage,
        month_closed=month_closed,
        holidays=holidays,
    )


def cost(day: AttendanceDay) -> tuple[int, int, int, int]:
    """What a settled day costs: absence first, then missed sessions, unpaid minutes, and minutes late and early."""
    nobody_came = day.status in (Status.BELUM_ADA_KETERANGAN, Status.TK)
    minutes_ = (day.late_min or 0) + (day.early_min or 0)
    return int(nobody_came), len(day.missing), day.short_min or 0, minutes_


@given(policy=policies, some=st.lists(punches, max_size=6), month_closed=st.booleans())
def test_minutes_are_never_negative_and_none_only_on_a_missing_side(policy, some, month_closed):
    day = assess_tuesday(policy, some, month_closed=month_closed)
    plan = policy.plan_of_weekday(1)
    somebody_came = day.status in (Status.TIDAK_LENGKAP, Status.HADIR)
    for minutes_, session in ((day.late_min, plan.sessions[0]), (day.early_min, plan.sessions[-1])):
        assert (minutes_ is None) == (somebody_came and session.name in day.missing)
        assert minutes_ is None or minutes_ >= 0
    for paid in (day.recorded_min, day.paid_min, day.short_min):
        assert paid is None or paid >= 0
    if day.paid_min is not None:
        assert day.paid_min + day.short_min == plan.quota
    assert day.absent_days == (1 if day.status is Status.TK else 0)


@given(
    policy=policies,
    some=st.lists(punches, max_size=6),
    days_later=st.sampled_from([0.2, 0.5, 0.75, 5.0]),
    coverage=st.just(COMPLETE) | st.builds(lambda upto: Coverage({"aula": MIDNIGHT + upto}), seconds),
    holiday=st.booleans(),
)
def test_every_punch_of_the_work_date_is_told_and_within_what_was_seen(policy, some, days_later, coverage, holiday):
    holidays = [MIDNIGHT.date()] if holiday else []
    day = assess_tuesday(policy, some, days_later=days_later, coverage=coverage, holidays=holidays)
    schedule = Schedule(policy=policy, holidays=frozenset(holidays))
    start, end = schedule.interval_of(MIDNIGHT.date(), WIB)
    moments = [punch.taken_at for punch in some if start <= punch.taken_at < end]
    assert (day.first_seen, day.last_seen) == (min(moments, default=None), max(moments, default=None))
    indonesian, english = (" ".join(getattr(why, code) for why in day.explanation) for code in ("id", "en"))
    for moment in moments:
        assert f"{moment:%H.%M}" in indonesian
        assert f"{moment:%H:%M}" in english


@given(policy=policies, data=st.data())
def test_order_of_arrival_does_not_matter(policy, data):
    some = data.draw(st.lists(punches, max_size=6))
    shuffled = data.draw(st.permutations(some))
    assert assess_tuesday(policy, some) == assess_tuesday(policy, shuffled)


@given(policy=policies, some=st.lists(bare_punches, max_size=5), extra=bare_punches)
def test_one_more_punch_without_a_choice_never_makes_a_day_worse(policy, some, extra):
    assert cost(assess_tuesday(policy, [*some, extra])) <= cost(assess_tuesday(policy, some))


@given(
    moments=st.lists(st.datetimes(timezones=st.sampled_from([WIB, ZoneInfo("UTC")])), max_size=6),
    work_date=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    as_of=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(WIB)),
    upto=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(WIB)),
    policy=policies,
)
def test_any_punches_at_all_yield_a_day(moments, work_date, as_of, upto, policy):
    day = assess(
        work_date=work_date,
        policy=policy,
        tz=WIB,
        punches=[PunchSeen(taken_at=moment) for moment in moments],
        as_of=as_of,
        coverage=Coverage({"lobi": upto}),
    )
    assert day.status in Status


@given(policy=policies, some=st.lists(punches, max_size=8))
def test_one_punch_fills_at_most_one_session_and_a_session_takes_at_most_one(policy, some):
    day = assess_tuesday(policy, some)
    filling = [session.at for session in day.sessions if session.at is not None] or [
        moment for moment in (day.arrival, day.departure) if moment is not None
    ]
    assert len(filling) <= len({id(punch) for punch in some})
    assert sorted(filling) == filling
    assert len(set(filling)) == len(filling) or len(some) > len({punch.taken_at for punch in some})


@settings(max_examples=40)
@given(policy=policies, some=marks, first=minutes, last=minutes)
def test_waiting_finds_every_minute_that_could_improve_a_day(policy, some, first, last):
    plan = policy.plan_of_weekday(1)
    assert plan is not None
    present = cost_of(plan, policy, some)
    improving = any(
        cost_of(plan, policy, sorted([*some, Mark(minute, hint)], key=lambda mark: mark.minute)) < present
        for minute in range(first, last + 1)
        for hint in HINTS
    )
    assert could_improve(plan, policy, some, first=first, last=last) == improving


@given(policy=policies, some=st.lists(bare_punches, max_size=4), late=st.lists(bare_punches, max_size=3), upto=seconds)
def test_day_that_does_not_wait_is_not_improved_by_what_was_not_delivered(policy, some, late, upto):
    """The promise behind rule 6: a verdict given despite an open kiosk is not taken back in somebody's favour."""
    coverage = Coverage({"aula": MIDNIGHT + upto})
    verdict = assess_tuesday(policy, some, coverage=coverage)
    if verdict.status is Status.MENUNGGU_DATA:
        return
    undelivered = [punch for punch in late if punch.taken_at > MIDNIGHT + upto]
    assert cost(assess_tuesday(policy, [*some, *undelivered])) >= cost(verdict)
