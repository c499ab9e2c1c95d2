"""A card reader that types, told from people who do."""

from __future__ import annotations

import pytest

from kiosk.ui.card_reader import LONGEST_GAP_SECONDS, LONGEST_NUMBER, CardReader


def typed(text: str, *, gap: float, before_enter: float | None = None) -> str | None:
    """What the reader makes of characters that follow each other so fast, and Enter."""
    reader = CardReader()
    at = 50.0
    for character in text:
        reader.take(character, at)
        at += gap
    return reader.end(at - gap + (gap if before_enter is None else before_enter))


@pytest.mark.parametrize("number", ["1234", "0009871234", "04A2B3C4D5E6F7", "9" * LONGEST_NUMBER])
def test_card_that_is_read_gives_its_number(number: str) -> None:
    assert typed(number, gap=0.01) == number


@pytest.mark.parametrize("number", ["", "123", "9" * (LONGEST_NUMBER + 1), "9" * (LONGEST_NUMBER + 30)])
def test_number_too_short_or_too_long_is_no_card(number: str) -> None:
    assert typed(number, gap=0.01) is None


def test_person_who_types_is_no_card() -> None:
    assert typed("1234567", gap=LONGEST_GAP_SECONDS * 1.2) is None


def test_enter_long_after_a_card_is_no_card() -> None:
    assert typed("1234567", gap=0.01, before_enter=0.5) is None


def test_stray_keys_before_a_card_do_not_spoil_it() -> None:
    reader = CardReader()
    reader.take("x", 1.0)
    for step, character in enumerate("004711"):
        reader.take(character, 2.0 + step * 0.005)
    assert reader.end(2.03) == "004711"


def test_card_after_a_card_begins_anew() -> None:
    reader = CardReader()
    for step, character in enumerate("111122"):
        reader.take(character, step * 0.005)
    assert reader.end(0.03) == "111122"
    for step, character in enumerate("3333"):
        reader.take(character, 0.04 + step * 0.005)
    assert reader.end(0.06) == "3333"
    assert reader.end(0.07) is None
