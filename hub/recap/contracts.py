"""Pure: part-timers' contracts in a month, their quotas and the minutes that count for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from hub.attendance.day import AttendanceDay, Status

_ONE_DAY = timedelta(days=1)


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A part-timer's contract as pay needs it. weekdays: 0 is Monday; quota_min: a day; monthly_pay: rupiah."""

    id: int
    number: str
    first: date
    last: date
    weekdays: tuple[int, ...]
    quota_min: int
    monthly_pay: int

    def asks_for(self, day: date) -> bool:
        """Whether the slot is on this weekday, within the contract or not."""
        return day.weekday() in self.weekdays

    def holds_on(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractMonth:
    """A contract in a month. quota_days: of the whole month, own_days: those that this contract holds on."""

    contract: Contract
    quota_days: int
    own_days: int
    paid_min: int

    @property
    def quota_min(self) -> int:
        return self.quota_days * self.contract.quota_min


def contract_months(
    days: Sequence[AttendanceDay],
    contracts: Sequence[Contract],
    *,
    first: date,
    last: date,
    holidays: Collection[date] = (),
) -> list[ContractMonth]:
    """What each contract (the newest first) has of a month, in the order of its dates.

    The quota is that of the whole month, so that a contract that begins or ends within it pays for its part. Left out
    are days that were assessed as rest days or holidays, and where a contract does not hold the holidays on record. Of
    several contracts on a date the newest counts.
    """
    of_date = {day.work_date: day for day in days}
    free = {day.work_date for day in days if day.status is Status.LIBUR}
    dates = [first + _ONE_DAY * number for number in range((last - first).days + 1)]
    holder = {day: next((each for each in contracts if each.holds_on(day)), None) for day in dates}
    found = []
    for contract in sorted(contracts, key=lambda each: (each.first, each.id)):
        quota = [
            day
            for day in dates
            if contract.asks_for(day) and day not in (free if holder[day] is contract else holidays)
        ]
        own = [day for day in quota if holder[day] is contract]
        paid = [
            min(of_date[day].paid_min or 0, contract.quota_min)
            for day in own
            if day in of_date and of_date[day].is_settled
        ]
        if own:
            found.append(ContractMonth(contract=contract, quota_days=len(quota), own_days=len(own), paid_min=sum(paid)))
    return found
