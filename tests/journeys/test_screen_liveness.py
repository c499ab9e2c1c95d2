"""What the terminal asks of a head, and what it says to paper, as people come to it: see test_screen.py."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from tests.factories.theatre import Theatre  # isort: skip

from contract.punch import Punch, RefusedPresentation
from kiosk.recognizer.liveness import challenge
from kiosk.recognizer.liveness.challenge import STEPS, ChallengeSettings

pytestmark = pytest.mark.usefixtures("left_empty")


def test_kiosk_that_cannot_prove_liveness_says_so(theatre: Theatre) -> None:
    theatre.believe("biden", liveness="passive")
    theatre.stage.put("biden")
    theatre.until("no_liveness")


def test_every_movement_is_asked_for_and_whoever_makes_it_is_taken(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Drawn(random.SystemRandom):
        """Draws every movement once in a row."""

        def __init__(self) -> None:
            super().__init__()
            self.rows = itertools.cycle(STEPS)

        def choice(self, seq: Sequence[Any]) -> Any:
            return next(self.rows)

    monkeypatch.setattr("kiosk.recognizer.liveness.challenge.secrets.SystemRandom", Drawn)
    theatre.believe("obama", liveness="active")
    theatre.seen.clear()
    theatre.stage.put("obama")
    theatre.until("accepted")
    assert [punch.person for punch in theatre.rows(Punch)] == ["obama"]
    theatre.drawn("challenge_ahead", "challenge_back", "challenge_left", "challenge_right", "challenge_up")
    theatre.drawn("challenge_nearer")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kiosk that waits less for a movement: paper never makes one, and is asked eight times."""
    monkeypatch.setattr(challenge, "ChallengeSettings", partial(ChallengeSettings, move_seconds=1.2))


@pytest.mark.usefixtures("hurried")
def test_paper_is_refused_and_after_the_third_time_sent_to_the_officer(theatre: Theatre) -> None:
    theatre.believe("biden", liveness="active")
    for _ in range(2):
        theatre.stage.hold_up("biden")
        theatre.until("liveness")
        theatre.empty()
    theatre.stage.hold_up("biden")
    theatre.until("liveness_officer")
    theatre.drawn("challenge_ahead")
    assert [punch.person for punch in theatre.rows(Punch) if punch.person == "biden"] == []
    assert [row.person for row in theatre.rows(RefusedPresentation)] == ["biden"]
