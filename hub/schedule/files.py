"""Files that people hand in about hours: calendars, shift rosters, contracts; checked as a whole before they count."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import icalendar

from contract.errors import BadInputError
from hub.errors import PolicyError
from hub.rows import Row, Sheet, read_sheet, refuse_wrong_lines
from hub.schedule.decisions import ContractLine, HolidayLine, ShiftLine
from hub.schedule.hours import read_hours
from hub.schedule.plan import format_clock, parse_clock
from hub.schedule.weekdays import parse_weekdays

FindPerson = Callable[[str], str]
"""From a NIP, a name or an id to the employee's id; BadInputError when it is not one person."""

OFF: Final = frozenset({"", "-", "l", "lb", "libur", "off", "x"})
"""What a roster writes for a day off."""

_LONGEST_SPAN: Final = 62
_DATE: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def read_calendar(path: Path) -> list[HolidayLine]:
    """Days off from a CSV (`tanggal;nama;jenis`) or an ICS file; BadInputError names every line that is wrong."""
    if path.suffix.lower() in {".ics", ".ical"}:
        return _read_ics(path)
    sheet = read_sheet(path, needed=("tanggal", "nama"), known=("jenis",))
    lines, complaints = [], []
    for row in sheet:
        try:
            lines.append(
                HolidayLine(day=_date_of(row, "tanggal"), name=_text_of(row, "nama"), kind=_kind_of(row["jenis"], row))
            )
        except ValueError as error:
            complaints.append(str(error))
    refuse_wrong_lines(path.name, complaints)
    return lines


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
    """A shift roster: one line a day (`nip;tanggal;kode`), or one a person with a column for each date.

    month: the first day of the month of columns that are named 1 to 31. BadInputError names every cell that is wrong.
    """
    sheet = read_sheet(path, needed=("nip",))
    if "tanggal" in sheet.columns:
        return _read_long_roster(sheet, codes, find)
    dates = {column: _column_date(column, month) for column in sheet.columns}
    days = {column: day for column, day in dates.items() if day is not None}
    if not days:
        raise BadInputError(
            f"{sheet.name}: there is no column for a date: name them 2026-12-01 and so on, or 1 to 31 with --month."
        )
    lines, complaints = [], []
    for row in sheet:
        try:
            person = _person_of(row, find)
        except ValueError as error:
            complaints.append(str(error))
            continue
        for column, day in days.items():
            try:
                lines.append(_shift_line(row, column, person, day, codes))
            except ValueError as error:
                complaints.append(str(error))
    refuse_wrong_lines(sheet.name, complaints)
    return lines


def read_contracts(path: Path, *, find: FindPerson) -> list[ContractLine]:
    """Part-time contracts: `nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah`; every wrong line is named."""
    sheet = read_sheet(
        path, needed=("nomor", "nip", "mulai", "sampai", "hari", "masuk", "pulang", "kuota", "upah"), known=("nama",)
    )
    lines, complaints = [], []
    for row in sheet:
        try:
            lines.append(_contract_of(row, find))
        except ValueError as error:
            complaints.append(str(error))
    refuse_wrong_lines(sheet.name, complaints)
    return lines


def read_date(text: str) -> date:
    """A date as YYYY-MM-DD or DD-MM-YYYY (also with slashes or dots); ValueError for anything else."""
    local = _DATE.fullmatch(text)
    if local is not None:
        return date(int(local[3]), int(local[2]), int(local[1]))
    return date.fromisoformat(text)


def _read_long_roster(sheet: Sheet, codes: Mapping[str, Mapping[str, Any]], find: FindPerson) -> list[ShiftLine]:
    if "kode" not in sheet.columns:
        raise BadInputError(f"{sheet.name}: the column 'kode' is missing; write nip, tanggal and kode.")
    lines, complaints = [], []
    for row in sheet:
        try:
            lines.append(_shift_line(row, "kode", _person_of(row, find), _date_of(row, "tanggal"), codes))
        except ValueError as error:
            complaints.append(str(error))
    refuse_wrong_lines(sheet.name, complaints)
    return lines


