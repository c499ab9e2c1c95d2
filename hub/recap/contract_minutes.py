"""Paid and missing minutes of part-timers by unit in a month, read without the days themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.recap.contracts import Contract
from hub.recap.monthly import Month
from hub.recap.pay_records import read_contracts
from hub.schedule.models import PartTimeContract

_UNCOUNTED: Final = (Status.LIBUR, Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN)


def part_time_minutes(session: Session, month: Month) -> dict[int | None, tuple[int, int]]:
    """(paid, missing) minutes of settled contract days, by the unit where the person was on the day.

    Paid on a day is at most the contract's quota, and nothing outside its slots.
    """
    contracts = read_contracts(session, None, first=month.first, last=month.last)
    holding = select(PartTimeContract.employee_id).where(
        PartTimeContract.withdrawn_at.is_(None),
        PartTimeContract.valid_from <= month.last,
        PartTimeContract.valid_until >= month.first,
    )
    minutes = (StoredDay.day["paid_min"].as_integer(), StoredDay.day["short_min"].as_integer())
    query = select(StoredDay.employee_id, StoredDay.work_date, StoredDay.unit_id, *minutes).where(
        StoredDay.employee_id.in_(holding),
        StoredDay.work_date.between(month.first, month.last),
        StoredDay.status.not_in([str(each) for each in _UNCOUNTED]),
    )
    found: dict[int | None, tuple[int, int]] = {}
    for employee_id, work_date, unit_id, paid, short in session.execute(query):
        contract = _holder(contracts[employee_id], work_date)
        if contract is None:
            continue
        counted = min(paid or 0, contract.quota_min) if contract.asks_for(work_date) else 0
        before = found.get(unit_id, (0, 0))
        found[unit_id] = before[0] + counted, before[1] + (short or 0)
    return found


def _holder(contracts: Sequence[Contract], day: date) -> Contract | None:
    """Of several contracts (the newest first) the newest."""
    return next((contract for contract in contracts if contract.holds_on(day)), None)
