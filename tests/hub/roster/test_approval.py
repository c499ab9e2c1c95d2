"""Two people before a template counts: proposing, approving, refusing, and what the database itself refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from contract.errors import BadInputError
from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.approval import Approval, approve, list_waiting, refuse
from hub.roster.changes import current_revision
from hub.roster.enrolment import Enrolment
from hub.roster.gallery import load_people
from hub.roster.models import EnrolmentFrame
from hub.roster.officers import ONE_PERSON, is_same_officer, officer_name
from tests.factories.journals import SettableClock
from tests.factories.people import add_employee, add_unit

TODAY = date(2026, 11, 2)


@pytest.fixture
def enrol(database: Database, tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Enrol one person with so many frames, and return the id."""

    def embed(_pack: object, picture: Any) -> Any:
        vector = np.zeros(128, np.float32)
        vector[int(picture.mean()) % 128] = 1
        return SimpleNamespace(embedding=vector, quality=None)

    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed)

    def call(name: str, *shades: int, author: str = "siti", approved_by: str | None = None) -> Any:
        pack: Any = SimpleNamespace(name="builtin", curve=None)
        enrolment = Enrolment(
            database=database,
            data_folder=tmp_path,
            pack=pack,
            author=author,
            approved_by=approved_by,
            now=clock,
        )
        [person] = enrolment.enrol_frames(name, [np.full((8, 8, 3), shade, np.uint8) for shade in shades]).people
        return person

    return call


def counting(database: Database) -> dict[str, int]:
    """Name and number of the templates that kiosks would get."""
    with database.read() as session:
        people = set(session.scalars(select(EnrolmentFrame.employee_id)))
        return {person.name: person.count for person in load_people(session.connection(), people, "builtin")}


def revision(database: Database) -> int:
    with database.read() as session:
        return current_revision(session.connection())


# Proposing ------------------------------------------------------------------------------------------------------------


def test_enrolled_person_counts_only_after_a_second_person_has_approved(
    database: Database, enrol: Any, clock: SettableClock
) -> None:
    rina = enrol("Rina", 1, 1 + 128)
    assert (rina.added, rina.total, rina.waiting) == (2, 2, 2)
    assert counting(database) == {}
    [waiting] = list_waiting(database, TODAY)
    assert (waiting.name, waiting.unit, waiting.photos, waiting.counting, waiting.approved, waiting.added_by) == (
        *("Rina", "Kantor", 2, 0, 0),
        ("siti",),
    )
    before = revision(database)
    assert approve(database, [rina.person_id], by="budi", now=clock()) == [Approval(rina.person_id, "Rina", 2, 0)]
    assert counting(database) == {"Rina": 2}
    assert revision(database) > before, "kiosks must hear of it"
    assert list_waiting(database, TODAY) == []


def test_two_people_who_stand_together_enrol_at_once(database: Database, enrol: Any) -> None:
    assert enrol("Rina", 1, author="siti", approved_by="budi").waiting == 0
    assert counting(database) == {"Rina": 1}


@pytest.mark.parametrize("second", ["siti", "SITI", " Siti ", "s iti"])
def test_one_person_cannot_do_both(database: Database, enrol: Any, clock: SettableClock, second: str) -> None:
    with pytest.raises(EnrolmentError, match="a second person approves"):
        enrol("Rina", 1, author="siti", approved_by=second)
    rina = enrol("Rina", 1, author="siti")
    with pytest.raises(EnrolmentError, match=r"enrolled by siti; somebody else"):
        approve(database, [rina.person_id], by=second, now=clock())
    assert counting(database) == {}


def test_photos_proposed_earlier_are_approved_when_two_people_enrol_them_again(database: Database, enrol: Any) -> None:
    enrol("Rina", 1, author="siti")
    enrol("Wati", 2, author="budi")
    assert enrol("Rina", 1, author="siti", approved_by="budi").waiting == 0
    # Whoever approves today had added this one: now the other one of the two answers for it.
    assert enrol("Wati", 2, author="siti", approved_by="budi").waiting == 0
    with database.read() as session:
        pairs = {(frame.added_by, frame.approved_by) for frame in session.scalars(select(EnrolmentFrame))}
    assert pairs == {("siti", "budi"), ("budi", "siti")}