def _shift_line(row: Row, column: str, person: str, day: date, codes: Mapping[str, Mapping[str, Any]]) -> ShiftLine:
    code = row[column]
    if code.lower() in OFF:
        return ShiftLine(employee_id=person, work_date=day, code=code or "-")
    if code not in codes:
        raise ValueError(row.complaint(column, f"the shift '{code}' is none of {', '.join(codes)}"))
    return ShiftLine(employee_id=person, work_date=day, code=code, hours=codes[code])


def _contract_of(row: Row, find: FindPerson) -> ContractLine:
    first, last = _date_of(row, "mulai"), _date_of(row, "sampai")
    if last < first:
        raise ValueError(row.complaint("sampai", f"it ends ({last}) before it begins ({first})"))
    try:
        weekdays = parse_weekdays([part.strip() for part in row["hari"].split(",")], field="hari")
        start, end = parse_clock(row["masuk"], field="masuk"), parse_clock(row["pulang"], field="pulang")
        quota = _count_of(row, "kuota")
        read_hours(
            {"in": format_clock(start), "out": format_clock(end), "quota_min": quota}, field=f"line {row.number}"
        ).on(None, field=f"line {row.number}")
    except PolicyError as error:
        raise ValueError(row.complaint("hari, masuk, pulang, kuota", str(error))) from error
    if quota > end - start:
        raise ValueError(row.complaint("kuota", f"{quota} minutes are longer than the slot of {end - start} minutes"))
    return ContractLine(
        number=_text_of(row, "nomor"),
        employee_id=_person_of(row, find),
        first=first,
        last=last,
        weekdays=tuple(sorted(set(weekdays))),
        slot_start=format_clock(start),
        slot_end=format_clock(end),
        quota_min=quota,
        monthly_pay=_count_of(row, "upah"),
    )


def _read_ics(path: Path) -> list[HolidayLine]:
    try:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadInputError(f"{path.name} is no calendar: {error}.") from error
    lines, complaints = [], []
    for number, event in enumerate(calendar.walk("VEVENT"), start=1):
        name = " ".join(str(event.get("SUMMARY", "")).split())
        try:
            days = _days_of(event)
        except ValueError as error:
            complaints.append(f"event {number} ({name or 'without a name'}): {error}")
            continue
        kind = "cuti bersama" if "cuti bersama" in name.lower() else "libur"
        lines += [HolidayLine(day=day, name=name or "Libur", kind=kind) for day in days]
    refuse_wrong_lines(path.name, complaints)
    if not lines:
        raise BadInputError(f"{path.name}: there is no event in it.")
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


def _date_of(row: Row, column: str) -> date:
    try:
        return read_date(row[column])
    except ValueError as error:
        raise ValueError(
            row.complaint(column, f"'{row[column]}' is no date; write 2026-12-31 or 31-12-2026")
        ) from error


def _text_of(row: Row, column: str) -> str:
    if not row[column]:
        raise ValueError(row.complaint(column, "it is empty"))
    return row[column]


def _count_of(row: Row, column: str) -> int:
    """A whole number of at least 0, with or without dots between the thousands."""
    digits = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", row[column]).removeprefix("Rp").strip()
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(row.complaint(column, f"'{row[column]}' is no whole number"))
    return int(digits)


def _kind_of(text: str, row: Row) -> str:
    kind = text.lower() or "libur"
    if kind not in {"libur", "cuti bersama"}:
        raise ValueError(row.complaint("jenis", f"'{text}' is neither libur nor cuti bersama"))
    return kind


def _person_of(row: Row, find: FindPerson) -> str:
    try:
        return find(_text_of(row, "nip"))
    except BadInputError as error:
        raise ValueError(row.complaint("nip", str(error))) from error
