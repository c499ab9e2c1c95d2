"""Who may enrol at which kiosks, and what rosters say of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contract.errors import BadInputError
from contract.sealing import OpeningKey
from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster import delivery
from hub.roster.approval import approve
from hub.roster.changes import current_revision
from hub.roster.enrol_key import offer_enrol_key, replace_enrol_key
from hub.roster.fallback import set_pin
from hub.roster.operators import add_operator, end_operator, list_operators, operators_of
from hub.roster.terms import set_employment
from tests.factories.journals import SettableClock
from tests.factories.people import add_employee, add_unit

TODAY = date(2026, 11, 2)


def operators(kiosk: Any) -> set[str]:
    return {person.person for person in kiosk.known.values() if person.operator}


def test_operator_of_a_unit_is_one_at_its_kiosks_and_below_and_nowhere_else(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    top = add_unit(database, "Dinas")
    below, beside = add_unit(database, "Bidang", parent_id=top), add_unit(database, "Kecamatan")
    for person in ("siti", "budi", "tono"):
        add_employee(database, person, unit=below)
    kiosk.register(unit_id=below)
    kiosk.update()
    assert operators(kiosk) == set()
    for person, unit in (("siti", below), ("budi", top), ("tono", beside)):
        add_operator(database, person, unit, first=TODAY, by="bkpp", now=clock())
    [part] = kiosk.update()
    assert part.base is not None
    assert operators(kiosk) == {"siti", "budi"}
    end_operator(database, "budi", top, by="bkpp", now=clock())
    kiosk.update()
    assert operators(kiosk) == {"siti"}


def test_operator_begins_and_ends_with_the_dates_and_with_the_employment(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "siti", unit=unit)
    add_employee(database, "budi", unit=unit)
    add_operator(database, "siti", unit, first=date(2026, 11, 3), last=date(2026, 11, 4), by="bkpp", now=clock())
    add_operator(database, "budi", unit, first=TODAY, by="bkpp", now=clock())
    kiosk.register(unit_id=unit)
    seen = []
    for _ in range(4):
        kiosk.update()
        seen.append(operators(kiosk))
        clock.advance(86_400)
    assert seen == [{"budi"}, {"siti", "budi"}, {"siti", "budi"}, {"budi"}]
    set_employment(database, "budi", first=None, last=date(2026, 11, 5), by="bkpp", now=clock())
    kiosk.update()
    assert "budi" not in kiosk.known


def test_operator_is_on_record_with_who_entered_and_ended_it(database: Database, clock: SettableClock) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "siti", unit=unit)
    assert not add_operator(database, "siti", unit, first=TODAY, by="bkpp", now=clock())
    with pytest.raises(EnrolmentError, match="already"):
        add_operator(database, "siti", unit, first=TODAY + timedelta(days=9), by="bkpp", now=clock())
    with pytest.raises(EnrolmentError, match="before it begins"):
        add_operator(database, "siti", unit, first=TODAY, last=date(2026, 11, 1), by="bkpp", now=clock())
    assert [line.has_pin for line in list_operators(database)] == [False]
    set_pin(database, "siti", "402851", by="bkpp", now=clock())
    assert [line.has_pin for line in list_operators(database)] == [True]
    assert end_operator(database, "siti", unit, by="kepala", now=clock()) == 1
    with pytest.raises(EnrolmentError, match="no operator"):
        end_operator(database, "siti", unit, by="kepala", now=clock())
    assert list_operators(database) == []
    [line] = list_operators(database, ended=True)
    assert (line.set_by, line.withdrawn_by, line.withdrawn_at) == ("bkpp", "kepala", clock())
    with database.read() as session:
        assert operators_of(session.connection(), unit, TODAY) == set()
        assert operators_of(session.connection(), unit, TODAY, at=clock() - timedelta(seconds=1)) == {"siti"}
    with pytest.raises(BadInputError):
        add_operator(database, "siti", unit, first=TODAY, by=" ", now=clock())


def test_people_without_templates_are_named_until_they_have_some(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    unit = add_unit(database, "Dinas")
    add_employee(database, "siti", unit=unit)
    add_employee(database, "tono", unit=unit, frames=0)
    add_employee(database, "stranger", unit=add_unit(database, "Kecamatan"), frames=0)
    kiosk.register(unit_id=unit)
    kiosk.update()
    assert (kiosk.people, kiosk.named) == ({"siti": 1}, {"tono"})
    assert kiosk.known["tono"].name == "Tono"
    assert (kiosk.known["tono"].embeddings, kiosk.known["tono"].hours) == (b"", "")
    add_employee(database, "rina", unit=unit, state="proposed")
    [part] = kiosk.update()
    assert [(person.person, person.count) for person in part.people] == [("rina", 0)]
    approve(database, ["rina"], by="u", now=clock())
    kiosk.update()
    assert (kiosk.people, kiosk.named) == ({"siti": 1, "rina": 1}, {"tono"})
    set_employment(database, "tono", first=None, last=date(2026, 11, 1), by="bkpp", now=clock())
    [part] = kiosk.update()
    assert part.removed == ("tono",)
    assert kiosk.named == set()


def test_so_many_names_travel_and_the_next_follow_when_some_are_enrolled(
    database: Database, kiosk: Any, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_NAMES", 4)
    unit = add_unit(database, "Dinas")
    for number in range(8):
        add_employee(database, f"p{number}", unit=unit, frames=0)
    add_employee(database, "siti", unit=unit)
    kiosk.register(unit_id=unit)
    kiosk.update()
    assert kiosk.named == {"p0", "p1", "p2", "p3"}

    def leave(*people: str) -> None:
        for person in people:
            set_employment(database, person, first=None, last=date(2026, 11, 1), by="bkpp", now=clock())
        parts = kiosk.update()
        assert {part.base is None for part in parts} == {False}

    leave("p1", "p2")
    assert kiosk.named == {"p0", "p3", "p4", "p5"}
    leave("p7")
    assert kiosk.named == {"p0", "p3", "p4", "p5"}
    for person in ("p1", "p2"):
        set_employment(database, person, first=None, last=None, by="bkpp", now=clock())
    kiosk.update()
    assert kiosk.named == {"p0", "p1", "p2", "p3"}
    leave("p0", "p1", "p2", "p3", "p4")
    assert kiosk.named == {"p5", "p6"}
    assert kiosk.people == {"siti": 1}


def test_names_travel_many_to_a_part(database: Database, kiosk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "NAMES_PER_PART", 100)
    for number in range(120):
        add_employee(database, f"person-{number:03d}", frames=0)
    add_employee(database, "siti")
    kiosk.register()
    assert [len(part.people) for part in kiosk.update()] == [99, 22]


def test_key_of_the_hub_reaches_every_kiosk_in_one_step(database: Database, kiosk: Any, clock: SettableClock) -> None:
    first, second = OpeningKey.generate().seal_key.text, OpeningKey.generate().seal_key.text
    add_employee(database, "siti")
    kiosk.register()
    [part] = kiosk.update()
    assert part.policy.enrol_key == ""
    assert offer_enrol_key(database, first, by="hub", now=clock())
    [part] = kiosk.update()
    assert (part.base is None, part.people, part.policy.enrol_key) == (False, (), first)
    with database.read() as session:
        revision = current_revision(session.connection())
    assert offer_enrol_key(database, first, by="hub", now=clock())
    assert not offer_enrol_key(database, second, by="hub", now=clock())
    with database.read() as session:
        assert current_revision(session.connection()) == revision
    replace_enrol_key(database, second, by="bkpp", now=clock())
    with pytest.raises(EnrolmentError, match="already"):
        replace_enrol_key(database, second, by="bkpp", now=clock())
    [part] = kiosk.update()
    assert part.policy.enrol_key == second
