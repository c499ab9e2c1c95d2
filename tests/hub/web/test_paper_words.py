"""Refusals of the papers' rules on pages: each in both languages, none with a command to type."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hub
from hub.errors import PaperError
from hub.web.language import Language
from hub.web.paper_words import in_indonesian, say

HUB = Path(hub.__file__).parent
SOURCES = sorted(path for folder in ("attendance", "review", "web", "web/views") for path in HUB.glob(f"{folder}/*.py"))


def sentences() -> Iterator[str]:
    """Every sentence that is raised, with something short in the place of what it names."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and isinstance(node.exc.func, ast.Name)
                and node.exc.func.id in {"PaperError", "BadInputError"}
            ):
                yield _words(node.exc.args[0])


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "12"


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_refusal_has_words_in_both_languages(sentence: str) -> None:
    told = in_indonesian(sentence)
    assert told is not None, sentence
    assert "presensi hub" not in told
    assert "presensi hub" not in say(Language("en"), PaperError(sentence))
    assert "`" not in say(Language("en"), PaperError(sentence))


def test_refusal_keeps_what_it_names() -> None:
    sentence = "surat.svg is neither PDF nor JPEG nor PNG; scan the paper as one of these."
    assert say(Language("id"), PaperError(sentence)).startswith("surat.svg bukan PDF, JPEG atau PNG")
    assert say(Language("en"), PaperError(sentence)) == sentence


def test_command_hint_is_left_out_in_english() -> None:
    sentence = "There is no letter 12; `presensi hub document list` shows them."
    assert say(Language("en"), PaperError(sentence)) == "There is no letter 12."


def test_unknown_refusal_is_shown_as_it_stands() -> None:
    assert say(Language("id"), PaperError("Something new.")) == "Something new."
