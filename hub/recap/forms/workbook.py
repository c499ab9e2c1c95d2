"""XLSX of forms: what a clerk opens, prints and signs. Texts are written as texts, so that none becomes a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter

from hub.errors import RecapError
from hub.recap.forms.heads import DOTS
from hub.recap.forms.lampiran_iii import CancellationLetter
from hub.recap.forms.sheet import Cell, Paper, Section, Sheet, Signature, SumLine

_PAPERS: Final[dict[Paper, int]] = {"A4": 9, "F4": 14}
"""Excel's numbers; 14 is folio, 8.5 x 13 in, which is F4 to the millimetre."""

_MM_PER_CHARACTER: Final = 1.95
_LOW_MEMORY_FROM: Final = 2_000
"""Rows from which a workbook is written row by row and not kept in memory."""

_LONGEST_CELL: Final = 32_000
_SIGNATURE_COLUMNS: Final = 3


def to_workbook(sheets: Sequence[Sheet], *, paper: Paper) -> bytes:
    """A worksheet for each sheet; notes stand on worksheets of their own."""
    # Row by row no cell can reach down into the next row, which headings of two rows do.
    plain = all(not sheet.has_groups for sheet in sheets) and sum(sheet.rows for sheet in sheets) > _LOW_MEMORY_FROM
    kept = io.BytesIO()
    try:
        with xlsxwriter.Workbook(kept, {"constant_memory": plain, "strings_to_formulas": False}) as book:
            styles = _Styles(book)
            for sheet in sheets:
                _Page(book, sheet, styles, paper).write()
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise RecapError(f"The workbook could not be written: {error}.") from error
    return kept.getvalue()


