"""PINs and cards: who may set them, what is kept of them, and how they reach the kiosks."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from contract.errors import BadInputError
from contract.pin import check_pin, hash_card, pin_matches
from contract.roster import MAX_CARDS
from hub.db import Database
from hub.errors import EnrolmentError, FleetError
from hub.fleet.kiosks import PolicyChange, change_policy
from hub.roster.changes import current_revision
from hub.roster.fallback import (
    add_card,
    clear_pin,
    generate_pin,
    list_cards,
    list_pins,
    remove_card,
    set_pin,
)
from hub.roster.fallback_models import FallbackPin
from tests.factories.journals import NOON
from tests.factories.people import add_employee

PIN, OTHER = "402917", "593014"


@pytest.fixture
def staff(database: Database) -> Database:
    for person in ("person-1", "person-2"):
        add_employee(database, person)
    return database


def give(database: Database, pin: str = PIN, person: str = "person-1") -> None:
    set_pin(database, person, pin, by="siti", now=NOON)


def card(database: Database, number: str, person: str = "person-1") -> None:
    add_card(database, person, number, by="siti", now=NOON)


def test_pin_and_cards_travel_hashed_to_kiosks_where_the_person_is(staff: Database, kiosk: Any) -> None:
    kiosk.register()
    kiosk.update()
    give(staff)
    card(staff, "04 A2 3F 9C")
    card(staff, "04A23F9D")
    [part] = kiosk.update()
    assert part.base is not None
    [person] = part.people
    assert person.person == "person-1"
    assert pin_matches(PIN, person.pin)
    assert person.cards == (hash_card("04A23F9C"), hash_card("04A23F9D"))


def test_kiosk_forgets_what_was_cleared(staff: Database, kiosk: Any) -> None:
    give(staff)
    card(staff, "04A23F9C")
    kiosk.register()
    kiosk.update()
    clear_pin(staff, "person-1", by="siti", now=NOON)
    assert remove_card(staff, "person-1", "3f9c", by="siti", now=NOON) == "3F9C"
    [part] = kiosk.update()
    assert [(each.person, each.pin, each.cards) for each in part.people] == [("person-1", "", ())]


def test_history_keeps_who_and_when_and_no_hash_of_an_old_pin(staff: Database) -> None:
    give(staff)
    set_pin(staff, "person-1", OTHER, by="budi", now=NOON)
    with staff.read() as session:
        old, new = session.scalars(select(FallbackPin).order_by(FallbackPin.id)).all()
    assert (old.hashed, old.set_by, old.ended_by) == ("", "siti", "budi")
    assert pin_matches(OTHER, new.hashed)
    assert [(line.name, line.set_by) for line in list_pins(staff)] == [("Person-1", "budi")]
    clear_pin(staff, "person-1", by="siti", now=NOON)
    assert list_pins(staff) == []
    with pytest.raises(EnrolmentError, match="no PIN"):
        clear_pin(staff, "person-1", by="siti", now=NOON)


def test_easy_pin_is_refused_and_changes_nothing(staff: Database) -> None:
    give(staff)
    with staff.read() as session:
        before = current_revision(session.connection())
    for pin in ("123456", "12345", "000000"):
        with pytest.raises(BadInputError):
            give(staff, pin)
    with staff.read() as session:
        assert current_revision(session.connection()) == before


def test_drawn_pins_are_good_ones_and_differ() -> None:
    drawn = [generate_pin() for _ in range(200)]
    assert [check_pin(pin) for pin in drawn] == drawn
    assert len(set(drawn)) > 190


def test_card_is_one_persons_at_a_time(staff: Database) -> None:
    card(staff, "04A23F9C")
    with pytest.raises(EnrolmentError, match="Person-1's already"):
        card(staff, "04 a2 3f 9c", "person-2")
    remove_card(staff, "person-1", "04A23F9C", by="siti", now=NOON)
    card(staff, "04A23F9C", "person-2")
    assert [(line.employee_id, line.removed_by) for line in list_cards(staff, removed=True)] == [
        ("person-1", "siti"),
        ("person-2", None),
    ]
    assert [line.ending for line in list_cards(staff, "person-2")] == ["3F9C"]
    assert list_cards(staff, "person-1") == []


def test_cards_that_end_alike_want_the_whole_number(staff: Database) -> None:
    card(staff, "AAAA3F9C")
    card(staff, "BBBB3F9C")
    with pytest.raises(EnrolmentError, match="2 cards like that"):
        remove_card(staff, "person-1", "3F9C", by="siti", now=NOON)
    remove_card(staff, "person-1", "BBBB3F9C", by="siti", now=NOON)
    remove_card(staff, "person-1", "3F9C", by="siti", now=NOON)
    with pytest.raises(EnrolmentError, match="no cards like that"):
        remove_card(staff, "person-1", "3F9C", by="siti", now=NOON)


def test_nobody_has_more_cards_than_a_roster_carries(staff: Database) -> None:
    for number in range(MAX_CARDS):
        card(staff, f"CARD{number:04}")
    with pytest.raises(EnrolmentError, match="nobody may have more"):
        card(staff, "CARD9999")


def test_policy_says_what_helps_when_the_face_fails(staff: Database, kiosk: Any) -> None:
    kiosk.register(liveness="active", message="Halo")
    kiosk.update()
    after = change_policy(staff, "kiosk-1", PolicyChange(choose=True, fallback=("card", "pin", "pin")))
    assert (after.liveness, after.message, after.choose, after.fallback) == ("active", "Halo", True, ("pin", "card"))
    [part] = kiosk.update()
    assert (part.policy.choose, part.policy.fallback, part.policy.message) == (True, ("pin", "card"), "Halo")
    assert part.people == ()
    change_policy(staff, "kiosk-1", PolicyChange(fallback=()))
    [part] = kiosk.update()
    assert (part.policy.choose, part.policy.fallback) == (True, ())


def test_policy_of_no_kiosk_and_too_long_a_message_are_refused(staff: Database, kiosk: Any) -> None:
    kiosk.register()
    with pytest.raises(FleetError, match="no kiosk"):
        change_policy(staff, "kiosk-9", PolicyChange(choose=True))
    with pytest.raises(FleetError, match="at most"):
        change_policy(staff, "kiosk-1", PolicyChange(message="x" * 501))
