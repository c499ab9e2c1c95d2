"""Pages that take a table: it is looked through line by line first, and stored when every line is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi import Request, UploadFile
from fastapi.responses import Response

from hub.errors import PaperError
from hub.sheets import ImportReport, LineReport, Sheet, parse_sheet
from hub.web.pages import parse_day, render
from hub.web.uploads import MAX_TABLE_BYTES, read_table_upload

SHOWN_LINES: Final = 200
STORE: Final = "simpan"
"""The deed of the button that stores; the other one only checks."""
_ORDER: Final = {"error": 0, "change": 1, "new": 2, "same": 3}

Columns = Mapping[str, Sequence[str]]
"""Headings by field, as hub.sheets takes them."""


def read_import(upload: UploadFile | None, columns: Columns, needed: Sequence[str]) -> Sheet:
    """The rows of the file that was chosen; PaperError or SheetError when there are none to be had."""
    content, name = read_table_upload(upload)
    return parse_sheet(content, name, columns, needed=needed)


def read_since(text: str, today: date) -> date | None:
    """From when lines hold that name no day; None: nothing was written. PaperError: it is no date."""
    if parse_day(text, today) is None:
        raise PaperError(f"'{text[:20]}' is not a date.")
    return parse_day(text, today) if text else None


def render_import(
    request: Request,
    template: str,
    columns: Columns,
    words_of: Callable[[LineReport], str],
    *,
    report: ImportReport | None = None,
    told: str = "",
    **fields: Any,
) -> Response:
    """The form, with what became of the last file; 409 when it was refused.

    words_of: a line's sentence in the page's language; told: why the file as a whole was refused; fields: what the
    form shows again.
    """
    lines = [] if report is None else sorted(report.lines, key=lambda line: (_ORDER[line.action], line.line))
    return render(
        request,
        template,
        status_code=409 if told or (report is not None and report.errors) else 200,
        report=report,
        lines=[(line, words_of(line)) for line in lines[:SHOWN_LINES]],
        left_out=max(0, len(lines) - SHOWN_LINES),
        trouble=told,
        most_bytes=MAX_TABLE_BYTES,
        headings=[names[0] for names in columns.values()],
        **fields,
    )
