"""A day on which the kiosks of one unit could not be used, and the attendance that was entered by hand (Ps 11(7))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.attendance.models import ManualEntry, Outage
from hub.schedule.plan import DayPlan
from hub.seeding.order import SeedOrder
from hub.seeding.people import OFFICIAL, OPERATOR, Person
from hub.seeding.working_life import Habit, punch_minutes

_UNDECIDED = 2
"""So many entries wait for the second person."""


@dataclass(frozen=True, slots=True)
class PlannedOutage:
    """unit: its short. day: the whole of it."""

    unit: str
    day: date


def write_outage(
    session: Session,
    order: SeedOrder,
    outage: PlannedOutage,
    unit_id: int,
    present: Sequence[tuple[Person, DayPlan, Habit]],
) -> None:
    """The outage, and an entry for everybody who worked on that day."""
    row = Outage(
        unit_id=unit_id,
        began_at=order.at(outage.day, 5 * 60 + 10),
        ended_at=order.at(outage.day, 19 * 60),
        reason="Listrik dan jaringan padam sejak subuh; terminal tidak dapat dipakai.",
        reported_to="Diskominfo, BKPSDM",
        declared_by=OPERATOR,
        declared_at=order.at(outage.day, 6 * 60 + 15),
    )
    session.add(row)
    session.flush()
    dice = order.dice("outage")
    entries = [
        _entry(order, outage.day, person, punch_minutes(dice, plan, habit, complete=True), decided=place >= _UNDECIDED)
        | {"outage_id": row.id}
        for place, (person, plan, habit) in enumerate(present)
    ]
    if entries:
        session.execute(insert(ManualEntry), entries)


def _entry(order: SeedOrder, day: date, person: Person, minutes: Sequence[float], *, decided: bool) -> dict[str, Any]:
    return {
        "employee_id": person.id, "work_date": day, "arrival": order.at(day, int(minutes[0])),
        "departure": order.at(day, int(minutes[-1])), "reason": "Lampiran I yang ditandatangani, gangguan listrik",
        "sha256": None, "state": "approved" if decided else "submitted",
        "entered_by": OPERATOR, "entered_at": order.at(day, 20 * 60),
        "decided_by": OFFICIAL if decided else None,
        "decided_at": order.at(day, 21 * 60) if decided else None, "decided_because": None,
    }  # fmt: skip
