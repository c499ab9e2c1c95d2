"""The words of the kiosk, in both languages."""

from __future__ import annotations

import string

import msgspec
import pytest

from kiosk.ui.phrases import LANGUAGES, Language, Phrases, phrases_in


def words_of(phrases: Phrases) -> dict[str, str]:
    """Every text of a language under its path."""
    found: dict[str, str] = {}

    def walk(path: str, part: object) -> None:
        if isinstance(part, str):
            found[path] = part
        elif isinstance(part, dict):
            for key, inner in part.items():
                walk(f"{path}.{key}", inner)

    walk("", msgspec.to_builtins(phrases))
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_have_no_empty_text(language: Language) -> None:
    words = words_of(phrases_in(language))
    assert len(words) > 50
    assert all(text.strip() == text and text for text in words.values())


def test_phrases_take_the_same_placeholders_in_both_languages() -> None:
    indonesian, english = (words_of(phrases_in(language)) for language in LANGUAGES)
    assert {path: placeholders(text) for path, text in indonesian.items()} == {
        path: placeholders(text) for path, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_are_short_enough_to_be_read_in_passing(language: Language) -> None:
    headlines = {path: text for path, text in words_of(phrases_in(language)).items() if path.endswith(".headline")}
    assert all(len(text) <= 22 for text in headlines.values()), headlines
