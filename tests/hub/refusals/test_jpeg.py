"""What is let in as a picture: a plain, small JPEG, and nothing that only begins like one."""

from __future__ import annotations

import contextlib
import random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import MalformedMessageError
from hub.refusals.jpeg import jpeg_size
from tests.factories.snapshots import jpeg, picture

PLAIN = jpeg(side=96)


def with_segment(marker: int, content: bytes) -> bytes:
    """The plain picture with one more segment after its start."""
    return PLAIN[:2] + bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content + PLAIN[2:]


def with_size(width: int, height: int) -> bytes:
    """The plain picture, saying that it is as large as this: what makes a decoder take memory."""
    place = PLAIN.index(b"\xff\xc0") + 5
    return PLAIN[:place] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + PLAIN[place + 4 :]


def encoded(suffix: str, *options: int) -> bytes:
    return bytes(cv2.imencode(suffix, picture(width=96, height=96), list(options))[1])


def test_plain_pictures_are_let_in() -> None:
    assert jpeg_size(PLAIN) == (96, 96)
    assert jpeg_size(bytes(cv2.imencode(".jpg", picture(width=64, height=320)[..., 0])[1])) == (64, 320)
    assert jpeg_size(encoded(".jpg", cv2.IMWRITE_JPEG_RST_INTERVAL, 4)) == (96, 96)


HOSTILE = {
    "nothing": b"",
    "text": b"<script>alert(1)</script>",
    "start only": b"\xff\xd8",
    "start and end": b"\xff\xd8\xff\xd9",
    "PNG": encoded(".png"),
    "WebP": encoded(".webp"),
    "GIF": b"GIF89a" + bytes(100),
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "progressive": encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "bomb": with_size(65_535, 65_535),
    "too wide": with_size(321, 1),
    "too high": with_size(1, 321),
    "without height": with_size(96, 0),
    "without width": with_size(0, 96),
    "EXIF": with_segment(0xE1, b"Exif\0\0MM\0*"),
    "comment": with_segment(0xFE, b"<script>alert(1)</script>"),
    "Photoshop": with_segment(0xED, b"8BIM"),
    "second size": PLAIN.replace(b"\xff\xda", with_size(1, 1)[2:][: len(PLAIN)] + b"\xff\xda", 1),
    "bytes behind its end": PLAIN + b"PK\x03\x04",
    "two pictures": PLAIN + PLAIN,
    "a picture within the scan": PLAIN[:-2] + PLAIN,
    "without its end": PLAIN[:-2],
    "cut in the scan": PLAIN[: len(PLAIN) // 2],
    "cut in a table": PLAIN[:60],
    "segment longer than the file": PLAIN[:2] + b"\xff\xe0\xff\xff" + PLAIN[6:],
    "segment without length": PLAIN[:2] + b"\xff\xe0\x00\x00" + PLAIN[6:],
    "twelve bits": PLAIN.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1),
    "frame cut short": PLAIN[:2] + b"\xff\xc0\x00\x03\x08",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_plain_small_jpeg_is_kept_out(name: str) -> None:
    assert HOSTILE[name] != PLAIN
    with pytest.raises(MalformedMessageError):
        jpeg_size(HOSTILE[name])


@given(st.binary(max_size=400))
def test_whatever_is_sent_is_a_picture_or_malformed(content: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        jpeg_size(b"\xff\xd8" + content)


def test_changed_bytes_give_a_picture_or_a_sentence() -> None:
    dice = random.Random(7)
    for _ in range(2_000):
        changed = bytearray(PLAIN)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        try:
            width, height = jpeg_size(bytes(changed))
        except MalformedMessageError:
            continue
        # What was let in takes no more memory than was said, whatever else is wrong with it.
        decoded = cv2.imdecode(np.frombuffer(bytes(changed), np.uint8), cv2.IMREAD_UNCHANGED)
        assert decoded is None or decoded.shape[:2] == (height, width)
