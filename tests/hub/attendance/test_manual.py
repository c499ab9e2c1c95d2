"""Days taken by hand: entered by one, decided by another, with a photo where pay hangs on it, never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hub.attendance.manual import decide_entries, enter_day, list_entries, withdraw_entry
from hub.attendance.manual_desk import ManualDay, read_clock
from hub.attendance.models import ManualEntry
from hub.attendance.months import close_month
from hub.attendance.outages import declare_outage
from hub.db import Database
from hub.errors import PaperError
from hub.roster.terms import Term, set_term
from tests.factories.desk import PaperDesk, at
from tests.factories.papers import photo, scan

TUESDAY = date(2026, 11, 10)


def entered(desk: PaperDesk, *, by: str = "siti", person: str | None = None, **changes: Any) -> int:
    options = {key: changes.pop(key) for key in ("photo", "outage_id") if key in changes}
    day = ManualDay(employee_id=person or desk.rina, work_date=TUESDAY, arrival="07:00", departure="15.05")
    return enter_day(
        desk.database,
        replace(day, **changes),
        reason="terminal rusak",
        by=by,
        now=desk.now,
        store=desk.store,
        **options,
    )


def decide(
    database: Database, *numbers: int, approved: bool = True, by: str = "budi", reason: str | None = None
) -> int:
    return decide_entries(database, numbers, approved=approved, by=by, now=at("2026-11-11 09:00"), reason=reason)


def test_entry_waits_for_another_person_and_marks_its_day(desk: PaperDesk) -> None:
    desk.settle()
    number = entered(desk, photo=photo())
    assert desk.dirty() == {"2026-11-10"}
    [line] = list_entries(desk.database)
    assert (line.id, line.state, line.name, line.unit) == (number, "submitted", "Rina Wulandari", "Dinas Kesehatan")
    assert (line.arrival, line.departure) == (at("2026-11-10 07:00"), at("2026-11-10 15:05"))
    assert f"{line.arrival:%H:%M %Z}" == "07:00 WIB"
    assert desk.store.read(line.sha256 or "") == photo().content
    desk.settle()
    assert decide(desk.database, number) == 1
    assert desk.dirty() == {"2026-11-10"}
    [line] = list_entries(desk.database, state="approved")
    assert (line.decided_by, line.decided_because) == ("budi", None)


def test_entry_counts_from_its_approval_to_its_withdrawal(desk: PaperDesk) -> None:
    number = entered(desk, arrival="07:12")
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    decide(desk.database, number)
    day = desk.day("2026-11-10")
    assert (day.status, day.late_min, day.early_min) == ("HADIR", 12, 0)
    withdraw_entry(desk.database, number, by="siti", reason="salah orang", now=desk.now)
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"


def test_who_entered_a_day_never_decides_about_it(desk: PaperDesk) -> None:
    number = entered(desk, by="Siti Aminah")
    for approved in (True, False):
        with pytest.raises(PaperError, match="somebody else must decide"):
            decide(desk.database, number, by=" siti  aminah", approved=approved, reason="x")
    assert list_entries(desk.database)[0].state == "submitted"


def test_entries_are_decided_all_or_none(desk: PaperDesk) -> None:
    budi = desk.office.employee("Budi", unit=desk.unit)
    first, second = entered(desk), entered(desk, person=budi, by="budi")
    with pytest.raises(PaperError, match=f"made the entry {second}"):
        decide(desk.database, first, second)
    assert {line.state for line in list_entries(desk.database)} == {"submitted"}
    assert decide(desk.database, first, second, by="hadi") == 2
    with pytest.raises(PaperError, match=f"The entry {first} is approved already"):
        decide(desk.database, first, by="hadi")
    with pytest.raises(PaperError, match="no manual entry 99"):
        decide(desk.database, 99)
    with pytest.raises(PaperError, match="Nothing waits"):
        decide(desk.database)


def test_refusing_needs_a_reason(desk: PaperDesk) -> None:
    number = entered(desk)
    with pytest.raises(PaperError, match="Say why"):
        decide(desk.database, number, approved=False)
    decide(desk.database, number, approved=False, reason="foto orang lain")
    [line] = list_entries(desk.database)
    assert (line.state, line.decided_because) == ("refused", "foto orang lain")


def test_entry_is_withdrawn_and_made_anew_but_never_doubled(desk: PaperDesk) -> None:
    number = entered(desk)
    with pytest.raises(PaperError, match=f"has the entry {number} for 2026-11-10 already"):
        entered(desk)
    decide(desk.database, number, reason="foto jelas")
    withdraw_entry(desk.database, number, by="siti", reason="salah jam", now=desk.now)
    [line] = list_entries(desk.database)
    assert (line.state, line.decided_by) == ("withdrawn", "budi")
    assert line.decided_because == "foto jelas; withdrawn on 2026-11-11 by siti: salah jam"
    assert entered(desk, arrival="07:10") > number
    with pytest.raises(PaperError, match="withdrawn already"):
        withdraw_entry(desk.database, number, by="siti", reason="x", now=desk.now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arrival": None, "departure": None}, "when the person came"),
        ({"arrival": " ", "departure": ""}, "when the person came"),
        ({"arrival": "7 pagi"}, "is no time"),
        ({"arrival": "24:00"}, "is no time"),
        ({"arrival": "15:05"}, "cannot have left at 15.05"),
        ({"work_date": date(2026, 11, 11), "departure": "08:01"}, "lies ahead"),
        ({"employee_id": "nobody"}, "no employee 'nobody'"),
        ({"outage_id": 7}, "no outage 7"),
        ({"photo": scan()}, "a photo is a JPEG or PNG picture"),
    ],
)
def test_day_that_cannot_be_is_refused_in_words(desk: PaperDesk, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PaperError, match=words):
        entered(desk, **changes)
    assert desk.rows(ManualEntry) == []


def test_departure_of_the_next_day_is_written_with_plus_one(desk: PaperDesk) -> None:
    entered(desk, arrival="21:00", departure="07:00+1")
    assert list_entries(desk.database)[0].departure == at("2026-11-11 07:00")


def test_day_outside_the_employment_is_refused(desk: PaperDesk) -> None:
    left = desk.office.employee("Tono", unit=desk.unit, employed=(None, date(2026, 11, 9)))
    with pytest.raises(PaperError, match="Tono was not employed on 2026-11-10"):
        entered(desk, person=left)


def test_part_timer_needs_a_photo(desk: PaperDesk) -> None:
    set_term(desk.database, desk.rina, Term(group="PPPK Paruh Waktu"), first=TUESDAY, by="bkpp", now=desk.now)
    with pytest.raises(PaperError, match="works part-time: the day needs a photo"):
        entered(desk)
    assert entered(desk, photo=photo())
    assert entered(desk, work_date=date(2026, 11, 9))


def test_part_timer_is_known_by_the_units_policy(desk: PaperDesk) -> None:
    unit = desk.office.unit("Sekolah", policy="jombang-part-time")
    with pytest.raises(PaperError, match="works part-time"):
        entered(desk, person=desk.office.employee("Dewi", unit=unit))


def test_closed_month_takes_no_entries_and_no_decisions(desk: PaperDesk) -> None:
    number = entered(desk)
    desk.now = at("2026-12-01 08:00")
    desk.settle()
    close_month(desk.database, TUESDAY, None, by="admin", now=desk.now)
    for act in (
        lambda: entered(desk, work_date=date(2026, 11, 9)),
        lambda: decide(desk.database, number),
        lambda: withdraw_entry(desk.database, number, by="siti", reason="x", now=desk.now),
    ):
        with pytest.raises(PaperError, match=r"November 2026 is closed.*presensi hub month reopen 2026-11"):
            act()


def test_entry_of_an_outage_is_of_its_unit_and_days(desk: PaperDesk) -> None:
    outage = declare_outage(
        desk.database, desk.unit, began_at=at("2026-11-10 05:00"), reason="listrik", by="siti", now=desk.now
    )
    with pytest.raises(PaperError, match="not on 2026-11-09"):
        entered(desk, work_date=date(2026, 11, 9), outage_id=outage)
    number = entered(desk, outage_id=outage)
    assert [line.id for line in list_entries(desk.database, outage_id=outage)] == [number]
    assert list_entries(desk.database, unit_id=desk.office.unit("Lain")) == []
    assert list_entries(desk.database, first=date(2026, 11, 11)) == []
    assert len(list_entries(desk.database, unit_id=desk.unit, employee_id=desk.rina, last=TUESDAY)) == 1


@pytest.mark.parametrize(("text", "clock"), [("7.05", "07:05"), ("07:05", "07:05"), (" 6 : 30 +1", "06:30+1")])
def test_times_are_read_as_forms_have_them(text: str, clock: str) -> None:
    assert read_clock(text) == clock
