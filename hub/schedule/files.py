"""Files that people hand in about hours: calendars, shift rosters, contracts; checked as a whole before they count."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import icalendar

from contract.errors import BadInputError
from hub.errors import PolicyError, SheetError
from hub.schedule.decisions import ContractLine, HolidayLine, ShiftLine
from hub.schedule.hours import read_hours
from hub.schedule.plan import format_clock, parse_clock
from hub.schedule.weekdays import parse_weekdays
from hub.sheets import CellError, Line, Sheet, parse_sheet, read_sheet, refuse_wrong_lines

_Read = TypeVar("_Read")
FindPerson = Callable[[str], str]
"""From a NIP, a name or an id to the employee's id; BadInputError when it is not one person."""

OFF: Final = frozenset({"", "-", "l", "lb", "libur", "off", "x"})
"""What a roster writes for a day off."""

_LONGEST_SPAN: Final = 62
_CALENDAR: Final = {"day": ("tanggal", "date"), "name": ("nama", "keterangan"), "kind": ("jenis",)}
_ROSTER: Final = {"person": ("nip",), "name": ("nama",), "day": ("tanggal", "date"), "code": ("kode",)}
_CONTRACTS: Final = {
    "number": ("nomor", "nomor kontrak"),
    "person": ("nip", "ni pppk"),
    "name": ("nama",),
    "first": ("mulai",),
    "last": ("sampai",),
    "weekdays": ("hari",),
    "start": ("masuk",),
    "end": ("pulang",),
    "quota": ("kuota",),
    "pay": ("upah",),
}
_ICS: Final = (".ics", ".ical")
_DATE: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def read_calendar(path: Path) -> list[HolidayLine]:
    """Days off from a table (`tanggal;nama;jenis`, CSV or XLSX) or an ICS file; the error names every wrong line."""
    if path.suffix.lower() not in _ICS:
        return _all_lines(read_sheet(path, _CALENDAR, needed=("day", "name")), _holiday_of)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    return _read_ics(content, path.name)


def parse_calendar(content: bytes, file: str) -> list[HolidayLine]:
    """As read_calendar, of what a file holds; its name says which kind it is."""
    if file.lower().endswith(_ICS):
        return _read_ics(content, file)
    return _all_lines(parse_sheet(content, file, _CALENDAR, needed=("day", "name")), _holiday_of)


