"""The YuNet detector: faces with five landmarks, in any pose that a kiosk sees, from a network of 230 kB."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from kiosk.camera.frame import Frame, Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Box, Detection

STREAM_SIDE = 320
"""Longest side in pixels at which a stream is searched: a face of 80 pixels in 640 is 40 there, twice what YuNet needs
(Wu et al., YuNet: A Tiny Millisecond-level Face Detector, 2023: from 10 pixels on)."""
FINE_SIDE = 1280
LEAST_FACE = 20
"""Width in pixels, as the network sees it, from which its landmarks are good enough to align by."""
_MOST_FACES = 50


class YuNetDetector:
    """Finds faces with YuNet; implements Detector, and remembers nothing between two frames."""

    def __init__(self, model: Path, *, least_score: float = 0.7, same_face_overlap: float = 0.3) -> None:
        """Load the network.

        least_score: faces below it are left out; same_face_overlap: intersection over union above which two findings
        are one face. Raises PackError when the file is no such network.
        """
        before = cv2.utils.logging.getLogLevel()
        # OpenCV 5 warns with every load that its new engine knows no targets.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        try:
            self._net = cv2.FaceDetectorYN.create(
                str(model), "", (STREAM_SIDE, STREAM_SIDE), least_score, same_face_overlap, _MOST_FACES
            )
        except cv2.error as error:
            raise PackError(f"{model} is not a usable YuNet detector ({error.err}); install the pack again") from error
        finally:
            cv2.utils.logging.setLogLevel(before)

    def find(self, frame: Frame) -> list[Detection]:
        return self._detect(frame.main, side=STREAM_SIDE)

    def search(self, picture: Pixels, *, smallest: int) -> list[Detection]:
        longest = max(picture.shape[:2])
        finest = min(FINE_SIDE, round(longest * max(1.0, LEAST_FACE / smallest)))
        for side in dict.fromkeys((min(2 * STREAM_SIDE, finest), finest)):
            found = [each for each in self._detect(picture, side=side) if each.box.width >= smallest]
            if found:
                return found
        return []

    def _detect(self, picture: Pixels, *, side: int) -> list[Detection]:
        """Search a (height, width, 3) BGR picture that is scaled so that its longest side has `side` pixels."""
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        seen = picture if size == (width, height) else cv2.resize(picture, size, interpolation=method)
        self._net.setInputSize(size)
        answer = self._net.detect(np.ascontiguousarray(seen))[1]
        rows = np.empty((0, 15), np.float32) if answer is None else np.asarray(answer, np.float32)
        across = np.array((width / size[0], height / size[1]), np.float32)
        found = []
        for row in rows:
            left, top = row[:2] * across
            right, bottom = (row[:2] + row[2:4]) * across
            box = Box(round(left), round(top), round(right), round(bottom)).within(width, height)
            landmarks = row[4:14].reshape(5, 2) * across
            if box.area and np.isfinite(landmarks).all():
                found.append(Detection(box, float(row[14]), landmarks.astype(np.float32)))
        return sorted(found, key=lambda detection: -detection.score)
