"""What the digits of a NIP and of an NI PPPK say, and what is no number at all."""

from __future__ import annotations

from datetime import date

import pytest

from contract.errors import BadInputError
from hub.roster.nip import bare_nip, parse_nip, show_nip


def test_nip_of_a_civil_servant_is_read() -> None:
    nip = parse_nip("198501012010011001")
    assert (nip.kind, nip.born, nip.started_year, nip.started_month) == ("NIP", date(1985, 1, 1), 2010, 1)
    assert (nip.sex, nip.number, nip.contract) == ("L", 1, None)
    assert nip.grouped == "19850101 201001 1 001"


def test_number_of_a_contract_is_no_month() -> None:
    nip = parse_nip("199203142021212017")
    assert (nip.kind, nip.started_year, nip.started_month, nip.contract) == ("NI PPPK", 2021, None, "21")
    assert (nip.sex, nip.number) == ("P", 17)
    assert nip.grouped == "19920314 202121 2 017"


@pytest.mark.parametrize("text", ["19850101 201001 1 001", "19850101.201001.1.001", " 19850101-201001-1-001\n"])
def test_number_is_read_as_people_write_it(text: str) -> None:
    assert parse_nip(text).digits == bare_nip(text) == "198501012010011001"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has 18 digits"),
        ("19850101201001100", "17 digits instead of 18"),
        ("1985010120100110011", "19 digits instead of 18"),
        ("19850101201001100A", "nothing else but spaces"),
        ("١٩٨٥٠١٠١٢٠١٠٠١١٠٠١", "nothing else but spaces"),
        ("198513012010011001", "no date of birth"),
        ("198502302010011001", "no date of birth"),
        ("198501012010001001", "neither a month nor"),
        ("198501011990011001", "born in 1985 started in 1990"),
        ("188501012010011001", "born in 1885 started in 2010"),
        ("198501012010013001", "no sex"),
        ("198501012010011000", "no number"),
    ],
)
def test_number_that_cannot_be_is_refused_with_its_digits(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match="is no NIP") as caught:
        parse_nip(text)
    assert words in str(caught.value)


def test_stored_number_that_is_none_is_shown_as_it_is() -> None:
    assert show_nip("198501012010011001") == "19850101 201001 1 001"
    assert show_nip("12345") == "12345"
    assert show_nip(None) is None
