"""dlib's weight files: where they are, and what is written in them.

A `.dat` holds a serialised network, input layer first. Integers are a control byte (low four bits: how many bytes
follow; top bit: negative) and little-endian bytes; floats are two such integers (mantissa, exponent of two); strings
are a length and bytes; a tensor is its version (2), four integers (samples, channels, rows, columns) and raw float32.
Each layer begins with its name. What stands between two layers is bookkeeping of the training, of no use here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from kiosk.errors import PackError
from kiosk.recognizer.face import Vector

INSTALL_AGAIN = 'install it again: pip install "face_recognition_models==0.3.0"'


def model_path(name: str) -> Path:
    """Find one of the .dat files of the installed `face_recognition_models` without importing that package.

    Its import needs a part that setuptools has removed. Raises PackError when package or file is missing; version
    0.1.3, which pip takes when told to use wheels only, has no five-point model.
    """
    spec = importlib.util.find_spec("face_recognition_models")
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise PackError(f"The recognition weights (face_recognition_models) are not installed; {INSTALL_AGAIN}")
    for folder in folders:
        path = Path(folder) / "models" / name
        if path.is_file():
            return path
    raise PackError(f"The installed face_recognition_models lacks {name} (is it older than 0.3.0?); {INSTALL_AGAIN}")


def file_sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal; PackError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror}); check the disk and install the pack") from error


@dataclass(frozen=True, slots=True)
class Convolution:
    """weights: (filters, channels, rows, columns); bias: (filters,); stride and padding alike in both directions."""

    weights: Vector
    bias: Vector
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Affine:
    """Per channel: y = gain * x + offset, both (channels,); what batch normalisation leaves after training."""

    gain: Vector
    offset: Vector


@dataclass(frozen=True, slots=True)
class Pool:
    """kind: "max" or "average"; a side of 0 means the whole picture. No padding."""

    kind: Literal["max", "average"]
    side: int
    stride: int


@dataclass(frozen=True, slots=True)
class Relu:
    """max(x, 0)."""


@dataclass(frozen=True, slots=True)
class AddShortcut:
    """Adds the input of the residual block, zero-padded to the larger of both shapes.

    A Pool directly before it belongs to the shortcut, not to the block's own path.
    """


@dataclass(frozen=True, slots=True)
class FullyConnected:
    """weights: (inputs, outputs); no bias."""

    weights: Vector


Layer = Convolution | Affine | Pool | Relu | AddShortcut | FullyConnected


@dataclass(frozen=True, slots=True)
class DlibNetwork:
    """mean: what is subtracted from red, green and blue before division by 256; layers: from input to output."""

    mean: tuple[float, float, float]
    layers: tuple[Layer, ...]


class Cursor:
    """Reads dlib's serialised values one after another; PackError past the end or at an impossible value."""

    def __init__(self, content: bytes, *, name: str) -> None:
        self._content = content
        self._name = name
        self.position = 0

    def fail(self, why: str) -> PackError:
        return PackError(
            f"{self._name} is damaged or of an unknown kind ({why} at byte {self.position}); install it again"
        )

    def take(self, count: int) -> bytes:
        taken = self._content[self.position : self.position + count]
        if count < 0 or len(taken) != count:
            raise self.fail(f"{count} more bytes expected")
        self.position += count
        return taken

    def integer(self) -> int:
        (control,) = self.take(1)
        if control & 0x70 or not 1 <= control & 0x0F <= 8:
            raise self.fail("no integer")
        value = int.from_bytes(self.take(control & 0x0F), "little")
        return -value if control & 0x80 else value

    def count(self, *, most: int) -> int:
        value = self.integer()
        if not 0 <= value <= most:
            raise self.fail(f"{value} is not a number from 0 to {most}")
        return value

    def number(self) -> float:
        mantissa, exponent = self.integer(), self.integer()
        if not -1100 < exponent < 900:
            raise self.fail("no finite number")
        return math.ldexp(mantissa, exponent)

    def tensor(self) -> Vector:
        if self.integer() != 2:
            raise self.fail("unknown version of a tensor")
        shape = [self.count(most=1 << 24) for _ in range(4)]
        values = np.frombuffer(self.take(4 * math.prod(shape)), "<f4").reshape(shape)
        if not np.isfinite(values).all():
            raise self.fail("a weight that is no number")
        return values.astype(np.float32)

    def skip_to(self, names: re.Pattern[bytes]) -> str | None:
        """Move behind the next layer name (a length and that many letters) and return it; None when there is none."""
        found = names.search(self._content, self.position)
        while found is not None and found.group(1)[0] != len(found.group(2)):
            found = names.search(self._content, found.start() + 1)
        if found is None:
            return None
        self.position = found.end()
        return found.group(2).decode()