def test_new_photos_of_a_known_person_wait_while_the_old_ones_count(database: Database, enrol: Any) -> None:
    enrol("Rina", 1, author="siti", approved_by="budi")
    before = revision(database)
    assert enrol("Rina", 1, 1 + 128, author="siti").waiting == 1
    assert counting(database) == {"Rina": 1}
    assert revision(database) == before, "nothing that a kiosk should hear of"
    [waiting] = list_waiting(database, TODAY)
    assert (waiting.photos, waiting.approved) == (1, 1)


def test_proposal_of_somebody_else_keeps_its_author(database: Database, enrol: Any, clock: SettableClock) -> None:
    """Who enrols a photo once more must not become its author, for then the first author could approve it."""
    rina = enrol("Rina", 1, author="siti")
    enrol("Rina", 1, author="budi")
    with pytest.raises(EnrolmentError, match="enrolled by siti"):
        approve(database, [rina.person_id], by="siti", now=clock())


# Approving ------------------------------------------------------------------------------------------------------------


def test_everybody_is_approved_but_those_whom_the_approver_enrolled(
    database: Database, enrol: Any, clock: SettableClock
) -> None:
    enrol("Rina", 1, author="siti")
    enrol("Wati", 2, author="budi")
    enrol("Rina", 1 + 128, author="budi")
    done = approve(database, None, by="Budi", now=clock())
    assert [(each.name, each.photos, each.own) for each in done] == [("Rina", 1, 1), ("Wati", 0, 1)]
    assert counting(database) == {"Rina": 1}


def test_only_the_pictures_that_were_looked_at_are_approved(
    database: Database, enrol: Any, clock: SettableClock
) -> None:
    rina = enrol("Rina", 1)
    with database.read() as session:
        seen = list(session.scalars(select(EnrolmentFrame.id)))
    enrol("Rina", 1 + 128)
    assert approve(database, [rina.person_id], by="budi", now=clock(), frames=seen)[0].photos == 1
    assert counting(database) == {"Rina": 1}


def test_approving_what_does_not_wait_says_so_and_changes_nothing(
    database: Database, enrol: Any, clock: SettableClock
) -> None:
    rina, wati = enrol("Rina", 1), enrol("Wati", 2, approved_by="budi")
    with pytest.raises(EnrolmentError, match="Nothing of Wati waits"):
        approve(database, [rina.person_id, wati.person_id], by="agus", now=clock())
    assert counting(database) == {"Wati": 1}
    with pytest.raises(EnrolmentError, match="no employee 'nobody'"):
        approve(database, ["nobody"], by="agus", now=clock())
    approve(database, None, by="agus", now=clock())
    with pytest.raises(EnrolmentError, match="Nothing waits"):
        approve(database, None, by="agus", now=clock())
    with pytest.raises(BadInputError, match="cannot stand for a person"):
        approve(database, None, by=" ", now=clock())


def test_waiting_people_of_a_unit_are_listed(database: Database) -> None:
    unit, elsewhere = add_unit(database, "Dinas"), add_unit(database, "Kecamatan")
    add_employee(database, "rina", unit=unit, state="proposed", frames=2)
    add_employee(database, "wati", unit=elsewhere, state="proposed")
    add_employee(database, "tono", state="proposed")
    assert [(person.name, person.unit) for person in list_waiting(database, TODAY, unit)] == [("Rina", "Dinas")]
    assert [person.name for person in list_waiting(database, TODAY)] == ["Rina", "Tono", "Wati"]


# Refusing -------------------------------------------------------------------------------------------------------------


