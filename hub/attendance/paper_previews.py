"""Small pictures of scans, for looking at beside what somebody wrote down about them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from hub.attendance.paper_files import MediaType

PREVIEW_SIDE: Final = 1_000
"""Pixels; a page of A4 is legible, and comes over a slow line."""

_PAGE: Final = '#set page(width: auto, height: auto, margin: 0pt)\n#image("paper.pdf", width: 620pt)'


def preview(content: bytes, media_type: MediaType | str) -> tuple[bytes, str] | None:
    """Picture and media type of a scan's first page; None when it cannot be shown."""
    return _of_pdf(content) if media_type == "application/pdf" else _of_picture(content)


def _of_pdf(content: bytes) -> tuple[bytes, str] | None:
    import typst

    with tempfile.TemporaryDirectory(prefix="presensi-paper-") as folder:
        Path(folder, "paper.pdf").write_bytes(content)
        page = Path(folder, "page.typ")
        page.write_text(_PAGE, encoding="ascii")
        try:
            shown = typst.compile(str(page), root=folder, format="png", ppi=96.0, ignore_system_fonts=True)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - a reader that panics over a file cannot show it either
            return None
    return bytes(shown), "image/png"


def _of_picture(content: bytes) -> tuple[bytes, str] | None:
    import cv2
    import numpy as np

    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if picture is None:
        return None
    scale = PREVIEW_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    encoded, small = cv2.imencode(".jpg", picture)
    return (small.tobytes(), "image/jpeg") if encoded else None
