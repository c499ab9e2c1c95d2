"""Pure: whether bytes from outside are a small, plain JPEG, told from their structure and without decoding them.

Only what a kiosk's encoder writes is let in: one baseline picture (ITU-T T.81) with its tables, and nothing beside it.
So there are no metadata, nothing can hide behind the picture, and whoever decodes it knows how large it gets.
"""

from __future__ import annotations

import re
from typing import Final

from contract.errors import MalformedMessageError
from contract.evidence import MAX_SNAPSHOT_SIDE

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_BASELINE: Final = 0xC0
_SCAN: Final = 0xDA
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD, 0xE0})
"""Huffman and quantisation tables, restart interval, JFIF header."""

_STRAY_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]")
"""In a scan 0xFF is followed by zero (a byte of data) or by a restart marker; anything else begins something new."""


def jpeg_size(content: bytes, *, most: int = MAX_SNAPSHOT_SIDE) -> tuple[int, int]:
    """Width and height in pixels; MalformedMessageError when it is not a picture as kiosks send them.

    most: pixels each way.
    """
    if not content.startswith(_START):
        raise MalformedMessageError("The picture is no JPEG.")
    size: tuple[int, int] | None = None
    place = len(_START)
    while True:
        marker, segment, place = _read_segment(content, place)
        if marker in _TABLES:
            continue
        if marker == _BASELINE and size is None:
            size = _read_size(segment, most)
        elif marker == _SCAN and size is not None:
            _check_scan(content, place)
            return size
        else:
            raise MalformedMessageError(f"The picture holds a part that is none of a plain JPEG: {marker:#x}.")


def _read_segment(content: bytes, place: int) -> tuple[int, bytes, int]:
    """Marker, content and end of the segment at `place`."""
    if len(content) < place + 4 or content[place] != 0xFF:
        raise MalformedMessageError("The picture is cut short, or is no JPEG.")
    length = int.from_bytes(content[place + 2 : place + 4], "big")
    end = place + 2 + length
    if length < 2 or end > len(content):
        raise MalformedMessageError("The picture is cut short.")
    return content[place + 1], content[place + 4 : end], end


def _read_size(frame: bytes, most: int) -> tuple[int, int]:
    if len(frame) < 6:
        raise MalformedMessageError("The picture is cut short.")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if frame[0] != 8 or frame[5] not in {1, 3} or not (1 <= width <= most >= height >= 1):
        raise MalformedMessageError(f"The picture has {width} x {height} pixels; at most {most} each way.")
    return width, height


def _check_scan(content: bytes, place: int) -> None:
    if not content.endswith(_END) or len(content) < place + len(_END):
        raise MalformedMessageError("The picture is cut short.")
    if _STRAY_MARKER.search(content, place, len(content) - len(_END)):
        raise MalformedMessageError("The picture holds more than one picture, or something behind it.")
