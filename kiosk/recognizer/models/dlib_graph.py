"""Writes dlib's face network as an ONNX graph, once per machine.

Run by ONNX Runtime the same weights take a twentieth of the time of dlib's own forward pass, and agree to 3e-7.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.errors import PackError
from kiosk.recognizer.face import Vector
from kiosk.recognizer.models.dlib_weights import (
    AddShortcut,
    Affine,
    Convolution,
    DlibNetwork,
    FullyConnected,
    Layer,
    Pool,
    Relu,
    file_sha256,
    read_network,
)

CONVERTER_VERSION = 1
"""Raise it when the graph that `build_graph` makes changes, so that cached files of before are not used."""
OPSET = 17
IR_VERSION = 9
SIDE = 150


def cache_folder() -> Path:
    """Where converted networks are kept: $PRESENSI_CACHE, else $XDG_CACHE_HOME/presensi, else ~/.cache/presensi."""
    if own := os.environ.get("PRESENSI_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presensi"


def onnx_file(weights: Path, *, weights_sha256: str, folder: Path) -> Path:
    """The ONNX form of a .dat file, written now unless an intact one is in the folder already.

    Its name holds the weights' hash, the converter's version and its own content's hash, so that a cut or changed file
    is noticed and replaced, and two processes that convert at once write the same name. Raises PackError when the
    weights cannot be understood or the folder cannot be written.
    """
    stem = f"{weights.stem}-{weights_sha256[:16]}-v{CONVERTER_VERSION}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for cached in sorted(folder.glob(f"{stem}-*.onnx")):
            if file_sha256(cached)[:16] == cached.stem.rpartition("-")[2]:
                return cached
            cached.unlink(missing_ok=True)
        content = build_graph(read_network(weights))
        target = folder / f"{stem}-{hashlib.sha256(content).hexdigest()[:16]}.onnx"
        _write_whole(target, content)
    except OSError as error:
        raise PackError(
            f"The cache {folder} cannot be used ({error.strerror}); free space, or set PRESENSI_CACHE to another folder"
        ) from error
    return target


def _write_whole(target: Path, content: bytes) -> None:
    """Write all or nothing, even when power goes or a second process does the same."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)  # public weights: whoever runs the kiosk next may read them
            os.fsync(file.fileno())
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def build_graph(network: DlibNetwork) -> bytes:
    """The network as a serialised ONNX model: image (n, 3, 150, 150) RGB 0..255 -> embedding (n, outputs).

    Affine layers are folded into the convolution before them. Raises PackError when the layers do not fit each other.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph()
    mean = np.array(network.mean, np.float32).reshape(1, 3, 1, 1)
    value = graph.node("Sub", "image", graph.constant(mean))
    value = graph.node("Mul", value, graph.constant(np.array(1 / 256, np.float32)))
    tensor = _Tensor(value, 3, SIDE)
    for block in _blocks(network.layers):
        tensor = _residual(graph, tensor, block) if isinstance(block[-1], AddShortcut) else _plain(graph, tensor, block)
    graph.rename_last("embedding")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "dlib_face",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", tensor.channels])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="presensi",
    )
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise PackError("The weights hold layers that do not fit each other; install the pack again") from error
    return bytes(model.SerializeToString(deterministic=True))


class _Tensor:
    """A value in the graph: its name and, as dlib's zero-padding shortcuts need them, its channels and side."""

    def __init__(self, name: str, channels: int, side: int) -> None:
        self.name, self.channels, self.side = name, channels, side


