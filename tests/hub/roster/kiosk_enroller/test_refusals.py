"""Enrolments from a kiosk that are refused, and by whom they may not be approved."""

from __future__ import annotations

from datetime import date

import pytest

from hub.access.accounts import add_account, link_account
from hub.access.roles import Role
from hub.errors import EnrolmentError
from hub.fleet.kiosks import revoke_kiosk
from hub.roster.approval import approve, people_tied_to, refuse
from hub.roster.kiosk_enrolment_models import SealedPart
from hub.roster.operators import add_operator, end_operator
from hub.roster.terms import set_employment
from tests.factories.journals import NOON, SettableClock
from tests.factories.people import add_employee, add_unit

from .conftest import TODAY, Registry, refused

# What is refused ------------------------------------------------------------------------------------------------------


def test_face_that_is_enrolled_under_another_name_is_refused_with_that_name(registry: Registry) -> None:
    registry.enrol(person=None, name="Rina Wulandari")
    reason = refused(registry.enrol((1, 5), (1, 6)))
    assert "sudah terdaftar sebagai Rina Wulandari (Dinas)" in reason
    assert "--allow" not in reason
    assert [person.name for person in registry.waiting()] == ["Rina Wulandari"]
    assert len(registry.files()) == 3


def test_pictures_of_several_people_and_of_nobody_are_refused(registry: Registry) -> None:
    assert "do not show one person" in refused(registry.enrol((1, 0), (1, 1), (2, 0), (2, 1)))
    assert "Tidak ada wajah" in refused(registry.enrol((0, 0), (0, 1)))
    assert (registry.files(), registry.waiting(), registry.count(SealedPart)) == ([], [], 0)


def test_nobody_enrols_themself(registry: Registry) -> None:
    assert "enrols themself" in refused(registry.enrol(person="siti"))


def test_only_operators_of_the_kiosk_enrol_and_only_its_people(registry: Registry) -> None:
    add_employee(registry.database, "budi", unit=registry.unit)
    stranger = add_employee(registry.database, "stranger", unit=add_unit(registry.database, "Kecamatan"))
    assert "no operator" in refused(registry.enrol(operator="budi"))
    assert "no operator" in refused(registry.enrol(operator="nobody"))
    assert "does not know" in refused(registry.enrol(person="nobody"))
    assert "does not belong" in refused(registry.enrol(person=stranger))


def test_operator_whom_the_kiosk_does_not_know_enrols_nobody(registry: Registry) -> None:
    add_employee(registry.database, "budi", unit=add_unit(registry.database, "Kecamatan"))
    add_operator(registry.database, "budi", registry.unit, first=date(2026, 1, 1), by="bkpp", now=registry.clock())
    assert "no operator" in refused(registry.enrol(operator="budi"))


def test_operator_counts_as_of_the_day_on_which_the_pictures_were_taken(
    registry: Registry, clock: SettableClock
) -> None:
    late = registry.send(person=None, name="Rina", taken_at=NOON)
    end_operator(registry.database, "siti", registry.unit, by="bkpp", now=clock())
    set_employment(registry.database, "siti", first=None, last=TODAY, by="bkpp", now=clock())
    clock.advance(86_400 * 3)
    registry.settle()
    assert registry.standing(late).outcome == "waiting"
    reason = refused(registry.enrol((2, 0), taken_at=clock()))
    assert "2026-11-05" in reason


def test_kiosk_that_was_revoked_meanwhile_enrols_nobody(registry: Registry) -> None:
    sent = registry.send()
    revoke_kiosk(registry.database, "kiosk-1")
    registry.settle()
    assert "revoked" in refused(registry.standing(sent))


def test_two_enrolments_of_one_newcomer_become_one_person(registry: Registry) -> None:
    first, second = (registry.send(((1, base), (1, base + 1)), person=None, name="Rina") for base in (0, 2))
    registry.settle()
    assert registry.standing(first).outcome == "waiting"
    assert "sudah terdaftar sebagai Rina" in refused(registry.standing(second))


def test_namesake_in_the_unit_is_told_to_whoever_approves(registry: Registry) -> None:
    registry.enrol(person=None, name="tono hadi")
    assert registry.waiting()[0].kiosk[0].namesake


# The second person ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    ["Siti Rahma, S.E.", "siti rahma", "siti.rahma", "SITI", "Tono Hadi", "tono-hadi"],
)
def test_neither_the_operator_nor_the_person_approves_under_any_known_spelling(registry: Registry, by: str) -> None:
    registry.enrol()
    assert people_tied_to(registry.database, registry.waiting(), by) == {"tono"}
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, ["tono"], by=by, now=registry.clock())
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, None, by=by, now=registry.clock())
    assert registry.waiting()[0].photos == 3


def test_account_that_is_linked_to_the_operator_approves_nothing_of_theirs(registry: Registry) -> None:
    for name in ("petugas1", "siti"):
        add_account(registry.database, username=name, password="kopi-tubruk-manis", role=Role.OPERATOR)
    add_employee(registry.database, "another", unit=registry.unit)
    link_account(registry.database, "petugas1", "siti")
    link_account(registry.database, "siti", "another")
    registry.enrol()
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, ["tono"], by="Petugas1", now=registry.clock())
    # Another Siti, as her account says.
    assert approve(registry.database, ["tono"], by="siti", now=registry.clock())[0].photos == 3


def test_operator_may_take_it_back(registry: Registry) -> None:
    sent = registry.send()
    registry.settle()
    refuse(registry.database, "tono", by="siti rahma", reason="salah orang", now=registry.clock())
    assert registry.standing(sent).outcome == "refused"
