"""Dates and numbers as a letter spells them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.recap.forms.indonesian import write_date, write_day, write_number, write_time, write_zone


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (31, "tiga puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1945, "seribu sembilan ratus empat puluh lima"),
        (2026, "dua ribu dua puluh enam"),
        (9999, "sembilan ribu sembilan ratus sembilan puluh sembilan"),
    ],
)
def test_number_in_words(number: int, words: str) -> None:
    assert write_number(number) == words


@pytest.mark.parametrize("number", [-1, 10_000])
def test_number_beyond_a_date_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not spelled"):
        write_number(number)


def test_dates_of_the_calendar_s_edges() -> None:
    assert (write_day(date(2028, 2, 29)), write_date(date(2028, 2, 29))) == ("Selasa", "29 Februari 2028")
    assert (write_day(date(2026, 12, 31)), write_date(date(2026, 12, 31))) == ("Kamis", "31 Desember 2026")


def test_times_carry_their_zone() -> None:
    moment = datetime(2026, 3, 2, 7, 5, tzinfo=ZoneInfo("Asia/Makassar"))
    assert (write_time(moment), write_zone(moment.utcoffset())) == ("07.05", "WITA")
    assert [write_zone(timedelta(hours=hours)) for hours in (7, 8, 9, 0)] == ["WIB", "WITA", "WIT", "UTC+0"]
