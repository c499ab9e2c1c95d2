"""PDF of forms. Data reach the templates as JSON and are set as text, never read as Typst's markup.

The fonts are those that typst brings along, so that a form looks the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import typst

from hub.errors import RecapError
from hub.recap.forms.sheet import Paper, Sheet

_FOLDER: Final = Path(__file__).parent


def sheets_to_pdf(sheets: Sequence[Sheet], *, paper: Paper) -> bytes:
    """Every sheet on pages of its own, landscape."""
    return _compile("sheets.typ", {"paper": paper, "sheets": sheets}, "pdf")[0]


def sheets_to_png(sheets: Sequence[Sheet], *, paper: Paper, ppi: float = 110) -> list[bytes]:
    """The same as pictures, one for each page: for looking at, and for counting pages."""
    return _compile("sheets.typ", {"paper": paper, "sheets": sheets}, "png", ppi)


def form_to_pdf(template: str, form: msgspec.Struct, *, paper: Paper) -> bytes:
    """A form that has a template of its own."""
    return _compile(template, {"paper": paper, "form": form}, "pdf")[0]


def form_to_png(template: str, form: msgspec.Struct, *, paper: Paper, ppi: float = 110) -> list[bytes]:
    """The same as pictures, one for each page."""
    return _compile(template, {"paper": paper, "form": form}, "png", ppi)


def _compile(
    template: str, given: dict[str, Any], output: Literal["pdf", "png"], ppi: float | None = None
) -> list[bytes]:
    try:
        pages = typst.compile(
            str(_FOLDER / template),
            root=str(_FOLDER),
            ignore_system_fonts=True,
            format=output,
            ppi=ppi,
            sys_inputs={"given": msgspec.json.encode(given).decode()},
        )
    except typst.TypstError as error:
        raise RecapError(f"The form could not be set: {error.message}.") from error
    if pages is None:
        raise RecapError("The form could not be set: there are no pages.")
    return [pages] if isinstance(pages, bytes) else list(pages)
