"""The upright part of dlib's frontal face detector, for where every millisecond counts."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import dlib

from kiosk.errors import PackError
from kiosk.recognizer.models.dlib_weights import Cursor

UPRIGHT = 3
"""dlib's five detectors are: ahead, turned left, turned right, and ahead but tilted to either side, in this order."""

_SETTINGS = 14
"""Integers before the two numbers of the overlap test: versions, cell size, padding, window, pyramid, feature count."""

log = logging.getLogger(__name__)


def upright_detector(whole: dlib.fhog_object_detector) -> dlib.fhog_object_detector:
    """The first three of the five detectors: a fifth less time; the tilted ones find little that these do not.

    dlib offers no way to leave some out, but saves and loads any number. Should its format change one day, the whole
    detector comes back: slower, and otherwise the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "detector"
        whole.save(str(path))
        try:
            path.write_bytes(first_detectors(path.read_bytes(), UPRIGHT, of=whole.num_detectors))
            return dlib.fhog_object_detector(str(path))
        except (PackError, RuntimeError) as error:
            log.warning("the whole face detector is used, the upright part of it cannot be: %s", error)
            return whole


def first_detectors(saved: bytes, count: int, *, of: int) -> bytes:
    """Cut a saved detector of `of` weight vectors down to the first `count`; PackError when it has another form."""
    cursor = Cursor(saved, name="dlib's face detector")
    for _ in range(_SETTINGS):
        cursor.integer()
    cursor.number(), cursor.number()
    head = saved[: cursor.position]
    if cursor.integer() != of or not 1 <= count <= min(of, 127):
        raise cursor.fail(f"not {of} detectors")
    start = end = cursor.position
    for vector in range(of):
        rows, columns = -cursor.integer(), -cursor.integer()  # negative: dlib's newer form of a matrix
        if columns != 1 or not 1 <= rows <= 1 << 16:
            raise cursor.fail("no weight vector")
        for _ in range(rows):
            cursor.number()
        if vector == count - 1:
            end = cursor.position
    if cursor.position != len(saved):
        raise cursor.fail("more than the weight vectors")
    return head + bytes((1, count)) + saved[start:end]
