"""The spans of letters, as people write them and as they are kept."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hub.attendance.covers import days_of, describe, from_stored, parse_cover, to_stored, touches
from hub.attendance.day import Cover
from hub.errors import PaperError


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-11-10", date(2026, 11, 10), date(2026, 11, 10)),
        ("2026-11-10..2026-11-12", date(2026, 11, 10), date(2026, 11, 12)),
        ("2026-11-10T07:00..2026-11-10T09:30", datetime(2026, 11, 10, 7), datetime(2026, 11, 10, 9, 30)),
        ("2026-11-10 07:00 .. 2026-11-11", datetime(2026, 11, 10, 7), date(2026, 11, 11)),
    ],
)
def test_span_is_read_kept_and_read_again(text: str, start: date, end: date) -> None:
    cover = parse_cover(text)
    assert (cover.start, cover.end) == (start, end)
    assert from_stored(to_stored([cover])) == (cover,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10-11-2026", "is no date"),
        ("2026-02-30", "is no date"),
        ("", "is no date"),
        ("2026-11-10..", "is no date"),
        ("2026-11-12..2026-11-10", "before it begins"),
        ("2026-11-10T09:00..2026-11-10T08:00", "before it begins"),
        ("2026-11-10T09:00..2026-11-09", "before it begins"),
        ("2026-11-10T09:00", "say until when"),
        ("2026-11-10T09:00+07:00..2026-11-10T10:00+07:00", "has a time zone"),
        ("2062-11-10..2206-11-10", "check the year"),
        ("2026-11-10..2036-11-10", "check the year"),
    ],
)
def test_span_that_cannot_be_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(PaperError, match=words):
        parse_cover(text)


def test_days_of_several_spans_are_each_named_once() -> None:
    covers = (parse_cover("2026-11-10..2026-11-11"), parse_cover("2026-11-11T07:00..2026-11-12T09:00"))
    assert days_of(covers) == [date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)]
    assert touches(covers, date(2026, 11, 12))
    assert not touches(covers, date(2026, 11, 13))
    assert describe(covers) == "2026-11-10 to 2026-11-11, 2026-11-11 07:00 to 2026-11-12 09:00"
    assert describe([Cover(start=date(2026, 11, 10), end=date(2026, 11, 10))]) == "2026-11-10"
