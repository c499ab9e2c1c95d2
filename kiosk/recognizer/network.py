"""A neural network as the recogniser sees it: numbers in, numbers out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from kiosk.errors import PackError
from kiosk.recognizer.face import Vector


class Network(Protocol):
    """Runs one network on a batch.

    An implementation must offer `run`; it is called from one thread at a time and may keep its scratch memory.
    """

    def run(self, blob: Vector) -> Vector:
        """Turn (n, channels, height, width) float32, pixel values 0..255, into (n, d) float32."""
        ...


class OnnxNetwork:
    """A network in an ONNX file with one input and one output, run by ONNX Runtime on the processor."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Load the file.

        threads: for one run; 1 leaves the other cores to camera, screen and uplink.
        Raises PackError when the file is missing or no usable network.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Idle worker threads would spin at full load between two frames, and heat a Pi into throttling.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            (self._input,) = (i.name for i in self._session.get_inputs())
            (self._output,) = (o.name for o in self._session.get_outputs())
        except Exception as error:  # ONNX Runtime's errors share no root but Exception
            raise PackError(f"{path} is not a usable ONNX network ({error}); delete it and start again") from error

    def run(self, blob: Vector) -> Vector:
        (output,) = self._session.run([self._output], {self._input: blob})
        return np.asarray(output, np.float32)
