"""Every state of the terminal, reached as people reach it: rendered people before a real camera source, the recogniser,
the walk-up, a journal on disk, and the window, with fingers on its buttons.

One kiosk serves through the whole file, and each test leaves the place before the camera empty.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.factories.theatre import PATIENCE_SECONDS, PIN, CARD, Change, Theatre, open_theatre  # isort: skip

from PySide6.QtCore import QCoreApplication

from contract.month import MonthPart, PersonMonth
from contract.punch import Disavowal, JournalRow, Punch, RefusedPresentation
from kiosk.camera.frame import Pixels
from kiosk.errors import JournalFullError
from kiosk.recognizer.liveness.challenge import STEPS


@pytest.fixture(scope="module")
def theatre(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with open_theatre(tmp_path_factory.mktemp("kiosk"), demo_photos) as made:
        yield made


@pytest.fixture(autouse=True)
def _empty(theatre: Theatre) -> Iterator[None]:
    yield
    theatre.stage.broken = False
    theatre.believe("biden")
    theatre.stage.put(None)
    theatre.until("idle", "updating", "locked")


def test_person_is_guided_recognised_and_shown_their_month(theatre: Theatre) -> None:
    month = PersonMonth(person="biden", present=12, late_min=31)
    theatre.station.months.take(
        MonthPart(version=1, part=1, parts=1, month="2026-11", as_of=datetime.now(UTC), people=(month,))
    )
    assert theatre.until("idle")["unit"] == "Dinas Kesehatan"
    theatre.stage.put("biden")
    view = theatre.until("accepted")
    (punch,) = theatre.rows(Punch)
    assert (punch.person, punch.factor, view["name"]) == ("biden", "face", "biden")
    assert "Pagi" in view["session"] or view["session"] == "MASUK"
    theatre.drawn("verify")
    theatre.press("month")
    assert theatre.until("month")["month"]["title"]
    theatre.press("dismiss")
    theatre.empty()


def test_who_comes_back_at_once_is_told_so(theatre: Theatre) -> None:
    """On a busy machine they may come back so late that it is another punch; then once more."""
    for _ in range(5):
        theatre.stage.hold_up("biden")
        if theatre.until("accepted", "already")["state"] == "already":
            break
        theatre.empty()
    theatre.until("already")


def test_not_me_is_written_and_then_said(theatre: Theatre) -> None:
    theatre.stage.put("biden")
    theatre.until("accepted")
    before = len(theatre.rows(Disavowal))
    theatre.press("not_me")
    theatre.until("withdrawn")
    assert len(theatre.rows(Disavowal)) == before + 1
    theatre.press("dismiss")
    theatre.empty()


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
    theatre.until("idle")
    theatre.bridge.touch("card", CARD)
    theatre.until("check_face")
    theatre.stage.put("obama")
    theatre.until("face_differs")
    assert [row.reason for row in theatre.rows(RefusedPresentation)[before:]] == ["face_differs"]


def test_person_is_asked_where_the_policy_asks(theatre: Theatre) -> None:
    theatre.believe("obama", choose=True)
    theatre.stage.put("obama")
    theatre.until("choose")
    theatre.press("choose", "duty")
    theatre.until("accepted")
    assert theatre.rows(Punch)[-1].duty


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
    theatre.drawn(*(f"challenge_{each}" for each in ("ahead", "back", "left", "right", "up", "nearer")))


def test_person_who_obeys_the_challenge_is_taken_and_paper_is_not(theatre: Theatre) -> None:
    theatre.believe("obama", liveness="active")
    theatre.stage.put("obama")
    theatre.until("accepted")
    theatre.drawn("challenge_ahead")
    theatre.empty()
    before = len(theatre.rows(Punch))
    for _ in range(5):
        theatre.stage.hold_up("obama")
        if theatre.until("liveness", "already")["state"] == "liveness":
            break
        # They punched a moment ago, and need no proof to be told so.
        theatre.empty()
    theatre.until("liveness")
    assert len(theatre.rows(Punch)) == before


def test_third_refusal_sends_to_the_officer(theatre: Theatre) -> None:
    theatre.believe("obama", liveness="active")
    for _ in range(9):
        theatre.stage.hold_up("obama")
        if theatre.until("liveness", "liveness_officer", "already")["state"] == "liveness_officer":
            break
        theatre.empty()
    theatre.until("liveness_officer")
    refusals = [row for row in theatre.rows(RefusedPresentation) if row.reason != "face_differs"]
    assert [row.person for row in refusals] == ["obama"]


def test_kiosk_that_cannot_prove_liveness_says_so(theatre: Theatre) -> None:
    theatre.believe("biden", liveness="passive")
    theatre.stage.put("biden")
    theatre.until("no_liveness")


def _dark(main: Pixels) -> Pixels:
    return (main * 0.12).astype(np.uint8)


def _bright(main: Pixels) -> Pixels:
    return np.clip(main.astype(np.float32) * 1.4 + 170, 0, 255).astype(np.uint8)


def _far(main: Pixels) -> Pixels:
    height, width = main.shape[:2]
    small = np.asarray(cv2.resize(main, (width // 3, height // 3)), np.uint8)
    room = np.full_like(main, 120)
    room[height // 3 : height // 3 + small.shape[0], width // 3 : width // 3 + small.shape[1]] = small
    return room


def _smeared(main: Pixels) -> Pixels:
    return np.asarray(cv2.blur(main, (25, 25)), np.uint8)


def _tilted(main: Pixels) -> Pixels:
    height, width = main.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -42.0, 1.0)
    return np.asarray(cv2.warpAffine(main, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (_tilted, "approach_look"),
        (_far, "approach_nearer"),
        (_dark, "approach_dark"),
        (_bright, "approach_bright"),
        (_smeared, "approach_still"),
    ],
)
def test_picture_that_does_not_serve_is_named_to_the_person(theatre: Theatre, change: Change, state: str) -> None:
    theatre.believe()
    theatre.stage.put("biden", change=change)
    theatre.until(state)


def test_camera_that_is_pulled_is_trouble_and_comes_back(theatre: Theatre) -> None:
    theatre.stage.broken = True
    assert not theatre.until("camera_trouble")["picture"]
    theatre.stage.broken = False
    theatre.until("idle")


def test_full_disk_is_never_shown_as_stored(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_build: object) -> JournalRow:
        raise JournalFullError("The disk is full.")

    before = theatre.rows(Punch)
    monkeypatch.setattr(theatre.station.journal, "append", refuse)
    theatre.believe("obama")
    theatre.seen.clear()
    theatre.stage.put("obama")
    theatre.until("journal_full")
    assert "accepted" not in theatre.seen
    assert theatre.rows(Punch) == before


def test_row_that_is_on_its_way_to_a_slow_disk_is_not_told_as_stored(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = theatre.station.journal.append

    def take_long(build: Any) -> JournalRow:
        time.sleep(1.0)
        return append(build)

    monkeypatch.setattr(theatre.station.journal, "append", take_long)
    theatre.believe("obama")
    theatre.seen.clear()
    theatre.stage.put("obama")
    theatre.until("recording")
    assert "accepted" not in theatre.seen
    theatre.until("accepted")


def test_locked_kiosk_takes_nothing(theatre: Theatre) -> None:
    attendant = theatre.station._attendant
    assert attendant is not None
    attendant.lock(locked=True)
    theatre.until("locked")
    theatre.stage.put("biden")
    attendant.lock(locked=False)
    theatre.until("accepted", "already")


def test_restart_is_announced(theatre: Theatre) -> None:
    attendant = theatre.station._attendant
    assert attendant is not None
    attendant.leave()
    theatre.station.stop()
    theatre.until("updating")
