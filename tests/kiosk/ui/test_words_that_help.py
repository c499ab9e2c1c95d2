"""What people are told to do is what they can do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.operator.screens import AskFace
from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import Accepted, Approach, Attended, Challenge, Offer, RefusalReason, Refused
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import Surroundings, present
from kiosk.ui.view import View

NOW = datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC)
HERE = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")


def refused(reason: RefusalReason, offers: tuple[Offer, ...], language: Language) -> View:
    return present(Refused(reason, 9.0, offers), HERE, name=None, now=NOW, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["unrecognised", "no_liveness", "liveness_officer", "second_factor"])
def test_who_may_use_pin_or_card_is_told_so_and_not_sent_away(reason: RefusalReason, language: Language) -> None:
    sent_away = ("petugas", "officer")
    view = refused(reason, ("pin", "card"), language)
    assert not any(word in view.headline.lower() for word in sent_away)
    assert not any(word in view.second_line.lower() for word in sent_away)
    assert "way" in view.headline + view.detail or "cara lain" in view.headline.lower() + view.detail
    alone = refused(reason, (), language)
    assert any(word in (alone.headline + alone.detail).lower() for word in sent_away)


@pytest.mark.parametrize(("language", "words"), [("id", "Gerakan 2 dari 4"), ("en", "Movement 2 of 4")])
def test_way_back_from_a_movement_is_part_of_it(language: Language, words: str) -> None:
    def shown(step: Step | None, *, returning: bool) -> View:
        state = Challenge(step, 2, 4, 0.5, returning=returning)
        return present(state, HERE, name=None, now=NOW, language=language)

    back, movement = shown(None, returning=True), shown("left", returning=True)
    assert back.state == "challenge_back"
    assert {(each.step, each.steps, each.step_text) for each in (back, movement)} == {(2, 4, words)}
    assert not any(character.isdigit() for each in (back, movement) for character in each.headline + each.detail)
    assert shown(None, returning=False).state == "challenge_ahead"
    assert present(Refused("liveness", 9.0), HERE, name=None, now=NOW).steps == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_operator_is_told_by_the_headline_what_to_do_with_the_head(language: Language) -> None:
    def shown(screen: AskFace) -> View:
        return present(Attended(screen), HERE, name=None, now=NOW, language=language)

    def everyone(state: Challenge | Approach) -> View:
        return present(state, HERE, name=None, now=NOW, language=language)

    for mine, theirs in (
        (shown(AskFace(None, 0.7, "left", 1, 4)), everyone(Challenge("left", 1, 4, 0.7))),
        (shown(AskFace(None, 0.7, None, 2, 4, returning=True)), everyone(Challenge(None, 2, 4, 0.7, returning=True))),
        (shown(AskFace(hint="back_light")), everyone(Approach("back_light"))),
    ):
        said = (mine.headline, mine.detail, mine.second_line, mine.icon, mine.step_text)
        assert said == (theirs.headline, theirs.detail, theirs.second_line, theirs.icon, theirs.step_text)
        assert mine.state == "op_face"


@pytest.mark.parametrize(("language", "saved", "away"), [("id", "Tersimpan", "di luar"), ("en", "Saved", "outside")])
def test_punch_outside_the_area_is_told_as_saved_before_anything_else(
    language: Language, saved: str, away: str
) -> None:
    state = Accepted("p-1", NOW, 9.0, beyond_m=347.2)
    view = present(state, HERE, name="Siti", now=NOW, language=language)
    assert view.detail.startswith(saved)
    assert away in view.away
    assert len(view.detail) <= 32
