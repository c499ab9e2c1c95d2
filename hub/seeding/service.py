"""PINs of a few invented people, and how people were served at invented kiosks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from contract.pin import PIN_DIGITS, check_pin, hash_pin
from hub.bulk import insert_new
from hub.db import table_of
from hub.fleet.models import Kiosk, KioskService
from hub.roster.fallback_models import FallbackPin
from hub.seeding.kiosks import PlannedKiosk
from hub.seeding.order import SeedOrder
from hub.seeding.people import AUTHOR, Person

PEOPLE_WITH_A_PIN: Final = 3
_KIOSKS_THAT_TAKE_PINS: Final = 2
_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class SeededPin:
    """A PIN that an invented person has; it stands nowhere else."""

    name: str
    pin: str


def write_fallbacks(
    session: Session, order: SeedOrder, people: Sequence[Person], kiosks: Sequence[PlannedKiosk]
) -> list[SeededPin]:
    """PINs for the first few people, and the first kiosks ask for them when the face fails."""
    dice = order.dice("pins")
    given = []
    for person in people[:PEOPLE_WITH_A_PIN]:
        pin = draw_pin(dice.randrange)
        salt = sha256(f"{order.seed}/{person.id}".encode()).digest()[:16]
        session.execute(
            insert(FallbackPin),
            [
                {
                    "employee_id": person.id,
                    "hashed": hash_pin(pin, salt=salt),
                    "set_by": AUTHOR,
                    "set_at": order.entered_at,
                }
            ],
        )
        given.append(SeededPin(person.name, pin))
    devices = [kiosk.device for kiosk in kiosks[:_KIOSKS_THAT_TAKE_PINS]]
    session.execute(update(Kiosk).where(Kiosk.device.in_(devices)).values(fallback=["pin"], choose=True))
    return given


def write_service(session: Session, order: SeedOrder, kiosks: Sequence[PlannedKiosk]) -> None:
    """A fortnight of figures for each kiosk, up to when it was last heard of."""
    dice = order.dice("service")
    rows = []
    for kiosk in kiosks:
        for day in order.dates[-_DAYS:]:
            since = order.at(day, 0)
            if since > kiosk.delivered_up_to or day.weekday() >= 5:
                continue
            visits = dice.randint(20, 120)
            refused, challenged = dice.randint(0, visits // 20), dice.randint(0, visits // 8)
            recorded, fallback = visits - refused, dice.randint(0, 2)
            rows.append(
                {
                    "device": kiosk.device, "since": since, "day": day, "visits": visits, "recorded": recorded,
                    "first_try": max(0, recorded - challenged - fallback - dice.randint(0, 4)),
                    "challenged": challenged, "fallback": fallback, "refused": refused,
                    "disavowed": int(dice.random() < 0.05), "seconds_median": round(dice.uniform(0.6, 1.4), 2),
                    "seconds_p95": round(dice.uniform(2.5, 7.0), 2),
                    "received_at": min(since + timedelta(hours=23), kiosk.delivered_up_to),
                }
            )  # fmt: skip
    insert_new(session.connection(), table_of(KioskService), rows)


def draw_pin(randrange: Callable[[int], int]) -> str:
    """Six digits that nobody would try first."""
    while True:
        try:
            return check_pin(f"{randrange(10**PIN_DIGITS):0{PIN_DIGITS}d}")
        except BadInputError:
            continue
