"""Letters by state and unit as the database finds them, when they are due, and how their scans are shown."""

from __future__ import annotations

from datetime import date
from typing import get_args

import cv2
import numpy as np
import pytest

from hub.attendance.covers import parse_cover
from hub.attendance.deadlines import deadline_of
from hub.attendance.document_list import count_waiting, list_documents
from hub.attendance.document_rows import State
from hub.attendance.documents import Letter, enter, refuse, submit, verify, withdraw
from hub.attendance.outlook import outlook_on_record
from hub.attendance.paper_previews import PREVIEW_SIDE, preview
from tests.factories.desk import PaperDesk
from tests.factories.papers import jpeg, pdf, png

TODAY = date(2026, 11, 11)


@pytest.fixture
def numbers(desk: PaperDesk) -> dict[str, int]:
    """A letter in each state."""
    found = {}
    for day, state in enumerate(get_args(State), 2):
        letter = Letter(type="Surat Ijin", covers=(parse_cover(f"2026-11-{day:02d}"),), known_by="Atasan Langsung")
        found[state] = submit(desk.database, desk.rina, letter, by="siti", now=desk.now).id
    for state in ("verified", "entered", "withdrawn"):
        verify(desk.database, found[state], by="budi", now=desk.now)
    enter(desk.database, found["entered"], by="siti", now=desk.now)
    refuse(desk.database, found["refused"], by="budi", reason="x", now=desk.now)
    withdraw(desk.database, found["withdrawn"], by="siti", reason="x", now=desk.now)
    return found


@pytest.mark.parametrize("state", get_args(State))
def test_database_finds_each_state_as_it_is_told(desk: PaperDesk, numbers: dict[str, int], state: State) -> None:
    [line] = list_documents(desk.database, state=state, on=TODAY)
    assert (line.id, line.state) == (numbers[state], state)


def test_letters_of_a_unit_are_those_of_its_people_today(desk: PaperDesk, numbers: dict[str, int]) -> None:
    other = desk.office.unit("Dinas Pendidikan")
    assert len(list_documents(desk.database, unit_id=desk.unit, on=TODAY)) == 5
    assert list_documents(desk.database, unit_id=other, on=TODAY) == []
    assert count_waiting(desk.database, desk.unit, on=TODAY) == {"submitted": 1, "verified": 1}
    assert count_waiting(desk.database, other, on=TODAY) == {"submitted": 0, "verified": 0}
    assert [line.id for line in list_documents(desk.database, on=TODAY, limit=2)] == [5, 4]


def test_outlook_is_told_of_letters_in_force_only(desk: PaperDesk, numbers: dict[str, int]) -> None:
    assert outlook_on_record(desk.database, numbers["submitted"], today=TODAY) is not None
    for number in (numbers["refused"], numbers["withdrawn"], 99):
        assert outlook_on_record(desk.database, number, today=TODAY) is None


@pytest.mark.parametrize(
    ("today", "days_left", "urgency"),
    [
        (date(2026, 11, 11), 19, "later"),
        (date(2026, 11, 27), 3, "soon"),
        (date(2026, 11, 30), 0, "today"),
        (date(2026, 12, 2), -2, "over"),
    ],
)
def test_letter_is_due_by_the_end_of_its_first_month(today: date, days_left: int, urgency: str) -> None:
    deadline = deadline_of("submitted", date(2026, 11, 28), today=today)
    assert deadline is not None
    assert (deadline.due, deadline.days_left, deadline.urgency) == (date(2026, 11, 30), days_left, urgency)
    assert deadline_of("entered", date(2026, 11, 28), today=today) is None


def test_scans_are_shown_small_and_as_pictures() -> None:
    for content, media_type in ((jpeg(side=2_000), "image/jpeg"), (png(), "image/png"), (pdf(), "application/pdf")):
        shown = preview(content, media_type)
        assert shown is not None
        picture = cv2.imdecode(np.frombuffer(shown[0], np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert max(picture.shape[:2]) <= max(PREVIEW_SIDE, 1_400)
    assert preview(b"%PDF-1.7", "application/pdf") is None
    assert preview(b"no picture", "image/jpeg") is None
