"""Whoever is photographed for an enrolment and is taken for a print: nothing is kept, and the operator is told.

Prints that turn their heads in four poses are not at hand: the passive model runs on every frame, and what it says of
them is put in its mouth.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.counter import NEWCOMER, OPERATOR, open_counter  # isort: skip

from kiosk.recognizer.liveness.layer import LivenessLayer
from kiosk.recognizer.liveness.passive import PassiveWindow


def test_who_is_taken_for_a_print_is_not_enrolled(
    demo_photos: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESENSI_MODELS", str(model_folder))
    with open_counter(tmp_path, demo_photos, pack="evaluation") as counter:
        counter.enter()
        counter.know(OPERATOR, named=(NEWCOMER,), liveness="passive")
        attack = LivenessLayer(name="passive", verdict="attack", score=0.02)
        monkeypatch.setattr(PassiveWindow, "layer", property(lambda _window: attack))
        counter.pick(NEWCOMER)
        counter.stage.put(NEWCOMER)
        counter.press("agree:id")
        counter.until("op_unfit_liveness")
        assert not counter.station.enrolments.folder.kept
        assert counter.hub.sent == 0