_LAYER = re.compile(
    rb"\x01([\x00-\x1f])(input_rgb_image_sized|con_4|affine_|relu_|max_pool_2|avg_pool_2|add_prev_|fc_2)"
)


def read_network(path: Path) -> DlibNetwork:
    """Read the network in a .dat file; PackError when the file is cut short, damaged or not of the known kind."""
    try:
        cursor = Cursor(path.read_bytes(), name=path.name)
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror}); check the disk and install the pack") from error
    if cursor.skip_to(_LAYER) != "input_rgb_image_sized":
        raise cursor.fail("no picture as input")
    mean = (cursor.number(), cursor.number(), cursor.number())
    layers: list[Layer] = []
    while (name := cursor.skip_to(_LAYER)) is not None:
        layers.append(_layer(name, cursor))
    if not layers or not isinstance(layers[-1], FullyConnected):
        raise cursor.fail("no last layer")
    return DlibNetwork(mean, tuple(layers))


def _layer(name: str, cursor: Cursor) -> Layer:
    match name:
        case "con_4":
            return _convolution(cursor)
        case "affine_":
            return _affine(cursor)
        case "relu_":
            return Relu()
        case "max_pool_2":
            return _pool("max", cursor)
        case "avg_pool_2":
            return _pool("average", cursor)
        case "add_prev_":
            return AddShortcut()
        case "fc_2":
            return _fully_connected(cursor)
        case _:
            raise cursor.fail(f"a second {name}")


def _convolution(cursor: Cursor) -> Convolution:
    values = cursor.tensor().ravel()
    filters, rows, columns = (cursor.count(most=1 << 16) for _ in range(3))
    stride, padding = _both_directions(cursor), _both_directions(cursor)
    size, rest = divmod(values.size - filters, max(1, filters * rows * columns))
    if size < 1 or rest or stride < 1:
        raise cursor.fail("weights that do not fit their layer")
    weights = values[:-filters].reshape(filters, size, rows, columns)
    return Convolution(weights, values[-filters:], stride, padding)


def _affine(cursor: Cursor) -> Affine:
    values = cursor.tensor().ravel()
    if not values.size or values.size % 2:
        raise cursor.fail("weights that do not fit their layer")
    gain, offset = np.split(values, 2)
    return Affine(gain, offset)


def _pool(kind: Literal["max", "average"], cursor: Cursor) -> Pool:
    side, stride = _both_directions(cursor), _both_directions(cursor)
    if _both_directions(cursor) != 0 or stride < 1:
        raise cursor.fail("a padded pool")
    return Pool(kind, side, stride)


def _fully_connected(cursor: Cursor) -> FullyConnected:
    outputs, inputs = cursor.count(most=1 << 16), cursor.count(most=1 << 16)
    values = cursor.tensor().ravel()
    if values.size != inputs * outputs or not values.size:
        raise cursor.fail("weights that do not fit their layer")
    return FullyConnected(values.reshape(inputs, outputs))


def _both_directions(cursor: Cursor) -> int:
    down, across = cursor.count(most=1 << 10), cursor.count(most=1 << 10)
    if down != across:
        raise cursor.fail("a layer that is not square")
    return down