def test_refused_photos_count_nowhere_and_keep_the_reason(database: Database, enrol: Any, clock: SettableClock) -> None:
    rina = enrol("Rina", 1, 1 + 128)
    assert refuse(database, rina.person_id, by="budi", reason=" not  her photo ", now=clock()) == 2
    assert (counting(database), list_waiting(database, TODAY)) == ({}, [])
    with pytest.raises(EnrolmentError, match="Nothing of Rina waits"):
        refuse(database, rina.person_id, by="budi", reason="again", now=clock())
    with pytest.raises(EnrolmentError, match="Nothing of Rina waits"):
        approve(database, [rina.person_id], by="agus", now=clock())
    with database.read() as session:
        frame = session.scalars(select(EnrolmentFrame)).first()
    assert frame is not None
    assert (frame.state, frame.refused_by, frame.refused_because) == ("refused", "budi", "not her photo")


def test_refused_photo_that_is_proposed_again_waits_and_tells_of_the_refusal(
    database: Database, enrol: Any, clock: SettableClock
) -> None:
    rina = enrol("Rina", 1, author="siti")
    refuse(database, rina.person_id, by="budi", reason="not her photo", now=clock())
    assert enrol("Rina", 1, author="agus").waiting == 1
    [waiting] = list_waiting(database, TODAY)
    assert (waiting.added_by, waiting.refused_before) == (("agus",), "budi: not her photo")
    approve(database, [rina.person_id], by="siti", now=clock())
    assert counting(database) == {"Rina": 1}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_refusal_needs_a_reason(database: Database, enrol: Any, clock: SettableClock, reason: str) -> None:
    rina = enrol("Rina", 1)
    with pytest.raises(EnrolmentError, match="Say why"):
        refuse(database, rina.person_id, by="budi", reason=reason, now=clock())
    assert len(list_waiting(database, TODAY)) == 1


# Before two people were needed ----------------------------------------------------------------------------------------


@pytest.fixture
def old_person(database: Database) -> str:
    """Somebody whom one person enrolled and approved before migration 0002."""
    person = add_employee(database, "lama", frames=2)
    with database.write() as session:
        session.query(EnrolmentFrame).update({"approved_by": ONE_PERSON})
    return person


def test_person_approved_by_one_counts_and_waits_for_a_second(
    database: Database, old_person: str, clock: SettableClock
) -> None:
    assert counting(database) == {"Lama": 2}
    [waiting] = list_waiting(database, TODAY)
    assert (waiting.photos, waiting.counting) == (2, 2)
    approve(database, [old_person], by="budi", now=clock())
    assert (counting(database), list_waiting(database, TODAY)) == ({"Lama": 2}, [])


def test_person_approved_by_one_and_refused_by_a_second_leaves_the_kiosks(
    database: Database, old_person: str, clock: SettableClock
) -> None:
    before = revision(database)
    refuse(database, old_person, by="budi", reason="nobody knows him", now=clock())
    assert counting(database) == {}
    assert revision(database) > before


# What holds whoever writes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("approver", ["siti", "Siti", "S I T I", None])
def test_database_refuses_an_approval_by_the_author_or_by_nobody(
    database: Database, enrol: Any, approver: str | None
) -> None:
    enrol("Rina", 1, author="siti")
    with pytest.raises(IntegrityError), database.write() as session:
        session.query(EnrolmentFrame).update({"state": "approved", "approved_by": approver})
    assert counting(database) == {}


@pytest.mark.parametrize("text", ["", " ", "x" * 65, "a\nb\0", ONE_PERSON])
def test_what_is_no_name_stands_for_nobody(text: str) -> None:
    with pytest.raises(BadInputError, match="name of 1 to 64"):
        officer_name(text)


def test_neither_capitals_nor_spaces_make_another_person() -> None:
    assert officer_name("  Siti   Aminah ") == "Siti Aminah"
    assert is_same_officer("Siti Aminah", "SITIAMINAH")
    assert not is_same_officer("Siti Aminah", "Siti Aminan")
