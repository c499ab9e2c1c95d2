"""What an operator reads: every state has words in both languages, and nothing else is said than what is so."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from kiosk.hardware.panel import Part
from kiosk.operator import screens as s
from kiosk.operator.poses import Fault, Wish
from kiosk.operator.shooting import begin
from kiosk.states import Attended, Hint
from kiosk.ui.operator_scenes import OPERATOR_SCENES, operator_state
from kiosk.ui.operator_words import operator_words_in
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import Surroundings, present
from kiosk.ui.scenes import NOW
from kiosk.ui.view import FactView, OperatorStateId, View
from tests.kiosk.ui.test_phrases import placeholders, words_of

HERE = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")


def view_of(screen: s.Screen, language: Language = "id", operator: str | None = "p-9") -> View:
    return present(Attended(screen, operator), HERE, name="Rudi", now=NOW, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_code_and_part_has_words(language: Language) -> None:
    words = operator_words_in(language)
    assert set(words.states) == set(get_args(OperatorStateId))
    assert set(words.facts) == set(get_args(s.FactName))
    assert set(words.asks) == set(words.parts) == set(get_args(Part))
    assert set(words.poses) == set(get_args(Wish))
    faults = {each for literal in get_args(Fault) for each in (get_args(literal) or (literal,))}
    assert set(words.faults) == (faults - set(get_args(Hint))) | {"hold"}
    assert all(len(each.headline) <= 22 for each in words.states.values())


def test_both_languages_have_the_same_braces() -> None:
    indonesian, english = (words_of(operator_words_in(language)) for language in LANGUAGES)  # type: ignore[arg-type]
    assert {path: placeholders(text) for path, text in indonesian.items()} == {
        path: placeholders(text) for path, text in english.items()
    }
    assert len(operator_words_in("id").consent) == len(operator_words_in("en").consent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_among_the_scenes(language: Language) -> None:
    shown = {view_of(operator_state(name, "Siti").screen, language).state for name in OPERATOR_SCENES}
    assert shown == set(get_args(OperatorStateId))


def test_whose_mode_it_is_stands_above_only_once_they_are_in() -> None:
    assert view_of(s.Menu()).unit == "Mode petugas: Rudi \u2013 presensi berhenti"
    assert view_of(s.AskPin("p-9", 5), operator=None).unit == "Mode petugas: presensi berhenti"
    assert view_of(s.AskPin("p-9", 5), operator=None).name == "Rudi"


def test_consent_names_law_purpose_retention_and_rights_and_says_in_which_language_it_was_read() -> None:
    for language in LANGUAGES:
        view = view_of(s.AskConsent(s.Subject("p-1", "Siti")), language)
        assert view.operator is not None
        text = " ".join(view.operator.paragraphs)
        assert "27/2022" in text
        assert [each.value for each in view.buttons] == [f"agree:{language}", ""]


def test_nothing_is_called_approved_before_it_is() -> None:
    standing = s.Standing("i-1", "Siti", None, 2, 6)
    sending = view_of(s.Handed(standing))
    assert (sending.state, "2 dari 6" in sending.detail) == ("op_handed_sending", True)
    waiting = view_of(s.Handed(replace(standing, outcome="waiting")))
    assert "Menunggu persetujuan orang kedua" in waiting.detail
    refused = view_of(s.Handed(replace(standing, outcome="refused", reason="Bukan orangnya. / Not them.")))
    assert (refused.detail, refused.tone) == ("Bukan orangnya. / Not them.", "bad")
    assert view_of(s.Handed(replace(standing, outcome="receiving", lost=True))).state == "op_handed_lost"


def test_name_in_braces_is_only_a_name() -> None:
    view = view_of(s.AskConsent(s.Subject(None, "{count} {0.__class__}")))
    assert view.detail.startswith("Panggil {count} {0.__class__} sekarang")


def test_who_is_enrolled_is_marked_and_a_new_name_is_the_last_choice() -> None:
    view = view_of(s.FindPerson("SITI", (s.Subject("p-1", "Siti", again=True), s.Subject("p-2", "Siti B"))))
    assert [(each.name, each.note, each.kind) for each in view.matches] == [
        ("Siti", "daftar ulang", "pick"),
        ("Siti B", "", "pick"),
        ("Nama baru: Siti", "", "act"),
    ]


def test_kiosk_that_the_hub_has_locked_offers_no_unlocking() -> None:
    values = [each.value for each in view_of(s.Menu(locked_by_hub=True)).buttons]
    assert "unlock" not in values
    assert "lock" not in values
    assert "unlock" in [each.value for each in view_of(s.Menu(locked=True)).buttons]


def test_sign_says_what_hinders_and_not_only_that_something_does() -> None:
    def icon_of(screen: s.Screen) -> str:
        return view_of(screen).icon

    subject = s.Subject("p-1", "Siti")
    lost = (s.Denied("camera"), s.Unable("camera"), s.Unfit(subject, "camera", ""))
    full = (s.Denied("journal"), s.Unable("disk"), s.Reviewing(subject, (), bare=True, trouble="disk"))
    assert {icon_of(each) for each in lost} == {"camera"}
    assert {icon_of(each) for each in full} == {"disk"}
    assert icon_of(s.Denied("barred")) == "pin_barred"
    assert "enter" not in {each.icon for each in view_of(s.Reviewing(subject, (b"",), False, None)).buttons}


def test_numbers_are_written_as_the_language_writes_them() -> None:
    reading = operator_state("op_testing", "Siti").screen
    texts = {language: " ".join(fact.text for fact in facts_shown(reading, language)) for language in LANGUAGES}
    assert "0,734 / 0,561" in texts["id"]
    assert "0.734 / 0.561" in texts["en"]


def facts_shown(screen: s.Screen, language: Language) -> tuple[FactView, ...]:
    shown = view_of(screen, language).operator
    assert shown is not None
    return shown.facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_called_as_the_button_that_leads_there(language: Language) -> None:
    labels = {each.value: each.label for each in view_of(s.Menu(), language).buttons}
    assert view_of(s.Testing(), language).headline == labels["test"]
    assert view_of(s.Device(()), language).headline == labels["device"]
    assert view_of(s.Logs(()), language).headline == labels["logs"]
    assert view_of(s.Standings(), language).headline.lower() in labels["standings"].lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_who_shall_turn_is_told_to_look_ahead(language: Language) -> None:
    ahead = replace(begin(0.0), fault="look")
    turned = replace(ahead, at=1)
    assert turned.wish not in ("ahead", "bare")
    told = [view_of(s.Capturing(s.Subject("p-1", "Siti"), each), language).detail for each in (ahead, turned)]
    assert told[1] == operator_words_in(language).faults["too_far"]
    assert told[0] != told[1]
