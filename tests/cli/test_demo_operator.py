"""The demo's operator: the first who is enrolled, with a PIN that is printed, and a second person all the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from cli.demo_operator import DemoOperator
from contract.pin import pin_matches
from hub.db import Database
from hub.roster.fallback_models import FallbackPin
from hub.roster.operators import list_operators


def test_first_who_is_enrolled_is_the_operator_and_gets_another_pin_next_time(hub_database: Database) -> None:
    office = InventedOffice(hub_database, at=datetime(2026, 11, 1, tzinfo=UTC))
    unit = office.unit("Kantor Contoh")
    siti, budi = (office.employee(name, unit=unit) for name in ("Siti", "Budi"))
    said: list[str] = []

    def begin() -> DemoOperator:
        return DemoOperator(
            hub_database, "Kantor Contoh", "http://hub/persetujuan", by="demo operator", say=said.append
        )

    demo = begin()
    demo.name(siti, "Siti")
    demo.name(budi, "Budi")
    [sentence] = said
    assert "Siti" in sentence
    assert sentence.endswith("waits for a second person: http://hub/persetujuan")
    begin().name(siti, "Siti")
    assert [line.name for line in list_operators(hub_database)] == ["Siti"]
    pin = re.findall(r"PIN (\d{6})", said[-1])[0]
    with hub_database.read() as session:
        assert pin_matches(pin, session.scalars(select(FallbackPin.hashed).where(FallbackPin.ended_at.is_(None))).one())
