"""What part-time PPPK are reported by: pay list, monthly performance, contract renewal. Rows and headings only."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.day import AttendanceDay, Sentence, Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.contracts import Contract, contract_months
from hub.recap.monthly import Month
from hub.recap.pay import PayLine, pay_lines
from hub.recap.pay_records import read_contracts
from hub.recap.people import Person, UnitName, read_people, read_unit_names
from hub.recap.summary import LEAVE_AND_DUTY
from hub.roster.units import Memberships, UnitTree

Cell = str | int | bool | None
ReportKind = Literal["pay", "performance", "renewal"]


class Column(msgspec.Struct, frozen=True):
    """A column of a report: the key of its cells, and its heading."""

    key: str
    title: Sentence


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report as rows. Cells are text, whole numbers or truth values; None: not known. period: YYYY-MM, or two."""

    kind: str
    title: Sentence
    period: str
    unit: UnitName | None
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]


def _columns(*columns: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(key, Sentence(title_id, title_en)) for key, title_id, title_en in columns)


_PERSON = (
    ("employee_id", "ID pegawai", "Employee id"),
    ("nip", "NI PPPK", "NI PPPK"),
    ("name", "Nama", "Name"),
    ("unit", "Unit", "Unit"),
    ("position", "Jabatan", "Position"),
)
PAY_COLUMNS = _columns(
    *_PERSON,
    ("contract", "Kontrak", "Contract"),
    ("quota_min", "Kuota (menit)", "Quota (minutes)"),
    ("paid_min", "Dibayar (menit)", "Paid (minutes)"),
    ("short_min", "Kurang (menit)", "Short (minutes)"),
    ("absent_days", "Tanpa alasan sah (hari)", "Absent without reason (days)"),
    ("monthly_pay", "Upah sebulan (Rp)", "Monthly pay (Rp)"),
    ("deduction", "Potongan (Rp)", "Deduction (Rp)"),
    ("amount", "Dibayarkan (Rp)", "To be paid (Rp)"),
    ("provisional", "Sementara", "Provisional"),
    ("remark", "Keterangan", "Remark"),
)
PERFORMANCE_COLUMNS = _columns(
    *_PERSON,
    ("contract", "Kontrak", "Contract"),
    ("slot_days", "Hari kontrak", "Contract days"),
    ("present_days", "Hadir (hari)", "Present (days)"),
    ("excused_days", "Dengan surat (hari)", "With a letter (days)"),
    ("absent_days", "Tanpa alasan sah (hari)", "Absent without reason (days)"),
    ("open_days", "Masih terbuka (hari)", "Open (days)"),
    ("recorded_min", "Tercatat (menit)", "Recorded (minutes)"),
    ("paid_min", "Dibayar (menit)", "Paid (minutes)"),
    ("short_min", "Kurang (menit)", "Short (minutes)"),
    ("late_times", "Terlambat (kali)", "Late (times)"),
    ("late_min", "Terlambat (menit)", "Late (minutes)"),
    ("early_times", "Pulang awal (kali)", "Early (times)"),
    ("early_min", "Pulang awal (menit)", "Early (minutes)"),
    ("punctual_percent", "Tepat waktu (%)", "Punctual (%)"),
)
RENEWAL_COLUMNS = _columns(
    *_PERSON,
    ("contract", "Kontrak", "Contract"),
    ("valid_from", "Mulai", "From"),
    ("valid_until", "Sampai", "Until"),
    ("months", "Bulan tercatat", "Months on record"),
    ("slot_days", "Hari kontrak", "Contract days"),
    ("quota_min", "Kuota (menit)", "Quota (minutes)"),
    ("paid_min", "Dibayar (menit)", "Paid (minutes)"),
    ("paid_percent", "Dibayar (%)", "Paid (%)"),
    ("absent_days", "Tanpa alasan sah (hari)", "Absent without reason (days)"),
    ("excused_days", "Dengan surat (hari)", "With a letter (days)"),
    ("open_days", "Masih terbuka (hari)", "Open (days)"),
    ("late_times", "Terlambat (kali)", "Late (times)"),
    ("late_min", "Terlambat (menit)", "Late (minutes)"),
    ("early_times", "Pulang awal (kali)", "Early (times)"),
    ("early_min", "Pulang awal (menit)", "Early (minutes)"),
)
EXCUSED = LEAVE_AND_DUTY | {Status.I}


