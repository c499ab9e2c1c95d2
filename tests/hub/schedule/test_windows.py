"""What kiosks are told of a day's sessions: how long before it is too late the screen says so."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from hub.errors import PolicyError
from hub.schedule.calendar import Schedule
from hub.schedule.policy import parse_policy
from hub.schedule.reminding import Reminding
from hub.schedule.windows import windows_on

MONDAY = date(2026, 11, 23)
HOURS = '[[hours]]\ndays=["mon-sun"]\nin_due="07:30"\nout_due="16:00"\n'


def before(rule: str = "", *, settings: str = "") -> list[int]:
    text = f'name="kita"\ntitle="Kita"\nbasis="SK 1"\n{settings}{HOURS}{rule}'
    schedule = Schedule(policy=parse_policy(text, source="kita"))
    return [window.before for window in windows_on(schedule, MONDAY, ZoneInfo("Asia/Makassar"))]


@pytest.mark.parametrize(
    ("rule", "minutes"),
    [
        ("", [15, 15]),
        ("[reminders]\nbefore=30\n", [30, 30]),
        ("[reminders]\nbefore=0\n", [0, 0]),
        ("[reminders]\nbefore=30\nkiosk=false\n", [0, 0]),
    ],
)
def test_kiosk_tells_as_early_as_the_policy_says(rule: str, minutes: list[int]) -> None:
    assert before(rule) == minutes


def test_departure_that_counts_all_day_never_closes() -> None:
    assert before(settings='out_of_window="count"\n') == [15, 0]


def test_policy_names_what_it_cannot_read() -> None:
    rule = parse_policy(f'name="k"\ntitle="K"\nbasis="SK"\n{HOURS}[reminders]\nkiosk=false\n', source="k").reminders
    assert rule == Reminding(kiosk=False)
    with pytest.raises(PolicyError, match=r"kiosk must be true or false, not 'no'"):
        before('[reminders]\nkiosk="no"\n')
