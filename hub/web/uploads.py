"""Files out of a form: never more of one in memory than is kept, and taken for what their content shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import UploadFile

from hub.attendance.manual_sheet import MAX_SHEET_BYTES
from hub.attendance.paper_files import MAX_FILE_BYTES, PaperFile
from hub.errors import PaperError

MAX_FILES: Final = 8
MAX_TABLE_BYTES: Final = 8 << 20
"""Some fifty thousand employees as CSV."""


def read_papers(uploads: Sequence[UploadFile]) -> list[PaperFile]:
    """The scans that were chosen, each looked into; PaperError says which cannot be taken and why."""
    chosen = [upload for upload in uploads if upload.filename]
    if len(chosen) > MAX_FILES:
        raise PaperError(f"At most {MAX_FILES} files are taken at once; attach the others afterwards.")
    return [read_paper(upload) for upload in chosen]


def read_paper(upload: UploadFile) -> PaperFile:
    """One scan or photo; PaperError when it is too large, or no PDF, JPEG or PNG that opens."""
    name = upload.filename or "?"
    size = upload.size or 0
    if size > MAX_FILE_BYTES:
        raise PaperError(
            f"{shown_name(name)} has {size / (1 << 20):.1f} MB; at most {MAX_FILE_BYTES >> 20} MB are kept: scan it in "
            "fewer dots per inch, or in grey."
        )
    return PaperFile.of_content(name, upload.file.read(MAX_FILE_BYTES + 1))


def read_optional(upload: UploadFile | None) -> PaperFile | None:
    """As read_paper; None when no file was chosen."""
    return read_paper(upload) if upload is not None and upload.filename else None


def read_sheet_upload(upload: UploadFile | None) -> bytes:
    """The bytes of a sheet; PaperError when there is none, or it is too large to be one."""
    if upload is None or not upload.filename:
        raise PaperError("Choose the sheet: a CSV or XLSX of one unit and one date.")
    content = upload.file.read(MAX_SHEET_BYTES + 1)
    if len(content) > MAX_SHEET_BYTES:
        raise PaperError(
            f"{shown_name(upload.filename)} is larger than any unit's day; give the CSV of one unit and one date."
        )
    return content


def read_table_upload(upload: UploadFile | None) -> tuple[bytes, str]:
    """The bytes of a table and its name, to be said; PaperError when there is none, or it is too large."""
    if upload is None or not upload.filename:
        raise PaperError("Choose the file: CSV or XLSX.")
    content = upload.file.read(MAX_TABLE_BYTES + 1)
    name = shown_name(upload.filename)
    if len(content) > MAX_TABLE_BYTES:
        raise PaperError(f"{name} has more than {MAX_TABLE_BYTES >> 20} MB; split it.")
    return content, name


def shown_name(name: str) -> str:
    """The name of a file as it may be shown and kept: no folders, nothing that cannot be printed."""
    return "".join(character for character in name.replace("\\", "/").rpartition("/")[2] if character.isprintable())[
        -200:
    ]