def pay_list(database: Database, month: Month, unit_id: int | None = None) -> Report:
    """What each part-timer of a unit and those below it is paid for a month, as it stands now."""
    with database.read() as session:
        lines = [line for line in pay_lines(session, month, unit_id) if line.regime == "duration"]
        unit = _unit_name(session, unit_id)
    return Report(
        kind="pay",
        title=Sentence("Daftar Upah PPPK Paruh Waktu", "Pay list of part-time PPPK"),
        period=month.text,
        unit=unit,
        columns=PAY_COLUMNS,
        rows=tuple(_pay_row(line) for line in lines),
    )


def performance(database: Database, month: Month, unit_id: int | None = None) -> Report:
    """How each part-timer's month was: days, minutes, punctuality; a row for each contract."""
    with database.read() as session:
        found = _read_contract_days(session, month.first, month.last, unit_id)
        rows = [
            _person_cells(each) | _performance_cells(each, first=month.first, last=month.last)
            for each in found
            if each.days
        ]
        unit = _unit_name(session, unit_id)
    return Report(
        kind="performance",
        title=Sentence("Laporan Kinerja Bulanan PPPK Paruh Waktu", "Monthly performance of part-time PPPK"),
        period=month.text,
        unit=unit,
        columns=PERFORMANCE_COLUMNS,
        rows=tuple(rows),
    )


def renewal(database: Database, first: Month, last: Month, unit_id: int | None = None) -> Report:
    """What each contract that holds in a span of months came to, over all its days on record up to the span's end."""
    with database.read() as session:
        found = _read_contract_days(session, first.first, last.last, unit_id, whole_contracts=True)
        rows = [_person_cells(each) | _renewal_cells(each, last.last) for each in found]
        unit = _unit_name(session, unit_id)
    return Report(
        kind="renewal",
        title=Sentence("Lembar Perpanjangan Kontrak PPPK Paruh Waktu", "Contract renewal of part-time PPPK"),
        period=first.text if first == last else f"{first.text}/{last.text}",
        unit=unit,
        columns=RENEWAL_COLUMNS,
        rows=tuple(rows),
    )


def to_csv(columns: Sequence[Column], rows: Sequence[Mapping[str, Cell]]) -> str:
    """Rows under the Indonesian headings, commas between; truth as ya and tidak, what is not known empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.title.id for column in columns])
    writer.writerows([[to_cell(row.get(column.key)) for column in columns] for row in rows])
    return text.getvalue()


def to_cell(cell: Cell) -> str | int:
    """A cell as CSV writes it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    return cell


def percent(part: int, whole: int) -> str | None:
    """With two decimals, rounded half up; None of nothing."""
    if whole <= 0:
        return None
    return f"{(Decimal(part) * 100 / Decimal(whole)).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


class _ContractDays(msgspec.Struct, frozen=True, kw_only=True):
    """A contract with the stored days on which it holds, ascending; rivals: all of the person's contracts."""

    person: Person
    unit: UnitName
    contract: Contract
    rivals: tuple[Contract, ...]
    days: tuple[AttendanceDay, ...]


def _read_contract_days(
    session: Session, first: date, last: date, unit_id: int | None, *, whole_contracts: bool = False
) -> list[_ContractDays]:
    """Contracts that hold in a span, by unit and name; whole_contracts: with their days from before the span too."""
    by_person = read_contracts(session, None, first=first, last=last)
    people = read_people(session, by_person)
    start = min((each.first for contracts in by_person.values() for each in contracts), default=first)
    query = select(StoredDay.employee_id, StoredDay.unit_id, StoredDay.day).where(
        StoredDay.employee_id.in_(list(by_person)),
        StoredDay.work_date.between(start if whole_contracts else first, last),
    )
    days: dict[str, list[tuple[int | None, AttendanceDay]]] = {employee_id: [] for employee_id in by_person}
    for employee_id, of_unit, day in session.execute(query.order_by(StoredDay.work_date)):
        days[employee_id].append((of_unit, msgspec.convert(day, AttendanceDay)))
    memberships = Memberships.load(session.connection(), list(by_person))
    units = read_unit_names(session)
    wanted = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
    found = []
    for employee_id, contracts in by_person.items():
        for contract in contracts:
            held = [pair for pair in days[employee_id] if _holder(contracts, pair[1].work_date) is contract]
            of_unit = held[-1][0] if held else memberships.unit_on(employee_id, min(last, contract.last))
            if wanted is None or of_unit in wanted:
                found.append(
                    _ContractDays(
                        person=people[employee_id],
                        unit=units[of_unit],
                        contract=contract,
                        rivals=tuple(contracts),
                        days=tuple(day for _, day in held),
                    )
                )
    found.sort(
        key=lambda each: (
            each.unit.name.casefold(),
            each.person.name.casefold(),
            each.person.id,
            each.contract.first,
            each.contract.id,
        )
    )
    return found


