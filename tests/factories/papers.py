"""Scans of letters: small files that open."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import cv2
import typst

from hub.attendance.paper_files import PaperFile
from tests.factories.snapshots import picture


@lru_cache(maxsize=8)
def pdf(text: str = "Surat Dokter") -> bytes:
    """Equal bytes for an equal text, at whatever second it is made."""
    return bytes(typst.compile(text.encode(), timestamp=datetime(2026, 11, 2, tzinfo=UTC)))


def jpeg(seed: int = 1, *, side: int = 96) -> bytes:
    return bytes(cv2.imencode(".jpg", picture(seed, width=side, height=side))[1])


def png(seed: int = 1, *, side: int = 96) -> bytes:
    return bytes(cv2.imencode(".png", picture(seed, width=side, height=side))[1])


def scan(name: str = "surat.pdf", text: str = "Surat Dokter") -> PaperFile:
    return PaperFile.of_content(name, pdf(text))


def photo(name: str = "foto.jpg", seed: int = 1) -> PaperFile:
    return PaperFile.of_content(name, jpeg(seed))
