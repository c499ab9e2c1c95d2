"""From an aligned face to a direction in the space where the same person points the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kiosk.recognizer.face import Chip, Vector
from kiosk.recognizer.network import Network


class Embedder:
    """Turns chips into embeddings by a network whose graph takes RGB 0..255 (normalisation is inside the graph)."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def raw(self, chips: Sequence[Chip]) -> Vector:
        """The network's own (n, d) output for n chips, not normalised."""
        blob = np.stack(chips).transpose(0, 3, 1, 2).astype(np.float32)
        return self._network.run(np.ascontiguousarray(blob))

    def embed(self, chip: Chip, *, mirror: bool) -> Vector:
        """The (d,) unit-norm embedding of one chip.

        mirror: take the mean of the chip's and its mirror image's raw embeddings before normalising. It costs a
        second run of the network and lowers the error rates (the model card has both).
        """
        chips = [chip, chip[:, ::-1]] if mirror else [chip]
        return normalised(self.raw(chips).mean(axis=0))


def normalised(vectors: Vector) -> Vector:
    """Scale (d,) or (n, d) vectors to unit length; ValueError for zero or non-finite ones, which have no direction."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise ValueError("an embedding of length zero or infinity has no direction")
    return np.asarray(vectors / lengths, np.float32)
