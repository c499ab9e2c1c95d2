"""The one line beside a state: its words, its length, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.month import Notice
from kiosk.closing import Closing
from kiosk.notices import FRESH_FOR, Told
from kiosk.states import Accepted, AlreadyRecorded, Approach, CameraTrouble, Idle, Locked
from kiosk.ui.notice_words import LONGEST, closing_line, personal_line
from kiosk.ui.phrases import LANGUAGES, Language, phrases_in
from kiosk.ui.presenter import Surroundings, present
from kiosk.ui.view import View

NOW = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
"""16:20 on a Monday in Jakarta, an hour later in Makassar, two in Jayapura."""
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
JAKARTA = ZoneInfo("Asia/Jakarta")
HERE = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")
ACCEPTED = Accepted("p-1", NOW, 9.0)
CLOSING = Closing(NOW + timedelta(minutes=10, seconds=59), NOW - timedelta(minutes=5), "out")
LONG = "Upacara bendera hari besar nasional di halaman kantor bupati"


def told(
    kind: str = "missed", day: date = date(2026, 11, 22), age: timedelta = timedelta(hours=1), **facts: Any
) -> Told:
    notice = Notice(kind=kind, day=str(day), until="2026-11-30", **facts)
    return Told(notice, day, date(2026, 11, 30), NOW - age)


def line(language: Language = "id", zone: ZoneInfo = JAKARTA, **facts: Any) -> str:
    return personal_line(told(**facts), phrases_in(language), now=NOW, zone=zone).text


FRIDAY, LAST = date(2026, 11, 20), date(2026, 11, 30)
SAID: list[tuple[dict[str, Any], str]] = [
    ({"lacks": "out"}, "Kemarin belum ada presensi pulang – lapor ke operator"),
    ({"lacks": "in"}, "Kemarin belum ada presensi masuk – lapor ke operator"),
    ({}, "Kemarin presensi belum lengkap – lapor ke operator"),
    ({"lacks": "apel_pagi"}, "Kemarin belum ada apel pagi – lapor ke operator"),
    ({"nothing": True}, "Kemarin tanpa presensi dan surat – lapor ke operator"),
    ({"day": FRIDAY, "lacks": "out"}, "Hari Jumat belum ada presensi pulang – lapor ke operator"),
    ({"kind": "letter", "day": LAST}, "Surat Anda belum dicatat, batas 30/11 – tanya operator"),
    ({"kind": "month", "day": LAST}, "Bulan ditutup 30/11, ada hari terbuka – lihat Rekap saya"),
    ({"kind": "training"}, ""),
    ({"day": date(2026, 11, 23)}, ""),
]
IN_ENGLISH = (
    "Yesterday: no departure scan – tell the operator",
    "Yesterday: no arrival scan – tell the operator",
    "Yesterday is incomplete – tell the operator",
    "Yesterday: no apel pagi – tell the operator",
    "Yesterday: no scan and no letter – tell the operator",
    "Friday: no departure scan – tell the operator",
    "Your letter is not entered, due 30/11 – ask the operator",
    "The month closes 30/11 with open days – see My month",
    "",
    "",
)


@pytest.mark.parametrize(("facts", "said"), SAID)
def test_line_says_what_is_open(facts: dict[str, Any], said: str) -> None:
    assert line(**facts).replace("\xa0", " ") == said


@pytest.mark.parametrize(("facts", "said"), [(facts, said) for (facts, _), said in zip(SAID, IN_ENGLISH, strict=True)])
def test_line_says_it_in_english(facts: dict[str, Any], said: str) -> None:
    assert line("en", **facts).replace("\xa0", " ") == said


def test_every_line_can_be_read_in_passing() -> None:
    kinds: list[dict[str, Any]] = [{"kind": "letter"}, {"kind": "month"}, {"nothing": True}] + [
        {"lacks": each} for each in ("", "in", "out", LONG, LONG.replace(" ", ""))
    ]
    days = [date(2026, 11, 22) - timedelta(days=back) for back in range(6)]
    lines = [line(language, **kind, day=day) for language, kind, day in product(LANGUAGES, kinds, days)]
    closings = [
        closing_line(replace(CLOSING, session=session, on_time=on_time), phrases_in(language), zone=JAKARTA).text
        for language, session, on_time in product(LANGUAGES, ("", LONG, "Apel pagi"), (True, False))
    ]
    for text in (*lines, *closings):
        assert 0 < len(text) <= LONGEST, text


@pytest.mark.parametrize(
    ("age", "said", "in_english"),
    [
        (timedelta(hours=1), "Data dari pusat pukul 15.20", "From the hub at 15:20"),
        (timedelta(hours=20), "Data dari pusat kemarin pukul 20.20", "From the hub yesterday at 20:20"),
        (FRESH_FOR + timedelta(minutes=1), "", ""),
    ],
)
def test_line_says_of_when_it_is_and_goes_when_that_is_long_ago(age: timedelta, said: str, in_english: str) -> None:
    for language, words in zip(LANGUAGES, (said, in_english), strict=True):
        found = personal_line(told(age=age), phrases_in(language), now=NOW, zone=JAKARTA)
        assert found.as_of == words
        assert bool(found.text) == bool(words)


@pytest.mark.parametrize(("zone", "clock"), list(zip(ZONES, ("16.30", "17.30", "18.30"), strict=True)))
def test_closing_is_told_by_the_clock_of_the_place(zone: str, clock: str) -> None:
    assert closing_line(CLOSING, phrases_in("id"), zone=ZoneInfo(zone)).text == f"Sesi PULANG ditutup {clock}"


@pytest.mark.parametrize(("zone", "when"), list(zip(ZONES, ("Hari Minggu", "Kemarin", "Kemarin"), strict=True)))
def test_yesterday_is_that_of_the_place(zone: str, when: str) -> None:
    """At 16:30 UTC it is still Monday in Jakarta, and Tuesday east of it."""
    now = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    day = date(2026, 11, 22) if zone == ZONES[0] else date(2026, 11, 24)
    found = Told(Notice(kind="missed", day=str(day), until="2026-11-30"), day, date(2026, 11, 30), now)
    assert personal_line(found, phrases_in("id"), now=now, zone=ZoneInfo(zone)).text.startswith(when)


def view(state: Any, around: Surroundings = HERE, language: Language = "id", **changes: Any) -> View:
    return present(state, around, name="Ani", now=NOW, language=language, **changes)


def test_screen_shows_the_line_in_both_languages() -> None:
    shown = view(ACCEPTED, told=told(lacks="out"))
    assert shown.notice.startswith("Kemarin belum ada presensi pulang")
    assert shown.notice_as_of == "Data dari pusat pukul 15.20"
    assert "Yesterday: no departure scan" in shown.second_line
    assert shown.second_line.startswith("Your attendance is saved.")
    turned = view(AlreadyRecorded("p-1", NOW, 9.0), language="en", told=told(lacks="out"))
    assert turned.notice.startswith("Yesterday: no departure scan")
    assert "Kemarin belum ada presensi pulang" in turned.second_line


def test_nothing_is_said_while_nobody_knows_what_time_it_is() -> None:
    free = replace(HERE, clock_trusted=False, closing=CLOSING)
    assert view(ACCEPTED, free, told=told(lacks="out")).notice == ""
    assert view(Idle(), free).notice == ""
    assert view(Idle(), free).second_line == view(Idle()).second_line


@pytest.mark.parametrize("state", [Approach("nearer"), CameraTrouble(), Locked(), ACCEPTED])
def test_closing_is_told_at_rest_only(state: Any) -> None:
    around = replace(HERE, closing=CLOSING)
    assert view(Idle(), around).notice == "Sesi PULANG ditutup 16.30"
    assert view(Idle(), around).second_line == "OUT closes at 16:30."
    assert view(state, around).notice == ""


def test_dim_screen_tells_nobody() -> None:
    night = replace(HERE, closing=CLOSING, night_from=16, night_until=18)
    assert view(Idle(), night).dim
    assert view(Idle(), night).notice == ""