def read_shift_codes(path: Path) -> dict[str, dict[str, Any]]:
    """Shifts by code from a TOML file of [[shift]] tables: code, in, out, perhaps in_opens, out_closes and break.

    PolicyError names the table and the key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("shift")
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: {error}; correct the line and try again.") from error
    if not isinstance(tables, list) or not tables:
        raise PolicyError(f'{path.name}: write at least one [[shift]] with code = "P", in = "07:00", out = "14:00".')
    codes: dict[str, dict[str, Any]] = {}
    for number, table in enumerate(tables, start=1):
        field = f"{path.name}: shift[{number}]"
        code = str(table.get("code", "")).strip() if isinstance(table, dict) else ""
        if not code or code.lower() in OFF or len(code) > 32:
            raise PolicyError(f"{field}.code: write the letter of a shift, which is none of a day off.")
        if code in codes:
            raise PolicyError(f"{field}.code: '{code}' is there already.")
        hours = {key: value for key, value in table.items() if key != "code"}
        read_hours(hours, field=field).on(None, field=field)
        codes[code] = hours
    return codes


def read_roster(
    path: Path, *, codes: Mapping[str, Mapping[str, Any]], find: FindPerson, month: date | None = None
) -> list[ShiftLine]:
    """A shift roster: one line a day (`nip;tanggal;kode`), or one a person with a column for each date; CSV or XLSX.

    month: the first day of the month of columns that are named 1 to 31. SheetError names every cell that is wrong.
    """
    sheet = read_sheet(path, _ROSTER, needed=("person",))
    if "day" in sheet.fields:
        if "code" not in sheet.fields:
            raise SheetError(f"{sheet.file} has no column 'kode'; write nip, tanggal and kode.")
        return _all_lines(
            sheet, lambda line: _shift_line(line, "code", _person_of(line, find), _day_of(line, "day"), codes)
        )
    dates = {heading: _column_date(heading, month) for heading in sheet.others}
    days = {heading: day for heading, day in dates.items() if day is not None}
    if not days:
        raise SheetError(
            f"{sheet.file} has no column for a date: name them 2026-12-01 and so on, or 1 to 31 with --month."
        )
    lines, wrong = [], []
    for line in sheet.lines:
        try:
            person = _person_of(line, find)
        except CellError as error:
            wrong.append(error.at(line.number))
            continue
        for heading, day in days.items():
            try:
                lines.append(_shift_line(line, heading, person, day, codes))
            except CellError as error:
                wrong.append(error.at(line.number))
    refuse_wrong_lines(sheet.file, wrong)
    return lines


def read_contracts(path: Path, *, find: FindPerson) -> list[ContractLine]:
    """Part-time contracts: `nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah`; every wrong line is named."""
    sheet = read_sheet(path, _CONTRACTS, needed=[field for field in _CONTRACTS if field != "name"])
    return _all_lines(sheet, lambda line: _contract_of(line, find))


def read_date(text: str) -> date:
    """A date as YYYY-MM-DD or DD-MM-YYYY (also with slashes or dots); ValueError for anything else."""
    local = _DATE.fullmatch(text)
    if local is not None:
        return date(int(local[3]), int(local[2]), int(local[1]))
    return date.fromisoformat(text)


def _all_lines(sheet: Sheet, read: Callable[[Line], _Read]) -> list[_Read]:
    """Every line, or SheetError with all that are wrong."""
    lines, wrong = [], []
    for line in sheet.lines:
        try:
            lines.append(read(line))
        except CellError as error:
            wrong.append(error.at(line.number))
    refuse_wrong_lines(sheet.file, wrong)
    return lines


def _holiday_of(line: Line) -> HolidayLine:
    kind = (line.text("kind") or "libur").lower()
    if kind not in {"libur", "cuti bersama"}:
        raise line.error(
            "kind", f"'{kind}' bukan libur atau cuti bersama.", f"'{kind}' is neither libur nor cuti bersama."
        )
    return HolidayLine(day=_day_of(line, "day"), name=line.needed("name"), kind=kind)


def _shift_line(line: Line, field: str, person: str, day: date, codes: Mapping[str, Mapping[str, Any]]) -> ShiftLine:
    code = line.text(field, most=32) or ""
    if code.lower() in OFF:
        return ShiftLine(employee_id=person, work_date=day, code=code or "-")
    if code not in codes:
        known = ", ".join(codes)
        raise line.error(
            field, f"shift '{code}' tidak ada di antara {known}.", f"the shift '{code}' is none of {known}."
        )
    return ShiftLine(employee_id=person, work_date=day, code=code, hours=codes[code])


def _contract_of(line: Line, find: FindPerson) -> ContractLine:
    first, last = _day_of(line, "first"), _day_of(line, "last")
    if last < first:
        raise line.error(
            "last", f"berakhir ({last}) sebelum mulai ({first}).", f"it ends ({last}) before it begins ({first})."
        )
    quota = line.count("quota")
    try:
        weekdays = parse_weekdays([part.strip() for part in line.needed("weekdays").split(",")], field="hari")
        start, end = (parse_clock(line.needed(field), field=field) for field in ("start", "end"))
        hours = {"in": format_clock(start), "out": format_clock(end), "quota_min": quota}
        read_hours(hours, field="slot").on(None, field="slot")
    except PolicyError as error:
        raise line.error("weekdays", str(error), str(error)) from error
    if quota > end - start:
        length = end - start
        raise line.error(
            "quota",
            f"{quota} menit lebih lama daripada slot {length} menit.",
            f"{quota} minutes are longer than the slot of {length} minutes.",
        )
    pay = line.rupiah("pay")
    if pay is None:
        raise line.error("pay", "kosong; isi.", "it is empty; fill it in.")
    return ContractLine(
        number=line.needed("number", most=100),
        employee_id=_person_of(line, find),
        first=first,
        last=last,
        weekdays=tuple(sorted(set(weekdays))),
        slot_start=format_clock(start),
        slot_end=format_clock(end),
        quota_min=quota,
        monthly_pay=pay,
    )


def _read_ics(content: bytes, file: str) -> list[HolidayLine]:
    try:
        calendar = icalendar.Calendar.from_ical(content)
    except ValueError as error:
        raise BadInputError(f"{file} is no calendar: {error}.") from error
    lines: list[HolidayLine] = []
    complaints: list[str] = []
    for number, event in enumerate(calendar.walk("VEVENT"), start=1):
        name = " ".join(str(event.get("SUMMARY", "")).split())
        try:
            days = _days_of(event)
        except ValueError as error:
            complaints.append(f"event {number} ({name or 'without a name'}): {error}")
            continue
        kind = "cuti bersama" if "cuti bersama" in name.lower() else "libur"
        lines += [HolidayLine(day=day, name=name or "Libur", kind=kind) for day in days]
    if complaints:
        raise BadInputError(f"{file}: nothing was stored:\n  " + "\n  ".join(complaints))
    if not lines:
        raise BadInputError(f"{file}: there is no event in it.")
    return lines


def _days_of(event: Any) -> list[date]:
    """Every date of an event; its end is the first day after it, as the format (RFC 5545) has it."""
    if "RRULE" in event:
        raise ValueError("it repeats; write each year's date")
    if "DTSTART" not in event:
        raise ValueError("it has no date")
    first = _plain_date(event.decoded("DTSTART"))
    last = _plain_date(event.decoded("DTEND")) - timedelta(days=1) if "DTEND" in event else first
    days = (max(first, last) - first).days + 1
    if days > _LONGEST_SPAN:
        raise ValueError(f"it lasts {days} days")
    return [first + timedelta(days=step) for step in range(days)]


def _plain_date(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _column_date(column: str, month: date | None) -> date | None:
    """The date that a column stands for; None when it is another column."""
    if column.isascii() and column.isdigit() and month is not None and 1 <= int(column) <= 31:
        try:
            return month.replace(day=int(column))
        except ValueError:
            return None
    try:
        return read_date(column)
    except ValueError:
        return None


def _day_of(line: Line, field: str) -> date:
    day = line.day(field)
    if day is None:
        raise line.error(field, "kosong; isi.", "it is empty; fill it in.")
    return day


def _person_of(line: Line, find: FindPerson) -> str:
    try:
        return find(line.needed("person"))
    except BadInputError as error:
        raise line.error("person", str(error), str(error)) from error
