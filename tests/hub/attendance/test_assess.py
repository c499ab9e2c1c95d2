"""What a day is called: rest, running, waiting, absent, excused, cancelled."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from hub.attendance.assess import assess
from hub.attendance.day import Coverage, PunchSeen, Status, decode_day, encode_day, to_plain
from hub.errors import PolicyError
from hub.schedule.calendar import Override
from hub.schedule.hours import Hours
from hub.schedule.policy import load_policy

WIB = ZoneInfo("Asia/Jakarta")


def delivered(**kiosks: str | None) -> Coverage:
    return Coverage(
        {
            kiosk: None if upto is None else datetime.fromisoformat(f"2026-11-10T{upto}").replace(tzinfo=WIB)
            for kiosk, upto in kiosks.items()
        }
    )


@pytest.mark.parametrize(
    ("times", "as_of", "status", "late"),
    [
        ((), "2026-11-10T04:00", "BERJALAN", None),
        (("06:50",), "2026-11-10T12:00", "BERJALAN", 0),
        (("07:20",), "2026-11-10T12:00", "BERJALAN", 20),
        (("06:50", "15:10"), "2026-11-10T18:00:59", "BERJALAN", 0),
        (("06:50", "15:10"), "2026-11-10T18:01:00", "HADIR", 0),
        ((), "2026-11-10T18:01:00", "BELUM_ADA_KETERANGAN", 0),
    ],
)
def test_running_until_the_last_window_has_closed(assessed, times, as_of, status, late):
    day = assessed(*times, as_of=as_of)
    assert (str(day.status), day.late_min) == (status, late)
    assert status != "BERJALAN" or day.missing == ()


def test_running_day_does_not_call_anybody_late_while_an_earlier_punch_may_be_on_its_way(assessed):
    gap = assessed("07:20", as_of="2026-11-10T12:00", coverage=delivered(lobi="12:00", aula="06:30"))
    sure = assessed("07:20", as_of="2026-11-10T12:00", coverage=delivered(lobi="12:00", aula="07:21"))
    assert (gap.late_min, gap.flags) == (None, ())
    assert (sure.late_min, sure.flags) == (20, ("TERLAMBAT",))


def test_running_day_does_not_call_a_lunch_break_an_early_departure(assessed):
    day = assessed("06:50", "12:10", as_of="2026-11-10T13:00")
    assert (day.early_min, day.departure, day.flags) == (None, None, ())


@pytest.mark.parametrize(
    ("times", "kiosks", "waiting"),
    [
        # Late, and the kiosk holds nothing from before the arrival: only a missing or early departure waits.
        (("07:20", "15:10"), {"aula": "07:21:00"}, ()),
        (("07:20", "15:10"), {"aula": "07:19:59"}, ("aula",)),
        (("07:20", "14:00"), {"aula": "14:30"}, ("aula",)),
        (("06:50",), {"aula": "17:30"}, ("aula",)),
        # A minute delivered half-way may hold one more punch, a closed window none.
        (("06:50",), {"aula": "18:00:30"}, ("aula",)),
        (("06:50",), {"aula": "18:01:00"}, ()),
        # The morning's kiosk is complete, the evening's is not, the one that never spoke least of all.
        (("06:50",), {"lobi": "19:00", "aula": "11:00", "gudang": None}, ("aula", "gudang")),
        (("06:50", "15:10"), {"gudang": None}, ()),
        ((), {"lobi": "19:00"}, ()),
        ((), {"lobi": "05:00"}, ("lobi",)),
    ],
)
def test_waiting_only_for_what_could_improve_the_day(assessed, times, kiosks, waiting):
    day = assessed(*times, as_of="2026-11-10T19:00", coverage=delivered(**kiosks))
    assert day.waiting_for == waiting
    assert (day.status is Status.MENUNGGU_DATA) == bool(waiting)
    if waiting:
        assert (day.late_min, day.early_min, day.missing, day.absent_days) == (None, None, (), 0)
        assert day.flags == ("KIOSK_BELUM_SINKRON",)


def test_nobody_is_absent_by_a_cut_cable_even_when_the_month_is_closed(assessed):
    assert assessed(coverage=delivered(aula="11:00"), month_closed=True).status is Status.MENUNGGU_DATA
    assert assessed(coverage=delivered(aula="19:00"), month_closed=True).status is Status.TK


def test_absent_day_lists_all_sessions_and_costs_a_day_once_the_month_is_closed(assessed):
    open_month, closed = assessed("04:40"), assessed("04:40", month_closed=True)
    assert (open_month.status, open_month.absent_days, open_month.lampiran_i_code) == ("BELUM_ADA_KETERANGAN", 0, None)
    assert (closed.status, closed.absent_days, closed.lampiran_i_code) == ("TK", 1, "TK")
    for day in (open_month, closed):
        assert (day.missing, day.late_min, day.early_min) == (("in", "out"), 0, 0)
        assert day.flags == ("SEBELUM_JENDELA",)


def test_rest_days_and_holidays_keep_punches_without_minutes(assessed):
    saturday = assessed("07:30", "09:00", work_date=date(2026, 11, 14))
    holiday = assessed("07:30", holidays=[date(2026, 11, 10)])
    for day in (saturday, holiday):
        assert (day.status, day.late_min, day.early_min, day.absent_days, day.missing) == ("LIBUR", 0, 0, 0, ())
    assert "2 scan disimpan" in saturday.explanation[1].id


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_zone_of_the_site_decides_the_work_date(zone):
    tz = ZoneInfo(zone)
    local = [datetime(2026, 11, 10, 6, 55, tzinfo=tz), datetime(2026, 11, 10, 15, 0, tzinfo=tz)]
    day = assess(
        work_date=date(2026, 11, 10),
        policy=load_policy("jember-5"),
        tz=tz,
        punches=[PunchSeen(taken_at=moment.astimezone(timezone(timedelta(0)))) for moment in local],
        as_of=datetime(2026, 11, 11, tzinfo=tz),
    )
    assert (day.status, day.late_min, day.early_min) == ("HADIR", 0, 0)


def test_same_instant_is_on_time_in_jakarta_and_late_in_jayapura(assessed):
    moment = PunchSeen(taken_at=datetime(2026, 11, 9, 23, 50, tzinfo=ZoneInfo("UTC")))
    facts = {"work_date": date(2026, 11, 10), "policy": load_policy("jember-5"), "punches": [moment]}
    after = datetime(2026, 11, 12, tzinfo=WIB)
    assert assess(tz=WIB, as_of=after, **facts).late_min == 0
    assert assess(tz=ZoneInfo("Asia/Jayapura"), as_of=after, **facts).late_min == 110


@pytest.mark.parametrize("work_date", [date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_days_at_the_seams_of_the_calendar(assessed, work_date):
    assert assessed("06:59", "15:30" if work_date.weekday() != 4 else "14:30", work_date=work_date).status == "HADIR"


def test_night_shift_belongs_to_the_date_on_which_it_starts(assessed):
    hours = Hours(in_opens=19 * 60, in_due=21 * 60, out_due=31 * 60, out_closes=33 * 60).on(None, field="shift")
    night = load_policy("shift").with_hours(hours)
    punches = ("2026-11-10T20:48", "2026-11-11T07:05", "2026-11-11T21:02", "2026-11-12T06:30")
    tenth = assessed(*punches, policy=night)
    eleventh = assessed(*punches, policy=night, work_date=date(2026, 11, 11))
    assert (tenth.status, tenth.late_min, tenth.early_min, tenth.flags) == ("HADIR", 0, 0, ())
    assert (eleventh.late_min, eleventh.early_min) == (2, 30)
    assert assessed(*punches, policy=night, as_of="2026-11-11T08:00").status is Status.BERJALAN
    assert assessed(*punches, policy=night, as_of="2026-11-11T09:01").status is Status.HADIR


def test_override_replaces_times_of_its_days_and_leaves_rest_days(assessed):
    ramadan = Override(
        name="Ramadan",
        first=date(2026, 2, 18),
        last=date(2026, 3, 19),
        hours=Hours(in_opens=360, in_due=480, out_due=900, out_closes=1080),
    )
    friday = Override(
        name="Jumat", first=ramadan.first, last=ramadan.last, hours=Hours(out_due=930), weekdays=frozenset({4})
    )
    facts = {"overrides": [ramadan, friday]}
    assert assessed("08:01", "15:00", work_date=date(2026, 3, 2), **facts).late_min == 1
    assert assessed("08:00", "15:00", work_date=date(2026, 3, 6), **facts).early_min == 30
    assert assessed("08:00", "15:00", work_date=date(2026, 3, 20), **facts).late_min == 60
    assert assessed("08:00", work_date=date(2026, 3, 7), **facts).status is Status.LIBUR


def test_override_that_contradicts_the_hours_is_named(assessed):
    late = Override(name="Salah", first=date(2026, 11, 1), last=date(2026, 11, 30), hours=Hours(in_due=960))
    with pytest.raises(PolicyError, match=r"override 'Salah' on Selasa 2026-11-10.*overlap"):
        assessed("07:00", overrides=[late])


def test_policy_without_hours_asks_for_a_schedule(assessed):
    with pytest.raises(PolicyError, match="'pati' brings no hours"):
        assessed("07:00", policy="pati")


def test_pati_calls_leaving_early_melanggar(assessed):
    pati = load_policy("pati").with_hours(Hours(in_due=420, out_due=840).on(None, field="schedule"))
    day = assessed("07:10", "13:40", policy=pati)
    assert (day.late_min, day.early_min, set(day.flags)) == (10, 20, {"TERLAMBAT", "MELANGGAR"})
    assert assessed("00:00", "23:59", policy=pati).flags == ()


def test_naive_moments_are_refused(assessed):
    with pytest.raises(ValueError, match="time zone"):
        PunchSeen(taken_at=datetime(2026, 11, 10, 7))
    with pytest.raises(ValueError, match="time zone"):
        assess(work_date=date(2026, 11, 10), policy=load_policy("jember-5"), tz=WIB, as_of=datetime(2026, 11, 10))


def test_day_survives_storing_and_is_plain_json(assessed):
    day = assessed("07:10", "15:00")
    assert decode_day(encode_day(day)) == day
    plain = to_plain(day)
    assert plain["flags"] == ["TERLAMBAT"]
    assert plain["arrival"] == "2026-11-10T07:10:00+07:00"
