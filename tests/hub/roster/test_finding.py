"""People and units are found by what somebody writes, and nobody is taken for somebody else."""

from __future__ import annotations

import pytest

from contract.errors import BadInputError
from hub.db import Database
from hub.roster.finding import find_person, find_unit_id
from tests.factories.people import add_employee, add_unit

NIP = "198501012010011001"


@pytest.fixture
def units(database: Database) -> tuple[int, int]:
    here, there = add_unit(database, "Dinas Kesehatan"), add_unit(database, "Dinas Pendidikan")
    add_employee(database, "rina", name="Rina Wulandari", nip=NIP, unit=here, frames=0)
    add_employee(database, "budi-1", name="Budi", unit=here, frames=0)
    add_employee(database, "budi-2", name="Budi", unit=there, frames=0)
    return here, there


@pytest.mark.parametrize(
    "text", ["rina", NIP, "19850101 201001 1 001", "Rina Wulandari", "RINA  wulandari", " Rina Wulandari "]
)
def test_person_is_found_by_id_number_and_name(database: Database, units: tuple[int, int], text: str) -> None:
    with database.read() as session:
        assert find_person(session, text) == "rina"


def test_two_people_of_one_name_are_listed_with_their_units(database: Database, units: tuple[int, int]) -> None:
    with database.read() as session, pytest.raises(BadInputError, match="2 employees 'Budi'") as caught:
        find_person(session, "Budi")
    assert "budi-1 in Dinas Kesehatan; budi-2 in Dinas Pendidikan" in str(caught.value)


def test_person_is_looked_for_among_the_given_ones_only(database: Database, units: tuple[int, int]) -> None:
    with database.read() as session:
        assert find_person(session, "budi", among={"rina", "budi-2"}) == "budi-2"
        with pytest.raises(BadInputError, match="in this unit"):
            find_person(session, "Rina Wulandari", among={"budi-1"})


def test_nobody_is_found_by_half_a_name(database: Database, units: tuple[int, int]) -> None:
    for text in ("Rina", "", "%", NIP[:17]):
        with database.read() as session, pytest.raises(BadInputError, match="There is no employee"):
            find_person(session, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("19850101 201001 1 00", "17 digits instead of 18"),
        ("198513012010011001", "no date of birth"),
        ("198501012010011002", "`presensi hub employees` shows them"),
    ],
)
def test_number_that_nobody_can_have_is_explained(
    database: Database, units: tuple[int, int], text: str, words: str
) -> None:
    with database.read() as session, pytest.raises(BadInputError, match="There is no employee") as caught:
        find_person(session, text)
    assert words in str(caught.value)


def test_unit_is_found_by_name_and_by_number(database: Database, units: tuple[int, int]) -> None:
    with database.read() as session:
        assert find_unit_id(session, "Dinas Kesehatan") == units[0]
        assert find_unit_id(session, "dinas  PENDIDIKAN") == units[1]
        assert find_unit_id(session, str(units[1])) == units[1]
        for text in ("Dinas", "", "999", "9" * 30):
            with pytest.raises(BadInputError, match="There is no unit"):
                find_unit_id(session, text)
