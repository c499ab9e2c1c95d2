"""The states of the terminal, reached as people reach them: rendered people before a real camera source, the
recogniser, the walk-up, a journal on disk, and the window, with fingers on its buttons.

PIN, card and liveness have files of their own.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
import pytest

from tests.factories.theatre import Change, Theatre  # isort: skip

from contract.month import MonthPart, PersonMonth
from contract.punch import Disavowal, JournalRow, Punch
from kiosk.camera.frame import Pixels
from kiosk.errors import JournalFullError

pytestmark = pytest.mark.usefixtures("left_empty")


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
    shown = theatre.until("month")["month"]
    assert shown["title"]
    assert any(day["word"] == "Tersimpan" and day["in_text"] for day in shown["days"]), shown
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


def test_not_me_at_an_earlier_record_changes_nothing_that_is_stored(theatre: Theatre) -> None:
    for _ in range(5):
        theatre.stage.hold_up("biden")
        if theatre.until("accepted", "already")["state"] == "already":
            break
        theatre.empty()
    before = theatre.rows(Punch), theatre.rows(Disavowal)
    theatre.press("not_me")
    view = theatre.until("mistaken")
    assert "tidak diubah" in view["detail"]
    theatre.empty()
    assert (theatre.rows(Punch), theatre.rows(Disavowal)) == before


def test_not_me_is_written_and_then_said(theatre: Theatre) -> None:
    theatre.stage.put("biden")
    theatre.until("accepted")
    before = len(theatre.rows(Disavowal))
    theatre.press("not_me")
    theatre.until("ask_not_me")
    assert len(theatre.rows(Disavowal)) == before
    theatre.press("not_mine")
    theatre.until("withdrawn")
    assert len(theatre.rows(Disavowal)) == before + 1
    theatre.press("dismiss")
    theatre.empty()


def test_person_is_asked_where_the_policy_asks(theatre: Theatre) -> None:
    theatre.believe("obama", choose=True)
    theatre.stage.put("obama")
    theatre.until("choose")
    theatre.press("choose", "duty")
    theatre.until("accepted")
    assert theatre.rows(Punch)[-1].duty


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
