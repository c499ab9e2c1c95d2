"""Punches outside the windows wait for the operator, who decides about each with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from benchmarks.invented_office import EPOCH
from hub.attendance.corrections import PunchLine, decide_punches, list_outside
from hub.attendance.manual import decide_entries, enter_day
from hub.attendance.manual_desk import ManualDay
from hub.attendance.models import PunchDecision
from hub.attendance.months import close_month
from hub.errors import PaperError
from tests.factories.desk import PaperDesk, at

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
EARLY, LATE = f"kiosk-1/{EPOCH}/1", f"kiosk-1/{EPOCH}/3"


@pytest.fixture
def punched(desk: PaperDesk) -> PaperDesk:
    desk.office.kiosk("kiosk-1", delivered_up_to=desk.now)
    for moment in ("2026-11-10 04:40", "2026-11-10 15:10", "2026-11-10 18:20"):
        desk.office.punch("kiosk-1", desk.rina, at(moment))
    desk.settle()
    return desk


def listed(desk: PaperDesk, **wanted: Any) -> list[PunchLine]:
    return list_outside(desk.database, FIRST, LAST, **wanted)


def decide(desk: PaperDesk, *keys: str, accepted: bool = True, reason: str = "lembur") -> int:
    return decide_punches(desk.database, keys, accepted=accepted, by="siti", reason=reason, now=desk.now)


def test_punches_outside_the_windows_wait(punched: PaperDesk) -> None:
    early, late = listed(punched)
    assert (early.key, early.side, late.key, late.side) == (EARLY, "before", LATE, "after")
    assert (early.name, early.unit, early.device) == ("Rina Wulandari", "Dinas Kesehatan", "kiosk-1")
    assert (early.work_date, early.at, early.accepted) == (date(2026, 11, 10), at("2026-11-10 04:40"), None)
    assert f"{early.at:%H:%M}" == "04:40"


def test_decision_is_on_record_and_marks_the_day(punched: PaperDesk) -> None:
    assert punched.dirty() == set()
    assert decide(punched, EARLY) == 1
    assert punched.dirty() == {"2026-11-10"}
    assert [line.key for line in listed(punched)] == [LATE]
    early, _ = listed(punched, decided=True)
    assert (early.accepted, early.reason, early.decided_by) == (True, "lembur", "siti")


def test_accepted_punch_counts_and_a_rejected_one_counts_no_more(punched: PaperDesk) -> None:
    day = punched.day("2026-11-10")
    assert (day.status, day.day["flags"]) == ("TIDAK_LENGKAP", ["SEBELUM_JENDELA", "SETELAH_JENDELA"])
    decide(punched, EARLY)
    day = punched.day("2026-11-10")
    assert (day.status, day.late_min, day.day["flags"]) == ("HADIR", 0, ["SETELAH_JENDELA"])
    assert [line.key for line in listed(punched)] == [LATE]
    assert [line.accepted for line in listed(punched, decided=True)] == [True, None]
    decide(punched, EARLY, accepted=False, reason="bukan lembur")
    assert punched.status("2026-11-10") == "TIDAK_LENGKAP"


def test_day_entered_by_hand_is_no_punch_outside_the_windows(punched: PaperDesk) -> None:
    day = ManualDay(employee_id=punched.rina, work_date=date(2026, 11, 10), arrival="04:30", departure="19:00")
    number = enter_day(punched.database, day, reason="terminal rusak", by="siti", now=punched.now)
    decide_entries(punched.database, [number], approved=True, by="budi", now=punched.now)
    punched.settle()
    assert [line.key for line in listed(punched, decided=True)] == [EARLY, LATE]


def test_later_decision_takes_the_place_of_an_earlier_one(punched: PaperDesk) -> None:
    decide(punched, EARLY, LATE)
    decide(punched, EARLY, accepted=False, reason="bukan lembur")
    assert listed(punched) == []
    assert [line.accepted for line in listed(punched, decided=True)] == [False, True]
    assert len(punched.rows(PunchDecision)) == 3


def test_punch_is_named_shortly_where_that_is_one(punched: PaperDesk) -> None:
    assert decide(punched, "kiosk-1/1") == 1
    assert [line.key for line in listed(punched)] == [LATE]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("kiosk-1/9", "no punch 'kiosk-1/9'"),
        ("kiosk-2/1", "no punch"),
        (f"kiosk-1/{EPOCH}/", "is no punch"),
        ("", "is no punch"),
        ("kiosk-1/١", "is no punch"),
        ("kiosk-1/99999999999999999999", "is no punch"),
    ],
)
def test_punch_that_is_not_here_is_named_and_nothing_is_decided(punched: PaperDesk, key: str, words: str) -> None:
    with pytest.raises(PaperError, match=words):
        decide(punched, EARLY, key)
    assert punched.rows(PunchDecision) == []


def test_punch_of_nobody_is_decided_for_nobody(punched: PaperDesk) -> None:
    punched.office.punch("kiosk-1", "stranger", at("2026-11-10 18:30"))
    with pytest.raises(PaperError, match="of nobody whom the hub knows"):
        decide(punched, "kiosk-1/4")


def test_decision_needs_a_reason_and_a_punch(punched: PaperDesk) -> None:
    with pytest.raises(PaperError, match="Say why"):
        decide(punched, EARLY, reason="")
    with pytest.raises(PaperError, match="Say which punches"):
        decide(punched)


def test_closed_month_takes_no_decision(punched: PaperDesk) -> None:
    punched.now = at("2026-12-01 08:00")
    punched.office.deliver("kiosk-1", punched.now)
    punched.settle()
    close_month(punched.database, FIRST, None, by="admin", now=punched.now)
    with pytest.raises(PaperError, match="is closed for Dinas Kesehatan"):
        decide(punched, EARLY)


def test_list_is_of_a_unit_and_of_a_span(punched: PaperDesk) -> None:
    decide(punched, EARLY)
    assert len(listed(punched, unit_id=punched.unit, decided=True)) == 2
    assert listed(punched, unit_id=punched.office.unit("Lain"), decided=True) == []
    assert list_outside(punched.database, FIRST, date(2026, 11, 9), decided=True) == []
