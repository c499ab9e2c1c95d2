"""dlib's HOG detector, spread over the frames of a stream so that a Pi keeps up."""

from __future__ import annotations

import math

import cv2
import dlib
import numpy as np

from kiosk.camera.frame import Frame, Pixels
from kiosk.recognizer.face import Box, Detection
from kiosk.recognizer.models.dlib_hog import upright_detector

WINDOW = 80
"""Side in pixels of dlib's sliding window: no smaller face is found without enlarging the picture."""
SURE_SCORE = 0.25
"""Below it a face in the small stream is looked at again in the full frame: at its limit of size a face of 110 pixels
was seen as one of 146 (score 0.05), which would spoil the landmarks; those of 160 pixels and more score 1 to 2."""
FOLLOWED_FRAMES = 4
"""So many frames in a row only the neighbourhood of a sure face is searched, then the whole frame once."""
FOLLOWED_WIDTH = 1.2
"""To so many of the window's widths a larger face is scaled down while it is followed."""
FOLLOWED_MARGIN = 0.35
"""Of the face's width, to each side: at 15 frames a second nobody moves farther, and if so the whole is searched."""
COARSE_SIDE = 640
FINE_SIDE = 1600
"""Longest sides at which still pictures are searched: quickly first, then thoroughly."""
BETWEEN_STEPS = tuple((5 / 6) ** (sixths / 6) for sixths in range(1, 6))
"""dlib looks at sizes a sixth apart, and a face that lies badly between two of them scores little or nothing at both.
These scales shift the sizes to in between."""


