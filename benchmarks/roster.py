"""What a roster of 1,000 people costs: time to make it, bytes on their way, and the same on the morning after.

`python -m benchmarks.roster`. Offices of three time zones, with presets, a shift roster and holidays; SQLite.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from benchmarks.invented_office import InventedOffice
from contract.signing import SigningKey
from hub.db import Database, open_database, upgrade
from hub.fleet.kiosks import add_kiosk
from hub.outgoing import Outgoing
from hub.roster.changes import note_people
from hub.roster.delivery import RosterDelivery
from hub.roster.models import EnrolmentFrame, Template
from hub.schedule.models import Holiday, ShiftDay

PEOPLE, TEMPLATES, UNITS = 1_000, 5, 20
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
_ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
_DEVICE = "kiosk-1"


@dataclass(frozen=True, slots=True)
class Step:
    """What one look of the delivery came to."""

    what: str
    seconds: float
    parts: int
    payload_bytes: int


def _fill(database: Database) -> None:
    office = InventedOffice(database, at=START)
    dice = np.random.default_rng(1)
    policies = ("jember-5", "jember-6", "jember-5")
    units = [
        office.unit(f"Unit {number}", timezone=_ZONES[number % 3], policy=policies[number % 3])
        for number in range(UNITS)
    ]
    people = [office.employee(f"Person {number}", unit=units[number % UNITS]) for number in range(PEOPLE)]
    for person in people:
        office.enrol(person, frames=TEMPLATES, at=START)
    with database.write() as session:
        frames = session.query(EnrolmentFrame.id, EnrolmentFrame.employee_id).all()
        vectors = dice.normal(size=(len(frames), 128)).astype("<f4")
        session.execute(
            insert(Template),
            [
                {
                    "frame_id": frame,
                    "employee_id": person,
                    "pack": "builtin",
                    "embedding": (vector / np.linalg.norm(vector)).tobytes(),
                    "made_at": START,
                }
                for (frame, person), vector in zip(frames, vectors, strict=True)
            ],
        )
        session.add(
            Holiday(day=date(2026, 11, 10), name="Libur", kind="libur", decree="SKB", set_by="bkpp", set_at=START)
        )
        session.execute(
            insert(ShiftDay),
            [
                {
                    "employee_id": person,
                    "work_date": date(2026, 11, 1) + timedelta(days=day),
                    "code": "P",
                    "hours": {"in": "07:00", "out": "14:00"} if (day + number) % 3 else None,
                    "set_by": "bkpp",
                    "set_at": START,
                }
                for number, person in enumerate(people[:50])
                for day in range(30)
            ],
        )
        note_people(session.connection(), people, now=START)


def _hear(database: Database, roster: int, at: datetime) -> None:
    office = InventedOffice(database, at=at)
    with database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM latest_heartbeat")
    office.heartbeat(_DEVICE, at, roster=roster)


def measure(folder: Path) -> list[Step]:
    """The first roster, the next look with nothing new, and the look on the next day."""
    steps = []
    now = START
    with open_database(f"sqlite:///{folder / 'hub.db'}") as database:
        upgrade(database)
        _fill(database)
        add_kiosk(database, _DEVICE, SigningKey.generate().verify_key.text)
        delivery = RosterDelivery(database=database, hub_key=SigningKey.generate(), now=lambda: now)

        def look(what: str) -> None:
            begun = time.perf_counter()
            sent: list[Outgoing] = delivery.due()
            steps.append(
                Step(what, time.perf_counter() - begun, len(sent), sum(len(message.payload) for message in sent))
            )
            with database.read() as session:
                held = session.connection().exec_driver_sql("SELECT roster_sent FROM kiosk").scalar_one()
            _hear(database, held, now)

        _hear(database, 0, now)
        look("whole roster")
        look("nothing new")
        now = START + timedelta(days=1)
        look("next day")
        look("nothing new")
    return steps


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for step in measure(Path(folder)):
            print(f"{step.what:14} {step.seconds * 1000:8.1f} ms  {step.parts:3} parts  {step.payload_bytes:9,} bytes")


if __name__ == "__main__":
    main()
