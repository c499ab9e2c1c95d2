"""One's own month as a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from contract.month import MonthDay, PersonMonth
from kiosk.states import ShowMonth
from kiosk.ui.month_sheet import present_month
from kiosk.ui.phrases import phrases_in
from kiosk.ui.view import MonthView

WIB = ZoneInfo("Asia/Jakarta")
TODAY = date(2026, 11, 23)
FRESH = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
DAYS = (
    MonthDay(
        date="2026-11-02",
        status="HADIR",
        in_at=datetime(2026, 11, 2, 0, 41, tzinfo=UTC),
        out_at=datetime(2026, 11, 2, 9, 2, tzinfo=UTC),
        late_min=11,
        early_min=6,
    ),
    MonthDay(date="2026-11-03", status="BELUM_ADA_KETERANGAN", open=True),
    MonthDay(date="2026-11-04", status="SESUATU_BARU"),
)
MONTH = PersonMonth(person="p-1", present=1, late_min=71, days=DAYS)


def sheet_of(month: PersonMonth | None = MONTH, *, of: str = "2026-11", as_of: datetime | None = FRESH) -> MonthView:
    return present_month(ShowMonth("p-1", 9.0, month, of, as_of), phrases_in("id"), zone=WIB, today=TODAY)


def test_every_day_of_the_month_has_its_place() -> None:
    sheet = sheet_of()
    assert (sheet.title, sheet.rows, len(sheet.days)) == ("November 2026", 6, 30)
    assert len({(day.row, day.column) for day in sheet.days}) == 30
    first, last = sheet.days[0], sheet.days[-1]
    assert (first.column, first.row) == (6, 0)
    assert (last.column, last.row) == (0, 5)
    assert [day.number for day in sheet.days if day.today] == ["23"]


def test_day_shows_word_times_and_minutes() -> None:
    day = sheet_of().days[1]
    assert (day.word, day.in_text, day.out_text, day.note, day.tone) == ("Hadir", "07.41", "16.02", "17 mnt", "good")


def test_open_day_is_marked_and_named() -> None:
    sheet = sheet_of()
    assert sheet.days[2].tone == "look"
    assert sheet.open == "Perlu dilengkapi: tanggal 3"


def test_word_that_only_the_hub_knows_is_shown_as_it_is() -> None:
    assert sheet_of().days[3].word == "Sesuatu baru"


def test_days_without_news_are_empty() -> None:
    later = sheet_of().days[24]
    assert (later.known, later.word, later.tone) == (False, "", "plain")


def test_sums_name_what_is_not_nothing() -> None:
    assert sheet_of().sums == ("Hadir 1 hari", "Terlambat 1 jam 11 menit")


def test_nothing_open_is_said() -> None:
    assert "Tidak ada" in sheet_of(PersonMonth(person="p-1", days=DAYS[:1])).open


def test_few_open_days_stay_on_one_line() -> None:
    days = tuple(MonthDay(date=f"2026-11-{n:02d}", status="TK", open=True) for n in (12, 18))
    assert sheet_of(PersonMonth(person="p-1", days=days)).open.endswith(" 12,\u00a018")


def test_many_open_days_are_cut_short() -> None:
    days = tuple(MonthDay(date=f"2026-11-{n:02d}", status="TK", open=True) for n in range(2, 12))
    assert sheet_of(PersonMonth(person="p-1", days=days)).open.endswith("6, 7, \u2026")


def test_freshness_names_the_day_when_it_is_not_today() -> None:
    assert sheet_of().as_of == "Per 06.00, data dari pusat"
    older = sheet_of(as_of=datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    assert older.as_of == "Per 21 November pukul 06.00, data dari pusat"
    assert sheet_of(as_of=None).as_of == ""


def test_month_that_never_came_says_so() -> None:
    sheet = sheet_of(None, of="", as_of=None)
    assert sheet.title == "November 2026"
    assert (sheet.days, sheet.rows) == ((), 0)
    assert "belum diterima" in sheet.empty


def stored_sheet(*stored: datetime, month: PersonMonth | None = None, of: str = "") -> MonthView:
    state = ShowMonth("p-1", 9.0, month, of, FRESH if of else None, stored)
    return present_month(state, phrases_in("id"), zone=WIB, today=TODAY)


def test_what_is_stored_here_is_shown_while_the_hub_is_silent() -> None:
    sheet = stored_sheet(datetime(2026, 11, 20, 0, 30, tzinfo=UTC), datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    day = sheet.days[19]
    assert (day.known, day.word, day.in_text, day.out_text) == (True, "Tersimpan", "07.30", "16.05")
    assert (sheet.sums, sheet.open, sheet.empty, sheet.sign) == (
        ("Dari kiosk ini saja",),
        "Rekap dari pusat belum diterima",
        "",
        "clock",
    )


def test_what_is_stored_here_never_overwrites_what_the_hub_says() -> None:
    here = (datetime(2026, 11, 2, 1, 0, tzinfo=UTC), datetime(2026, 11, 3, 0, 30, tzinfo=UTC))
    sheet = stored_sheet(*here, month=MONTH, of="2026-11")
    assert (sheet.days[1].in_text, sheet.days[1].out_text) == ("07.41", "16.02")
    open_day = sheet.days[2]
    assert (open_day.word, open_day.in_text, open_day.out_text, open_day.tone) == ("Kosong", "07.30", "", "look")
    assert sheet.sums == sheet_of().sums


def test_new_month_that_the_hub_does_not_know_yet_is_this_month() -> None:
    october = PersonMonth(person="p-1", days=(MonthDay(date="2026-10-01", status="HADIR"),))
    sheet = stored_sheet(datetime(2026, 11, 23, 0, 30, tzinfo=UTC), month=october, of="2026-10")
    assert (sheet.title, sheet.days[22].in_text) == ("November 2026", "07.30")
    assert stored_sheet(month=october, of="2026-10").title == "Oktober 2026"


def test_punch_of_another_month_is_not_shown() -> None:
    assert stored_sheet(datetime(2026, 10, 30, 0, 30, tzinfo=UTC)).empty
