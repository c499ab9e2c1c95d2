"""PINs of invented people, and how people were served at invented kiosks."""

from __future__ import annotations

from sqlalchemy import select

from contract.pin import pin_matches
from hub.fleet.models import Kiosk
from hub.fleet.overview import kiosk_statuses
from hub.fleet.service import list_service
from hub.roster.fallback_models import FallbackPin
from hub.roster.models import Employee
from tests.hub.seeding.conftest import Town


def test_a_few_people_have_the_pins_that_are_told(town: Town) -> None:
    with town.database.read() as session:
        hashed = {
            name: pin.hashed
            for pin, name in session.execute(
                select(FallbackPin, Employee.name).join(Employee, Employee.id == FallbackPin.employee_id)
            )
        }
        assert len(session.scalars(select(Kiosk).where(Kiosk.choose.is_(True))).all()) == 2
    assert len(town.seeded.pins) == len(hashed) == 3
    assert all(pin_matches(told.pin, hashed[told.name]) for told in town.seeded.pins)


def test_figures_of_service_add_up(town: Town) -> None:
    lines = list_service(town.database)
    assert {line.device for line in lines} == {status.device for status in kiosk_statuses(town.database)}
    for line in lines:
        assert line.recorded + line.refused == line.visits
        assert line.first_try + line.challenged + line.fallback <= line.recorded
        assert line.first_try_pct is not None
    assert all(status.service is not None for status in kiosk_statuses(town.database))
