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

        # Many published networks are fixed to one picture at a time.
        self._one_at_a_time = self._session.get_inputs()[0].shape[0] == 1

    def run(self, blob: Vector) -> Vector:
        parts = [blob[n : n + 1] for n in range(len(blob))] if self._one_at_a_time else [blob]
        outputs = [self._session.run([self._output], {self._input: part})[0] for part in parts]
        return np.concatenate([np.asarray(output, np.float32) for output in outputs])


class NcnnNetwork:
    """A network in ncnn's two files (.param and .bin), run on the processor, one picture at a time."""

    def __init__(self, param: Path, weights: Path, *, input_name: str, output_name: str, threads: int = 1) -> None:
        """Load the files.

        input_name, output_name: of the blobs that go in and come out.
        Raises PackError when the files are missing, no network, or have no blobs of these names.
        """
        import ncnn

        self._to_mat = ncnn.Mat
        self._net = ncnn.Net()
        self._net.opt.num_threads = threads
        self._net.opt.use_vulkan_compute = False
        # ncnn prints what it does not like, answers with a number, and reads past the end of a file that was cut.
        if not (param.is_file() and weights.is_file()):
            raise PackError(f"{param} or {weights.name} is missing; install the pack again")
        if self._net.load_param(str(param)) != 0 or self._net.load_model(str(weights)) != 0:
            raise PackError(f"{param} is not a usable ncnn network; install the pack again")
        if input_name not in self._net.input_names() or output_name not in self._net.output_names():
            raise PackError(f"{param} has no blobs named {input_name} and {output_name}; correct the pack's card")
        self._input, self._output = input_name, output_name

    def run(self, blob: Vector) -> Vector:
        rows = []
        for picture in blob:
            # Named, then cloned: a Mat borrows the array without holding it, and layers may write into their input.
            borrowed = np.ascontiguousarray(picture, np.float32)
            mat = self._to_mat(borrowed).clone()
            extractor = self._net.create_extractor()
            extractor.input(self._input, mat)
            failed, output = extractor.extract(self._output)
            if failed:
                raise PackError(f"The network cannot take a picture of {picture.shape}; correct the pack's card")
            rows.append(np.array(output, np.float32).reshape(-1))
        return np.stack(rows)
