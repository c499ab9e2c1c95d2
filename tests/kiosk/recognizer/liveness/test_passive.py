"""Passive liveness: what the nets are shown, when a score counts, and that prints and people stay apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Box
from kiosk.recognizer.liveness.passive import PassiveLiveness, PassiveReading, PassiveWindow, obstacle_in
from kiosk.recognizer.models.hog_detector import HogDetector
from kiosk.recognizer.packs import pack as pack_module
from kiosk.recognizer.packs.card import read_card
from kiosk.recognizer.packs.pack import open_pack


@dataclass
class ConstantNet:
    """Says the same of every picture, and keeps what it was shown; implements Network."""

    live: float
    shown: list[Any] = field(default_factory=list)

    def run(self, blob: Any) -> Any:
        self.shown.append(blob)
        return np.tile(np.array([[1 - self.live, self.live, 0.0]], np.float32), (len(blob), 1))


def passive(*scores: float) -> PassiveLiveness:
    nets = [ConstantNet(score) for score in scores or (0.9,)]
    return PassiveLiveness(nets, crops=[2.7 + 1.3 * n for n in range(len(nets))], live=0.7, attack=0.3)


@pytest.fixture(scope="session")
def coloured() -> Pixels:
    """A picture of 640x480 whose colour says where a pixel was: blue across, green down, red random."""
    red = np.random.default_rng(1).integers(0, 255, (480, 640))
    x, y = np.meshgrid(np.arange(640) * 255 / 640, np.arange(480) * 255 / 480)
    return np.dstack([x, y, red]).astype(np.uint8)


def test_score_is_the_mean_over_the_nets(coloured: Pixels) -> None:
    assert passive(0.9, 0.5).score(coloured, Box(200, 100, 400, 300)) == pytest.approx(0.7)


@pytest.mark.parametrize(
    "box",
    [Box(260, 180, 380, 300), Box(0, 0, 100, 100), Box(600, 440, 640, 480), Box(0, 0, 640, 480), Box(10, 10, 11, 11)],
    ids=["middle", "corner", "other corner", "everything", "nothing"],
)
def test_net_is_shown_a_square_inside_the_picture(coloured: Pixels, box: Box) -> None:
    net = ConstantNet(1.0)
    PassiveLiveness([net], crops=[2.7], live=0.7, attack=0.3).score(coloured, box)
    (blob,) = net.shown
    assert (blob.shape, blob.dtype) == ((1, 3, 80, 80), np.float32)


def test_crop_is_as_wide_as_told_and_centred_on_the_face(coloured: Pixels) -> None:
    net = ConstantNet(1.0)
    PassiveLiveness([net], crops=[2.7], live=0.7, attack=0.3).score(coloured, Box(280, 180, 360, 260))
    blue, green = net.shown[0][0, 0], net.shown[0][0, 1]
    across, down = blue.mean(axis=0) * 640 / 255, green.mean(axis=1) * 480 / 255
    assert (across[-1] - across[0]) == pytest.approx(2.7 * 80, abs=6)
    assert (across.mean(), down.mean()) == (pytest.approx(320, abs=3), pytest.approx(220, abs=3))


def test_tall_box_and_square_box_of_one_face_are_the_same_to_the_nets(coloured: Pixels) -> None:
    shown = []
    for box in (Box(260, 160, 360, 256), Box(270, 148, 350, 268)):  # the same middle and area
        net = ConstantNet(1.0)
        PassiveLiveness([net], crops=[2.7], live=0.7, attack=0.3).score(coloured, box)
        shown.append(net.shown[0])
    assert np.abs(shown[0] - shown[1]).mean() < 8


@pytest.mark.parametrize(("live", "attack"), [(0.3, 0.7), (0.5, 0.5), (1.0, 0.3), (0.7, 0.0)])
def test_thresholds_that_cannot_work_are_refused(live: float, attack: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        PassiveLiveness([ConstantNet(1.0)], crops=[2.7], live=live, attack=attack)


def test_nets_and_crops_must_fit_together() -> None:
    with pytest.raises(ValueError, match="width of its crop"):
        PassiveLiveness([ConstantNet(1.0)], crops=[2.7, 4.0], live=0.7, attack=0.3)


# The window ---------------------------------------------------------------------------------------------------------


def feed(window: PassiveWindow, *scores: float, obstacle: Any = None) -> PassiveWindow:
    for score in scores:
        window.add(PassiveReading(score, obstacle))
    return window


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ([0.9] * 5, "live"),
        ([0.9] * 4, "undecided"),
        ([0.0] * 5, "attack"),
        ([0.5] * 9, "undecided"),
        ([0.0, 0.0, 0.99, 0.0, 0.0], "attack"),
        ([0.98, 0.97, 0.2, 0.99, 0.98], "live"),
        ([0.98, 0.97, 0.6, 0.1, 0.4, 0.2], "undecided"),
    ],
)
def test_window_decides_by_the_median(scores: list[float], verdict: str) -> None:
    layer = feed(PassiveWindow(passive()), *scores).layer
    assert (layer.name, layer.verdict) == ("passive", verdict)
    assert layer.score == pytest.approx(float(np.median(scores)), abs=1e-3)


def test_window_without_a_frame_has_no_score() -> None:
    layer = PassiveWindow(passive()).layer
    assert (layer.verdict, layer.score) == ("undecided", None)


def test_frames_that_prove_nothing_are_left_out() -> None:
    window = feed(feed(PassiveWindow(passive()), *[0.9] * 4), *[0.0] * 8, obstacle="dark")
    assert window.layer.verdict == "undecided"
    assert feed(window, 0.9).layer.verdict == "live"


def test_window_that_never_saw_clearly_settles_for_undecided() -> None:
    window = feed(PassiveWindow(passive(), window_frames=15), *[0.9] * 14, obstacle="blurred")
    assert not window.settled
    assert feed(window, 0.9, obstacle="blurred").settled
    assert window.layer.verdict == "undecided"


def test_window_follows_what_is_there_now() -> None:
    window = feed(PassiveWindow(passive(), window_frames=7), *[0.95] * 7, *[0.02] * 7)
    assert window.layer.verdict == "attack"
    window.reset()
    assert (window.layer.score, window.frames) == (None, 0)


# Light --------------------------------------------------------------------------------------------------------------

FACE = Box(250, 150, 420, 330)


@pytest.fixture(scope="session")
def visitor(shared: Path) -> Pixels:
    picture = cv2.imread(str(shared / "data/faces/office/0001/0001_00_00_01_0.jpg"))
    return np.asarray(picture, np.uint8)


def test_face_in_office_light_can_be_judged(visitor: Pixels) -> None:
    assert obstacle_in(visitor, FACE) is None


@pytest.mark.parametrize(
    ("spoil", "obstacle"),
    [
        (lambda picture: picture * 0.12, "dark"),
        (lambda picture: picture.astype(float) * 5, "glare"),
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 12), "blurred"),
        (lambda picture: cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), "colourless"),
        (lambda picture: np.full_like(picture, 128), "blurred"),
    ],
    ids=["night", "backlight", "out of focus", "night vision", "flat"],
)
def test_face_that_cannot_be_judged_says_why(visitor: Pixels, spoil: Any, obstacle: str) -> None:
    spoilt = np.clip(spoil(visitor), 0, 255).astype(np.uint8)
    assert obstacle_in(spoilt, FACE) == obstacle


def test_face_that_is_far_away_cannot_be_judged(visitor: Pixels) -> None:
    assert obstacle_in(visitor, Box(300, 200, 340, 240)) == "small"
    assert obstacle_in(visitor, Box(630, 470, 760, 600)) == "small"


# The real nets ------------------------------------------------------------------------------------------------------


def sample(folder: Path, every: int) -> list[Path]:
    return sorted(folder.glob("*/*.jpg"))[::every]


@pytest.mark.parametrize("detector", ["evaluation", "hog"])
def test_people_and_prints_of_the_office_stay_apart(models: Path, shared: Path, make_frame: Any, detector: str) -> None:
    """One threshold, one frame, boxes of either detector (every frame: python -m benchmarks.liveness)."""
    pack = open_pack("evaluation")
    assert pack.passive is not None
    find = HogDetector().find if detector == "hog" else pack.detector.find
    scores: dict[str, list[float]] = {"live": [], "print": []}
    for kind, folder in (("live", "faces/office"), ("print", "spoof/print")):
        for file in sample(shared / "data" / folder, 12):
            frame = make_frame(np.asarray(cv2.imread(str(file)), np.uint8))
            found = find(frame)
            if found:
                reading = pack.passive.read(frame.main, max(found, key=lambda each: each.box.area).box)
                scores[kind].append(reading.score)
    assert min(len(each) for each in scores.values()) >= 30
    assert max(scores["print"]) < pack.passive.live < min(scores["live"])


def test_pack_without_a_passive_model_has_none(opened: Any) -> None:
    assert opened.passive is None


def test_card_whose_liveness_cannot_work_is_refused(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = read_card("evaluation")
    assert card.liveness is not None
    wrong = msgspec.structs.replace(card, liveness=msgspec.structs.replace(card.liveness, live=0.2))
    monkeypatch.setattr(pack_module, "read_card", lambda _name: wrong)
    with pytest.raises(PackError, match=re.escape("[liveness] section of pack evaluation")):
        open_pack("evaluation")
