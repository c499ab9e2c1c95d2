"""PINs and cards as a kiosk may know them."""

from __future__ import annotations

import pytest

from contract.errors import BadInputError, MalformedMessageError
from contract.pin import check_pin, hash_card, hash_pin, pin_matches

SALT = bytes(range(16))


def test_pin_matches_its_own_hash_and_no_other() -> None:
    hashed = hash_pin("402917")
    assert pin_matches("402917", hashed)
    assert not pin_matches("402918", hashed)
    assert "402917" not in hashed


def test_hash_of_a_pin_is_salted() -> None:
    assert hash_pin("402917") != hash_pin("402917")
    assert hash_pin("402917", salt=SALT) == hash_pin("402917", salt=SALT)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "４０２９１７", "402917\n"])
def test_pin_must_have_six_digits(pin: str) -> None:
    with pytest.raises(BadInputError, match="6 digits"):
        check_pin(pin)


@pytest.mark.parametrize("pin", ["000000", "777777", "123456", "654321", "345678", "567890"])
def test_pin_that_everybody_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(BadInputError, match="easy to guess"):
        check_pin(pin)


def test_ordinary_pin_is_taken() -> None:
    assert check_pin("402917") == "402917"


@pytest.mark.parametrize("hashed", ["", "scrypt$x", "md5$AAAA$AAAA", "scrypt$!!$AAAA", "a$b$c$d"])
def test_damaged_hash_is_a_malformed_message(hashed: str) -> None:
    with pytest.raises(MalformedMessageError):
        pin_matches("402917", hashed)


def test_card_is_the_same_however_its_reader_types_it() -> None:
    assert hash_card("04 a2 3f 9c") == hash_card("04A23F9C\n")
    assert hash_card("04A23F9C") != hash_card("04A23F9D")


@pytest.mark.parametrize("number", ["", "12", "x" * 33, "04-A2", "\x00\x00\x00\x00"])
def test_what_no_card_has_is_refused(number: str) -> None:
    with pytest.raises(BadInputError):
        hash_card(number)
