"""What people are told to do is what they can do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.states import Offer, RefusalReason, Refused
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