class _Graph:
    """Collects nodes and constants under running names."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: np.ndarray[Any, Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values).reshape(values.shape), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def rename_last(self, name: str) -> None:
        self.nodes[-1].output[0] = name


def _blocks(layers: tuple[Layer, ...]) -> Iterator[list[Layer]]:
    """Cut the layers, which the file holds in one row, into residual blocks and single layers.

    A residual block is convolution, affine, relu, convolution, affine, perhaps a pool for the shortcut, and the sum.
    """
    rest = list(layers)
    while rest:
        length = 1
        if isinstance(rest[0], Convolution):
            end = next((n for n, layer in enumerate(rest[:8]) if isinstance(layer, AddShortcut)), None)
            length = 2 if end is None else end + 1
            if end is not None and isinstance(rest[3] if len(rest) > 3 else None, Pool):
                length = 2  # the stem: a pool on the main path comes first, the sum belongs to the next block
        yield rest[:length]
        rest = rest[length:]


def _plain(graph: _Graph, tensor: _Tensor, layers: list[Layer]) -> _Tensor:
    """Lay layers one after another."""
    rest = list(layers)
    while rest:
        layer = rest.pop(0)
        match layer:
            case Convolution():
                affine = rest[0] if rest else None
                if isinstance(affine, Affine):
                    rest.pop(0)
                tensor = _convolution(graph, tensor, layer, affine if isinstance(affine, Affine) else None)
            case Relu():
                tensor = _Tensor(graph.node("Relu", tensor.name), tensor.channels, tensor.side)
            case Pool():
                tensor = _pool(graph, tensor, layer)
            case FullyConnected():
                tensor = _fully_connected(graph, tensor, layer)
            case _:
                raise PackError("The weights hold their layers in an unknown order; install the pack again")
    return tensor


def _residual(graph: _Graph, start: _Tensor, block: list[Layer]) -> _Tensor:
    """Lay one residual block: its own path, its shortcut, and the sum of both, zero-padded to the larger."""
    path = block[:-1]
    if not path:
        raise PackError("The weights hold their layers in an unknown order; install the pack again")
    shortcut = start
    if isinstance(pool := path[-1], Pool):
        shortcut = _pool(graph, start, pool)
        path = path[:-1]
    end = _plain(graph, start, path)
    channels, side = max(end.channels, shortcut.channels), max(end.side, shortcut.side)
    end, shortcut = _padded(graph, end, channels, side), _padded(graph, shortcut, channels, side)
    return _Tensor(graph.node("Add", end.name, shortcut.name), channels, side)


def _padded(graph: _Graph, tensor: _Tensor, channels: int, side: int) -> _Tensor:
    if (tensor.channels, tensor.side) == (channels, side):
        return tensor
    more = side - tensor.side
    pads = np.array([0, 0, 0, 0, 0, channels - tensor.channels, more, more], np.int64)
    return _Tensor(graph.node("Pad", tensor.name, graph.constant(pads)), channels, side)


def _convolution(graph: _Graph, tensor: _Tensor, layer: Convolution, affine: Affine | None) -> _Tensor:
    weights, bias = layer.weights, layer.bias
    filters, channels, rows, columns = weights.shape
    gain: Vector = np.ones(filters, np.float32) if affine is None else affine.gain
    offset: Vector = np.zeros(filters, np.float32) if affine is None else affine.offset
    side = (tensor.side + 2 * layer.padding - rows) // layer.stride + 1
    if channels != tensor.channels or gain.size != filters or rows != columns or side < 1:
        raise PackError("The weights hold layers that do not fit each other; install the pack again")
    name = graph.node(
        "Conv",
        tensor.name,
        graph.constant(weights * gain[:, None, None, None]),
        graph.constant(bias * gain + offset),
        strides=[layer.stride] * 2,
        pads=[layer.padding] * 4,
        kernel_shape=[rows, columns],
    )
    return _Tensor(name, filters, side)


def _pool(graph: _Graph, tensor: _Tensor, layer: Pool) -> _Tensor:
    if layer.side == 0:
        kind = {"max": "GlobalMaxPool", "average": "GlobalAveragePool"}[layer.kind]
        return _Tensor(graph.node(kind, tensor.name), tensor.channels, 1)
    side = (tensor.side - layer.side) // layer.stride + 1
    if side < 1:
        raise PackError("The weights hold layers that do not fit each other; install the pack again")
    kind = {"max": "MaxPool", "average": "AveragePool"}[layer.kind]
    name = graph.node(kind, tensor.name, kernel_shape=[layer.side] * 2, strides=[layer.stride] * 2)
    return _Tensor(name, tensor.channels, side)


def _fully_connected(graph: _Graph, tensor: _Tensor, layer: FullyConnected) -> _Tensor:
    inputs, outputs = layer.weights.shape
    if inputs != tensor.channels * tensor.side**2:
        raise PackError("The weights hold layers that do not fit each other; install the pack again")
    flat = graph.node("Flatten", tensor.name)
    return _Tensor(graph.node("MatMul", flat, graph.constant(layer.weights)), outputs, 1)
