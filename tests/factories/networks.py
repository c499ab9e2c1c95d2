"""Tiny ONNX networks that take what an ArcFace embedder takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write_embedder(
    path: Path,
    *,
    taken: Sequence[int | str] = ("n", 3, 112, 112),
    length: int = 8,
    seed: int = 1,
    factor: float = 1.0,
    outputs: int = 1,
    kind: int = TensorProto.FLOAT,
) -> Path:
    """All pixels times a random matrix with `length` columns, times `factor`.

    taken: shape of the input, words for what may vary; outputs: so many, all the same.
    """
    pixels = math.prod(size if isinstance(size, int) else 112 for size in taken[1:])
    matrix = np.random.default_rng(seed).standard_normal((pixels, length)).astype(np.float32) * factor
    nodes = [
        helper.make_node("Cast", ["data"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["numbers"], ["row"]),
        *(helper.make_node("MatMul", ["row", "matrix"], [f"out{n}"]) for n in range(outputs)),
    ]
    graph = helper.make_graph(
        nodes,
        "embedder",
        [helper.make_tensor_value_info("data", kind, list(taken))],
        [helper.make_tensor_value_info(f"out{n}", TensorProto.FLOAT, [taken[0], length]) for n in range(outputs)],
        [numpy_helper.from_array(matrix, "matrix")],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, str(path))
    return path
