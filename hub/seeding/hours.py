"""What the invented regency has decided about hours: policies, holidays, a circular, a roster and contracts; points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.bulk import Row
from hub.recap.models import EarnedPoints, UnitScore
from hub.roster.models import DEFAULT_POLICY, UnitPolicy
from hub.schedule.decisions import (
    Author,
    ContractLine,
    HolidayLine,
    ShiftLine,
    add_contracts,
    add_holidays,
    add_override,
    add_policy,
    add_shifts,
)
from hub.seeding.order import SeedOrder, month_end
from hub.seeding.people import AUTHOR, PART_TIME, Person
from hub.seeding.regency import POINTS_POLICY, PlannedUnit

CIRCULAR_UNIT: Final = "bkpsdm"

POINTS_TEXT: Final = f"""\
name = "{POINTS_POLICY}"
title = "Kabupaten Wanasari, lima hari kerja dengan poin e-TPP"
basis = "Contoh: jam kerja Peraturan Presiden 21/2023, poin seperti Kabupaten Kulon Progo"
kind = "two-session"
weekly_minutes = 2250
letters_excuse_parts = true
rest = ["sat", "sun"]

[[hours]]
days = ["mon-thu"]
in_opens = "05:30"
in_due = "07:30"
break = ["12:00", "13:00"]
out_due = "16:00"
out_closes = "19:00"

[[hours]]
days = ["fri"]
in_opens = "05:30"
in_due = "07:30"
break = ["11:30", "13:00"]
out_due = "16:30"
out_closes = "19:00"

[allowance]
kind = "points"
target_points = 6000
percent_per_event = 1
individual_share = "0.6"
other_share_factor = "1"
"""

HOLIDAYS: Final = (
    (1, 1, "Tahun Baru Masehi"), (5, 1, "Hari Buruh Internasional"), (6, 1, "Hari Lahir Pancasila"),
    (8, 17, "Hari Kemerdekaan Republik Indonesia"), (12, 25, "Hari Raya Natal"),
)  # fmt: skip
"""The national holidays whose date is the same every year; those of the moon are announced each year by a decree."""

SHIFTS: Final[Mapping[str, Mapping[str, Any] | None]] = {
    "P": {"in_opens": "05:30", "in": "07:00", "out": "14:00", "out_closes": "16:00"},
    "S": {"in_opens": "12:30", "in": "14:00", "out": "21:00", "out_closes": "23:00"},
    "M": {"in_opens": "19:30", "in": "21:00", "out": "07:00+1", "out_closes": "09:00+1"},
    "L": None,
}
"""The ward's shifts by the letter of its roster: morning, afternoon, night, off."""

_ROTATION: Final = "PPSSMMLL"
_SLOTS: Final = (("07:00", "11:00"), ("08:00", "12:00"), ("12:00", "16:00"))
_WEEKDAYS: Final = ((0, 1, 2, 3, 4), (0, 2, 4), (1, 2, 3, 4, 5))
_QUOTA_MIN: Final = 240


def write_policies(session: Session, order: SeedOrder, units: Sequence[PlannedUnit], ids: Mapping[str, int]) -> None:
    """The regency's policy, those of units that have their own, and that of part-timers. ids[""]: of the regency."""
    since = date(order.first.year - 1, 1, 1)
    author = _author(order)
    add_policy(session, POINTS_TEXT, valid_from=since, author=author)
    regency = [(ids[""], DEFAULT_POLICY, None), (ids[""], "jombang-part-time", PART_TIME)]
    own = [(ids[unit.short], unit.policy, None) for unit in units if unit.policy is not None]
    stamp: Row = {"valid_from": since, "valid_until": None, "set_by": author.name, "set_at": author.at}
    session.execute(
        insert(UnitPolicy),
        [{"unit_id": unit, "policy": policy, "group": group} | stamp for unit, policy, group in (*regency, *own)],
    )


def write_hours(
    session: Session,
    order: SeedOrder,
    people: Sequence[Person],
    units: Sequence[PlannedUnit],
    ids: Mapping[str, int],
) -> None:
    """Holidays, the circular, the ward's roster, part-timers' contracts, and what the points regime adds to hours."""
    author = _author(order)
    for year in range(order.first.year, order.until.year + 1):
        lines = [HolidayLine(day=date(year, month, day), name=name) for month, day, name in HOLIDAYS]
        decree = f"SKB 3 Menteri tentang Hari Libur Nasional dan Cuti Bersama Tahun {year}"
        add_holidays(session, lines, decree=decree, unit_id=None, author=author)
    begin = order.first + timedelta(days=7 - order.first.weekday())
    circular = {
        "name": "Jam kerja selama seleksi CASN",
        "from": begin,
        "to": begin + timedelta(days=4),
        "days": ["mon-thu"],
        "in_due": "06:30",
        "out_due": "14:30",
    }
    decree = f"SE Bupati 800/21/{order.first.year}"
    add_override(session, circular, decree=decree, unit_id=ids[CIRCULAR_UNIT], author=author)
    kinds = {unit.short: unit.kind for unit in units}
    ward = [person for person in people if kinds[person.unit] == "ward"]
    add_shifts(session, list(_roster(order, ward)), author=author)
    part_timers = [person for person in people if person.group == PART_TIME]
    if part_timers:
        add_contracts(session, list(_contracts(order, part_timers)), author=author)
    _write_points(session, order, [person for person in people if kinds[person.unit] == "points"], ids)


def _author(order: SeedOrder) -> Author:
    return Author(name=AUTHOR, at=order.entered_at)


def _roster(order: SeedOrder, ward: Sequence[Person]) -> Iterator[ShiftLine]:
    """Every day of the months and of the one after them; who leads the ward works mornings of working days."""
    last = month_end(month_end(order.until) + timedelta(days=1))
    for person in ward:
        for offset in range((last - order.first).days + 1):
            day = order.first + timedelta(days=offset)
            if person.place == 0:
                code = "P" if day.weekday() < 5 else "L"
            else:
                code = _ROTATION[(offset + person.place) % len(_ROTATION)]
            yield ShiftLine(employee_id=person.id, work_date=day, code=code, hours=SHIFTS[code])


def _contracts(order: SeedOrder, part_timers: Sequence[Person]) -> Iterator[ContractLine]:
    dice = order.dice("contracts")
    for number, person in enumerate(part_timers, start=1):
        start, end = dice.choice(_SLOTS)
        yield ContractLine(
            number=f"800.1.2.5/{number:03d}/PW/{order.first.year}",
            employee_id=person.id,
            first=date(order.first.year, 1, 1),
            last=date(order.until.year, 12, 31),
            weekdays=dice.choice(_WEEKDAYS),
            slot_start=start,
            slot_end=end,
            quota_min=_QUOTA_MIN,
            monthly_pay=dice.choice((1_000_000, 1_200_000, 1_400_000)),
        )


def _write_points(session: Session, order: SeedOrder, people: Sequence[Person], ids: Mapping[str, int]) -> None:
    dice = order.dice("points")
    stamp = {"set_by": AUTHOR, "set_at": order.entered_at}
    earned = [
        {"employee_id": person.id, "month": month, "points": str(dice.randint(5200, 6900)), "source": "e-TPP"} | stamp
        for month in order.month_starts
        for person in people
    ]
    session.execute(insert(EarnedPoints), earned)
    scores = [
        {"unit_id": ids[unit], "month": month, "factor": dice.choice(("0.95", "0.98", "1"))} | stamp
        for month in order.month_starts
        for unit in sorted({person.unit for person in people})
    ]
    session.execute(insert(UnitScore), scores)
