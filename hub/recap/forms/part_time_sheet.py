"""Part-timers on paper: the pay list, the monthly performance report, the sheet for a contract's renewal."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from hub.recap.forms.heads import head_of, leader_of
from hub.recap.forms.indonesian import write_month
from hub.recap.forms.sheet import Cell, Column, Sheet, SumLine, clean, name_with_nip, sections_by_unit
from hub.recap.part_time import Report
from hub.roster.nip import show_nip

EMPTY: Final = "Tidak ada PPPK paruh waktu dengan kontrak pada masa ini."
_WHO: Final = frozenset({"employee_id", "nip", "name", "unit", "position"})
_RUPIAH: Final = frozenset({"monthly_pay", "deduction", "amount"})
_TEXTS: Final = frozenset({"contract", "remark", "valid_from", "valid_until"})
_WIDTHS: Final = {
    "contract": 32,
    "remark": 40,
    "valid_from": 23,
    "valid_until": 23,
    "late_times": 22,
    "late_min": 22,
    "amount": 25,
    "provisional": 23,
}
_SUMMED: Final = ("deduction", "amount")


def part_time_sheet(session: Session, report: Report, *, signed_on: date | None = None) -> Sheet:
    """The report as a form that the head of the unit signs."""
    kop, facts = head_of(session, report.unit)
    shown = [column for column in report.columns if column.key not in _WHO]
    entries = [
        (
            str(row.get("unit") or ""),
            (
                str(number),
                name_with_nip(str(row.get("name") or ""), show_nip(str(row.get("nip") or "")) or ""),
                clean(str(row.get("position") or "")) or None,
                *(_cell(column.key, row.get(column.key)) for column in shown),
            ),
        )
        for number, row in enumerate(report.rows, start=1)
    ]
    return Sheet(
        name=report.title.id,
        kop=kop.lines,
        title=(report.title.id.upper(),),
        facts=(*facts, *_period(report.period)),
        columns=(
            Column("No", 10, "center"),
            Column("Nama/NI PPPK", 52),
            Column("Jabatan", 36),
            *(
                Column(column.title.id, _WIDTHS.get(column.key, 18), "left" if column.key in _TEXTS else "right")
                for column in shown
            ),
        ),
        sections=sections_by_unit(entries),
        empty=EMPTY,
        sums=_sums(report, [column.key for column in shown]),
        signatures=(leader_of(session, report.unit, kop, day=_last_day(report.period), signed_on=signed_on),),
    )


def _cell(key: str, found: object) -> Cell:
    match found:
        case None:
            return None
        case bool():
            return "ya" if found else None
        case int() if key in _RUPIAH:
            return f"{found:,}".replace(",", ".")
        case int():
            return found
        case _:
            return clean(str(found))


def _sums(report: Report, keys: list[str]) -> SumLine | None:
    """Of the pay list: what is deducted and paid together; None where an amount is not known."""
    if report.kind != "pay" or not report.rows:
        return None
    first = keys.index(_SUMMED[0])
    cells: list[Cell] = []
    for key in keys[first:]:
        amounts = [row.get(key) for row in report.rows]
        known = [amount for amount in amounts if isinstance(amount, int) and not isinstance(amount, bool)]
        cells.append(f"{sum(known):,}".replace(",", ".") if key in _SUMMED and len(known) == len(amounts) else None)
    return SumLine("JUMLAH", 3 + first, tuple(cells))


def _period(period: str) -> tuple[tuple[str, str], ...]:
    first, _, last = period.partition("/")
    return (("BULAN", _in_words(first)),) if not last else (("MASA", f"{_in_words(first)} s.d. {_in_words(last)}"),)


def _in_words(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{write_month(number)} {year}"


def _last_day(period: str) -> date:
    year, number = (int(part) for part in period.rpartition("/")[2].split("-"))
    return date(year, number, monthrange(year, number)[1])
