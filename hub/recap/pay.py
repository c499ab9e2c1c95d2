"""A month's pay lines from stored days: the sums of Lampiran II, and the amount by the policy in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from hub.attendance.day import AttendanceDay, Sentence, decode_day
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.month_pay import Figure, MonthPay, Regime, month_pay
from hub.recap.monthly import Month
from hub.recap.pay_records import PayRecords
from hub.recap.people import Person, UnitName, in_units, read_people, read_unit_names
from hub.recap.summary import LampiranII, summarise

_Days = dict[int | None, list[AttendanceDay]]


class PayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person's month in one unit, for pay; rupiah.

    paid_in: the unit whose line bears the amount, over all the person's days of the month; on the lines of other units
        base, amount and deduction are None. amount None on the line that bears it: `lacking` says what to import.
    provisional: the amount can still change by itself; `pending` are the open dates, `reasons` says why.
    working_days: without rest days and holidays. counts: days per status. figures: the numbers of the regime.
    forced: why the line was sent to pay although it was provisional or without an amount; None: it was not forced.
    """

    month: str
    person: Person
    unit: UnitName
    paid_in: UnitName
    group: str | None = None
    rank: str | None = None
    policy: str = ""
    regime: Regime | None = None
    lampiran_ii: LampiranII = LampiranII()
    working_days: int = 0
    counts: dict[str, int] = {}
    base: int | None = None
    amount: int | None = None
    deduction: int | None = None
    figures: dict[str, Figure] = {}
    provisional: bool = False
    pending: tuple[date, ...] = ()
    reasons: tuple[Sentence, ...] = ()
    derivation: tuple[Sentence, ...] = ()
    lacking: tuple[Sentence, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    forced: str | None = None

    @property
    def bears_amount(self) -> bool:
        return self.unit == self.paid_in

    @property
    def is_ready(self) -> bool:
        """Whether it can go to pay as it is; a policy without a rule for pay has no amount to wait for."""
        if not self.bears_amount:
            return not self.provisional
        return not self.provisional and (self.amount is not None or self.regime is None)


class PayMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a unit and those below it (None: all). total: of the amounts that are known; rupiah."""

    month: str
    unit: UnitName | None
    total: int
    provisional: int
    lacking: int
    lines: tuple[PayLine, ...]


def pay_month(database: Database, month: Month, unit_id: int | None = None) -> PayMonth:
    """What a month pays as it stands now, by unit and name."""
    with database.read() as session:
        lines = pay_lines(session, month, unit_id)
        unit = None if unit_id is None else read_unit_names(session).get(unit_id, UnitName("", unit_id))
    return PayMonth(
        month=month.text,
        unit=unit,
        total=sum(line.amount or 0 for line in lines),
        provisional=sum(1 for line in lines if line.provisional),
        lacking=sum(1 for line in lines if line.bears_amount and line.amount is None),
        lines=lines,
    )


def pay_lines(
    session: Session, month: Month, unit_id: int | None = None, *, people: Iterable[str] | None = None
) -> tuple[PayLine, ...]:
    """The lines of everybody (people: of these only) who has days in the unit or below it, by unit and name."""
    days = _read_days(session, month, unit_id, people)
    records = PayRecords.load(session, month, days)
    units = read_unit_names(session)
    names = read_people(session, None if unit_id is None and people is None else days)
    wanted = None if unit_id is None else records.tree.within(unit_id)
    lines = [
        line
        for employee_id, by_unit in days.items()
        for line in _lines_of(names[employee_id], month, by_unit, records, units)
        if wanted is None or line.unit.id in wanted
    ]
    lines.sort(key=lambda line: (line.unit.name.casefold(), line.person.name.casefold(), line.person.id))
    return tuple(lines)


def _lines_of(
    person: Person, month: Month, by_unit: _Days, records: PayRecords, units: dict[int | None, UnitName]
) -> list[PayLine]:
    """A line for each unit; the amount stands once, with the unit of the last day."""
    every = sorted((day for days in by_unit.values() for day in days), key=lambda day: day.work_date)
    of_month = summarise(every)
    last_unit = max(by_unit, key=lambda unit_id: by_unit[unit_id][-1].work_date)
    to_come = records.days_to_come(person.id, month, every[-1].work_date)
    term = records.term_of(person.id)
    policy = records.policy_of(person.id, last_unit, every[-1])
    whole = month_pay(every, records.inputs_of(person.id, month, last_unit, policy))
    lines = []
    for unit_id, days in by_unit.items():
        summary = of_month if len(by_unit) == 1 else summarise(days)
        bears = unit_id == last_unit
        if bears:
            open_days = of_month.pending
            reasons = _reasons(open_days, every, to_come=to_come, dirty=records.dirty.get(person.id, 0))
        else:
            open_days = summary.pending
            reasons = _reasons(open_days, days)
        line = PayLine(
            month=month.text,
            person=person,
            unit=units[unit_id],
            paid_in=units[last_unit],
            group=term.group if term is not None else None,
            rank=term.rank if term is not None else None,
            policy=policy.name if bears else days[-1].policy,
            lampiran_ii=summary.lampiran_ii,
            working_days=summary.working_days,
            counts={str(status): count for status, count in summary.counts.items()},
            provisional=bool(reasons),
            pending=open_days,
            reasons=reasons,
            remarks=summary.notes,
        )
        lines.append(_with_amount(line, whole, by_unit, units) if bears else _without_amount(line))
    return lines


def _with_amount(line: PayLine, whole: MonthPay, by_unit: _Days, units: dict[int | None, UnitName]) -> PayLine:
    derivation = whole.derivation
    others = [
        f"{units[unit_id].name or '-'} ({len(days)})" for unit_id, days in by_unit.items() if unit_id != line.unit.id
    ]
    if others:
        derivation = (
            Sentence(
                f"Jumlah dihitung satu kali atas semua hari bulan ini, juga hari di {', '.join(others)}.",
                f"The amount is computed once over all days of the month, also those in {', '.join(others)}.",
            ),
            *derivation,
        )
    return msgspec.structs.replace(
        line,
        regime=whole.regime,
        base=whole.base,
        amount=whole.amount,
        deduction=whole.deduction,
        figures=whole.figures,
        derivation=derivation,
        lacking=whole.lacking,
    )


def _without_amount(line: PayLine) -> PayLine:
    where = line.paid_in.name or "-"
    return msgspec.structs.replace(
        line,
        derivation=(
            Sentence(
                f"Pindah unit pada bulan ini: jumlahnya ada pada baris {where}.",
                f"Moved to another unit in this month: the amount stands on the line of {where}.",
            ),
        ),
    )


def _reasons(
    pending: Sequence[date], days: Iterable[AttendanceDay], *, to_come: int = 0, dirty: int = 0
) -> tuple[Sentence, ...]:
    """Why an amount can still change by itself. to_come: days that lie ahead; dirty: that are assessed again soon."""
    reasons = []
    if pending:
        open_days = [day for day in days if not day.is_settled]
        kinds = ", ".join(sorted({str(day.status) for day in open_days}))
        dates = ", ".join(f"{day:%d-%m}" for day in pending)
        reasons.append(
            Sentence(
                f"Sementara: {len(pending)} hari masih terbuka ({kinds}: {dates}).",
                f"Provisional: {len(pending)} days are open ({kinds}: {dates}).",
            )
        )
    if to_come:
        reasons.append(
            Sentence(
                f"Sementara: {to_come} hari terakhir bulan ini belum dinilai.",
                f"Provisional: the last {to_come} days of the month are not assessed yet.",
            )
        )
    if dirty:
        reasons.append(
            Sentence(
                f"Sementara: {dirty} hari menunggu dinilai ulang.",
                f"Provisional: {dirty} days are about to be assessed again.",
            )
        )
    return tuple(reasons)


def _read_days(session: Session, month: Month, unit_id: int | None, people: Iterable[str] | None) -> dict[str, _Days]:
    """All days of the month, ascending, of everybody who has one in the unit or below it."""
    of_month = StoredDay.work_date.between(month.first, month.last)
    # As text: msgspec reads it several times faster than the database's own decoding into a dict.
    query = select(StoredDay.employee_id, StoredDay.unit_id, cast(StoredDay.day, Text)).where(of_month)
    if unit_id is not None:
        here = select(StoredDay.employee_id).where(of_month, *in_units(session, unit_id))
        query = query.where(StoredDay.employee_id.in_(here))
    if people is not None:
        query = query.where(StoredDay.employee_id.in_(list(people)))
    found: dict[str, _Days] = {}
    rows = session.connection().execute(query.order_by(StoredDay.employee_id, StoredDay.work_date))
    for employee_id, of_unit, day in rows:
        found.setdefault(employee_id, {}).setdefault(of_unit, []).append(decode_day(day))
    return found
