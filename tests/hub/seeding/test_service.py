"""PINs of invented people, and how people were served at invented kiosks."""

from __future__ import annotations

from sqlalchemy import select

from contract.pin import pin_matches
from hub.fleet.models import Kiosk
from hub.fleet.overview import kiosk_statuses
from hub.fleet.service import list_service
from hub.roster.fallback_models import FallbackPin
from hub.roster.models import Employee, Unit
from hub.roster.operators import list_operators
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
    assert len(town.seeded.pins) == 3
    assert len(hashed) == 3 + len(town.seeded.operators)
    assert all(pin_matches(told.pin, hashed[told.name]) for told in town.seeded.pins)


def test_every_unit_with_a_kiosk_has_an_operator_with_the_pin_that_is_told(town: Town) -> None:
    told = {(each.unit, each.name): each.pin for each in town.seeded.operators}
    lines = list_operators(town.database)
    assert {(line.unit, line.name) for line in lines} == set(told)
    assert all(line.has_pin for line in lines)
    with town.database.read() as session:
        units = session.scalars(select(Unit.name).join(Kiosk, Kiosk.unit_id == Unit.id).distinct())
        assert set(units) == {unit for unit, _ in told}
        hashed = select(FallbackPin.hashed).where(FallbackPin.employee_id == lines[0].employee_id)
        assert pin_matches(told[lines[0].unit, lines[0].name], session.scalars(hashed).one())


def test_figures_of_service_add_up(town: Town) -> None:
    lines = list_service(town.database)
    assert {line.device for line in lines} == {status.device for status in kiosk_statuses(town.database)}
    for line in lines:
        assert line.recorded + line.refused == line.visits
        assert line.first_try + line.challenged + line.fallback <= line.recorded
        assert line.first_try_pct is not None
    assert all(status.service is not None for status in kiosk_statuses(town.database))
