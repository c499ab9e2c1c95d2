"""Rows from a CSV or XLSX file, as Excel and people write them; every error names line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from hub.attendance.day import Sentence
from hub.errors import SheetError

LARGEST_BYTES: Final = 32_000_000
LARGEST_ROWS: Final = 200_000
_MOST_SHOWN: Final = 20
_EXCEL_EPOCH: Final = date(1899, 12, 30)

Action = Literal["new", "change", "same", "error"]


class LineReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became, or would become, of a line. line: as in the file, 1 is the first; column: where the error is."""

    line: int
    action: Action
    who: str = ""
    column: str | None = None
    words: Sentence


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """An import, line by line. stored: whether anything was written; nothing is while there is an error."""

    file: str
    dry_run: bool
    stored: bool
    new: int
    changed: int
    same: int
    errors: int
    made_units: tuple[str, ...] = ()
    lines: tuple[LineReport, ...]


class CellError(Exception):
    """Raised when a cell cannot be used; carries the column's heading and the sentence."""

    def __init__(self, column: str, sentence_id: str, sentence_en: str) -> None:
        super().__init__(sentence_en)
        self.column = column
        self.words = Sentence(sentence_id, sentence_en)

    def at(self, line: int, who: str = "") -> LineReport:
        """The line's report, its sentence naming line and column."""
        return LineReport(
            line=line,
            action="error",
            who=who,
            column=self.column,
            words=Sentence(
                f"Baris {line}, kolom {self.column}: {self.words.id}",
                f"Line {line}, column {self.column}: {self.words.en}",
            ),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A row. number: its line in the file; cells: text by field, an empty cell is ''; headings: by field."""

    number: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]

    def text(self, field: str, *, most: int = 200) -> str | None:
        """The cell with single spaces; None: empty, or there is no such column."""
        text = " ".join(self.cells.get(field, "").split())
        if len(text) > most:
            raise self.error(field, f"lebih panjang dari {most} huruf.", f"it is longer than {most} characters.")
        return text or None

    def needed(self, field: str, *, most: int = 200) -> str:
        text = self.text(field, most=most)
        if text is None:
            raise self.error(field, "kosong; isi.", "it is empty; fill it in.")
        return text

    def error(self, field: str, sentence_id: str, sentence_en: str) -> CellError:
        return CellError(self.headings.get(field, field), sentence_id, sentence_en)

    def digits(self, field: str) -> str | None:
        """A number that is a name, such as a NIP, without spaces and quotes; None: empty."""
        text = re.sub(r"[\s'’‘\".\-]", "", self.cells.get(field, ""))
        if not text:
            return None
        if re.fullmatch(r"\d+(,\d+)?[eE]\+?\d+", text) or "E+" in text.upper():
            raise self.error(
                field,
                f"'{self.cells[field]}' sudah dibulatkan oleh Excel; format kolom sebagai Teks dan tulis lagi.",
                f"'{self.cells[field]}' was rounded by Excel; format the column as Text and write it again.",
            )
        if not (text.isascii() and text.isdigit()):
            raise self.error(field, f"'{self.cells[field]}' bukan angka.", f"'{self.cells[field]}' is no number.")
        return text

    def rupiah(self, field: str) -> int | None:
        """Whole rupiah, with or without Rp and points; None: empty."""
        text = re.sub(r"^rp\.?|\s", "", self.cells.get(field, "").strip(), flags=re.IGNORECASE)
        if not text:
            return None
        for thousands, decimals in ((".", ","), (",", ".")):
            grouped = rf"(\d{{1,3}}(\{thousands}\d{{3}})+|\d+)(\{decimals}0{{1,2}}|,-)?"
            match = re.fullmatch(grouped, text)
            if match is not None:
                return int(match[1].replace(thousands, ""))
        raise self.error(
            field,
            f"'{self.cells[field]}' bukan rupiah bulat; tulis 3000000 atau Rp3.000.000.",
            f"'{self.cells[field]}' is no whole rupiah; write 3000000 or Rp3.000.000.",
        )

    def decimal(self, field: str, *, places: int) -> Decimal:
        """A number of at least 0; a point or a comma before the decimals. What can be read in two ways is refused."""
        text = self.needed(field).replace(" ", "")
        if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text):
            raise self.error(
                field,
                f"'{text}' dapat dibaca dua cara; tulis ribuan tanpa titik, atau satu desimal lagi.",
                f"'{text}' can be read in two ways; write thousands without a separator, or one more decimal.",
            )
        if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+,\d+|[1-9]\d{0,2}(\.\d{3}){2,}", text):
            text = text.replace(".", "")
        try:
            number = Decimal(text.replace(",", ".")) if re.fullmatch(r"\d{1,12}([.,]\d+)?", text) else None
        except InvalidOperation:
            number = None
        if number is None:
            raise self.error(field, f"'{text}' bukan angka mulai dari 0.", f"'{text}' is no number of at least 0.")
        if number != round(number, places):
            raise self.error(
                field, f"'{text}' punya lebih dari {places} desimal.", f"'{text}' has more than {places} decimals."
            )
        return number.normalize() + 0

    def day(self, field: str) -> date | None:
        """YYYY-MM-DD, DD-MM-YYYY, DD/MM/YYYY or Excel's day number; None: empty."""
        text = self.cells.get(field, "").strip().removesuffix(" 00:00:00")
        if not text:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
                year, month, day = text.split("-")
                return date(int(year), int(month), int(day))
            match = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text)
            if match is not None:
                return date(int(match[3]), int(match[2]), int(match[1]))
            if re.fullmatch(r"[2-9]\d{4}", text):
                return _EXCEL_EPOCH + timedelta(days=int(text))
        except ValueError:
            pass
        raise self.error(
            field,
            f"'{text}' bukan tanggal; tulis 2026-11-01 atau 01-11-2026.",
            f"'{text}' is no date; write 2026-11-01 or 01-11-2026.",
        )

    def month(self, field: str) -> date | None:
        """The first day of YYYY-MM, MM-YYYY, MM/YYYY, or of a date; None: empty."""
        text = self.cells.get(field, "").strip()
        match = re.fullmatch(r"(?P<y>\d{4})-(?P<m>\d{1,2})", text) or re.fullmatch(
            r"(?P<m>\d{1,2})[-/](?P<y>\d{4})", text
        )
        if match is not None and 1 <= int(match["m"]) <= 12 and int(match["y"]) >= 1900:
            return date(int(match["y"]), int(match["m"]), 1)
        try:
            day = self.day(field)
        except CellError:
            day = date.min
        if day is None:
            return None
        if day == date.min:
            raise self.error(field, f"'{text}' bukan bulan; tulis 2026-11.", f"'{text}' is no month; write 2026-11.")
        return day.replace(day=1)

    def count(self, field: str) -> int:
        """A whole number of at least 0."""
        text = self.needed(field).replace(" ", "")
        if not (text.isascii() and text.isdigit()):
            raise self.error(field, f"'{text}' bukan bilangan bulat.", f"'{text}' is no whole number.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows. fields: the known columns that it has; others: headings of the rest, as cells have them."""

    file: str
    lines: tuple[Line, ...]
    fields: frozenset[str]
    others: tuple[str, ...] = ()


def read_sheet(path: Path, columns: Mapping[str, Sequence[str]], *, needed: Sequence[str]) -> Sheet:
    """The rows of a CSV or XLSX file. columns: field -> headings that it may have, any case; empty rows are left out.

    Cells of columns that nobody knows are there under their heading. SheetError when the file cannot be read, has too
    many rows, a heading twice, or lacks a needed column.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise SheetError(f"{path.name} is larger than {LARGEST_BYTES // 1_000_000} MB; split it.")
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}.") from error
    return parse_sheet(content, path.name, columns, needed=needed)


def parse_sheet(content: bytes, file: str, columns: Mapping[str, Sequence[str]], *, needed: Sequence[str]) -> Sheet:
    """The rows of what a CSV or XLSX file holds; file: its name, for what is said of it. See read_sheet."""
    rows = _read_xlsx(content, file) if content[:4] == b"PK\x03\x04" else _read_csv(content, file)
    if len(rows) > LARGEST_ROWS:
        raise SheetError(f"{file} has more than {LARGEST_ROWS} rows; split it.")
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not filled:
        raise SheetError(f"{file} is empty; the first row holds the headings: {', '.join(columns)}.")
    headings = filled[0][1]
    places = _find_columns(headings, columns, file)
    for field in needed:
        if field not in places:
            raise SheetError(
                f"{file} has no column '{columns[field][0]}'; its headings are: "
                f"{', '.join(heading.strip() for heading in headings if heading.strip())}."
            )
    taken = set(places.values())
    others = {
        heading.strip(): place for place, heading in enumerate(headings) if heading.strip() and place not in taken
    }
    places = others | places
    shown = {field: headings[place].strip() for field, place in places.items()}
    lines = tuple(
        Line(number, {field: row[place] if place < len(row) else "" for field, place in places.items()}, shown)
        for number, row in filled[1:]
    )
    if not lines:
        raise SheetError(f"{file} has headings and no rows.")
    return Sheet(file, lines, frozenset(columns.keys() & places.keys()), tuple(others))


def refuse_wrong_lines(file: str, reports: Sequence[LineReport]) -> None:
    """SheetError with every wrong line, if there is any: a table is taken as a whole or not at all."""
    if not reports:
        return
    shown = "\n".join(f"  {report.words.en}" for report in reports[:_MOST_SHOWN])
    more = len(reports) - _MOST_SHOWN
    rest = f"\n  and {more} more" if more > 0 else ""
    lines = "1 line cannot" if len(reports) == 1 else f"{len(reports)} lines cannot"
    shown_id = "\n".join(f"  {report.words.id}" for report in reports[:_MOST_SHOWN])
    rest_id = f"\n  dan {more} lagi" if more > 0 else ""
    raise SheetError(
        f"{file}: {lines} be used, nothing was stored:\n{shown}{rest}",
        indonesian=f"{file}: {len(reports)} baris salah, tidak ada yang disimpan:\n{shown_id}{rest_id}",
    )


def report_of(
    file: str, lines: Sequence[LineReport], *, dry_run: bool, stored: bool, made_units: Sequence[str] = ()
) -> ImportReport:
    """The lines with their counts."""
    counts = {
        action: sum(1 for line in lines if line.action == action) for action in ("new", "change", "same", "error")
    }
    return ImportReport(
        file=file,
        dry_run=dry_run,
        stored=stored,
        new=counts["new"],
        changed=counts["change"],
        same=counts["same"],
        errors=counts["error"],
        made_units=tuple(made_units),
        lines=tuple(sorted(lines, key=lambda line: line.line)),
    )


def _find_columns(headings: Sequence[str], columns: Mapping[str, Sequence[str]], file: str) -> dict[str, int]:
    """Place of each field's column."""
    known = {_plain(name): field for field, names in columns.items() for name in (field, *names)}
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        field = known.get(_plain(heading))
        if field is None:
            continue
        if field in places:
            raise SheetError(f"{file} has the column '{heading.strip()}' twice; leave one of them.")
        places[field] = place
    return places


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", heading.casefold())


def _read_csv(content: bytes, file: str) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"{file} is neither UTF-8 text nor XLSX; save it as CSV UTF-8 or as XLSX.") from error
    if "\0" in text:
        raise SheetError(f"{file} is neither UTF-8 text nor XLSX; save it as CSV UTF-8 or as XLSX.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    number = 1
    try:
        for row in reader:
            rows.append((number, row))
            number = reader.line_num + 1
    except csv.Error as error:
        raise SheetError(f"{file}, line {number}: {error}; check the quotation marks.") from error
    return rows


def _read_xlsx(content: bytes, file: str) -> list[tuple[int, list[str]]]:
    """The first worksheet; a formula counts as its last result."""
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = []
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            if number > LARGEST_ROWS + 1:
                raise SheetError(f"{file} has more than {LARGEST_ROWS} rows; split it.")
            rows.append((number, [_to_text(cell) for cell in row]))
        book.close()
    except SheetError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken archive or XML makes it stumble over
        raise SheetError(f"{file} cannot be read as XLSX: {type(error).__name__}; save it anew.") from error
    return rows


def _to_text(cell: Any) -> str:
    """A cell as it would be written in CSV."""
    match cell:
        case None:
            return ""
        case bool():
            return "ya" if cell else "tidak"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            # Beyond 15 digits Excel has rounded: the exponent lets `digits` say so. Else a last 0 keeps 6.125 from
            # being taken for thousands.
            return f"{cell:.14E}" if abs(cell) >= 1e15 else f"{Decimal(repr(cell)):f}0"
        case _:
            return str(cell)
