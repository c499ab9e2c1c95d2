"""What can be touched in which state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kiosk.journal_records import RowKey
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Idle,
    Refused,
    ShowMonth,
    State,
    Withdrawn,
)
from kiosk.ui.controls import aside_of, buttons_of, countdown_text, duration, found_text, shown_matches
from kiosk.ui.phrases import LANGUAGES, phrases_in
from kiosk.ui.view import MATCH_ROWS

TAKEN = datetime(2026, 11, 22, 23, 58, tzinfo=UTC)
ROW = RowKey("kiosk-1", "3b241101-e2bb-4255-8caf-4136c566a962", 1)
IDENTITY = Identity("p-1", similarity=0.8, threshold=0.6, margin=0.2, frames=4, first_seen_at=0.0)
WORDS = phrases_in("id")


@pytest.mark.parametrize(
    ("state", "touches"),
    [
        (Idle(), []),
        (Approach("nearer"), []),
        (Accepted("p-1", TAKEN, 9.0, ROW), [("not_me", ""), ("month", "")]),
        (Accepted("p-1", TAKEN, 9.0), [("month", "")]),
        (AskNotMe("p-1", ROW, TAKEN, 9.0), [("not_mine", ""), ("dismiss", "")]),
        (AlreadyRecorded("p-1", TAKEN, 9.0), [("not_me", ""), ("month", "")]),
        (Refused("unrecognised", 9.0), []),
        (Refused("unrecognised", 9.0, ("pin", "card")), [("find_name", ""), ("dismiss", "")]),
        (Refused("unrecognised", 9.0, ("card",)), [("dismiss", "")]),
        (Refused("second_factor", 9.0, ("pin", "card")), [("find_name", ""), ("dismiss", "")]),
        (Withdrawn(9.0, ("pin",)), [("find_name", ""), ("dismiss", "")]),
        (
            Choose(IDENTITY, 9.0),
            [("choose", "in"), ("choose", "out"), ("choose", "duty"), ("dismiss", "")],
        ),
        (
            Choose(IDENTITY, 9.0, Proposal("check", "Apel pagi")),
            [("choose", "auto"), ("choose", "in"), ("choose", "out"), ("choose", "duty"), ("dismiss", "")],
        ),
        (FindName(9.0), [("dismiss", "")]),
        (EnterPin("p-1", 5, 9.0), [("dismiss", "")]),
        (CheckFace("p-1", "pin", 9.0), [("dismiss", "")]),
        (ShowMonth("p-1", 9.0), [("dismiss", "")]),
    ],
)
def test_state_offers_what_the_machine_takes(state: State, touches: list[tuple[str, str]]) -> None:
    for language in LANGUAGES:
        buttons = buttons_of(state, phrases_in(language))
        assert [(button.kind, button.value) for button in buttons] == touches
        assert all(button.label for button in buttons)


@pytest.mark.parametrize(
    ("reason", "label"),
    [("unrecognised", "Coba lagi"), ("second_factor", "Batal"), ("mistaken", "Batal"), ("no_liveness", "Batal")],
)
def test_another_try_is_offered_only_where_the_face_may_still_do(reason: Any, label: str) -> None:
    assert [button.label for button in buttons_of(Refused(reason, 9.0, ("card",)), WORDS)] == [label]


@pytest.mark.parametrize(("way", "marked"), [("in", "in"), ("out", "out"), ("check", "auto")])
def test_timetables_proposal_is_marked(way: Any, marked: str) -> None:
    buttons = buttons_of(Choose(IDENTITY, 9.0, Proposal(way, "Sesi 2")), WORDS)
    assert [button.value for button in buttons if button.marked] == [marked]
    assert all(("jadwal" in button.note) == button.marked for button in buttons)


def test_nothing_is_marked_without_a_proposal() -> None:
    assert not any(button.marked for button in buttons_of(Choose(IDENTITY, 9.0), WORDS))


@pytest.mark.parametrize(
    ("offers", "word"), [((), ""), (("pin",), ""), (("pin", "card"), "Tempelkan"), (("card",), "Tempelkan")]
)
def test_card_is_named_where_it_helps(offers: Any, word: str) -> None:
    aside = aside_of(Refused("unrecognised", 9.0, offers), WORDS)
    assert aside.startswith(word)
    assert bool(aside) == bool(word)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (0.0, "Otomatis MASUK dalam 8 detik"),
        (4.2, "Otomatis MASUK dalam 4 detik"),
        (99.0, "Otomatis MASUK dalam 0 detik"),
    ],
)
def test_countdown_says_what_happens_without_a_choice(now: float, text: str) -> None:
    assert countdown_text(Choose(IDENTITY, 8.0, Proposal("in")), WORDS, now) == text


def test_countdown_without_a_proposal_names_the_timetable() -> None:
    assert "sesuai jadwal" in countdown_text(Choose(IDENTITY, 8.0), WORDS, 0.0)


def test_more_names_than_have_room_are_counted() -> None:
    matches = tuple((f"p-{number}", f"Siti {number}") for number in range(MATCH_ROWS + 1))
    state = FindName(9.0, "SITI", matches, 7)
    assert len(shown_matches(state)) == MATCH_ROWS
    assert "8 nama lain" in found_text(state, WORDS)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (FindName(9.0), "Ketik"),
        (FindName(9.0, "  "), "Ketik"),
        (FindName(9.0, "XQ"), "Tidak ada"),
        (FindName(9.0, "SI", (("p-1", "Siti"),)), "Sentuh"),
    ],
)
def test_search_says_what_to_do_next(state: FindName, word: str) -> None:
    assert found_text(state, WORDS).startswith(word)


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 menit"), (8, "8 menit"), (60, "1 jam"), (135, "2 jam 15 menit")])
def test_minutes_are_said_as_people_do(minutes: int, words: str) -> None:
    assert duration(minutes, WORDS) == words
