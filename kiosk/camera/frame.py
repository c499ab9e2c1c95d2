"""The picture that travels through the kiosk, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.punch import SourceKind

__all__ = ["Frame", "Pixels", "SourceKind"]

Pixels = npt.NDArray[np.uint8]

LONGEST_MAIN_SIDE = 1280
"""Pixels. More would cost copies and memory and show no face better: recognition needs 150 pixels of face."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a source; nobody writes into it.

    main: (height, width, 3) uint8, BGR as OpenCV has it; crops and preview come from here.
    grey: (height', width') uint8; the small stream for detection: 320 wide, or 240 wide when main is taller than
        wide (same aspect ratio as main; the reason is in streams.py).
    captured_at: seconds on CLOCK_MONOTONIC at capture (one clock for all processes of a machine). A source that runs
        at pace "fast" stamps its own time line instead: start + index / fps.
    index: counts from 0 since the source started; a gap means dropped frames.
    source: the kind of source it came from.
    """

    main: Pixels
    grey: Pixels
    captured_at: float
    index: int
    source: SourceKind

    @property
    def scale(self) -> float:
        """Factor from grey coordinates to main coordinates."""
        return float(self.main.shape[1]) / float(self.grey.shape[1])
