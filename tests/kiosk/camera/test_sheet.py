"""A photo as a sheet of paper: drawn as a plane or a roll is seen, and never taken for a head."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from contract.errors import BadInputError
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.photo_source import Photo, PhotoSource
from kiosk.camera.sheet import Sheet, SheetPose, lay_sheet
from kiosk.camera.source import Flat, SourceSettings
from kiosk.recognizer.liveness.challenge import Challenge
from kiosk.recognizer.liveness.landmarks import LandmarkFinder
from kiosk.recognizer.models.hog_detector import HogDetector

STRAIGHT = {
    "eyes_pixels": 60.0,
    "x": 320.0,
    "y": 240.0,
    "yaw_degrees": 0.0,
    "pitch_degrees": 0.0,
    "roll_degrees": 0.0,
    "bend": 0.0,
    "bend_degrees": 0.0,
    "distance": 8.0,
}


def paper() -> Sheet:
    return Sheet("nobody", np.full((399, 315, 4), 255, np.uint8))


def drawn(**changes: float) -> Pixels:
    """Where a white sheet covers a black picture, (480, 640) uint8."""
    picture = np.zeros((480, 640, 3), np.uint8)
    lay_sheet(picture, paper(), SheetPose(**(STRAIGHT | changes)))
    return picture[..., 0]


def width_at(seen: Pixels, row: int) -> int:
    return int((seen[row] > 127).sum())


def height_at(seen: Pixels, column: int) -> int:
    return int((seen[:, column] > 127).sum())


def test_sheet_that_is_held_straight_is_a_rectangle() -> None:
    seen = drawn()
    assert width_at(seen, 150) == pytest.approx(315 * 60 / 70, abs=2)
    assert width_at(seen, 150) == width_at(seen, 350)


def test_side_that_is_turned_away_is_smaller() -> None:
    """At the person's own left the printed nose points to the right of the picture, and the right side is farther."""
    seen = drawn(yaw_degrees=35.0)
    columns = np.flatnonzero((seen > 127).any(axis=0))
    assert height_at(seen, columns[-1] - 6) < height_at(seen, columns[0] + 6)
    assert width_at(seen, 240) < width_at(drawn(), 240)


def test_sheet_that_is_lifted_is_narrower_above() -> None:
    seen = drawn(pitch_degrees=30.0)
    rows = np.flatnonzero((seen > 127).any(axis=1))
    assert width_at(seen, rows[0] + 8) < width_at(seen, rows[-1] - 8)


def test_rolled_sheet_is_narrower_and_its_middle_stays() -> None:
    seen = drawn(bend=0.4)
    assert width_at(seen, 240) < 0.95 * width_at(drawn(), 240)
    assert height_at(seen, 320) == pytest.approx(height_at(drawn(), 320), abs=3)


@pytest.mark.parametrize("x", [-2000.0, 2000.0])
def test_sheet_outside_the_picture_draws_nothing(x: float) -> None:
    assert not drawn(x=x).any()


def test_way_of_holding_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInputError, match="cannot be held folded"):
        SourceSettings(kind="photo", path="x", flat="folded")  # type: ignore[arg-type]


def test_source_shows_paper_when_it_is_told_to(shared: Path) -> None:
    photo = shared / "data/faces/demo/obama/obama.jpg"
    pictures = []
    for flat in (None, "tilted"):
        settings = SourceSettings(kind="photo", path=str(photo), pace="fast", fps=2.0, flat=flat)
        with PhotoSource(settings) as source:
            frames = [source.read(30.0) for _ in range(6)]
        assert frames[-1] is not None
        pictures.append(frames[-1].main.astype(int))
    assert np.abs(pictures[0] - pictures[1]).mean() > 5


@pytest.fixture(scope="session")
def finder() -> LandmarkFinder:
    return LandmarkFinder()


@pytest.mark.parametrize("flat", [None, "moved", "tilted", "bent"])
def test_paper_does_not_get_through_the_challenge_and_a_head_does(
    shared: Path, finder: LandmarkFinder, flat: Flat | None
) -> None:
    """The source is asked for each step, as the attendant asks it (more visits: python -m benchmarks.liveness)."""
    photo = shared / "data/faces/demo/rose_leslie/img1.jpg"
    assert Photo(photo, "rose").path.is_file()
    finder.forget()
    challenge, detector, asked, began = Challenge(chance=random.Random(3)), HogDetector(), 0, None
    with PhotoSource(SourceSettings(kind="photo", path=str(photo), pace="fast", flat=flat)) as source:
        while not challenge.over and (frame := source.read(30.0)) is not None:
            began = frame.captured_at if began is None else began
            if frame.captured_at - began < 2.0:
                continue
            _show(challenge, frame, detector, finder)
            prompt = challenge.prompt(frame.captured_at)
            if prompt.asked > asked and prompt.step is not None:
                asked = prompt.asked
                source.ask(prompt.step)
    assert asked >= 1
    assert (challenge.phase == "passed") == (flat is None)


def _show(challenge: Challenge, frame: Frame, detector: HogDetector, finder: LandmarkFinder) -> None:
    found = detector.find(frame)
    box = max((each.box for each in found), key=lambda box: box.area, default=None)
    challenge.observe(finder.find(frame.main, box) if box is not None else None, frame.captured_at)
