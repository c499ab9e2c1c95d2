"""Puts people, units and kiosks into a database."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import numpy as np

from contract.signing import VerifyKey
from hub.db import Database
from hub.fleet.models import Kiosk
from hub.roster.changes import note_person
from hub.roster.models import Employee, EnrolmentFrame, Membership, Template, Unit
from tests.factories.journals import NOON


def add_kiosk_row(database: Database, device: str, key: VerifyKey, **changes: Any) -> None:
    fields = {"device": device, "public_key": key.text, "demo": False, "added_at": NOON}
    with database.write() as session:
        session.add(Kiosk(**(fields | changes)))


def add_unit(database: Database, name: str = "Kantor", **changes: Any) -> int:
    with database.write() as session:
        unit = Unit(name=name, created_at=NOON, **changes)
        session.add(unit)
        session.flush()
        return unit.id


def add_employee(
    database: Database,
    person: str,
    *,
    unit: int | None = None,
    frames: int = 1,
    pack: str = "builtin",
    valid_from: date | None = None,
    state: str = "approved",
    **changes: Any,
) -> str:
    """A person with `frames` templates, noted as a change of the roster."""
    with database.write() as session:
        session.add(
            Employee(**({"id": person, "name": person.title(), "created_at": NOON, "created_by": "t"} | changes))
        )
        session.flush()
        if unit is not None:
            session.add(Membership(employee_id=person, unit_id=unit, valid_from=valid_from, set_by="t", set_at=NOON))
        for _ in range(frames):
            frame = EnrolmentFrame(
                employee_id=person,
                sha256=uuid.uuid4().hex * 2,
                file="x.jpg",
                origin="folder",
                origin_name="x.jpg",
                state=state,
                added_by="t",
                added_at=NOON,
                approved_by="u" if state == "approved" else None,
                approved_at=NOON if state == "approved" else None,
            )
            session.add(frame)
            session.flush()
            session.add(Template(frame_id=frame.id, employee_id=person, pack=pack, embedding=embedding(), made_at=NOON))
        note_person(session.connection(), person, now=NOON)
    return person


def embedding(seed: int | None = None, length: int = 128) -> bytes:
    vector = np.random.default_rng(seed).normal(size=length).astype("<f4")
    return bytes((vector / np.linalg.norm(vector)).astype("<f4").tobytes())