def _holder(contracts: Sequence[Contract], day: date) -> Contract | None:
    """Of several contracts (the newest first) the newest."""
    return next((contract for contract in contracts if contract.holds_on(day)), None)


def _unit_name(session: Session, unit_id: int | None) -> UnitName | None:
    return None if unit_id is None else read_unit_names(session).get(unit_id, UnitName("", unit_id))


def _pay_row(line: PayLine) -> dict[str, Cell]:
    said = (*line.lacking, *line.reasons)
    return {
        "employee_id": line.person.id,
        "nip": line.person.nip,
        "name": line.person.name,
        "unit": line.unit.name,
        "position": line.person.position,
        "contract": line.figures.get("contracts"),
        "quota_min": line.figures.get("quota_min"),
        "paid_min": line.figures.get("paid_min"),
        "short_min": line.figures.get("short_min"),
        "absent_days": line.figures.get("absent_days"),
        "monthly_pay": line.base,
        "deduction": line.deduction,
        "amount": line.amount,
        "provisional": line.provisional,
        "remark": " ".join(sentence.id for sentence in said),
    }


def _person_cells(each: _ContractDays) -> dict[str, Cell]:
    return {
        "employee_id": each.person.id,
        "nip": each.person.nip,
        "name": each.person.name,
        "unit": each.unit.name,
        "position": each.person.position,
        "contract": each.contract.number,
    }


def _punctuality(days: Sequence[AttendanceDay]) -> dict[str, Any]:
    present = [day for day in days if day.status in (Status.HADIR, Status.TIDAK_LENGKAP)]
    late = [day.late_min for day in present if day.late_min]
    early = [day.early_min for day in present if day.early_min]
    punctual = sum(1 for day in present if day.late_min == 0 and day.early_min == 0)
    return {
        "present_days": len(present),
        "excused_days": sum(1 for day in days if day.status in EXCUSED),
        "absent_days": sum(day.absent_days for day in days),
        "open_days": sum(1 for day in days if not day.is_settled),
        "late_times": len(late),
        "late_min": sum(late),
        "early_times": len(early),
        "early_min": sum(early),
        "punctual_percent": percent(punctual, len(present)),
    }


def _performance_cells(each: _ContractDays, *, first: date, last: date) -> dict[str, Cell]:
    settled = [day for day in each.days if day.is_settled]
    month = next(
        (
            month
            for month in contract_months(each.days, each.rivals, first=first, last=last)
            if month.contract is each.contract
        ),
        None,
    )
    return {
        "slot_days": month.own_days if month is not None else 0,
        "recorded_min": sum(day.recorded_min or 0 for day in settled),
        "paid_min": month.paid_min if month is not None else 0,
        "short_min": sum(day.short_min or 0 for day in settled),
        **_punctuality(each.days),
    }


def _renewal_cells(each: _ContractDays, last: date) -> dict[str, Cell]:
    """Over the days on record: what lies ahead is no quota that anybody could have worked."""
    slots = [
        day
        for day in each.days
        if day.status is not Status.LIBUR and each.contract.asks_for(day.work_date) and day.work_date <= last
    ]
    settled = [day for day in slots if day.is_settled]
    quota = len(settled) * each.contract.quota_min
    paid = sum(min(day.paid_min or 0, each.contract.quota_min) for day in settled)
    punctuality = _punctuality(slots)
    return {
        "valid_from": each.contract.first.isoformat(),
        "valid_until": each.contract.last.isoformat(),
        "months": len({Month.of(day.work_date) for day in slots}),
        "slot_days": len(slots),
        "quota_min": quota,
        "paid_min": paid,
        "paid_percent": percent(paid, quota),
        **{key: punctuality[key] for key in (column.key for column in RENEWAL_COLUMNS) if key in punctuality},
    }
