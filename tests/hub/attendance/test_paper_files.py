"""Scans are what their content shows, open, are small enough, and are kept whole or not at all."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from pathlib import Path

import pytest

from hub import kept_files
from hub.attendance.paper_files import MAX_FILE_BYTES, PaperFile, PaperStore
from hub.errors import PaperError
from tests.factories.papers import jpeg, pdf, photo, png, scan


@pytest.fixture
def store(tmp_path: Path) -> PaperStore:
    return PaperStore(tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def huge_png() -> bytes:
    """A few bytes that claim to be a picture of ten thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("surat.pdf", pdf(), "application/pdf"),
        ("surat.JPG", jpeg(), "image/jpeg"),
        ("surat.jpeg", jpeg(), "image/jpeg"),
        ("surat.png", png(), "image/png"),
        ("surat", png(), "image/png"),
        ("surat.scan", pdf(), "application/pdf"),
    ],
)
def test_file_is_taken_for_what_its_content_shows(name: str, content: bytes, media_type: str) -> None:
    assert PaperFile.of_content(name, content).media_type == media_type


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("surat.pdf", b"", "is empty"),
        ("surat.pdf", jpeg(), "a JPEG picture and not what its name says"),
        ("surat.jpg", pdf(), "a PDF and not what its name says"),
        ("surat.png", jpeg(), "a JPEG picture and not what"),
        ("surat.pdf", b"<html>surat</html>", "neither PDF nor JPEG nor PNG"),
        ("surat.exe", b"MZ" + b"\0" * 100, "neither PDF nor JPEG nor PNG"),
        ("surat.pdf", b"%PDF-1.7\nnothing behind it\n%%EOF", "cannot be opened"),
        ("surat.pdf", pdf()[: len(pdf()) // 2], "cannot be opened"),
        ("surat.jpg", jpeg(side=400)[:3000], "cannot be opened"),
        ("surat.png", png()[: len(png()) // 2], "cannot be opened"),
        ("surat.png", huge_png(), "cannot be opened"),
        ("surat.pdf", b"%PDF-" + b"\0" * MAX_FILE_BYTES, "at most 10 MB"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_file_that_cannot_be_used_is_refused_with_the_reason(name: str, content: bytes, words: str) -> None:
    with pytest.raises(PaperError, match=words):
        PaperFile.of_content(name, content)


def test_name_from_elsewhere_is_no_path_and_moves_no_cursor() -> None:
    assert PaperFile.of_content("../../etc/\x1b[31msurat.pdf", pdf()).name == "[31msurat.pdf"
    assert len(PaperFile.of_content("a" * 400 + ".pdf", pdf()).name) == 200


def test_file_on_disk_that_is_too_large_or_missing_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "surat.pdf"
    with large.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + (1 << 20))
    with pytest.raises(PaperError, match=r"surat.pdf has 11.0 MB; at most 10 MB"):
        PaperFile.read(large)
    with pytest.raises(PaperError, match="No such file"):
        PaperFile.read(tmp_path / "nowhere.pdf")
    with pytest.raises(PaperError, match="Is a directory"):
        PaperFile.read(tmp_path)


def test_photo_is_a_picture() -> None:
    assert photo().check_photo().media_type == "image/jpeg"
    with pytest.raises(PaperError, match="a photo is a JPEG or PNG picture"):
        scan().check_photo()


def test_file_is_kept_once_under_its_hash(store: PaperStore, tmp_path: Path) -> None:
    name = store.keep(scan())
    assert store.keep(scan("other name.pdf")) == name
    assert store.read(name) == pdf()
    assert files(tmp_path) == [store.path(name)]
    assert store.read("0" * 64) is None


@pytest.mark.parametrize("fault", ["full", "nearly full", "forbidden"])
def test_disk_that_refuses_leaves_nothing_half_written(
    store: PaperStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    code = errno.EACCES if fault == "forbidden" else errno.ENOSPC

    def refuse(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    file = scan()
    with monkeypatch.context() as patch:
        if fault == "nearly full":
            patch.setattr(kept_files, "MIN_FREE_BYTES", 1 << 62)
        else:
            patch.setattr(os, "fsync", refuse)
        with pytest.raises(PaperError, match=os.strerror(code)):
            store.keep(file)
    assert files(tmp_path) == []
    assert store.read(store.keep(file)) == pdf()
