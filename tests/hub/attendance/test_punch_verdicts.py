"""What became of each punch: the one that counted and the one that did not, with the reason for each."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.attendance.day import COMPLETE, Doubt, PunchSeen, Status
from hub.attendance.evidence import Evidence
from hub.attendance.punch_verdicts import judge_punches, plan_of
from hub.schedule.calendar import Schedule
from hub.schedule.policy import load_policy

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 3, 2)


def at(clock: str, *, day: int = 2, doubt: Doubt | None = None, accepted: bool = False) -> PunchSeen:
    moment = datetime.fromisoformat(f"2026-03-0{day}T{clock}").replace(tzinfo=JAKARTA)
    key = clock if day == 2 else f"{day} {clock}"
    return PunchSeen(taken_at=moment, device="kiosk-1", key=key, doubt=doubt, accepted=accepted)


def evidence(*punches: PunchSeen, policy: str = "jember-5", schedule: str | None = None, on: date = MONDAY) -> Evidence:
    return Evidence(
        employee_id="rina", work_date=on, unit_id=1, schedule=schedule or Schedule(policy=load_policy(policy)),
        tz=JAKARTA, punches=punches, documents=(), coverage=COMPLETE, month_closed=False,
    )  # fmt: skip


def became(known: Evidence, status: Status | None = Status.HADIR) -> dict[str, str]:
    return {key: verdict.became for key, verdict in judge_punches(known, status).items()}


def test_every_punch_of_a_plain_day_has_its_place() -> None:
    known = evidence(*(at(clock) for clock in ("04:30", "06:50", "06:58", "11:30", "15:10", "19:30")))
    assert became(known) == {
        "04:30": "before", "06:50": "in", "06:58": "repeat", "11:30": "between", "15:10": "out", "19:30": "after",
    }  # fmt: skip
    verdicts = judge_punches(known, Status.HADIR)
    assert [key for key, verdict in verdicts.items() if verdict.counted] == ["06:50", "15:10"]
    assert verdicts["04:30"].why.id == "Sebelum jendela dibuka 05.00."
    assert verdicts["06:58"].why.en == "Less than 30 min from the punch 06:50: counted once."


def test_sessions_name_what_they_were_filled_by() -> None:
    known = evidence(at("07:25"), at("12:10"), at("12:12"), at("12:45"), at("16:10"), policy="kutim-4")
    assert became(known) == {
        "07:25": "session", "12:10": "session", "12:12": "between", "12:45": "session", "16:10": "session",
    }  # fmt: skip


@pytest.mark.parametrize("doubt", ["disavowed", "upheld", "refused"])
def test_doubted_punches_count_for_nothing(doubt: Doubt) -> None:
    assert became(evidence(at("06:50", doubt=doubt), at("15:10"))) == {"06:50": "doubted", "15:10": "out"}


def test_punch_in_review_counts_and_says_that_it_waits() -> None:
    verdict = judge_punches(evidence(at("06:50", doubt="review"), at("15:10")), Status.HADIR)["06:50"]
    assert verdict.counted
    assert verdict.why.id == "Dihitung sebagai datang. Menunggu ditinjau."


def test_accepted_punch_outside_the_windows_fills_the_session() -> None:
    assert became(evidence(at("04:30", accepted=True), at("15:10"))) == {"04:30": "in", "15:10": "out"}


def test_letter_and_rest_day_keep_punches_without_counting() -> None:
    assert became(evidence(at("06:50")), Status.DL) == {"06:50": "letter"}
    sunday = evidence(at("06:50"), at("06:50", day=1), on=date(2026, 3, 1))
    assert became(sunday, Status.LIBUR) == {"1 06:50": "rest"}
    assert plan_of(sunday) is None


def test_hours_that_contradict_each_other_judge_nothing() -> None:
    known = evidence(at("06:50"), schedule="no")
    assert judge_punches(known, None) == {}
    assert plan_of(known) is None
