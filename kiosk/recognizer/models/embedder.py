"""From an aligned face to a direction in the space where the same person points the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kiosk.recognizer.face import Chip, Vector, normalised
from kiosk.recognizer.models.network import Network


class Embedder:
    """Turns chips into embeddings."""

    def __init__(self, network: Network, *, bgr: bool = False, mean: float = 0.0, scale: float = 1.0) -> None:
        """Take a network whose pixels are (v - mean) * scale for v of 0..255, in RGB order unless `bgr`."""
        self._network = network
        self._bgr, self._mean, self._scale = bgr, mean, scale

    def raw(self, chips: Sequence[Chip]) -> Vector:
        """The network's own (n, d) output for n chips, not normalised."""
        ordered = np.stack(chips)[..., ::-1] if self._bgr else np.stack(chips)
        blob = ordered.transpose(0, 3, 1, 2).astype(np.float32)
        if self._mean or self._scale != 1.0:
            blob = (blob - np.float32(self._mean)) * np.float32(self._scale)
        return self._network.run(np.ascontiguousarray(blob))

    def embed(self, chip: Chip, *, mirror: bool) -> Vector:
        """The (d,) unit-norm embedding of one chip.

        mirror: take the mean of the chip's and its mirror image's raw embeddings before normalising. It costs a
        second run of the network and lowers the error rates (the model card has both).
        """
        chips = [chip, chip[:, ::-1]] if mirror else [chip]
        return normalised(self.raw(chips).mean(axis=0))
