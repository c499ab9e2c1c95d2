"""Refusals of hours, policies and pay rules on pages: every kind in both languages, with what it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hub
from hub.errors import PolicyError
from hub.schedule.policy import parse_policy
from hub.web.language import Language
from hub.web.paper_words import say
from hub.web.policy_words import policy_in_indonesian

HUB = Path(hub.__file__).parent
SOURCES = [*sorted(HUB.glob("schedule/*.py")), HUB / "web/views/schedules.py"]
HEAD = 'name = "x"\ntitle = "X"\nbasis = "Perbup 1"\n'
HOURS = '[[hours]]\ndays = ["mon-fri"]\nin_due = "07:30"\nout_due = "15:30"\n'


def sentences() -> Iterator[str]:
    """Every sentence that is raised as PolicyError, with something short in the place of what it names."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and isinstance(node.exc.func, ast.Name)
                and node.exc.func.id == "PolicyError"
                and isinstance(node.exc.args[0], ast.Constant | ast.JoinedStr)
            ):
                yield _words(node.exc.args[0])


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "12"


def test_there_are_kinds_to_look_at() -> None:
    assert len(set(sentences())) > 60


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_kind_has_words_in_both_languages(sentence: str) -> None:
    told = policy_in_indonesian(sentence)
    assert told is not None, sentence
    assert "{" not in told
    assert say(Language("id"), PolicyError(sentence)) == told
    for said in (told, say(Language("en"), PolicyError(sentence))):
        assert "presensi hub" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + HOURS.replace("07:30", "7.30"), "x: hours[1].in_due: '7.30' bukan jam"),
        (HEAD + HOURS, "x: Sabtu, Minggu tidak ada pada jam kerja maupun hari libur"),
        (HEAD.replace("Perbup 1", ""), "x: dasar kosong; isi."),
        (HEAD + 'kind = "mingguan"\n', "x: jenis harus salah satu dari two-session, sessions, slot"),
        (HEAD + "repeat_minutes = 'lama'\n", "x: menit antara dua scan harus bilangan bulat menit"),
        (HEAD + 'rest = ["sat", "sun", "mon"]\n' + HOURS, "x: hours[1].days: Senin sudah disebut"),
        (HEAD + 'rest = ["hari"]\n' + HOURS, "x: hari libur: 'hari' bukan nama hari"),
        (
            HEAD + HOURS + 'break = ["16:00", "17:00"]\nrest = []\n',
            "x: hours[1]: kunci 'rest' tidak dikenal",
        ),
        (
            HEAD + 'rest = ["sat", "sun"]\n' + HOURS + 'break = ["16:00", "17:00"]\n',
            "x: hours[1]: istirahat 16:00-17:00 harus di dalam jam kerja 07:30-15:30",
        ),
        (
            HEAD + 'rest = ["sat", "sun"]\n' + HOURS + 'out_closes = "15:00"\n',
            "x: hours[1]: jendela pulang ditutup (15:00) sebelum dibuka (15:30)",
        ),
        (HEAD + "weekly_minutes = 2250\n", "x: hari libur dan menit seminggu memerlukan [[hours]]."),
        (HEAD + '[allowance]\nkind = "uang"\n', "x: tunjangan, jenis: 'uang' tidak dikenal"),
        (HEAD + "oops", "x: berkas tidak dapat dibaca ("),
    ],
)
def test_what_parsing_says_keeps_what_it_names(text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, source="x")
    assert (policy_in_indonesian(str(caught.value)) or "").startswith(told), policy_in_indonesian(str(caught.value))
    assert say(Language("en"), caught.value) == str(caught.value), "the command line's own words"


def test_place_on_a_form_is_named_by_its_days() -> None:
    sentence = "x: hours of mon, fri.in_due: '25:00' is no time; write HH:MM, or HH:MM+1 for the next day."
    told = "x: jam kerja Senin, Jumat, masuk paling lambat: '25:00' bukan jam; tulis JJ:MM"
    assert (policy_in_indonesian(sentence) or "").startswith(told)


def test_what_is_no_refusal_of_a_policy_has_no_words_here() -> None:
    assert policy_in_indonesian("There is no letter 12.") is None
