"""A pack opened once, pictures without people, a tiny network in dlib's format, and stand-ins for a pack's parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.camera.frame import Frame, Pixels
from kiosk.recognizer.face import Box, Chip, Detection, Face, FacePoints, Vector
from kiosk.recognizer.models.embedder import Embedder
from kiosk.recognizer.models.hog_detector import HogDetector
from kiosk.recognizer.packs.card import read_card
from kiosk.recognizer.packs.pack import Pack, open_pack


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _quick_detector(quick_face_detector: None) -> None:
    """For every test of the recogniser."""


@pytest.fixture(scope="session")
def evaluation(model_folder: Path) -> Pack:
    """The pack of networks that are not ours; skips where they are not at hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRESENSI_MODELS", str(model_folder))
        return open_pack("evaluation")


@pytest.fixture(scope="session")
def opened(cache: Path, quick_face_detector: None) -> Pack:
    return open_pack("builtin", cache=cache)


@pytest.fixture
def pack(opened: Pack) -> Pack:
    """The builtin pack with a detector that has seen nothing yet."""
    return Pack(card=opened.card, detector=HogDetector(), aligner=opened.aligner, embedder=opened.embedder)


@pytest.fixture(scope="session")
def portrait(shared: Path) -> Pixels:
    """A photo of one person, 640 wide, with a face of about 190 pixels."""
    photo = cv2.imread(str(shared / "data/faces/demo/obama/obama.jpg"))
    scale = 640 / photo.shape[1]
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:480], np.uint8)


