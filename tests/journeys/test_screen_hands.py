"""PIN and card where the face alone does not do, as people come to them: see test_screen.py."""

from __future__ import annotations

import time

import pytest

from tests.factories.theatre import CARD, PATIENCE_SECONDS, PIN, Theatre  # isort: skip

from PySide6.QtCore import QCoreApplication

from contract.punch import Punch, RefusedPresentation

pytestmark = pytest.mark.usefixtures("left_empty")


def test_who_is_not_recognised_says_who_they_are_by_pin(theatre: Theatre) -> None:
    theatre.believe("biden", threshold=0.9999)
    theatre.stage.put("biden")
    theatre.until("refused")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not any(button["kind"] == "find_name" for button in theatre.until("refused")["buttons"]):
        assert time.monotonic() < give_up
        QCoreApplication.processEvents()
        time.sleep(0.01)
        theatre.until("refused", "verify", "idle", "approach_nearer")
    theatre.press("find_name")
    theatre.until("find_name")
    theatre.bridge.touch("search", "bi")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not theatre.bridge.view["matches"]:
        assert time.monotonic() < give_up
        QCoreApplication.processEvents()
    theatre.press("pick", "biden")
    theatre.until("enter_pin")
    theatre.press("pin", "111222")
    theatre.until("enter_pin_wrong")
    theatre.press("pin", PIN)
    theatre.until("check_face", "verify", "approach_nearer", "accepted")
    theatre.until("accepted")
    punch = theatre.rows(Punch)[-1]
    assert (punch.factor, punch.recognition.gallery) == ("pin", 1)
    assert punch.evidence in theatre.station.evidence.kept


def test_five_wrong_pins_bar_it(theatre: Theatre) -> None:
    theatre.believe("biden", second_factor=True)
    theatre.stage.put("biden")
    theatre.until("second_factor")
    theatre.press("find_name")
    theatre.until("find_name")
    theatre.press("pick", "biden")
    theatre.until("enter_pin")
    for _ in range(5):
        theatre.press("pin", "111222")
        theatre.until("enter_pin_wrong", "pin_barred")
    theatre.until("pin_barred")


def test_card_of_somebody_else_does_not_help(theatre: Theatre) -> None:
    before = len(theatre.rows(RefusedPresentation))
    theatre.believe("biden", threshold=0.9999)
    theatre.bridge.touch("card", "FFFFFFFF")
    theatre.until("unknown_card")
    theatre.empty()
    theatre.bridge.touch("card", CARD)
    theatre.until("check_face")
    theatre.stage.put("obama")
    theatre.until("face_differs")
    assert [row.reason for row in theatre.rows(RefusedPresentation)[before:]] == ["face_differs"]