class HogDetector:
    """Finds faces with dlib's frontal HOG detector; implements Detector.

    First pass: upright faces in the small grey stream (320 wide), from a quarter of the frame's width on. Around a
    face that was sure in the frame before, only its neighbourhood is searched (a third of the time), and every
    fifth frame the whole: until then, other faces are where they were. Where the neighbourhood shows nothing for
    sure, the whole is searched in the same frame. When it finds nothing, the neighbourhood of the last face is
    searched in the full frame, and every few frames the whole of it, so that faces down to an eighth of the width
    (80 of 640 pixels) are found too.

    A still picture has no next frame: when nothing is found in it for sure, it is searched again at sizes in between,
    and the sizes at which a face scores highest are taken. docs/accuracy.md has what it finds.
    """

    def __init__(self, *, second_pass_every: int = 3, second_pass_side: int = 640) -> None:
        """Prepare the detector.

        second_pass_every: search the whole full-size frame on each such frame in a row that showed nothing.
        second_pass_side: longest side in pixels to which the full-size frame is scaled for that search. 640 found every
        face from 80 pixels on that the same detector found at twice the size, in a fifth of the time.
        """
        if second_pass_every < 1 or second_pass_side < WINDOW:
            raise ValueError("second_pass_every must be at least 1, second_pass_side at least 80")
        self._hog = dlib.get_frontal_face_detector()
        self._upright = upright_detector(self._hog)
        self._every = second_pass_every
        self._side = second_pass_side
        self._empty_frames = 0
        self._followed = 0
        self._last: Box | None = None
        self._beside: list[Detection] = []

    def find(self, frame: Frame) -> list[Detection]:
        found = self._follow(frame)
        if found:
            self._followed += 1
            self._last = found[0].box
            return [*found, *(each for each in self._beside if not _same_place(each, found))]
        self._followed = 0
        found = self._detect(frame.grey, with_hog=self._upright, scale=1 / frame.scale, within=frame.main)
        if found and found[0].score < SURE_SCORE:
            found = self._look_around(frame.main, found[0].box) or found
        if not found and self._last is not None:
            found = self._look_around(frame.main, self._last)
        if not found:
            if self._empty_frames % self._every == 0:
                found = self._second_pass(frame.main)
            self._empty_frames = 0 if found else self._empty_frames + 1
            self._last = None
        if found:
            self._empty_frames = 0
            self._last = max(found, key=lambda detection: detection.box.area).box
        self._beside = [each for each in found if each.box != self._last]
        return found

    def search(self, picture: Pixels, *, smallest: int) -> list[Detection]:
        grey = _grey(picture)
        longest = max(grey.shape)
        # 0.9: faces as small as the window itself are found only when they lie well.
        finest = min(WINDOW / (0.9 * smallest), FINE_SIDE / longest)
        coarse = min(finest, COARSE_SIDE / longest)
        scales = tuple(dict.fromkeys((coarse, finest)))
        found: list[Detection] = []
        for scale in scales:
            found = self._detect(_scaled(grey, scale), scale=scale, within=picture)
            if found:
                scales = (scale,)
                break
        if _best_score(found) < SURE_SCORE:
            for scale in (scale * step for scale in scales for step in BETWEEN_STEPS):
                again = self._detect(_scaled(grey, scale), scale=scale, within=picture)
                found = max(found, again, key=_best_score)
        return found

    def _follow(self, frame: Frame) -> list[Detection]:
        """Search the small stream around the last face only, at sizes like its own; nothing where that is not sure.

        Every few frames the whole stream is searched all the same, so that a nearer face beside it is seen.
        """
        last = self._last
        if last is None or self._followed >= FOLLOWED_FRAMES:
            return []
        in_grey = last.width / frame.scale
        if in_grey < WINDOW:
            return []
        height, width = frame.grey.shape[:2]
        margin = FOLLOWED_MARGIN * in_grey
        near = Box(
            round(last.left / frame.scale - margin),
            round(last.top / frame.scale - margin),
            round(last.right / frame.scale + margin),
            round(last.bottom / frame.scale + margin),
        ).within(width, height)
        # The face may shrink by a sixth until the next frame before it is smaller than the window.
        scale = min(1.0, FOLLOWED_WIDTH * WINDOW / in_grey)
        crop = _scaled(frame.grey[near.top : near.bottom, near.left : near.right], scale)
        offset = round(near.left * frame.scale), round(near.top * frame.scale)
        found = self._detect(crop, with_hog=self._upright, scale=scale / frame.scale, within=frame.main, offset=offset)
        return found if _best_score(found) >= SURE_SCORE else []

    def _second_pass(self, main: Pixels) -> list[Detection]:
        scale = self._side / max(main.shape[:2])
        return self._detect(_scaled(_grey(main), scale), scale=scale, within=main)

    def _look_around(self, main: Pixels, last: Box) -> list[Detection]:
        """Search the full-size frame within one face's width of where the last face was."""
        height, width = main.shape[:2]
        near = Box(
            last.left - last.width // 2,
            last.top - last.height // 2,
            last.right + last.width // 2,
            last.bottom + last.height // 2,
        ).within(width, height)
        # At this scale the face is half as large again as the window: it may shrink by a third and still be seen.
        scale = min(2.0, 1.5 * WINDOW / last.width)
        crop = _grey(main[near.top : near.bottom, near.left : near.right])
        return self._detect(_scaled(crop, scale), scale=scale, within=main, offset=(near.left, near.top))

    def _detect(
        self,
        grey: Pixels,
        *,
        scale: float,
        within: Pixels,
        offset: tuple[int, int] = (0, 0),
        with_hog: dlib.fhog_object_detector | None = None,
    ) -> list[Detection]:
        """Run the detector on a grey picture that is `within` (from `offset` on) times `scale`."""
        height, width = within.shape[:2]
        x, y = offset
        rectangles, scores, _ = (with_hog or self._hog).run(np.ascontiguousarray(grey), 0, 0.0)
        found = []
        for rectangle, score in zip(rectangles, scores, strict=True):
            box = Box(
                x + round(rectangle.left() / scale),
                y + round(rectangle.top() / scale),
                x + round((rectangle.right() + 1) / scale),
                y + round((rectangle.bottom() + 1) / scale),
            ).within(width, height)
            if box.area:
                found.append(Detection(box, float(score)))
        return sorted(found, key=lambda detection: -detection.score)


def _best_score(found: list[Detection]) -> float:
    """The score of the best of some detections, which comes first; below all others when there are none."""
    return found[0].score if found else -math.inf


def _same_place(seen: Detection, found: list[Detection]) -> bool:
    return any(seen.box.overlap(each.box) > 0 for each in found)


def _grey(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _scaled(grey: Pixels, scale: float) -> Pixels:
    if scale == 1.0:
        return grey
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)
