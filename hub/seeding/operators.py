"""Who may enrol people at invented kiosks: one of each unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import insert
from sqlalchemy.orm import Session

from contract.pin import hash_pin
from hub.roster.fallback_models import FallbackPin
from hub.roster.operator_models import KioskOperator
from hub.seeding.order import SeedOrder
from hub.seeding.people import AUTHOR, Person
from hub.seeding.regency import PlannedUnit
from hub.seeding.service import draw_pin


@dataclass(frozen=True, slots=True)
class SeededOperator:
    """An operator of a unit's kiosks; they still need a face: nobody of an invented regency is enrolled."""

    unit: str
    name: str
    nip: str
    pin: str


def write_operators(
    session: Session,
    order: SeedOrder,
    people: Sequence[Person],
    units: Sequence[PlannedUnit],
    ids: Mapping[str, int],
    *,
    with_pin: Collection[str],
) -> list[SeededOperator]:
    """An operator for each unit, all with the same PIN: its hash is slow on purpose. with_pin: ids of who has one."""
    pin = draw_pin(order.dice("operators").randrange)
    hashed = hash_pin(pin, salt=sha256(f"{order.seed}/operators".encode()).digest()[:16])
    chosen: dict[str, Person] = {}
    for person in people:
        stays = person.moves is None and person.employed_from is None and person.employed_until is None
        # Whoever leads the unit has others for that.
        if person.place > 0 and stays and person.id not in with_pin:
            chosen.setdefault(person.unit, person)
    found = [(unit, chosen[unit.short]) for unit in units if unit.short in chosen]
    if found:
        at = {"set_by": AUTHOR, "set_at": order.entered_at}
        session.execute(
            insert(KioskOperator),
            [
                {"employee_id": person.id, "unit_id": ids[unit.short], "valid_from": order.first} | at
                for unit, person in found
            ],
        )
        session.execute(insert(FallbackPin), [{"employee_id": person.id, "hashed": hashed} | at for _, person in found])
    return [SeededOperator(unit.name, person.name, person.nip, pin) for unit, person in found]
