"""Recaps as files: JSON for programs, CSV for whatever reads tables, XLSX and PDF as forms that a clerk prints."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, Literal, get_args

import msgspec

from hub.db import Database
from hub.recap.daily import DailyRecap
from hub.recap.forms.lampiran_i import lampiran_i
from hub.recap.forms.lampiran_ii import SUMS, lampiran_ii, sum_cells, sums_by_unit
from hub.recap.forms.lampiran_iii import TEMPLATE, CancellationLetter
from hub.recap.forms.person_sheet import person_sheet
from hub.recap.forms.sheet import Paper, Sheet, clean
from hub.recap.forms.typeset import form_to_pdf, sheets_to_pdf
from hub.recap.forms.workbook import letter_to_workbook, to_workbook
from hub.recap.forms.year_sheets import discipline_sheet, write_run, year_sheets
from hub.recap.monthly import MonthlyRecap
from hub.recap.people import Person, UnitName
from hub.recap.person import PersonMonth
from hub.recap.yearly import DisciplineList, YearlyRecap

Format = Literal["json", "csv", "xlsx", "pdf"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
BINARY: Final[frozenset[Format]] = frozenset({"xlsx", "pdf"})

Recap = DailyRecap | MonthlyRecap | PersonMonth | YearlyRecap | DisciplineList

DEFAULT_PAPER: Final[Paper] = "F4"
_BOM: Final = "\ufeff"
_FORMULA_STARTS: Final = tuple("=+-@＝＋－＠")
_SUM_HEADINGS: Final = tuple(column.heading for column in SUMS)
_WHO_HEADINGS: Final = ("No", "Nama", "NIP", "Jabatan", "Unit Kerja")

_Plain = str | int | None


def export(
    database: Database,
    found: Recap,
    form: Format,
    *,
    paper: Paper = DEFAULT_PAPER,
    signed_on: date | None = None,
    bom: bool = False,
) -> bytes:
    """A recap in one of the formats.

    signed_on: the date above the signature; None: dots. bom: CSV begins with a byte order mark, which Excel asks for
    before it believes in UTF-8; other programs would take it for a part of the first heading.
    """
    if form == "json":
        return to_json(found)
    if form == "csv":
        return to_csv(found, bom=bom)
    sheets = sheets_of(database, found, signed_on=signed_on)
    return to_workbook(sheets, paper=paper) if form == "xlsx" else sheets_to_pdf(sheets, paper=paper)


def export_sheet(sheet: Sheet, form: Literal["xlsx", "pdf"], *, paper: Paper = DEFAULT_PAPER) -> bytes:
    """One form with a table."""
    return to_workbook([sheet], paper=paper) if form == "xlsx" else sheets_to_pdf([sheet], paper=paper)


def export_letter(letter: CancellationLetter, form: Literal["xlsx", "pdf"], *, paper: Paper = DEFAULT_PAPER) -> bytes:
    """Lampiran III."""
    return letter_to_workbook(letter, paper=paper) if form == "xlsx" else form_to_pdf(TEMPLATE, letter, paper=paper)


def sheets_of(database: Database, found: Recap, *, signed_on: date | None = None) -> list[Sheet]:
    """The forms that a recap is printed as."""
    with database.read() as session:
        match found:
            case DailyRecap():
                return [lampiran_i(session, found, signed_on=signed_on)]
            case MonthlyRecap():
                form = lampiran_ii(session, found, signed_on=signed_on)
                return [form, sums_by_unit(session, found, signed_on=signed_on)] if len(found.units) > 1 else [form]
            case PersonMonth():
                return [person_sheet(session, found, signed_on=signed_on)]
            case YearlyRecap():
                return year_sheets(session, found, signed_on=signed_on)
            case DisciplineList():
                return [discipline_sheet(session, found, signed_on=signed_on)]


def to_json(found: msgspec.Struct) -> bytes:
    """Readable JSON, with a line break at its end."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def to_csv(found: Recap, *, bom: bool = False) -> bytes:
    """One line for each person (or day), commas between, UTF-8; the NIP in groups, so that no spreadsheet rounds it."""
    match found:
        case DailyRecap():
            table = _daily_table(found)
        case MonthlyRecap():
            table = _monthly_table(found)
        case PersonMonth():
            table = _person_table(found)
        case YearlyRecap():
            table = _yearly_table(found)
        case DisciplineList():
            table = _discipline_table(found)
    return csv_of(table, bom=bom)


def csv_of(table: Iterable[Sequence[str | int | None]], *, bom: bool = False) -> bytes:
    """Rows as CSV: commas between, UTF-8, no text that a spreadsheet takes for a formula."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, lineterminator="\r\n")
    for row in table:
        writer.writerow([escaped(cell) if isinstance(cell, str) else cell for cell in row])
    return ((_BOM if bom else "") + kept.getvalue()).encode()


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where it begins like one.

    Where it begins counts after blanks as well, for some programs strip them. OWASP, CSV injection.
    """
    text = clean(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text


_Table = Iterable[Sequence[_Plain]]


def _who(number: int, person: Person, unit: UnitName) -> tuple[_Plain, ...]:
    return number, person.name, person.shown_nip, person.position, unit.name


def _daily_table(found: DailyRecap) -> _Table:
    yield (
        *_WHO_HEADINGS,
        *("Tanggal", "Status", "Kedatangan", "Kepulangan", "Terlambat (Menit)", "Pulang Awal (Menit)"),
        *("TK/C/S/DL/I", "Keterangan"),
    )
    for number, line in enumerate(found.lines, 1):
        yield (
            *_who(number, line.person, line.unit),
            *(found.work_date.isoformat(), line.status.value, _moment(line.arrival), _moment(line.departure)),
            *(line.late_min, line.early_min, line.lampiran_i_code, line.remark),
        )


def _monthly_table(found: MonthlyRecap) -> _Table:
    yield (*_WHO_HEADINGS, "Bulan", *_SUM_HEADINGS, "Keterangan")
    for number, line in enumerate(found.lines, 1):
        sums = sum_cells(line.summary.lampiran_ii)
        yield (*_who(number, line.person, line.unit), found.month, *sums, line.ringkasan)


def _person_table(found: PersonMonth) -> _Table:
    yield (
        *("Tanggal", "Nama", "NIP", "Status", "Kedatangan", "Kepulangan"),
        *("Terlambat (Menit)", "Pulang Awal (Menit)", "Tanpa Alasan (Hari)", "TK/C/S/DL/I", "Keterangan"),
    )
    for day in found.days:
        yield (
            *(day.work_date.isoformat(), found.person.name, found.person.shown_nip, day.status.value),
            *(_moment(day.arrival), _moment(day.departure), day.late_min, day.early_min, day.absent_days),
            *(day.lampiran_i_code, day.remark),
        )


def _yearly_table(found: YearlyRecap) -> _Table:
    yield (*_WHO_HEADINGS, "Bulan", *_SUM_HEADINGS)
    for number, line in enumerate(found.lines, 1):
        for month, sums in line.months.items():
            yield (*_who(number, line.person, line.unit), month, *sum_cells(sums))


def _discipline_table(found: DisciplineList) -> _Table:
    yield (
        *_WHO_HEADINGS,
        *("Tahun", "Tidak Hadir (Jumlah Hari)", "Berturut-turut", "Tingkat", "Jenis Hukuman Disiplin", "Pasal"),
    )
    for number, line in enumerate(found.lines, 1):
        yield (
            *_who(number, line.person, line.unit),
            *(found.year, line.unexcused_days, write_run(line.run)),
            *(line.sanction.level, line.sanction.name, line.sanction.article),
        )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
