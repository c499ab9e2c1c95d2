"""Scans and photos of papers: taken for what their content shows, and kept by the SHA-256 of their bytes."""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from hub.errors import PaperError
from hub.kept_files import KeptFiles

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]

MAX_FILE_BYTES: Final = 10 << 20
MAX_PIXELS: Final = 120_000_000
"""Of a picture; a small file can claim to be enormous, and would fill the memory of whoever opens it."""
LONGEST_NAME: Final = 200

PHOTOS: Final[frozenset[MediaType]] = frozenset({"image/jpeg", "image/png"})

_SIGNS: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_SUFFIXES: Final[dict[str, MediaType]] = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
_WORDS: Final[dict[MediaType, str]] = {
    "application/pdf": "a PDF",
    "image/jpeg": "a JPEG picture",
    "image/png": "a PNG picture",
}
_JPEG_SIZES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Markers whose segment holds the picture's size: baseline, extended and progressive."""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file that was looked into. name: as it was handed in."""

    name: str
    content: bytes
    media_type: MediaType

    @classmethod
    def of_content(cls, name: str, content: bytes) -> PaperFile:
        """PaperError when it is too large, no PDF, JPEG or PNG, damaged, or not what its name says."""
        shown = "".join(character for character in Path(name).name if character.isprintable())[-LONGEST_NAME:]
        if not content:
            raise PaperError(f"{shown} is empty; scan the paper again.")
        if len(content) > MAX_FILE_BYTES:
            raise PaperError(
                f"{shown} has {len(content) / (1 << 20):.1f} MB; at most {MAX_FILE_BYTES >> 20} MB are kept: scan it "
                "in fewer dots per inch, or in grey."
            )
        media_type = next((kind for sign, kind in _SIGNS if content.startswith(sign)), None)
        if media_type is None:
            raise PaperError(f"{shown} is neither PDF nor JPEG nor PNG; scan the paper as one of these.")
        said = _SUFFIXES.get(Path(name).suffix.lower())
        if said is not None and said != media_type:
            raise PaperError(f"{shown} is {_WORDS[media_type]} and not what its name says; give it its right name.")
        try:
            opens = (
                _opens_as_pdf(content) if media_type == "application/pdf" else _opens_as_picture(content, media_type)
            )
        except OSError as error:
            raise PaperError(f"{shown} cannot be looked into: {error.strerror}; free this machine's disk.") from error
        if not opens:
            raise PaperError(
                f"{shown} cannot be opened: it is damaged, cut short, too large in pixels or locked by a password; "
                "scan the paper again."
            )
        return cls(shown, content, media_type)

    @classmethod
    def read(cls, path: Path) -> PaperFile:
        """The file at a path, looked into; PaperError when it cannot be read or used."""
        try:
            with path.open("rb") as file:
                # One byte beyond the limit is enough to refuse it.
                content = file.read(MAX_FILE_BYTES + 1)
                size = len(content) if len(content) <= MAX_FILE_BYTES else path.stat().st_size
        except OSError as error:
            raise PaperError(f"The file {path} cannot be read: {error.strerror}.") from error
        if size > MAX_FILE_BYTES:
            raise PaperError(
                f"{path.name} has {size / (1 << 20):.1f} MB; at most {MAX_FILE_BYTES >> 20} MB are kept: scan it in "
                "fewer dots per inch, or in grey."
            )
        return cls.of_content(path.name, content)

    def check_photo(self) -> PaperFile:
        """The file itself; PaperError unless it is a picture."""
        if self.media_type not in PHOTOS:
            raise PaperError(f"{self.name} is {_WORDS[self.media_type]}; a photo is a JPEG or PNG picture.")
        return self


class PaperStore:
    """The folder `papers` in the hub's data folder."""

    def __init__(self, data_folder: Path) -> None:
        self._files = KeptFiles(data_folder / "papers")

    def keep(self, file: PaperFile) -> str:
        """Write a file once, durably; its SHA-256. PaperError when it cannot be written: nothing half written stays."""
        try:
            return self._files.keep(file.content)
        except OSError as error:
            raise PaperError(
                f"{file.name} cannot be kept: {error.strerror}; nothing was recorded, so free the hub's disk or see to "
                "its folder, and try again."
            ) from error

    def read(self, sha256: str) -> bytes | None:
        """A file's bytes; None when it is not here, or is not what was kept."""
        return self._files.read(sha256)

    def path(self, sha256: str) -> Path:
        """Where the file of this SHA-256 is."""
        return self._files.path(sha256)


def _opens_as_pdf(content: bytes) -> bool:
    """Whether the typesetter can show the first page, as it must for an annex."""
    import typst

    with tempfile.TemporaryDirectory(prefix="presensi-paper-") as folder:
        # The typesetter reads from a folder only.
        Path(folder, "paper.pdf").write_bytes(content)
        page = Path(folder, "page.typ")
        page.write_text('#image("paper.pdf")', encoding="ascii")
        try:
            typst.compile(str(page), root=folder, ignore_system_fonts=True)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - a reader that panics over a file cannot open it either
            return False
    return True


def _opens_as_picture(content: bytes, media_type: MediaType) -> bool:
    import cv2
    import numpy as np

    size = _png_size(content) if media_type == "image/png" else _jpeg_size(content)
    if size is None or not 0 < size[0] * size[1] <= MAX_PIXELS:
        return False
    if media_type == "image/jpeg" and b"\xff\xd9" not in content[-4096:]:
        # The decoder fills what is missing with grey.
        return False
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    except cv2.error:
        return False
    return picture is not None


def _png_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 24 or content[12:16] != b"IHDR" or b"IEND" not in content[-32:]:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        if marker == 0xFF:
            place += 1
            continue
        place += 2 + length
    return None