def letter_to_workbook(letter: CancellationLetter, *, paper: Paper) -> bytes:
    """Lampiran III, upright, on one worksheet."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept) as book:
        styles = _Styles(book)
        page = book.add_worksheet(letter.name)
        page.set_paper(_PAPERS[paper])
        page.fit_to_pages(1, 1)
        page.set_margins(left=0.8, right=0.8)
        page.hide_gridlines(2)
        for column, width in enumerate((4, 22, 3, 18, 26, 26)):
            page.set_column(column, column, width)
        row = 0
        for line in letter.kop:
            page.merge_range(row, 0, row, 5, line, styles.kop)
            row += 1
        row += 1
        page.merge_range(row, 0, row, 5, letter.title, styles.title)
        page.merge_range(row + 1, 0, row + 1, 5, f"NOMOR: {letter.number or DOTS}", styles.center)
        row += 3
        for opening, values in ((letter.opening, letter.signer), (letter.declaration, letter.employee)):
            row = _paragraph(page, row, opening, styles) + 1
            for name, value in zip(letter.lines, values, strict=True):
                page.write_string(row, 1, name, styles.text)
                page.write_string(row, 2, ":", styles.text)
                page.merge_range(row, 3, row, 5, value or DOTS * 2, styles.text)
                row += 1
            row += 1
        for paragraph in (letter.reason, letter.ending):
            row = _paragraph(page, row, paragraph, styles) + 1
        page.merge_range(row, 4, row, 5, letter.place_and_date, styles.center)
        row += 1
        left, right = (_signature_lines(each) for each in letter.signatures)
        for first, second in zip(left, right, strict=True):
            page.merge_range(row, 0, row, 3, first, styles.center)
            page.merge_range(row, 4, row, 5, second, styles.center)
            row += 1
    return kept.getvalue()


def _paragraph(page: Any, row: int, words: str, styles: _Styles) -> int:
    """One paragraph over the whole width; returns the row after it."""
    page.merge_range(row, 0, row, 5, words, styles.paragraph)
    page.set_row(row, 16 * (1 + len(words) // 92))
    return row + 1


class _Styles:
    """The formats of a workbook; each is made once."""

    def __init__(self, book: Any) -> None:
        def make(**how: object) -> Any:
            return book.add_format({"font_name": "Arial", "font_size": 10, "valign": "vcenter", **how})

        boxed = {"border": 1, "text_wrap": True}
        self.kop = make(bold=True, font_size=12, align="center")
        self.title = make(bold=True, font_size=11, align="center")
        self.text = make()
        self.center = make(align="center")
        self.paragraph = make(text_wrap=True, valign="top")
        self.heading = make(bold=True, align="center", bg_color="#E1E1E1", **boxed)
        self.section = make(bold=True, bg_color="#F0F0F0", border=1)
        self.sum_label = make(bold=True, align="right", border=1)
        self.sum = make(bold=True, align="right", num_format="0", **boxed)
        self.note = make(text_wrap=True, valign="top")
        # As if somebody had typed an apostrophe first: a text that is edited later does not become a formula either.
        self.cells = {align: make(align=align, quote_prefix=True, **boxed) for align in ("left", "center", "right")}
        self.numbers = {align: make(align=align, num_format="0", **boxed) for align in ("left", "center", "right")}


class _Page:
    """One worksheet, written from the top, each row whole before the next."""

    def __init__(self, book: Any, sheet: Sheet, styles: _Styles, paper: Paper) -> None:
        self._book, self._sheet, self._styles, self._paper = book, sheet, styles, paper
        self._page = book.add_worksheet(sheet.name[:31])
        self._last = len(sheet.columns) - 1
        self._row = 0

    def write(self) -> None:
        sheet, page = self._sheet, self._page
        for column, each in enumerate(sheet.columns):
            page.set_column(column, column, each.width / _MM_PER_CHARACTER)
        for line in sheet.kop:
            self._across(line, self._styles.kop)
        self._row += 1
        for line in sheet.title:
            self._across(line, self._styles.title)
        for name, value in sheet.facts:
            page.write_string(self._row, 1, f"{name}: {value}", self._styles.text)
            self._row += 1
        self._row += 1
        first = self._row
        self._heading()
        self._print_setup(first)
        for section in sheet.sections:
            self._section(section)
        if not sheet.rows:
            self._across(sheet.empty, self._styles.cells["center"])
        if sheet.sums is not None:
            self._sums(sheet.sums)
        characters = sum(column.width for column in sheet.columns) / _MM_PER_CHARACTER
        for line in sheet.legend:
            page.set_row(self._row, 14 * (1 + int(len(line) / characters)))
            self._across(line, self._styles.note)
        self._signatures()
        if sheet.notes:
            self._notes()

    def _print_setup(self, first: int) -> None:
        page = self._page
        set_up_paper(page, self._paper, self._sheet.name)
        page.repeat_rows(first, self._row - 1)
        page.freeze_panes(self._row, 2)

    def _across(self, words: str, style: Any) -> None:
        self._page.merge_range(self._row, 0, self._row, self._last, words, style)
        self._row += 1

    def _heading(self) -> None:
        page, style, columns = self._page, self._styles.heading, self._sheet.columns
        if not self._sheet.has_groups:
            page.set_row(self._row, 44)
            for place, column in enumerate(columns):
                page.write_string(self._row, place, column.heading, style)
            self._row += 1
            return
        place = 0
        while place < len(columns):
            column, end = columns[place], place
            if column.group is None:
                page.merge_range(self._row, place, self._row + 1, place, column.heading, style)
            else:
                while end < self._last and columns[end + 1].group == column.group:
                    end += 1
                page.merge_range(self._row, place, self._row, end, column.group, style)
                for each in range(place, end + 1):
                    page.write_string(self._row + 1, each, columns[each].heading, style)
            place = end + 1
        self._row += 2

    def _section(self, section: Section) -> None:
        if section.heading is not None:
            self._across(section.heading, self._styles.section)
        for row in section.rows:
            self._cells(0, row, [column.align for column in self._sheet.columns])
            self._row += 1
        if section.sums is not None:
            self._sums(section.sums)

    def _sums(self, sums: SumLine) -> None:
        if sums.span == 1:
            self._page.write_string(self._row, 0, sums.label, self._styles.sum_label)
        else:
            self._page.merge_range(self._row, 0, self._row, sums.span - 1, sums.label, self._styles.sum_label)
        for place, cell in enumerate(sums.cells, sums.span):
            if isinstance(cell, int):
                self._page.write_number(self._row, place, cell, self._styles.sum)
            else:
                self._page.write_string(self._row, place, cell or "", self._styles.sum)
        self._row += 1

    def _cells(self, first: int, cells: Sequence[Cell], aligns: Sequence[str]) -> None:
        for place, (cell, align) in enumerate(zip(cells, aligns, strict=True), first):
            if cell is None:
                self._page.write_blank(self._row, place, None, self._styles.cells[align])
            elif isinstance(cell, int):
                self._page.write_number(self._row, place, cell, self._styles.numbers[align])
            elif place == 0 and cell.isdecimal():
                self._page.write_number(self._row, place, int(cell), self._styles.numbers[align])
            else:
                self._page.write_string(self._row, place, cell[:_LONGEST_CELL], self._styles.cells[align])

    def _signatures(self) -> None:
        first = max(1, self._last + 1 - _SIGNATURE_COLUMNS)
        for signature in self._sheet.signatures:
            self._row += 1
            for line in _signature_lines(signature):
                self._page.merge_range(self._row, first, self._row, self._last, line, self._styles.center)
                self._row += 1

    def _notes(self) -> None:
        name = f"Catatan {self._sheet.name}"[:31]
        page = self._book.add_worksheet(name)
        page.set_column(0, 0, 150)
        set_up_paper(page, self._paper, name)
        for row, note in enumerate(self._sheet.notes):
            page.write_string(row, 0, note[:_LONGEST_CELL], self._styles.note)


def set_up_paper(page: Any, paper: Paper, name: str) -> None:
    """Landscape, as wide as the paper, as many pages as it takes, with numbers at the foot."""
    page.set_landscape()
    page.set_paper(_PAPERS[paper])
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.7)
    page.set_footer(f"&L&8{name}&R&8Halaman &P dari &N")


def _signature_lines(signature: Signature) -> list[str]:
    """From the top, with room for the hand."""
    lines = [*signature.above, "", "", "", signature.name or DOTS * 2]
    if signature.shows_rank:
        lines.append(signature.rank or f"Pangkat {DOTS}")
    return [*lines, f"NIP. {signature.nip or DOTS}"]
