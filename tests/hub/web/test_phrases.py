"""Every word in both languages, and every word that a template asks for."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import Role
from hub.attendance.day import Status
from hub.fleet.models import AlarmKind
from hub.recap.daily import DailyCounts
from hub.web import phrases
from hub.web.language import Language, choose_language
from hub.web.pages import STATUS_COLOURS, TEMPLATES
from hub.web.phrases import PHRASES


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_phrase_is_there_in_both_languages_with_the_same_parts(key: str) -> None:
    indonesian, english = PHRASES[key]
    assert indonesian.strip()
    assert english.strip()
    assert fields(indonesian) == fields(english)


def test_every_phrase_of_the_templates_is_there() -> None:
    asked = set()
    for template in TEMPLATES.glob("*.html"):
        asked |= set(re.findall(r"\bt\(\s*[\"']([a-z_.A-Z]+)[\"']\s*[,)]", template.read_text()))
    assert len(asked) > 60
    assert asked - PHRASES.keys() == set()


def test_templates_hold_no_words_of_their_own() -> None:
    """Letters between tags would be words in one language only."""
    for template in TEMPLATES.glob("*.html"):
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text(), flags=re.DOTALL)
        words = re.sub(r"<[^>]+>", " ", bare)
        assert re.findall(r"[A-Za-z]{3,}", words) == [], template.name


def test_every_task_has_words_for_one_as_for_more() -> None:
    tasks = {key for key in PHRASES if key.startswith("task.")}
    several = {key for key in tasks if not key.endswith(".one")}
    assert len(several) > 10
    assert tasks - several == {f"{key}.one" for key in several}


def test_every_status_role_alarm_and_count_has_words() -> None:
    for status in Status:
        assert f"status.{status}" in PHRASES
        assert status in STATUS_COLOURS
    assert {f"role.{role}" for role in Role} <= PHRASES.keys()
    assert {f"alarm.{kind}" for kind in get_args(AlarmKind)} <= PHRASES.keys()
    assert {f"count.{name}" for name in DailyCounts.__struct_fields__} <= PHRASES.keys()


def test_dates_and_numbers_are_written_as_in_each_language() -> None:
    moment, zone = datetime(2026, 3, 2, 0, 5, tzinfo=UTC), ZoneInfo("Asia/Makassar")
    indonesian, english = Language("id"), Language("en")
    assert indonesian.long_date(date(2026, 3, 2)) == "Senin, 2 Maret 2026"
    assert english.long_date(date(2026, 3, 2)) == "Monday, 2 March 2026"
    assert indonesian.moment(moment, zone) == "2 Maret 2026 08.05 WITA"
    assert english.clock(moment, zone) == "08:05"
    assert (indonesian.number(12345), english.number(12345)) == ("12.345", "12,345")


@pytest.mark.parametrize("cookie", ["", "xx", "<script>"])
def test_unknown_choice_of_language_is_none(cookie: str) -> None:
    assert choose_language({"bahasa": cookie}, "").code == "id"


def test_no_phrase_is_written_twice() -> None:
    """The tables are joined into one: of two phrases of one key the second would silently win."""
    written = Counter(
        key.value
        for file in sorted(Path(phrases.__file__).parent.glob("phrases*.py"))
        for table in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(table, ast.Dict)
        for key in table.keys
        if isinstance(key, ast.Constant)
    )
    assert [key for key, times in written.items() if times > 1] == []