@pytest.fixture(scope="session")
def wall() -> Pixels:
    """A 640x480 picture with texture and nobody in it."""
    noise = np.random.default_rng(3).normal(128, 40, (480, 640, 3))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 3) * 2 - 128, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def make_frame() -> Callable[..., Frame]:
    """Make a Frame of a BGR picture, as sources do: grey, 320 wide, read-only."""

    def make(picture: Pixels, index: int = 0, captured_at: float | None = None) -> Frame:
        main = picture.copy()
        size = (320, round(main.shape[0] * 320 / main.shape[1]))
        grey = np.asarray(cv2.resize(cv2.cvtColor(main, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA))
        main.flags.writeable = grey.flags.writeable = False
        return Frame(main, grey, index / 15 if captured_at is None else captured_at, index, "photo")

    return make


@pytest.fixture(scope="session")
def place() -> Callable[[Pixels, Pixels, float], Pixels]:
    """Scale a picture and lay it into the middle of another."""

    def lay(picture: Pixels, ground: Pixels, scale: float) -> Pixels:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        out = ground.copy()
        top, left = (out.shape[0] - small.shape[0]) // 2, (out.shape[1] - small.shape[1]) // 2
        out[top : top + small.shape[0], left : left + small.shape[1]] = small
        return out

    return lay


# A tiny network in dlib's format ------------------------------------------------------------------------------------


def integer(value: int) -> bytes:
    magnitude = abs(value)
    length = max(1, (magnitude.bit_length() + 7) // 8)
    return bytes([length | (0x80 if value < 0 else 0)]) + magnitude.to_bytes(length, "little")


def number(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return integer(int(mantissa * 2**24)) + integer(exponent - 24)


def tensor(values: Vector, shape: tuple[int, int, int, int]) -> bytes:
    return b"".join(map(integer, (2, *shape))) + np.asarray(values, "<f4").tobytes()


def name(text: str) -> bytes:
    return integer(len(text)) + text.encode()


@dataclass
class TinyNetwork:
    """input -> 2 filters 3x3, stride 5 -> affine -> relu -> mean over the picture -> 2x3 matrix, as a .dat file."""

    weights: Vector = field(default_factory=lambda: _normal((2, 3, 3, 3), 1))
    bias: Vector = field(default_factory=lambda: _normal((2,), 2))
    gain: Vector = field(default_factory=lambda: _normal((2,), 3))
    offset: Vector = field(default_factory=lambda: _normal((2,), 4))
    last: Vector = field(default_factory=lambda: _normal((2, 3), 5))

    def content(self) -> bytes:
        zeros = integer(0) * 6
        convolution = np.concatenate([self.weights.ravel(), self.bias])
        affine = np.concatenate([self.gain, self.offset])
        return b"".join(
            [
                integer(1) + name("loss_metric_2") + zeros,
                name("input_rgb_image_sized") + number(122.75) + number(117.0) + number(104.25),
                name("con_4") + tensor(convolution, (convolution.size, 1, 1, 1)),
                b"".join(map(integer, (2, 3, 3, 5, 5, 0, 0))) + zeros,
                name("affine_") + tensor(affine, (4, 1, 1, 1)) + zeros,
                name("relu_") + b"110" + zeros,
                name("avg_pool_2") + b"".join(map(integer, (0, 0, 1, 1, 0, 0))) + zeros,
                name("fc_2") + integer(3) + integer(2) + tensor(self.last.ravel(), (2, 3, 1, 1)) + zeros,
            ]
        )

    def expected(self, picture: Chip) -> Vector:
        """What the network makes of a (150, 150, 3) RGB picture, computed the plain way."""
        x = (picture.astype(np.float64) - (122.75, 117.0, 104.25)) / 256
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(0, 1))[::5, ::5]
        y = np.einsum("hwcij,fcij->hwf", windows, self.weights) + self.bias
        y = np.maximum(y * self.gain + self.offset, 0)
        return np.asarray(y.mean(axis=(0, 1)) @ self.last, np.float32)


def _normal(shape: tuple[int, ...], seed: int) -> Vector:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


@pytest.fixture
def tiny() -> TinyNetwork:
    return TinyNetwork()


# Stand-ins ----------------------------------------------------------------------------------------------------------


class ScriptedDetector:
    """Finds what the script says, call by call; implements Detector."""

    def __init__(self, *script: list[Box]) -> None:
        self.script = list(script)

    def find(self, frame: Frame) -> list[Detection]:
        return [Detection(box, 1.0) for box in self.script.pop(0)]

    def search(self, picture: Pixels, *, smallest: int) -> list[Detection]:
        return [Detection(box, 1.0) for box in self.script.pop(0)]


class MeanColourAligner:
    """The chip is filled with the mean colour of the box; eyes stand 0.4 widths apart; implements Aligner."""

    def landmarks(self, picture: Pixels, detection: Detection) -> Vector:
        x, y = detection.box.centre
        return np.array([(x - 0.2 * detection.box.width, y), (x + 0.2 * detection.box.width, y)], np.float32)

    def chip(self, picture: Pixels, face: Face) -> Chip:
        box = face.box
        mean = picture[box.top : box.bottom, box.left : box.right].mean(axis=(0, 1))[::-1]
        return np.broadcast_to(mean.astype(np.uint8), (8, 8, 3)).copy()

    def eye_distance(self, face: Face) -> float:
        return float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))

    def points(self, face: Face) -> FacePoints:
        eyes = face.landmarks[:2]
        return FacePoints(eyes=eyes, nose=eyes.mean(axis=0) + np.float32((0, 0.74 * self.eye_distance(face))))


class MeanColourNetwork:
    """Embeds a picture as its mean red, green and blue; implements Network."""

    def __init__(self) -> None:
        self.pictures = 0

    def run(self, blob: Vector) -> Vector:
        self.pictures += len(blob)
        return np.asarray(blob.mean(axis=(2, 3)) + 1, np.float32)


@pytest.fixture
def colour_pack() -> Callable[..., Pack]:
    """A pack of stand-ins whose embedding of a face is its colour, and whose detector follows a script."""

    def make(*script: list[Box], network: MeanColourNetwork | None = None) -> Pack:
        return Pack(
            card=read_card("builtin"),
            detector=ScriptedDetector(*script),
            aligner=MeanColourAligner(),
            embedder=Embedder(network or MeanColourNetwork()),
        )

    return make


@pytest.fixture
def colour_network() -> MeanColourNetwork:
    return MeanColourNetwork()
